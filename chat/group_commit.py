"""Messages sent at the same time share one journaled write; each sender gets its own outcome.

A message asks for a place in the queue by its `turn`. If its person has one, the write fails, and is repeated without
it.
"""

import asyncio
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bson import encode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from pipeline.coalescing import Batches, PerLoop
from pipeline.documents import Stored, evolve
from pipeline.message import Message
from pipeline.store.indexes import PLACES
from pipeline.store.mongo import async_database

MAX_DOCUMENTS = 500  # documents of one write
PLACED_S = 5.0
REMEMBERED = 10_000  # people
DUPLICATE_KEY = 11000
_ENCODING: "CodecOptions[dict[str, object]]" = CodecOptions(tz_aware=True)

Entry = tuple[RawBSONDocument, "asyncio.Future[None]"]


class _HasPlace(DuplicateKeyError):
    pass


class _Committer:
    """Of one event loop."""

    def __init__(self) -> None:
        self._batches = Batches("commit", _write, at_most=MAX_DOCUMENTS)
        self._placed_until: dict[str, float] = {}

    async def insert(self, message: Message) -> Message:
        person = message.user_id
        if message.turn is not None and self._placed_until.get(person, 0.0) < time.monotonic():
            try:
                with self._asking(person):
                    await self._insert(message)
                return message
            except _HasPlace:
                self._placed_until[person] = time.monotonic() + PLACED_S
        message = evolve(message, turn=None)
        await self._insert(message)
        return message

    @contextmanager
    def _asking(self, person: str) -> Iterator[None]:
        if len(self._placed_until) >= REMEMBERED:
            self._placed_until.clear()
        self._placed_until[person] = math.inf
        try:
            yield
        finally:
            self._placed_until.pop(person, None)

    async def _insert(self, message: Message) -> None:
        # Encoded first: a document that cannot be encoded fails alone.
        entry = (
            RawBSONDocument(encode(message.stored(), codec_options=_ENCODING)),
            asyncio.get_running_loop().create_future(),
        )
        self._batches.add(entry)
        await entry[1]


async def _write(batch: list[Entry]) -> None:
    failed: dict[int, PyMongoError] = {}
    messages = async_database()["messages"]
    try:
        if len(batch) == 1:  # a bulk write would take a tenth longer
            await messages.insert_one(batch[0][0])
        else:
            await messages.insert_many([raw for raw, _ in batch], ordered=False)
    except BulkWriteError as error:
        failed = _by_index(error, len(batch))
    except DuplicateKeyError as error:
        failed = {0: _refusal(error.details or {})}
    except PyMongoError as error:
        failed = dict.fromkeys(range(len(batch)), error)
    except BaseException:
        for _, outcome in batch:
            outcome.cancel()
        raise
    for index, (_, outcome) in enumerate(batch):
        if outcome.done():  # its sender has disconnected
            continue
        if index in failed:
            outcome.set_exception(failed[index])
        else:
            outcome.set_result(None)


def _by_index(error: BulkWriteError, size: int) -> dict[int, PyMongoError]:
    """By the document's index. A write concern error applies to all of them."""
    details = error.details or {}
    if details.get("writeConcernErrors"):
        return dict.fromkeys(range(size), error)
    return {problem["index"]: _refusal(problem) for problem in details["writeErrors"]}


def _refusal(problem: Stored) -> PyMongoError:
    kind: type[OperationFailure] = OperationFailure
    if problem["code"] == DUPLICATE_KEY:
        kind = _HasPlace if f"index: {PLACES} " in problem["errmsg"] else DuplicateKeyError
    return kind(problem["errmsg"], problem["code"], problem)


_committer = PerLoop(_Committer)


async def insert(message: Message) -> Message:
    """Returns when it is in the journal, with or without its `turn`. Raises `DuplicateKeyError` and other
    `PyMongoError`s."""
    return await _committer().insert(message)
