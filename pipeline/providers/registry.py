"""Which provider does what. Adapters are imported on first use."""

import atexit
import functools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from pipeline.providers import abilities as of_providers
from pipeline.providers import table
from pipeline.providers.base import Intent, PictureRater, PictureReader, Provider, Refiner

if TYPE_CHECKING:
    from pipeline.providers.by_hand.provider import Adjuster
    from pipeline.providers.cloudinary.provider import CloudinaryEffects
    from pipeline.providers.diffusers.provider import DiffusersProvider
    from pipeline.providers.gemini.account import Account
    from pipeline.providers.gemini.provider import GeminiProvider
    from pipeline.providers.offline.provider import OfflineProvider
    from pipeline.providers.openai_api.chat import ChatRefiner
    from pipeline.providers.openai_api.images import ImagesProvider


@functools.cache
def _offline() -> "OfflineProvider":
    from pipeline.providers.offline.provider import OfflineProvider

    return OfflineProvider(
        ai_is_connected=bool(settings.GEMINI_API_KEY or settings.IMAGES_SERVER or settings.DIFFUSERS_MODEL),
        made_by_models=frozenset(map(Intent, table.by_models(settings.PROVIDERS))),
    )


def gemini_account() -> "Account":
    from pipeline.providers.gemini.account import Account

    return Account(
        key=settings.GEMINI_API_KEY,
        text_model=settings.GEMINI_TEXT_MODEL,
        picture_model=settings.GEMINI_PICTURE_MODEL,
        base_url=settings.GEMINI_BASE_URL,
        timeout_s=settings.GEMINI_TIMEOUT_S,
        picture_timeout_s=settings.GEMINI_PICTURE_TIMEOUT_S,
        calls=settings.GEMINI_CALLS,
        thinking=settings.GEMINI_THINKING,
        image_form=settings.GEMINI_IMAGE_FORM,
        api_version=settings.GEMINI_API_VERSION,
    )


@functools.cache
def _gemini() -> "GeminiProvider":
    from pipeline.providers.gemini.provider import GeminiProvider

    provider = GeminiProvider(gemini_account())
    atexit.register(provider.close)
    return provider


@functools.cache
def _images() -> "ImagesProvider":
    from pipeline.providers.openai_api.images import ImagesProvider

    assert settings.IMAGES_SERVER is not None
    provider = ImagesProvider(settings.IMAGES_SERVER, settings.IMAGES_PIXELS)
    atexit.register(provider.close)
    return provider


@functools.cache
def _diffusers() -> "DiffusersProvider":
    from pipeline.providers.diffusers.provider import DiffusersProvider

    assert settings.DIFFUSERS_MODEL is not None
    provider = DiffusersProvider(settings.DIFFUSERS_MODEL)
    atexit.register(provider.close)
    return provider


@functools.cache
def _chat() -> "ChatRefiner":
    from pipeline.providers.openai_api.chat import ChatRefiner

    assert settings.CHAT_SERVER is not None
    refiner = ChatRefiner(settings.CHAT_SERVER)
    atexit.register(refiner.close)
    return refiner


def _cloudinary() -> "CloudinaryEffects":
    from gallery.stores import cloudinary_client
    from pipeline.providers.cloudinary.provider import CloudinaryEffects

    return CloudinaryEffects(cloudinary_client())


@functools.cache
def by_hand() -> "Adjuster":
    from pipeline.providers.by_hand.provider import Adjuster

    return Adjuster()


_PROVIDERS: dict[str, Callable[[], Provider]] = {
    table.OFFLINE: _offline,
    table.GEMINI: _gemini,
    table.CLOUDINARY: _cloudinary,
    table.IMAGES: _images,
    table.DIFFUSERS: _diffusers,
}
_REFINERS: dict[str, Callable[[], Refiner]] = {table.OFFLINE: _offline, table.GEMINI: _gemini, table.CHAT: _chat}
_making = threading.RLock()  # the threads of a worker share one instance of each


def label() -> str:
    """For the page."""
    return table.label(settings.PROVIDERS)


def abilities() -> str:
    """What can be done here, for a newcomer to the page."""
    return table.abilities(settings.PROVIDERS)


def abilities_for_page() -> of_providers.ForPage:
    model = settings.DIFFUSERS_MODEL
    pixels = {table.IMAGES: settings.IMAGES_PIXELS, **({table.DIFFUSERS: model.pixels} if model else {})}
    return of_providers.for_page(settings.PROVIDERS, pixels)


def is_without_ai() -> bool:
    return set(settings.PROVIDERS.values()) == {table.OFFLINE}


def varying() -> list[str]:
    return table.varying(settings.PROVIDERS)


def refiner() -> Refiner:
    with _making:
        return _REFINERS[reader()]()


def picture_reader() -> PictureReader | None:
    """The refiner, if it accepts pictures."""
    if reader() != table.GEMINI:
        return None
    with _making:
        return _gemini()


def rater() -> PictureRater:
    """The provider of hints for moderators, if a setting names one."""
    with _making:
        return _gemini()


def provider_for(intent: Intent) -> Provider:
    return provider(settings.PROVIDERS[intent.value])


def provider(name: str) -> Provider:
    with _making:
        return _PROVIDERS[name]()


def chat() -> Refiner:
    with _making:
        return _chat()


def reader() -> str:
    """The refiner's name."""
    name: str = settings.PROVIDERS[table.READER]
    return name
