import pytest

from pipeline.providers import prices
from pipeline.providers.base import Usage
from pipeline.providers.prices import DEFAULTS, Price

PICTURE = "gemini-nano-banana-2.1"


def test_it_counts_pictures_by_their_size_and_tokens_by_the_million() -> None:
    price = DEFAULTS[PICTURE]
    assert price.of(Usage(pictures=1), "1K") == 33_600
    assert price.of(Usage(pictures=2), "4K") == 226_800
    assert price.of(Usage(prompt_tokens=1_000_000)) == 1_500_000
    assert price.of(Usage(output_tokens=1_000_000)) == 7_500_000


def test_the_tokens_of_a_picture_are_paid_for_by_its_price() -> None:
    words = Usage(output_tokens=100, pictures=1)
    drawn = Usage(output_tokens=1220, picture_tokens=1120, pictures=1)
    assert DEFAULTS[PICTURE].of(drawn, "1K") == DEFAULTS[PICTURE].of(words, "1K")


def test_a_fraction_counts_as_a_whole_one() -> None:
    assert Price(input=1).of(Usage(prompt_tokens=1)) == 1


def test_a_size_without_a_price_costs_as_much_as_the_dearest() -> None:
    assert prices.read("m 1K=1 2K=3", "USD").of("p", "m", Usage(pictures=1), "4K") == 3_000_000


def test_what_is_set_stands_beside_the_defaults_and_in_their_place() -> None:
    read = prices.read(f"{PICTURE} picture=0.01\n images picture=0.04; mine free;", "eur")
    assert read.currency == "EUR"
    assert read.of("gemini", PICTURE, Usage(pictures=1), "4K") == 10_000
    assert read.of("images", "any", Usage(pictures=1)) == 40_000  # by the provider's name
    assert read.of("images", "mine", Usage(pictures=1)) == 0
    assert read.find("gemini", "gemini-3.8-flash") == DEFAULTS["gemini-3.8-flash"]
    assert read.find("gemini", "another") is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("m output=cheap", "STUDIO_PRICES: of m, output has to be a number such as 7.5, not 'cheap'."),
        ("m input=-1", "not '-1'"),
        ("m input=nan", "not 'nan'"),
        ("m 1K=1e400", "not '1e400'"),
        ("m 1K=", "not ''"),
        ("m 8K=1", "m has '8K=1'"),
        ("m input=1 input=2", "m has 'input=2'"),
        ("m", "'m' is no model with its prices"),
        ("input=1", "'input=1' is no model with its prices"),
        ("m free input=1", "m has 'free'"),
    ],
)
def test_a_price_that_is_no_number_has_a_sentence(written: str, said: str) -> None:
    with pytest.raises(ValueError, match="STUDIO_PRICES") as refused:
        prices.read(written, "USD")
    assert said in str(refused.value)


@pytest.mark.parametrize("currency", ["", "dollars", "U$D", "12A"])
def test_a_currency_is_three_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="STUDIO_CURRENCY"):
        prices.read("", currency)
