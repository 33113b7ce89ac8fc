"""The public forms of a message and a session, made from documents without a database."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from chat.protocol import MessageForm, SessionForm
from pipeline import message, session

FORM = {"id": "p", "state": "shown", "width": 4, "height": 3, "placeholder": "data:x", "epoch": 0, "rev": 0}


def urls(form: Mapping[str, Any]) -> dict[str, str | None]:
    shown = form["state"] == "shown"
    return {"url": "/p/full" if shown else None, "thumbnail_url": "/p/thumbnail" if shown else None}


def document(**values: Any) -> message.Doc:
    made = message.new(
        session_id="s", user_id="u", client_id="c", hash="h", content="a sea", seed=1, options={"width": 128}
    )
    return {**made, **values}


def test_the_form_is_the_documented_one_and_nothing_private_is_in_it() -> None:
    form = message.public(document(token="secret", artifact="a"), urls)
    assert set(form) == set(MessageForm.model_fields)
    MessageForm.model_validate(form, strict=True)
    assert "secret" not in str(form)


def test_a_shown_picture_has_its_urls() -> None:
    form = message.public(document(image=FORM), urls)
    assert form["image"] == {
        "id": "p", "state": "shown", "url": "/p/full", "thumbnail_url": "/p/thumbnail", "width": 4, "height": 3,
        "placeholder": "data:x",
    }  # fmt: skip
    assert form["image_url"] == "/p/full"


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_one_that_is_not_shown_gives_nothing_of_itself_away(state: str) -> None:
    form = message.public(document(image={**FORM, "state": state}), urls)
    assert (form["image_url"], form["image"]["url"], form["image"]["thumbnail_url"]) == (None, None, None)
    assert (form["image"]["placeholder"], form["image"]["state"]) == (None, state)


def test_times_are_utc_with_milliseconds() -> None:
    assert message.timestamp(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)) == "2026-01-02T03:04:05.678Z"


def test_a_sessions_form_is_the_documented_one() -> None:
    look = {**session.new("u", "Mine"), "running": [{"count": 2}], "last": [{"image": FORM}]}
    form = session.public(look, urls)
    assert set(form) == set(SessionForm.model_fields)
    assert (form["title"], form["running"], form["thumbnail_url"]) == ("Mine", 2, "/p/thumbnail")
    empty = session.public({**look, "running": [], "last": []}, urls)
    assert (empty["running"], empty["thumbnail_url"]) == (0, None)


def test_the_same_request_has_the_same_hash_whatever_its_order() -> None:
    assert message.request_hash({"a": 1, "b": "é"}) == message.request_hash({"b": "é", "a": 1})
    assert message.request_hash({"a": 1}) != message.request_hash({"a": 2})
