"""What one attempt at a request costs at most. Imports no adapter, because web processes use it."""

from collections.abc import Iterable
from dataclasses import replace
from operator import is_

from django.conf import settings

from pipeline.message import Message
from pipeline.message_parts import Options
from pipeline.providers import prices, table
from pipeline.providers.base import Intent, Usage

K1 = 1024 * 1024  # pixels that every model's "1K" covers, whatever the shape
SLIM, WIDE = 9 / 16, 21 / 9  # the narrowest and the widest shape of a picture
# One byte is at most one token.
READING = Usage(prompt_tokens=20_000, output_tokens=8192)
PAINTING = Usage(prompt_tokens=5_000, output_tokens=8192, pictures=1)
SHOWN = 3_000  # tokens of each picture that is shown to a model
USUALLY_SHOWN = 2  # pictures: the last one and its mask


def of_request(options: Options, original: Message | None = None, shown: int = USUALLY_SHOWN) -> int:
    """In millionths of the currency; 0 if it is free. A variation of a refined message needs no refinement.
    `shown`: pictures that a model is shown."""
    if "adjust" in options or not anything():
        return 0
    size, known = _size(options), options.get("intent")
    if original and original.intent and not original.is_unrefined:
        return _of_pictures([original.intent], size, shown)
    return of_reading() + _of_pictures([known] if known else [*table.MADE, Intent.REPLY], size, shown)


def of_retry(message: Message) -> int:
    """Of the stages that are left."""
    if message.artifact or not anything():
        return 0
    shown = len(message.attached) + 1
    if message.intent is None:
        return of_request(message.options, shown=shown)
    return _of_pictures([message.intent], _size(message.options), shown)


def of_reading() -> int:
    provider = settings.PROVIDERS[table.READER]
    return _of(provider, _reading_model(provider), READING)


_asked: tuple[object, ...] = ()  # the settings from which `_costs` was computed
_costs = False


def anything() -> bool:
    """Whether any provider costs anything. Computed once, because every message asks."""
    global _asked, _costs
    settled = settings.PROVIDERS, settings.SECOND_CHOICES, settings.PRICES
    if not (_asked and all(map(is_, settled, _asked))):
        _asked, _costs = settled, bool(of_reading() or _of_pictures(table.MADE, ""))
    return _costs


def for_page() -> dict[str, object] | None:
    """For the composer: what one picture costs at most, by default and in each resolution. None if everything is free."""
    if not anything():
        return None
    by_resolution = {size: of_request({"resolution": size}) / prices.UNIT for size in prices.SIZES}
    return {
        "currency": settings.PRICES.currency,
        "at_most": of_request({}) / prices.UNIT,
        "by_resolution": by_resolution,
    }


def _size(options: Options) -> str:
    """The largest size that a new picture may be asked for in; "" if the person chose none."""
    width, height = options.get("width"), options.get("height")
    return options.get("resolution") or (_size_name(width, height) if width and height else "")


def _of_pictures(intents: Iterable[str], size: str, shown: int = USUALLY_SHOWN) -> int:
    """Of the most expensive size."""
    return max((_of_picture(intent, size, max(shown, USUALLY_SHOWN)) for intent in intents), default=0)


def _of_picture(intent: str, size: str, shown: int) -> int:
    """By the first choice or the second, whichever is more expensive."""
    if intent == Intent.REPLY:
        return _of_look(shown)
    usage = PAINTING
    if intent != Intent.GENERATE or shown > USUALLY_SHOWN:
        usage = replace(PAINTING, prompt_tokens=PAINTING.prompt_tokens + shown * SHOWN)
    # A change may be made in the size of its source.
    named = size if size and (intent == Intent.GENERATE or size == "4K") else "2K"
    choices = settings.PROVIDERS[intent], settings.SECOND_CHOICES.get(intent, "")
    return max(_by(provider, usage, named) for provider in choices)


def _of_look(shown: int) -> int:
    """Of an answer to a question about pictures."""
    if settings.PROVIDERS[table.READER] != table.GEMINI:
        return 0
    usage = replace(READING, prompt_tokens=READING.prompt_tokens + shown * SHOWN)
    return _of(table.GEMINI, _reading_model(table.GEMINI), usage)


def _by(provider: str, usage: Usage, size: str) -> int:
    if provider == table.IMAGES:
        size = prices.size_name(settings.IMAGES_PIXELS)
    return _of(provider, _picture_model(provider), usage, size)


def _of(provider: str, model: str, usage: Usage, size: str = "") -> int:
    cost: int = settings.PRICES.of(provider, model, usage, size)
    return cost


def _size_name(width: int, height: int) -> str:
    """Not smaller than the size that the provider is asked for in the end."""
    across, down = max(width, height * SLIM), max(height, width / WIDE)
    return "1K" if across * down <= K1 else "2K"


def _reading_model(provider: str) -> str:
    if provider == table.GEMINI:
        return str(settings.GEMINI_TEXT_MODEL)
    return settings.CHAT_SERVER.model if provider == table.CHAT and settings.CHAT_SERVER else ""


def _picture_model(provider: str) -> str:
    if provider == table.GEMINI:
        return str(settings.GEMINI_PICTURE_MODEL)
    return settings.IMAGES_SERVER.model if provider == table.IMAGES and settings.IMAGES_SERVER else ""
