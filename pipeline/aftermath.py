"""What follows when messages have advanced or ended: freedom for who waited, a new look of their sessions, no more artifacts.

In rounds, from one thread: whoever works goes on, and what happens during a round is done together in the next one. If any
of it is lost, the keeper makes up for it.
"""

import functools
import logging
import threading
import time
from collections.abc import Iterable

from pymongo.errors import PyMongoError

from pipeline import artifacts, message, sessions
from pipeline.message import Doc, Stage, Status
from pipeline.mongo import database
from pipeline.tasks import ring

log = logging.getLogger(__name__)

PAUSE_S = 0.05  # between two rounds


class _Aftermath:
    def __init__(self) -> None:
        self._moved: list[Doc] = []
        self._busy = False
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="aftermath", daemon=True).start()

    def add(self, doc: Doc) -> None:
        with self._changed:
            self._moved.append(doc)
            self._changed.notify_all()

    def wait(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._moved and not self._busy, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._moved)
                docs, self._moved, self._busy = self._moved, [], True
            try:
                _round(docs)
            except PyMongoError as error:
                log.warning("action=aftermath_dropped messages=%d error=%r", len(docs), error)
            except Exception:
                log.exception("action=aftermath_crashed messages=%d", len(docs))
            with self._changed:
                self._busy = False
                self._changed.notify_all()
            time.sleep(PAUSE_S)


def _round(docs: Iterable[Doc]) -> None:
    ended = {doc["_id"]: doc for doc in docs if doc["status"] != Status.PROCESSING}
    free([doc["_id"] for doc in docs if doc["_id"] not in ended], refined=True)
    free(list(ended), refined=False)
    sessions.bump(*{doc["session_id"] for doc in ended.values()})
    artifacts.drop(id for id, doc in ended.items() if doc["status"] == Status.DONE)


def free(waited_for: list[str], *, refined: bool) -> None:
    """Wake those who waited for one of these messages: the keeper would, but a person is looking."""
    if not waited_for:
        return
    change = message.stop_waiting(*waited_for, refined=refined)
    if freed := database()["messages"].update_many(change.filter, change.update).modified_count:
        ring(Stage.REFINING, freed)
        if not refined:
            ring(Stage.GENERATING, freed)  # at which stage they waited does not matter: one too many is harmless


@functools.cache
def _aftermath() -> _Aftermath:
    return _Aftermath()


def follows(doc: Doc) -> None:
    """The message as it is now. Returns at once."""
    _aftermath().add(doc)


def wait(seconds: float) -> None:
    """Until everything has followed, or so long."""
    _aftermath().wait(seconds)
