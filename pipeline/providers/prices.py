"""What models cost, in whole millionths of the currency, so that sums are exact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from pipeline.providers.base import Usage

UNIT = 1_000_000  # of the currency; also the tokens that a price of tokens is for
SIZES = ("1K", "2K", "4K")
MAX_PRICE = 1_000_000  # of the currency, so that sums fit into a database's integers
WRITTEN = (
    "STUDIO_PRICES is written like “my-model input=1.5 output=7.5 1K=0.034 2K=0.05 4K=0.11; images picture=0.04; "
    "other-model free”"
)


def _millionths(name: str, amount: str) -> int:
    try:
        number = Decimal(amount)
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and 0 <= number <= MAX_PRICE):
        raise ValueError(f"{name} has to be a number such as 7.5, not {amount!r}.")
    return int(-(-number * UNIT // 1))


@dataclass(frozen=True)
class Price:
    """In millionths: of a million tokens, and of a picture by its size. All zero: free."""

    input: int = 0
    output: int = 0  # words and thoughts
    pictures: Mapping[str, int] = field(default_factory=dict)

    def of(self, usage: Usage, size: str = "") -> int:
        """Rounded up."""
        words = max(0, usage.output_tokens - usage.picture_tokens)
        tokens = usage.prompt_tokens * self.input + words * self.output
        return -(-tokens // UNIT) + usage.pictures * self._picture(size)

    def _picture(self, size: str) -> int:
        """The most expensive size's, if this one is not in the table."""
        return self.pictures.get(size, max(self.pictures.values(), default=0))


def price(*, input: str = "0", output: str = "0", **pictures: str) -> Price:
    """From numbers as they are written. `picture`: for every size. Raises ValueError."""
    every = pictures.pop("picture", None)
    sizes = dict.fromkeys(SIZES, every) if every is not None else {}
    made = {size: _millionths(size, amount) for size, amount in {**sizes, **pictures}.items() if amount is not None}
    return Price(_millionths("input", input), _millionths("output", output), made)


# As Google listed them in October 2026 (docs/providers.md says where each figure is from).
DEFAULTS: Mapping[str, Price] = {
    "gemini-3.8-flash": price(input="1.5", output="7.5"),
    "gemini-nano-banana-2.1": price(input="1.5", output="7.5", **{"1K": "0.0336", "2K": "0.0504", "4K": "0.1134"}),
}


def size_name(pixels: int) -> str:
    return next((name for name, most in (("1K", 1_600_000), ("2K", 5_000_000)) if pixels <= most), "4K")


@dataclass(frozen=True)
class Prices:
    """By model, or by provider where that one has no model's."""

    currency: str = "USD"
    table: Mapping[str, Price] = field(default_factory=lambda: DEFAULTS)

    def find(self, provider: str, model: str) -> Price | None:
        return self.table.get(model) or self.table.get(provider)

    def of(self, provider: str, model: str, usage: Usage, size: str = "") -> int:
        """0 if no price is known."""
        found = self.find(provider, model)
        return found.of(usage, size) if found else 0


def read(text: str, currency: str) -> Prices:
    """Adds to the defaults, or replaces them. Raises ValueError with a sentence."""
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise ValueError("STUDIO_CURRENCY has to be a currency's three letters, such as USD or EUR.")
    rows = [row.split() for row in text.replace("\n", ";").split(";") if row.strip()]
    return Prices(currency.upper(), {**DEFAULTS, **dict(_row(*row) for row in rows)})


def _row(model: str, *fields: str) -> tuple[str, Price]:
    if "=" in model or not fields:
        raise ValueError(f"{WRITTEN}: {model!r} is no model with its prices.")
    if fields == ("free",):
        return model, Price()
    given: dict[str, str] = {}
    for each in fields:
        name, equals, amount = each.partition("=")
        if not equals or name in given or name not in ("input", "output", "picture", *SIZES):
            raise ValueError(f"{WRITTEN}: {model} has {each!r}.")
        given[name] = amount
    try:
        return model, price(**given)
    except ValueError as error:
        raise ValueError(f"STUDIO_PRICES: of {model}, {error}") from None
