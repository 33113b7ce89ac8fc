"""What an ended message is to a client who asked for one picture."""

from typing import Any

import pytest

from chat.api import picture_of
from gallery import errors
from pipeline.message import Message, Status
from tests.support.messages import new


def ended(status: str, **values: Any) -> Message:
    return new(status=Status(status), **values)


def test_a_message_that_is_done_gives_the_id_of_its_picture() -> None:
    assert picture_of(ended("DONE", image={"id": "a"})) == "a"


def test_a_reply_is_no_picture_and_says_what_it_says() -> None:
    with pytest.raises(errors.NoImage, match="I can paint"):
        picture_of(ended("DONE", reply="I can paint mountains."))


@pytest.mark.parametrize("kind", errors.ALL)
def test_a_failure_is_the_error_that_it_failed_with(kind: type[errors.StudioError]) -> None:
    with pytest.raises(kind, match="Our sentence"):
        picture_of(ended("FAILED", error={"code": kind.code, "message": "Our sentence.", "retryable": kind.retryable}))


def test_what_was_cancelled_is_a_conflict() -> None:
    with pytest.raises(errors.Conflict, match="cancelled"):
        picture_of(ended("CANCELLED"))
