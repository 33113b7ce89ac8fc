"""Sends configured providers the smallest request that proves key, model and answers."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING

from django.conf import settings

from gallery.errors import BadInput, StudioError
from pipeline.providers import heard, registry, table
from pipeline.providers.base import Intent, PictureRequest, RefineRequest, Usage
from pipeline.providers.diffusers.model import Model
from pipeline.providers.gemini.account import API_VERSIONS, IMAGE_FORMS, Account
from project.management.unwatched import Unwatched

if TYPE_CHECKING:
    from pipeline.providers.gemini.provider import GeminiProvider

READING = RefineRequest("hello", None, None, None, None, has_source=False, attached=0, has_mask=False, turns=())
PICTURE = PictureRequest(
    Intent.GENERATE, "a red circle on white", "a red circle", 256, 256, None, seed=1, source=None, mask=None
)
# Tokens, rather too many: our instruction and a short answer, thoughts included.
READ = Usage(prompt_tokens=3_000, output_tokens=8_192)
PAINTED = Usage(prompt_tokens=500, output_tokens=8_192, pictures=1)


@dataclass(frozen=True)
class Check:
    name: str  # what is asked, of whom
    cost: int  # at most, in millionths of the currency
    ask: Callable[[], str]  # returns the outcome in words; raises `StudioError`, `Failed`


@dataclass(frozen=True)
class Result:
    works: bool
    sentence: str
    said: tuple[str, ...] = ()  # by the service, keys hidden


class Failed(Exception):
    pass


def checks() -> Iterator[Check]:
    prices = settings.PRICES
    if settings.GEMINI_API_KEY:
        text, picture = settings.GEMINI_TEXT_MODEL, settings.GEMINI_PICTURE_MODEL
        yield Check(f"Gemini reads ({text})", prices.of(table.GEMINI, text, READ), _gemini_reads)
        yield Check(f"Gemini paints ({picture}, 1K)", prices.of(table.GEMINI, picture, PAINTED, "1K"), _gemini_paints)
    if server := settings.IMAGES_SERVER:
        name = f"The server for images paints ({server.model or 'its own model'}, 256 × 256)"
        yield Check(name, prices.of(table.IMAGES, server.model, PAINTED, "1K"), _images_paints)
    if model := settings.DIFFUSERS_MODEL:
        yield Check("Stable Diffusion in the worker paints (256 × 256, one step)", 0, partial(_diffusers_paints, model))
    if server := settings.CHAT_SERVER:
        name = f"The server for chat reads ({server.model or 'its own model'})"
        yield Check(name, prices.of(table.CHAT, server.model, READ), _chat_reads)
    if settings.CLOUDINARY_ACCOUNT:
        yield Check("Cloudinary stores a file, and deletes it", 0, _cloudinary_stores)


def run(check: Check) -> Result:
    said: list[str] = []
    began = time.monotonic()
    try:
        with heard.by(lambda words: said.append(_without_keys(words))):
            outcome = check.ask()
    except StudioError as error:
        return Result(False, error.message, tuple(said))
    except Failed as error:
        return Result(False, str(error), tuple(said))
    return Result(True, f"{outcome}, in {time.monotonic() - began:.1f} s", tuple(said))


def _without_keys(words: str) -> str:
    for key in _keys():
        words = re.sub(re.escape(key), "…", words, flags=re.IGNORECASE)
    return " ".join(words.split())[:1000]


def _keys() -> list[str]:
    """A login's password too."""
    keys = [server.key for server in (settings.IMAGES_SERVER, settings.CHAT_SERVER) if server]
    servers = [part for key in keys for part in (key, key.partition(":")[2])]
    account = settings.CLOUDINARY_ACCOUNT
    every = [settings.GEMINI_API_KEY, *servers, *([account.api_secret, account.api_key] if account else [])]
    return [key for key in every if key]


def _gemini_reads() -> str:
    with closing(_gemini(registry.gemini_account())) as gemini:
        return f"read as {gemini.refine(READING).intent.value}"


def _gemini_paints() -> str:
    """In the form that is set; where that is refused, which costs nothing, in each other form."""
    account = registry.gemini_account()
    forms = sorted(product(IMAGE_FORMS, API_VERSIONS), key=lambda form: form != _form(account))
    refused: BadInput | None = None
    for image_form, version in forms:
        try:
            made = _paint(replace(account, image_form=image_form, api_version=version))
        except BadInput as error:
            refused = refused or error
            continue
        if refused is None:
            return made
        raise Failed(
            f"Refused as it is set, and {made} with GEMINI_IMAGE_FORM={image_form} GEMINI_API_VERSION={version}."
        )
    raise refused or BadInput()


def _form(account: Account) -> tuple[str, str]:
    return account.image_form, account.api_version


def _paint(account: Account) -> str:
    with closing(_gemini(account)) as gemini:
        made = gemini.make(PICTURE, Unwatched())
    return f"made a picture of {len(made.data)} bytes"


def _gemini(account: Account) -> "GeminiProvider":
    from pipeline.providers.gemini.provider import GeminiProvider  # late: two seconds

    return GeminiProvider(account)


def _images_paints() -> str:
    return f"made a picture of {len(registry.provider(table.IMAGES).make(PICTURE, Unwatched()).data)} bytes"


def _diffusers_paints(model: Model) -> str:
    """In this process: a worker that runs meanwhile has a model of its own in the memory."""
    from pipeline.providers.diffusers.provider import DiffusersProvider

    with closing(DiffusersProvider(replace(model, pixels=256 * 256, steps=1))) as provider:
        return f"made a picture of {len(provider.make(PICTURE, Unwatched()).data)} bytes"


def _chat_reads() -> str:
    return f"read as {registry.chat().refine(READING).intent.value}"


def _cloudinary_stores() -> str:
    from gallery.storage.cloudinary_client import CloudinaryError
    from gallery.stores import cloudinary_client

    name, client = f"studio/check/{time.time_ns()}", cloudinary_client()
    try:
        client.upload(name, _PIXEL, overwrite=False)
        client.destroy(name)
    except CloudinaryError as error:
        heard.note(f"{error.status or 'no answer'}: {error.said}")
        raise Failed("Cloudinary did not take it.") from None
    return "stored and deleted"


_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
