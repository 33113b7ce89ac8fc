"""The examples in /asyncapi.json are sent to a running studio, and what comes back has the shape of those that it shows."""

from typing import Any

import pytest

from chat.asyncapi import asyncapi
from tests.support.studio import SMALL, Form, Studio

DOCUMENT: Any = asyncapi("localhost", "ws")
EXAMPLES: dict[str, Form] = {
    name: message["examples"][0]["payload"] for name, message in DOCUMENT["components"]["messages"].items()
}


def differences(example: Any, found: Any, where: str = "") -> list[str]:
    """Null stands for anything, and a list with nothing in it for any list."""
    if example is None or found is None:
        return []
    if isinstance(example, dict) and isinstance(found, dict):
        if where.endswith((".options", ".known")):
            return []
        missing = [f"{where}: {name}" for name in example.keys() ^ found.keys()]
        return missing + [
            each
            for name in example.keys() & found.keys()
            for each in differences(example[name], found[name], f"{where}.{name}")
        ]
    if isinstance(example, list) and isinstance(found, list):
        return [each for item in found[:1] for other in example[:1] for each in differences(other, item, f"{where}[]")]
    return [] if type(example) is type(found) else [f"{where}: {example!r}, {found!r}"]


def test_differences_are_found() -> None:
    assert differences({"a": 1}, {"a": "1"}) and differences({"a": 1}, {}) and differences({"a": [1]}, {"a": ["x"]})
    assert not differences({"a": None, "b": []}, {"a": 1, "b": [2]})


def test_every_example_is_what_the_studio_takes_and_says(studio: Studio) -> None:
    guest = studio.guest()
    session, seen = guest.session(), {}
    with guest.connect(session) as socket:
        ready = socket.ready()
        sent = socket.ask_as_it_is(EXAMPLES["Send"])
        assert not differences(EXAMPLES["Reply"], sent)
        done = socket.until_ended(sent["ok"]["message"])
        assert done["status"] == "DONE"
        mine = {"message_id": done["id"]}
        assert socket.ask_as_it_is({**EXAMPLES["Cancel"], **mine}) == EXAMPLES["ErrorReply"]
        with studio.paused_workers():
            waiting = socket.say("a lake", options=SMALL)
            for name in ("Cancel", "Retry"):
                assert not differences(
                    EXAMPLES["Reply"], socket.ask_as_it_is({**EXAMPLES[name], "message_id": waiting["id"]})
                )
        socket.until_ended(waiting)
        synced = socket.ask_as_it_is({**EXAMPLES["Sync"], "known": {done["id"]: 1}})
        assert not differences(EXAMPLES["SyncReply"], synced)
        assert socket.ask_as_it_is(EXAMPLES["Ping"]) == EXAMPLES["PingReply"]
        socket.until(lambda: any(frame["type"] == "session.changed" for frame in socket.events))
        guest.http.delete(f"/v1/gallery/{guest.photo()['id']}/").raise_for_status()
        socket.until(lambda: any(frame["type"] == "image.changed" for frame in socket.events))
        guest.http.delete(f"/api/v1/chat/sessions/{session}/").raise_for_status()
        socket.until(lambda: any(frame["type"] == "session.deleted" for frame in socket.events))
        seen = {frame["type"]: frame for frame in (ready, *socket.events)}
    for name in ("SessionReady", "MessageChanged", "SessionChanged", "SessionDeleted", "ImageChanged"):
        example = EXAMPLES[name]
        assert not differences(example, seen[example["type"]]), name
    progress = seen.get("message.progress", EXAMPLES["MessageProgress"])  # which may be lost
    optional = {"fraction", "position", "eta_s"}
    assert set(progress) - optional == set(EXAMPLES["MessageProgress"]) - optional


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_fits_its_schema(name: str) -> None:
    from chat import asyncapi as models
    from chat import protocol

    model = getattr(models, name, None) or getattr(protocol, name)
    model.model_validate(EXAMPLES[name])
