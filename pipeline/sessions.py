"""A session's changes, run in MongoDB for the worker (sync), and their news."""

from pymongo import ReturnDocument

from gallery import links
from pipeline import publisher, session
from pipeline.message import Change
from pipeline.mongo import database


def bump(session_id: str) -> None:
    _apply(session.bump(session_id))


def name(session_id: str, title: str) -> None:
    _apply(session.name(session_id, title))


def _apply(change: Change) -> None:
    sessions = database()["sessions"]
    doc = sessions.find_one_and_update(change.filter, change.update, return_document=ReturnDocument.AFTER)
    if doc is None or doc["kind"] != session.CHAT:
        return
    for look in sessions.aggregate(session.looks({"_id": doc["_id"]})):
        publisher.post(publisher.session_changed(doc["user_id"], session.public(look, links.urls)))
