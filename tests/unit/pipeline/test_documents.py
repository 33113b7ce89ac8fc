"""The definitions of a message and a session: what is stored and what clients read, without a database."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from bson import CodecOptions, decode, encode, json_util

from chat.forms import MessageForm, SessionForm
from gallery.snapshot import Snapshot, State, Urls
from pipeline.documents import evolve, timestamp
from pipeline.message import Message, request_hash
from pipeline.message_parts import Options
from pipeline.session import Session
from pipeline.transitions import Details
from tests.support.messages import Doc, new

FORM: Snapshot = {
    "id": "p", "state": "shown", "width": 4, "height": 3, "placeholder": "data:x", "epoch": 0, "rev": 0,
}  # fmt: skip
DOCUMENTS = Path(__file__).parent / "documents"  # written by the release of 29 November 2026, with their public forms
LATER = ("edited_image_id", "source_image_ids", "language", "delay")  # fields that came with later releases
LATER_OF_IMAGES = ("hidden_reason", "appeal")
TIME_ZONE = CodecOptions[Doc](tz_aware=True)


def urls(snapshot: Snapshot) -> Urls:
    shown, path = snapshot["state"] == "shown", f"/p/{snapshot['id']}"
    full, thumbnail = f"{path}/full/{snapshot['epoch']}", f"{path}/thumbnail/{snapshot['epoch']}"
    return {"url": full if shown else None, "thumbnail_url": thumbnail if shown else None}


def read(name: str) -> list[Doc]:
    """As the driver gives them."""
    kept: list[Doc] = json_util.loads((DOCUMENTS / name).read_text())
    for each in kept:
        for form in {"stored", "summary"} & set(each):
            each[form] = each[form] and decode(encode(each[form]), TIME_ZONE)
    return kept


def named(kept: list[Doc]) -> list[Any]:
    return [pytest.param(each, id=each["name"]) for each in kept]


MESSAGES, SESSIONS = read("messages.json"), read("sessions.json")


@pytest.mark.parametrize("kept", named(MESSAGES))
def test_a_message_of_the_release_before_is_read_as_it_was(kept: Doc) -> None:
    form = Message.of(kept["stored"]).public(urls)
    before: Doc = {name: value for name, value in form.items() if name not in LATER}
    if before["image"]:
        before["image"] = {name: value for name, value in before["image"].items() if name not in LATER_OF_IMAGES}
    assert json.dumps(before) == json.dumps(kept["public"])  # in the same order, too
    MessageForm.model_validate_json(json.dumps(form), strict=True)


@pytest.mark.parametrize("kept", named(MESSAGES))
def test_a_message_is_stored_as_the_release_before_did(kept: Doc) -> None:
    stored = Message.of(kept["stored"]).stored()
    before = kept["stored"]
    suggestions = [{"action": None, "image_id": None, **each} for each in before.get("suggestions", [])]
    assert stored == {"plan": None, **before, "suggestions": suggestions}
    assert decode(encode(stored), TIME_ZONE) == stored  # a value of an enumeration is a string


@pytest.mark.parametrize("kept", named(SESSIONS))
def test_a_session_of_the_release_before_is_read_and_stored_as_it_was(kept: Doc) -> None:
    assert Session.of(kept["stored"]).stored() == kept["stored"]
    if kept["summary"]:
        form = Session.of_summary(kept["summary"]).public(urls)
        assert json.dumps(form) == json.dumps(kept["public"])
        SessionForm.model_validate(form, strict=True)


def test_a_new_message_and_a_new_session_are_stored_with_the_fields_that_they_had() -> None:
    before = MESSAGES[0]["stored"]
    given = (
        "session_id",
        "user_id",
        "client_id",
        "content",
        "mask_image_id",
        "variation_of",
        "options",
    )
    named = {name: before[name] for name in (*given, "request_hash", "seed")}
    made = Message.new(**named, source_image_ids=[before["source_image_id"]]).stored()
    by_itself = {name: made[name] for name in ("_id", "created_at", "updated_at")}
    assert made == before | by_itself
    assert set(Session.new("u", "").stored()) == set(SESSIONS[0]["stored"])


def test_what_a_later_release_writes_is_left_alone() -> None:
    stored = {**MESSAGES[0]["stored"], "mood": "good"}
    message = Message.of(stored)
    assert message == Message.of(MESSAGES[0]["stored"])
    assert evolve(message, version=2).version == 2
    assert "mood" not in message.stored() and "mood" not in message.public(urls)


def test_a_message_has_all_its_pictures_in_their_order() -> None:
    def pictures(*ids: str) -> tuple[Any, Any]:
        given: Any = {
            "session_id": "s",
            "user_id": "u",
            "client_id": "c",
            "request_hash": "h",
            "content": "a",
            "seed": 1,
        }
        stored = Message.new(**given, options={}, source_image_ids=ids).stored()
        form = Message.of(stored).public(urls)
        return form["source_image_id"], form["source_image_ids"]

    assert pictures() == (None, [])
    assert pictures("a") == ("a", ["a"])
    assert pictures("a", "b", "c") == ("a", ["a", "b", "c"])


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Message.of(MESSAGES[0]["stored"]).version = 2  # type: ignore[misc]


def test_what_a_stage_finds_out_has_the_names_and_types_of_the_message() -> None:
    of_message, of_options = get_type_hints(Message), get_type_hints(Options)
    names = {field.name for field in fields(Message)}
    for name, kind in get_type_hints(Details).items():
        of, _, option = name.partition(".")
        expected = of_options[option] if option else of_message[of]
        assert of in names
        assert expected in (kind, kind | None)


def test_nothing_private_is_in_the_form() -> None:
    form = new(token="secret", artifact="a").public(urls)
    assert set(form) == set(MessageForm.model_fields)
    assert "secret" not in str(form)


def test_a_shown_picture_has_its_urls() -> None:
    form: Any = new(image=FORM).public(urls)
    assert form["image"] == {
        "id": "p", "state": "shown", "url": "/p/p/full/0", "thumbnail_url": "/p/p/thumbnail/0", "width": 4, "height": 3,
        "placeholder": "data:x", "hidden_reason": None, "appeal": None,
    }  # fmt: skip
    assert form["image_url"] == "/p/p/full/0"


@pytest.mark.parametrize("state", ["hidden", "deleted"])
def test_one_that_is_not_shown_gives_nothing_of_itself_away(state: State) -> None:
    form: Any = new(image={**FORM, "state": state}).public(urls)
    assert (form["image_url"], form["image"]["url"], form["image"]["thumbnail_url"]) == (None, None, None)
    assert (form["image"]["placeholder"], form["image"]["state"]) == (None, state)


def test_times_are_utc_with_milliseconds() -> None:
    assert timestamp(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)) == "2026-01-02T03:04:05.678Z"
    assert timestamp(datetime.fromisoformat("2026-01-02T03:04:05+02:00")) == "2026-01-02T01:04:05.000Z"


def test_the_same_request_has_the_same_hash_whatever_its_order() -> None:
    assert request_hash({"a": 1, "b": "é"}) == request_hash({"b": "é", "a": 1})
    assert request_hash({"a": 1}) != request_hash({"a": 2})
