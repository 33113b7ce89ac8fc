"""A session's changes, run in MongoDB for the worker (sync), and their news."""

from collections.abc import Sequence

from gallery import links
from pipeline import publisher, session
from pipeline.message import Change
from pipeline.mongo import database


def bump(*session_ids: str) -> None:
    if session_ids:
        _apply(session.bump(*session_ids), session_ids)


def name(session_id: str, title: str) -> None:
    _apply(session.name(session_id, title), [session_id])


def _apply(change: Change, ids: Sequence[str]) -> None:
    sessions = database()["sessions"]
    if sessions.update_many(change.filter, change.update).modified_count:
        for look in sessions.aggregate(session.looks({"_id": {"$in": list(ids)}, "kind": session.CHAT})):
            publisher.post(publisher.session_changed(look["user_id"], session.public(look, links.urls)))
