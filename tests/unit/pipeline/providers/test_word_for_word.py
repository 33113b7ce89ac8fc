"""The keywords as the reader for a model that makes pictures: it gets the person's own words."""

import pytest

from pipeline.providers.base import Intent, Refinement, Turn
from pipeline.providers.offline.provider import OfflineProvider
from tests.contracts.asking import to_read

MODELS = frozenset({Intent.GENERATE, Intent.EDIT, Intent.REMOVE_OBJECT, Intent.STYLE_TRANSFER})
PAINTED = Turn("a cat", "a cat", None, showed_picture=True)


def read(content: str, **values: object) -> Refinement:
    return OfflineProvider(made_by_models=MODELS).refine(to_read(content, **values))


@pytest.mark.parametrize(
    ("content", "intent"),
    [
        ("draw a cat", Intent.GENERATE),
        ("a sunset landscape", Intent.GENERATE),
        ("vẽ một con mèo", Intent.GENERATE),
        ("hello", Intent.REPLY),
        ("what can you do?", Intent.REPLY),
        ("make it bluer", Intent.REPLY),
        ("remove the background", Intent.REPLY),
        ("undo", Intent.REPLY),
    ],
)
def test_without_a_picture(content: str, intent: Intent) -> None:
    found = read(content)
    assert (found.intent, found.prompt) == (intent, "" if intent is Intent.REPLY else content)
    assert bool(found.reply) is (intent is Intent.REPLY)


@pytest.mark.parametrize(
    ("content", "intent"),
    [
        ("add a dog", Intent.EDIT),
        ("Add a dog", Intent.EDIT),
        ("make it bluer", Intent.EDIT),
        ("turn the sky red and add a dog", Intent.EDIT),
        ("in the style of van gogh", Intent.STYLE_TRANSFER),
        ("remove the car", Intent.REMOVE_OBJECT),
        ("draw a red car", Intent.GENERATE),
        ("a watercolour of a cat", Intent.GENERATE),
    ],
)
def test_after_a_picture(content: str, intent: Intent) -> None:
    found = read(content, has_source=True, turns=(PAINTED,))
    assert (found.intent, found.prompt, found.plan) == (intent, content, None)


@pytest.mark.parametrize(
    ("content", "intent"), [("remove the boat", Intent.REMOVE_OBJECT), ("now at night", Intent.EDIT)]
)
def test_a_model_changes_a_picture_that_could_be_painted_anew(content: str, intent: Intent) -> None:
    boat = Turn("a boat on a lake", "a boat on a lake", None, showed_picture=True, seed=7)
    found = read(content, has_source=True, turns=(boat,))
    assert (found.intent, found.prompt, found.seed) == (intent, content, None)


def test_with_a_photo_whatever_is_said_is_about_it() -> None:
    assert read("a castle behind them", has_source=True, attached=1).intent is Intent.EDIT
    assert read("a castle", has_source=True, has_mask=True).intent is Intent.EDIT


@pytest.mark.parametrize("content", ["remove the background", "enhance"])
def test_what_the_tools_make_is_read_as_without_a_model(content: str) -> None:
    alone = OfflineProvider().refine(to_read(content, has_source=True))
    assert read(content, has_source=True) == alone


def test_a_size_in_words_is_taken_and_left_out_of_them() -> None:
    found = read("a cat, 800x600")
    assert (found.width, found.height, found.prompt) == (800, 600, "a cat,")
    assert (read("a cat", width=640).width, read("a cat", width=640).height) == (640, 480)


def test_a_button_is_final() -> None:
    assert read("hello", intent=Intent.GENERATE).intent is Intent.GENERATE
    assert read("hello", intent=Intent.EDIT).intent is Intent.REPLY  # there is nothing to change


def test_who_leaves_the_choice_to_us_gets_one() -> None:
    found = read("surprise me")
    assert found.intent is Intent.GENERATE
    assert found.prompt not in ("", "surprise me")


def test_a_greeting_is_answered_with_what_a_model_can() -> None:
    assert "what you describe" in (read("hello").reply or "")
    assert "landscapes" in (OfflineProvider().refine(to_read("hello")).reply or "")
