"""What the page is told of a provider is what its adapter can do."""

from collections.abc import Iterator

import pytest

from pipeline.providers import abilities, table
from pipeline.providers.base import STYLES, Intent, Provider, RefinedRequest
from tests.contracts.adapters import PROVIDERS
from tests.contracts.asking import MADE, WORDS


@pytest.fixture(params=PROVIDERS, scope="module")
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with PROVIDERS[request.param]() as provider:
        yield provider


def can(provider: Provider, intent: Intent, style: str | None = "oil", *, has_mask: bool = False) -> bool:
    words = "remove the red car" if intent is Intent.REMOVE_OBJECT else WORDS[intent]
    refined = RefinedRequest(intent, words, style, words, has_mask)
    return provider.unsupported_reason(refined) is None


def test_it_is_told_truthfully(provider: Provider) -> None:
    told = abilities.OF[provider.name]
    assert (provider.max_pictures, provider.resolutions) == (told.pictures, told.resolutions)
    with_mask = {intent for intent in MADE if intent.needs_source and can(provider, intent, has_mask=True)}
    assert with_mask == told.masked - {Intent.GENERATE}
    # Offline, an object is only what is painted over.
    plain = {intent for intent in MADE if can(provider, intent, has_mask=intent in told.masked)}
    assert plain == told.intents
    if Intent.STYLE_TRANSFER in told.intents:
        assert {style for style in STYLES if can(provider, Intent.STYLE_TRANSFER, style)} == set(told.styles)


def test_every_provider_is_told_of() -> None:
    assert set(abilities.OF) == set(table._MAKERS)


def page(**chosen: str) -> abilities.ForPage:
    configured = {"GEMINI_API_KEY": True, "CLOUDINARY_URL": True, "STUDIO_IMAGES_URL": True}
    return abilities.for_page(
        table.assign({**dict.fromkeys(table.MADE, "offline"), **chosen}, configured), {"images": 1_000_000}
    )


def test_the_page_shows_what_the_chosen_providers_can() -> None:
    everything = ["enhance", "remove_background", "remove_object"]
    assert page() == {
        "tools": everything,
        "styles": list(STYLES),
        "part": True,
        "pictures": 2,
        "together": False,
        "resolutions": [],
        "pixels": None,
        "makers": {
            "offline": "built-in tools",
            "gemini": "Gemini",
            "cloudinary": "Cloudinary",
            "images": "an image model",
            "diffusers": "an image model on this machine",
            "chat": "a language model",
        },
    }
    gemini = page(generate="gemini", edit="gemini")
    assert (gemini["pictures"], gemini["together"], gemini["resolutions"]) == (10, True, ["1K", "2K", "4K"])
    assert not page(generate="gemini")["together"] and not page(edit="gemini")["together"]
    assert page(style_transfer="cloudinary")["pictures"] == 1
    assert page(remove_background="gemini")["tools"] == ["enhance", "remove_object"]
    assert page(remove_object="cloudinary")["tools"] == ["enhance", "remove_background"]
    assert page(style_transfer="cloudinary")["styles"] == ["oil", "cartoon", "pixel", "sepia"]
    assert page(generate="images")["pixels"] == 1_000_000
