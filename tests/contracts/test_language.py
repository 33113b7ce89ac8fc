"""What every `Language` promises, whoever reads."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.providers.base import Intent, Refiner, Turn
from tests.contracts.adapters import LANGUAGES, WITHOUT_NETWORK
from tests.contracts.asking import to_read

BEFORE = Turn("a lake at dawn", "a lake at dawn, refined", None, showed_picture=True)


@pytest.fixture(params=LANGUAGES, scope="module")
def language(request: pytest.FixtureRequest) -> Iterator[Refiner]:
    with LANGUAGES[request.param]() as language:
        yield language


def test_a_request_becomes_words_and_a_size_for_whoever_paints(language: Refiner) -> None:
    read = language.refine(to_read("a lake at dawn"))
    assert (read.intent, read.provider) == (Intent.GENERATE, language.name)
    assert "lake" in read.prompt
    assert read.width and read.height


def test_the_size_that_was_chosen_is_final(language: Refiner) -> None:
    read = language.refine(to_read("a square lake at dawn", width=640, height=480))
    assert (read.width, read.height) == (640, 480)


def test_a_side_that_was_chosen_is_kept_and_the_other_is_found(language: Refiner) -> None:
    read = language.refine(to_read("a lake at dawn", height=480))
    assert (read.width, read.height) == (640, 480)


def test_words_cannot_make_a_picture_larger_than_ours_are(language: Refiner) -> None:
    read = language.refine(to_read("a lake at dawn, 90000x90000 pixels"))
    assert 128 <= (read.width or 0) <= 2048 and 128 <= (read.height or 0) <= 2048


def test_a_question_is_answered_in_words(language: Refiner) -> None:
    read = language.refine(to_read("what can you do?"))
    assert (read.intent, read.prompt, read.width) == (Intent.REPLY, "", None)
    assert read.reply


def test_a_change_is_one_of_the_picture_before(language: Refiner) -> None:
    read = language.refine(to_read("make it bluer", has_source=True, turns=(BEFORE,)))
    assert read.intent is Intent.EDIT
    assert read.prompt
    assert (read.width, read.height) == (None, None)


@pytest.mark.parametrize("intent", [None, Intent.EDIT])
def test_without_a_picture_there_is_nothing_to_change(language: Refiner, intent: Intent | None) -> None:
    read = language.refine(to_read("make it bluer", intent=intent))
    assert read.intent is Intent.REPLY
    assert "picture" in (read.reply or "")


def test_what_a_button_asks_for_is_final(language: Refiner) -> None:
    read = language.refine(to_read("make it bluer, a lake?", intent=Intent.GENERATE, has_source=True))
    assert read.intent is Intent.GENERATE
    assert read.prompt


@pytest.mark.parametrize("content", ["a lake " * 200, "…", "l" * 500, "a\nlake\tat dawn"])
def test_a_title_is_one_line_of_at_most_60_characters_and_never_empty(language: Refiner, content: str) -> None:
    title = language.refine(to_read(content)).title
    assert 1 <= len(title) <= 60
    assert title.isprintable()


def test_who_is_offline_opens_no_connection(language: Refiner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        pytest.fail("a connection")

    if language.name in WITHOUT_NETWORK:
        monkeypatch.setattr(socket.socket, "connect", refuse)
    assert language.refine(to_read("a lake at dawn")).prompt
