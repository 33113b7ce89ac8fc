"""Every adapter, made ready for the contracts. A new one is a function here and a line in the table."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gallery.storage.account import Account as CloudinaryAccount
from gallery.storage.cloudinary_client import Client
from pipeline.providers.base import Provider, Refiner
from pipeline.providers.cloudinary.provider import CloudinaryEffects
from pipeline.providers.diffusers.model import Model
from pipeline.providers.diffusers.provider import DiffusersProvider
from pipeline.providers.gemini.account import Account
from pipeline.providers.gemini.provider import GeminiProvider
from pipeline.providers.offline.provider import OfflineProvider
from pipeline.providers.openai_api.chat import ChatRefiner
from pipeline.providers.openai_api.images import ImagesProvider
from tests.support import tiny_diffusion
from tests.support.fakes import gemini as fake
from tests.support.fakes.cloudinary import fake_cloudinary
from tests.support.fakes.openai_api import openai
from tests.support.fakes.sd_cpp import sd_cpp
from tests.support.fakes.webui import webui


@contextmanager
def offline() -> Iterator[OfflineProvider]:
    yield OfflineProvider()


@contextmanager
def gemini() -> Iterator[GeminiProvider]:
    with fake.gemini() as server, closing(GeminiProvider(account(server))) as provider:
        yield provider


@contextmanager
def cloudinary() -> Iterator[CloudinaryEffects]:
    with fake_cloudinary() as server:
        yield CloudinaryEffects(Client(CloudinaryAccount.parse(server.url), timeout_s=60), poll_s=0.02)


@contextmanager
def images() -> Iterator[ImagesProvider]:
    with openai() as server, closing(ImagesProvider(server.account())) as provider:
        yield provider


@contextmanager
def web_ui() -> Iterator[ImagesProvider]:
    with webui() as server, closing(ImagesProvider(server.account())) as provider:
        yield provider


@contextmanager
def stable_diffusion_cpp() -> Iterator[ImagesProvider]:
    with sd_cpp() as server, closing(ImagesProvider(server.account())) as provider:
        yield provider


@contextmanager
def diffusers() -> Iterator[DiffusersProvider]:
    for package in ("torch", "diffusers"):
        pytest.importorskip(package, reason="`make .venv/diffusers.stamp` brings torch and diffusers, 6 GB")
    with TemporaryDirectory() as folder:
        model = Model(tiny_diffusion.save(Path(folder)), pixels=256 * 256, steps=2)
        with closing(DiffusersProvider(model)) as provider:
            yield provider


@contextmanager
def chat() -> Iterator[ChatRefiner]:
    with openai() as server, closing(ChatRefiner(server.account())) as refiner:
        yield refiner


def account(server: fake.Gemini, timeout_s: float = 60.0, calls: int = 4) -> Account:
    return Account(fake.KEY, fake.TEXT_MODEL, fake.PICTURE_MODEL, server.server.url, timeout_s=timeout_s, calls=calls)


LANGUAGES: dict[str, Callable[[], AbstractContextManager[Refiner]]] = {
    "offline": offline,
    "gemini": gemini,
    "chat": chat,
}
PAINTERS: dict[str, Callable[[], AbstractContextManager[Provider]]] = {
    "offline": offline,
    "gemini": gemini,
    "images": images,
    "diffusers": diffusers,
    "images of the web UI": web_ui,
    "images of stable-diffusion.cpp": stable_diffusion_cpp,
}
PROVIDERS: dict[str, Callable[[], AbstractContextManager[Provider]]] = {**PAINTERS, "cloudinary": cloudinary}
WITHOUT_NETWORK = ("offline", "diffusers")
