"""What the settings say of providers: a wrong value stops the start with a sentence, a right one is told to people truly."""

import traceback
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from pipeline.providers import registry, table
from pipeline.providers.base import Intent, RefinedRequest
from pipeline.providers.openai_api.server import Server
from project.management.commands.serve import summary
from tests.contracts.asking import to_read
from tests.support.fakes.gemini import KEY
from tests.support.settings import read_settings

WITH_KEY = {"GEMINI_API_KEY": True}


def refusal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """The last line of what a start prints that must fail."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as caught:
        read_settings(monkeypatch)
    printed = "".join(traceback.format_exception(caught.value))
    assert KEY not in printed
    return printed.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"STUDIO_PROVIDERS": "edit=gemini"}, "gives edit to gemini, but GEMINI_API_KEY is not set."),
        ({"STUDIO_PROVIDERS": "enhance=cloudinary"}, "gives enhance to cloudinary, but CLOUDINARY_URL is not set."),
        ({"STUDIO_PROVIDERS": "dance=offline"}, "STUDIO_PROVIDERS names the intent 'dance'"),
        ({"STUDIO_PROVIDERS": "edit=offline|gemini"}, "gives edit to gemini, but GEMINI_API_KEY is not set."),
        ({"STUDIO_PROVIDERS": "edit=offline|nobody"}, "names the provider 'nobody' for edit; there are"),
        ({"STUDIO_PROVIDERS": "edit=offline|offline"}, "takes one other provider as a second choice"),
        ({"STUDIO_PROVIDERS": "edit=offline|a|b"}, "takes one other provider as a second choice"),
        ({"STUDIO_PROVIDERS": "reader=offline|chat"}, "takes a second choice for pictures only"),
        ({"STUDIO_PROVIDERS": "edit"}, "STUDIO_PROVIDERS is written like enhance=offline,edit=gemini"),
        ({"STUDIO_PROVIDERS": "edit=offline,edit=offline"}, "with each intent once"),
        ({"GEMINI_API_KEY": f"{KEY}\nX"}, "GEMINI_API_KEY is no key"),
        ({"GEMINI_API_KEY": f"{KEY}é"}, "GEMINI_API_KEY is no key"),
        ({"GEMINI_API_KEY": "two words"}, "GEMINI_API_KEY is no key"),
        ({"GEMINI_BASE_URL": "generativelanguage"}, "GEMINI_BASE_URL must begin with https://"),
        ({"GEMINI_BASE_URL": "http://[x"}, "ImproperlyConfigured: GEMINI_BASE_URL must begin with https://"),
        ({"GEMINI_BASE_URL": "http://:80"}, "ImproperlyConfigured: GEMINI_BASE_URL must begin with https://"),
        ({"GEMINI_TIMEOUT_S": "0"}, "GEMINI_PICTURE_TIMEOUT_S and GEMINI_CALLS must be greater than 0."),
        ({"GEMINI_THINKING": "deep"}, "GEMINI_THINKING must be minimal, medium, high."),
        ({"GEMINI_IMAGE_FORM": "both"}, "GEMINI_IMAGE_FORM must be imageConfig, responseFormat."),
        ({"GEMINI_API_VERSION": "2"}, "GEMINI_API_VERSION must be v1, v1beta."),
        ({"GEMINI_CALLS": "many"}, "GEMINI_CALLS"),
        ({"STUDIO_PROVIDERS": "edit=images"}, "gives edit to images, but STUDIO_IMAGES_URL is not set."),
        ({"STUDIO_PROVIDERS": "reader=chat"}, "gives reader to chat, but STUDIO_CHAT_URL is not set."),
        ({"STUDIO_PROVIDERS": "reader=cloudinary"}, "names the provider 'cloudinary' for reader; there are"),
        ({"STUDIO_IMAGES_URL": "localhost:1234"}, "STUDIO_IMAGES_URL must begin with https:// or http://"),
        ({"STUDIO_CHAT_URL": f"http://me:{KEY}@localhost"}, "a key belongs into STUDIO_CHAT_KEY."),
        ({"STUDIO_CHAT_URL": "http://localhost", "STUDIO_CHAT_KEY": f"{KEY}é"}, "STUDIO_CHAT_KEY is no key"),
        ({"STUDIO_IMAGES_URL": "http://localhost", "STUDIO_IMAGES_KEY": f"a {KEY}"}, "STUDIO_IMAGES_KEY is no key"),
        ({"STUDIO_IMAGES_URL": "http://localhost", "STUDIO_IMAGES_CALLS": "0"}, "STUDIO_IMAGES_CALLS must be greater"),
        (
            {"GEMINI_API_KEY": KEY, "GEMINI_PICTURE_MODEL": "a-new-one"},
            "GEMINI_PICTURE_MODEL is a-new-one, of which STUDIO_PRICES has no price: add one, such as",
        ),
        ({"GEMINI_API_KEY": KEY, "GEMINI_TEXT_MODEL": "a-new-one"}, "or “a-new-one free”."),
        ({"STUDIO_PRICES": "images picture=cheap"}, "of images, 1K has to be a number such as 7.5, not 'cheap'."),
        ({"STUDIO_CURRENCY": "dollars"}, "STUDIO_CURRENCY has to be a currency's three letters"),
        ({"STUDIO_DIFFUSERS_MODEL": "/nowhere"}, "STUDIO_DIFFUSERS_MODEL must be a folder with a model_index.json"),
        ({"STUDIO_PROVIDERS": "edit=diffusers"}, "gives edit to diffusers, but STUDIO_DIFFUSERS_MODEL is not set."),
        ({"STUDIO_C2PA_CERT": __file__}, "STUDIO_C2PA_CERT and STUDIO_C2PA_KEY go together"),
        (
            {"STUDIO_C2PA_CERT": __file__, "STUDIO_C2PA_KEY": "/none"},
            "STUDIO_C2PA_KEY names a file that cannot be read",
        ),
        ({"STUDIO_IMAGES_PIXELS": "5"}, "STUDIO_IMAGES_PIXELS must be at least 65536"),
    ],
)
def test_a_wrong_value_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], sentence: str
) -> None:
    assert sentence in refusal(monkeypatch, **environment)


@pytest.fixture
def with_key(settings: Any) -> Any:
    """As if GEMINI_API_KEY were set; providers that were made without it, or with it, are made anew."""
    settings.GEMINI_API_KEY = KEY
    settings.PROVIDERS = table.assign({}, WITH_KEY)
    registry._offline.cache_clear()
    yield settings
    for made in (registry._offline, registry._gemini):
        made.cache_clear()


def test_without_a_key_everybody_hears_that_there_is_no_ai() -> None:
    assert (registry.label(), registry.refiner().name) == (table.ALONE, "offline")
    assert table.ALONE in summary("http://127.0.0.1/", 1)


def test_with_a_key_everybody_hears_who_does_what_and_nobody_the_key(with_key: Any) -> None:
    assert registry.label() == "Gemini and built-in tools"
    words = summary("http://127.0.0.1/", 1)
    assert "Gemini at generativelanguage.googleapis.com (gemini-3.8-flash and gemini-nano-banana-2.1) reads" in words
    assert "edit, remove_object, style_transfer: Gemini; enhance, remove_background: built-in tools" in words
    assert KEY not in words


def test_with_a_key_gemini_reads_and_paints_and_the_others_keep_theirs(with_key: Any) -> None:
    gemini = registry.provider_for(Intent.GENERATE)
    assert gemini.name == registry.refiner().name == "gemini"
    assert registry.provider_for(Intent.EDIT) is gemini
    assert KEY not in repr(vars(gemini))
    assert registry.provider_for(Intent.REMOVE_BACKGROUND).name == "offline"


@pytest.fixture
def with_servers(settings: Any) -> Any:
    settings.IMAGES_SERVER = Server("http://images.test:8080", "flux", KEY)
    settings.CHAT_SERVER = Server("https://chat.test/openai/v1", "", KEY)
    settings.PROVIDERS = table.assign({}, {"STUDIO_IMAGES_URL": True, "STUDIO_CHAT_URL": True})
    registry._offline.cache_clear()
    yield settings
    for made in (registry._offline, registry._images, registry._chat):
        made.cache_clear()


def test_with_servers_everybody_hears_who_does_what_and_nobody_the_key(with_servers: Any) -> None:
    assert registry.label() == "an image model and built-in tools"
    words = summary("http://127.0.0.1/", 1)
    assert "a language model at chat.test reads; " in words
    assert "edit, remove_object, style_transfer: an image model at images.test:8080 (flux); enhance" in words
    assert KEY not in words + repr(with_servers.IMAGES_SERVER) + repr(vars(registry.provider_for(Intent.EDIT)))


def test_the_operator_hears_of_a_second_choice(with_servers: Any) -> None:
    with_servers.SECOND_CHOICES = {"edit": "offline", "style_transfer": "offline"}
    assert "; edit, style_transfer, where that is down: built-in tools" in summary("http://127.0.0.1/", 1)


def test_with_servers_one_reads_and_one_paints(with_servers: Any) -> None:
    assert registry.refiner().name == "chat"
    assert registry.provider_for(Intent.GENERATE).name == "images"
    assert registry.provider_for(Intent.ENHANCE).name == "offline"


def test_with_an_image_model_alone_the_keywords_hand_on_the_persons_words(with_servers: Any) -> None:
    with_servers.PROVIDERS = table.assign({}, {"STUDIO_IMAGES_URL": True})
    read = registry.refiner().refine(to_read("A cat on a sofa, 800x600"))
    assert (read.intent, read.prompt, read.width, read.height) == (Intent.GENERATE, "A cat on a sofa,", 800, 600)


def test_the_api_is_below_v1_unless_the_address_says_where() -> None:
    for url in (
        "http://localhost:8080",
        "http://localhost:8080/",
        "http://localhost:8080/v1",
        "http://localhost:8080/v1/",
    ):
        assert Server(url, "").base == "http://localhost:8080/v1"
    assert Server("https://chat.test/openai/", "").base == "https://chat.test/openai"


def test_the_offline_tools_tell_nobody_to_set_a_key_that_is_set(with_key: Any) -> None:
    refined = RefinedRequest(Intent.STYLE_TRANSFER, "like van Gogh", None, "like van Gogh", has_mask=False)
    reason = registry._offline().unsupported_reason(refined) or ""
    assert "GEMINI_API_KEY" not in reason
    assert "One is connected" in reason
    assert "STUDIO_PROVIDERS" not in reason  # the operator's, as the key is


def test_the_offline_tools_do_not_pretend_to_understand_what_gemini_read(with_key: Any) -> None:
    unsupported_reason = registry._offline().unsupported_reason
    assert "Changing what a picture shows" in (
        unsupported_reason(RefinedRequest(Intent.EDIT, "Add a small dog.", None, "add a dog", False)) or ""
    )
    assert unsupported_reason(RefinedRequest(Intent.EDIT, "make it bluer", None, "bluer", has_mask=False)) is None
