"""`manage.py check_providers`, with local servers in the place of the paid ones."""

import importlib.util
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from gallery import stores
from gallery.storage.account import Account as CloudinaryAccount
from pipeline.providers import prices, registry
from pipeline.providers.diffusers.model import Model
from tests.support import tiny_diffusion
from tests.support.fakes import gemini as fake
from tests.support.fakes import openai_api
from tests.support.fakes.cloudinary import BAD_KEY, fake_cloudinary
from tests.support.fakes.gemini import KEY, PICTURE_MODEL, TEXT_MODEL, Gemini

MADE_ONCE = (registry._images, registry._chat, stores._client)


@pytest.fixture(autouse=True)
def nothing_is_configured(settings: Any) -> Iterator[None]:
    settings.GEMINI_API_KEY = ""
    settings.IMAGES_SERVER = settings.CHAT_SERVER = settings.CLOUDINARY_ACCOUNT = settings.DIFFUSERS_MODEL = None
    forget()
    yield
    forget()


def forget() -> None:
    for made in MADE_ONCE:
        made.cache_clear()


@pytest.fixture
def gemini(settings: Any) -> Iterator[Gemini]:
    with fake.gemini() as server:
        settings.GEMINI_API_KEY, settings.GEMINI_BASE_URL = KEY, server.server.url
        settings.GEMINI_TEXT_MODEL, settings.GEMINI_PICTURE_MODEL = TEXT_MODEL, PICTURE_MODEL
        settings.PRICES = prices.read(fake.PRICES, "USD")
        yield server


def check(*arguments: str) -> tuple[str, str]:
    """What it said, and why it ended with an error."""
    said = io.StringIO()
    try:
        call_command("check_providers", *arguments, stdout=said, no_color=True)
    except CommandError as error:
        return said.getvalue(), str(error)
    return said.getvalue(), ""


def test_without_a_service_there_is_nothing_to_ask() -> None:
    said, why = check()
    assert (why, "No service is configured" in said) == ("", True)


def test_each_is_asked_for_one_small_thing(gemini: Gemini, settings: Any) -> None:
    with openai_api.openai() as server, fake_cloudinary() as cloudinary:
        settings.IMAGES_SERVER = settings.CHAT_SERVER = server.account()
        settings.CLOUDINARY_ACCOUNT = CloudinaryAccount.parse(cloudinary.url)
        said, why = check("--yes")
        assert why == "", said
        assert said.count("… works:") == 5
        assert sorted(call.kind for call in server.calls) == ["chat", "generations"]
        assert cloudinary.assets == {}
    assert [(call.kind, call.shape and call.shape.size) for call in gemini.calls] == [("refine", None), ("make", "1K")]


def test_it_says_what_it_costs_before_anything_is_asked(gemini: Gemini, monkeypatch: pytest.MonkeyPatch) -> None:
    said, why = check()
    assert "Gemini paints" in said and "at most 0.0569 USD" in said
    assert "give --yes" in why
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda asked: "n")
    assert check()[1] == "Nothing was asked."
    assert gemini.calls == []
    monkeypatch.setattr("builtins.input", lambda asked: "y")
    assert check()[1] == ""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("responder", "sentence", "words"),
    [
        (fake.bad_key, "does not accept this studio's key", "About api_key:…."),
        (fake.status(404, "NOT_FOUND", message="No such model."), "does not know the model", "No such model."),
        (fake.quota("19s"), "no quota left", "RESOURCE_EXHAUSTED"),
        (fake.raw(b"<html>", 502, "text/html"), "cannot be reached", "502"),
    ],
)
def test_the_services_own_words_are_printed_without_the_key(
    gemini: Gemini, responder: Callable[[Any], Any], sentence: str, words: str
) -> None:
    gemini.then("refine", responder)
    said, why = check("--yes")
    assert why == "Not every provider works."
    assert f"Gemini reads ({TEXT_MODEL}) … fails:" in said
    assert sentence in said and words in said
    assert "Gemini paints" in said and "works: made a picture" in said
    assert KEY not in said


@pytest.mark.parametrize("form", ["imageConfig", "responseFormat"])
def test_the_form_that_is_taken_is_found_for_the_price_of_one_picture(gemini: Gemini, settings: Any, form: str) -> None:
    gemini.takes = {form}
    said, why = check("--yes")
    paid = [call for call in gemini.of("make") if call.form == form]
    assert len(paid) == 1
    if form == settings.GEMINI_IMAGE_FORM:
        assert why == ""
        return
    assert why == "Not every provider works."
    assert "with GEMINI_IMAGE_FORM=responseFormat GEMINI_API_VERSION=v1" in said
    assert "Unknown name" in said


def test_a_server_of_ones_own_that_refuses_says_why(settings: Any) -> None:
    with openai_api.openai() as server:
        settings.CHAT_SERVER = server.account()
        server.then("chat", openai_api.error(401, f"Wrong key {openai_api.KEY}."))
        said, why = check("--yes")
    assert why == "Not every provider works."
    assert "does not accept" in said and "Wrong key …." in said
    assert openai_api.KEY not in said


def test_a_wrong_account_of_cloudinary_says_so(settings: Any) -> None:
    with fake_cloudinary() as cloudinary:
        settings.CLOUDINARY_ACCOUNT = CloudinaryAccount.parse(cloudinary.url)
        cloudinary.fail = lambda asked: BAD_KEY
        said, why = check()
    assert why == "Not every provider works."
    assert "Cloudinary did not take it." in said and "It says: 401: unknown api_key …" in said


DIFFUSERS = "Stable Diffusion in the worker paints (256 × 256, one step)"


@pytest.mark.parametrize("package", ["torch", "diffusers"])
def test_what_stable_diffusion_lacks_is_said_and_costs_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    if package == "diffusers":
        monkeypatch.setitem(sys.modules, "torch", sys)  # any module, where torch is not installed
    settings.DIFFUSERS_MODEL = Model(tmp_path)
    said, why = check()
    assert why == "Not every provider works."
    assert f"{DIFFUSERS}: free" in said
    assert f"{DIFFUSERS} … fails: The image model of this studio cannot start: {package} is not installed." in said


needs_torch = pytest.mark.skipif(
    not (importlib.util.find_spec("torch") and importlib.util.find_spec("diffusers")),
    reason="torch and diffusers are 6 GB: `make .venv/diffusers.stamp` brings them",
)


@needs_torch
def test_stable_diffusion_makes_a_small_picture_in_one_step(settings: Any, tmp_path: Path) -> None:
    settings.DIFFUSERS_MODEL = Model(tiny_diffusion.save(tmp_path))  # as the worker has it: 30 steps, a large picture
    said, why = check()
    assert why == "", said
    assert f"{DIFFUSERS} … works: made a picture of" in said


@needs_torch
def test_what_is_wrong_with_its_files_is_printed_in_diffusers_words(settings: Any, tmp_path: Path) -> None:
    settings.DIFFUSERS_MODEL = Model(tmp_path)
    said, why = check()
    assert why == "Not every provider works."
    assert "its files are missing or damaged." in said and "It says: OSError" in said
