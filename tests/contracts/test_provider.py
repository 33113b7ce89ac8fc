"""What every `Provider` promises, whoever makes the pictures."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import BadInput, Interrupted
from pipeline.providers.base import Intent, Provider, RefinedRequest
from tests.contracts.adapters import PAINTERS, PROVIDERS, WITHOUT_NETWORK
from tests.contracts.asking import MADE, SIZE, WORDS, photo, png, to_make
from tests.support.listener import Listener


@pytest.fixture(params=PROVIDERS, scope="module")
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with PROVIDERS[request.param]() as provider:
        yield provider


@pytest.fixture(params=PAINTERS, scope="module")
def painter(request: pytest.FixtureRequest) -> Iterator[Provider]:
    """One that makes new pictures, and changes pictures as words and masks say."""
    with PAINTERS[request.param]() as painter:
        yield painter


def refined(intent: Intent) -> RefinedRequest:
    return RefinedRequest(intent, WORDS[intent], "oil", WORDS[intent], has_mask=False)


def changes(provider: Provider) -> list[Intent]:
    """The changes of a picture that it serves."""
    intents = [
        intent for intent in MADE if intent.needs_source and provider.unsupported_reason(refined(intent)) is None
    ]
    assert intents
    return intents


@pytest.mark.parametrize("intent", MADE)
def test_it_makes_what_it_lacks_nothing_for_and_says_of_the_rest_what_it_lacks(
    provider: Provider, intent: Intent
) -> None:
    reason = provider.unsupported_reason(refined(intent))
    if reason is not None:
        assert reason.endswith(".")
        with pytest.raises(BadInput):
            provider.make(to_make(intent), Listener())
        return
    made = provider.make(to_make(intent, width=None if intent.needs_source else 128), Listener())
    assert made.provider == provider.name
    assert min(pictures.decode(made.data).size) >= 16


def said(provider: Provider, intent: Intent, language: str) -> str | None:
    with translation.override(language):
        return provider.unsupported_reason(RefinedRequest(intent, "?", "?", "it", False))


def test_what_is_unsupported_is_said_in_the_persons_language(provider: Provider) -> None:
    for intent in MADE:
        english, other = said(provider, intent, "en"), said(provider, intent, "vi")
        assert (english is None) == (other is None)
        assert english is None or english != other


def test_the_size_it_promises_is_the_size_it_gives(provider: Provider) -> None:
    for intent in changes(provider):
        said = provider.size(intent, WORDS[intent], SIZE)
        made = provider.make(to_make(intent), Listener())
        assert said is None or pictures.check(made.data) == said


def test_a_cancelled_message_is_noticed(provider: Provider) -> None:
    for intent in changes(provider):
        with pytest.raises(Interrupted):
            provider.make(to_make(intent), Listener(stop_at=0.0))


def test_progress_stays_between_nothing_and_everything_and_never_falls(provider: Provider) -> None:
    for intent in changes(provider):
        listener = Listener()
        provider.make(to_make(intent), listener)
        assert listener.heard == sorted(listener.heard)
        assert listener.heard and listener.heard[0] >= 0 and listener.heard[-1] <= 1


def test_a_change_without_a_picture_is_bad_input(provider: Provider) -> None:
    for intent in changes(provider):
        with pytest.raises(BadInput, match="no picture"):
            provider.make(to_make(intent, source=None), Listener())


def test_a_picture_has_the_size_that_was_asked_for(painter: Provider) -> None:
    made = painter.make(to_make(Intent.GENERATE, width=200, height=130), Listener())
    assert pictures.decode(made.data).size == (200, 130)


def test_a_cancelled_painting_is_noticed_too(painter: Provider) -> None:
    with pytest.raises(Interrupted):
        painter.make(to_make(Intent.GENERATE, width=128, height=128), Listener(stop_at=0.0))


def test_nothing_changes_outside_of_the_mask(painter: Provider) -> None:
    mask = Image.new("L", SIZE)
    mask.paste(255, (0, 0, 60, SIZE[1]))
    made = painter.make(to_make(Intent.EDIT, mask=png(mask)), Listener())
    before, after = pictures.decode(photo()), pictures.decode(made.data)
    inside, outside = (0, 0, 50, SIZE[1]), (62, 0, *SIZE)
    assert ImageChops.difference(before.crop(outside), after.crop(outside)).getbbox() is None
    assert ImageChops.difference(before.crop(inside), after.crop(inside)).getbbox() is not None


def test_who_is_offline_opens_no_connection(painter: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        pytest.fail("a connection")

    if painter.name in WITHOUT_NETWORK:
        monkeypatch.setattr(socket.socket, "connect", refuse)
    assert painter.make(to_make(Intent.GENERATE, width=128, height=128), Listener()).data
