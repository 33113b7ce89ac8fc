"""Messages as the tests want them, straight in the database."""

from typing import Any

from pipeline import message, session
from pipeline.message import Doc
from pipeline.mongo import database


def insert(**values: Any) -> Doc:
    doc = message.new(
        session_id=values.pop("session_id", "s"),
        user_id=values.pop("user_id", "u"),
        client_id=values.pop("client_id", message.new_id()),
        hash="h",
        content=values.pop("content", "a sunset"),
        seed=1,
        options=values.pop("options", {}),
    )
    doc |= values
    database()["messages"].insert_one(doc)
    return reload(doc)


def insert_session(user_id: str = "u", **values: Any) -> Doc:
    doc = {**session.new(user_id, values.pop("title", "")), **values}
    database()["sessions"].insert_one(doc)
    return doc


def reload(doc: Doc) -> Doc:
    found = database()["messages"].find_one({"_id": doc["_id"]})
    assert found is not None
    return found
