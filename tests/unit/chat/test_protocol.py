"""What the socket takes for a command, and what it says of everything else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import protocol, validation
from chat.asyncapi import asyncapi
from gallery.errors import RateLimited

SEND: dict[str, Any] = {"type": "message.send", "id": 1, "client_id": "c", "content": "a sea"}


def read(**fields: Any) -> protocol.AnyCommand:
    return protocol.read(json.dumps({**SEND, **fields}))


def refused(text: str) -> protocol.Unreadable:
    with pytest.raises(protocol.Unreadable) as caught:
        protocol.read(text)
    return caught.value


def test_a_command_is_read_with_its_options() -> None:
    options = {"width": 128, "height": 2048, "seed": 2**53 - 1, "style": "sepia", "intent": "edit"}
    command = read(source_image_id="i", variation_of="v", options=options)
    assert isinstance(command, protocol.Send)
    assert command.options.model_dump(exclude_none=True) == options
    assert (command.id, command.source_image_id, command.variation_of) == (1, "i", "v")


@pytest.mark.parametrize(
    ("fields", "pictures"),
    [
        ({}, ()),
        ({"source_image_id": "a"}, ("a",)),
        ({"source_image_ids": ["a", "b"]}, ("a", "b")),
        ({"source_image_ids": [f"{n}" for n in range(10)]}, tuple("0123456789")),
        ({"source_image_id": "a", "source_image_ids": ["a", "b"]}, ("a", "b")),  # as the form of a message has them
        ({"source_image_id": "a", "source_image_ids": None}, ("a",)),
    ],
)
def test_a_message_names_one_picture_or_several(fields: dict[str, Any], pictures: tuple[str, ...]) -> None:
    command = read(**fields)
    assert isinstance(command, protocol.Send)
    assert command.sources == pictures


@pytest.mark.parametrize(
    ("type", "fields"),
    [
        ("message.cancel", {"message_id": "m"}),
        ("message.retry", {"message_id": "m"}),
        ("session.sync", {"known": {"m": 3}}),
        ("ping", {}),
    ],
)
def test_every_command_is_known_by_its_type(type: str, fields: dict[str, Any]) -> None:
    assert protocol.read(json.dumps({"type": type, "id": "x", **fields})).type == type


@pytest.mark.parametrize("content", ["x", "x" * 2000, "🌅" * 2000, "two\nlines\tand a tab", "$set", "a.b"])
def test_any_honest_text_is_content(content: str) -> None:
    command = read(content=content)
    assert isinstance(command, protocol.Send)
    assert command.content == content


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"content": ""}, "content: is empty."),
        ({"content": " \n"}, "content: is empty."),
        ({"content": "x" * 2001}, "content: is longer than 2000."),
        ({"content": "a\0b"}, "content: has a control character or half a character in it."),
        ({"content": None}, "content: should be a valid string."),
        ({"client_id": ""}, "client_id: is empty."),
        ({"client_id": "x" * 65}, "client_id: is longer than 64."),
        ({"nonsense": 1}, "nonsense: is not a known field."),
        ({"$set": 1}, "$set: is not a known field."),
        ({"source_image_ids": []}, "source_image_ids: is empty."),
        ({"source_image_ids": ["a"] * 11}, "source_image_ids: is longer than 10."),
        ({"source_image_ids": ["a", "b", "a"]}, "source_image_ids: names a picture twice."),
        ({"source_image_ids": ["a", ""]}, "source_image_ids.1: is empty."),
        (
            {"source_image_ids": ["a", "b"], "source_image_id": "b"},
            "The request's body has a source_image_id that is not the first of source_image_ids: one of the two is enough.",
        ),
        (
            {"source_image_ids": ["a", "b"], "options": {"adjust": {"rotate": 90}}},
            "The request's body has an adjust, which stands alone: no size, style, mask, variation or second picture, "
            "and no intent but edit.",
        ),
        ({"options": {"seed": 2**53}}, "options.seed: should be less than or equal to 9007199254740991."),
        ({"options": {"width": "128"}}, "options.width: should be a valid integer."),
        ({"options": {"a.b": 1}}, "options.a.b: is not a known field."),
        ({"type": "dance"}, "type: must be one of message.send, message.cancel, message.retry, session.sync, ping."),
        ({"k" * 500: 1}, f"{'k' * 40}: is not a known field."),
    ],
)
def test_a_slip_is_named_with_its_field_and_without_what_was_sent(fields: dict[str, Any], sentence: str) -> None:
    unreadable = refused(json.dumps({**SEND, **fields}))
    assert (unreadable.id, unreadable.error.message, unreadable.error.code) == (1, sentence, "bad_input")


def test_a_missing_field_is_named() -> None:
    assert refused('{"type": "message.cancel", "id": 1}').error.message == "message_id: is missing."


@pytest.mark.parametrize("id", [None, True, 1.5, [], {}, "x" * 65, 2**53, "\0" * 65])
def test_an_id_that_is_none_is_answered_with_null(id: Any) -> None:
    assert refused(json.dumps({"type": "ping", "id": id})).id is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", '"x"', "[" * 9000, '{"type":"ping","id":Infinity}', '"\\ud800"']
)
def test_what_is_no_json_object_is_no_command(text: str) -> None:
    assert refused(text).id is None


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda x: st.lists(x) | st.dictionaries(st.text(), x),
    )
)
def test_nothing_makes_it_fail_otherwise(value: Any) -> None:
    try:
        protocol.read(json.dumps(value))
    except protocol.Unreadable as unreadable:
        assert unreadable.error.message.endswith(".")


@given(st.text())
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    try:
        protocol.read(text)
    except protocol.Unreadable as unreadable:
        assert unreadable.error.code == "bad_input"


def test_an_error_reply_says_when_to_try_again() -> None:
    reply = protocol.failed(7, RateLimited("Slowly.", retry_after=3.5))
    error = {"code": "rate_limited", "message": "Slowly.", "retryable": True, "retry_after": 3.5}
    assert reply == {"id": 7, "error": error}


def test_asyncapi_describes_every_command_and_every_answer() -> None:
    document: Any = asyncapi("studio.example.org", "wss")
    names = {message["name"] for message in document["components"]["messages"].values()}
    assert names == {
        *validation.TYPES, "reply", "session.ready",
        "message.changed", "message.progress", "session.changed", "session.deleted", "image.changed",
    }  # fmt: skip
    text = json.dumps(document)
    for schema in document["components"]["schemas"]:
        assert f"#/components/schemas/{schema}" in text
