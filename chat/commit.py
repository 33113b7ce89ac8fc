"""Group commit: messages that are sent at the same time share one journaled write, and each sender has its own outcome."""

import asyncio
from weakref import WeakKeyDictionary

from bson import encode
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

from pipeline.message import Doc
from pipeline.mongo import async_database

AT_MOST = 500  # documents of one write
DUPLICATE_KEY = 11000
_ENCODING: "CodecOptions[Doc]" = CodecOptions(tz_aware=True)

Entry = tuple[RawBSONDocument, "asyncio.Future[None]"]


class _Committer:
    """Of one event loop. While one write is on its way, the next one gathers; alone, a message waits for nobody."""

    def __init__(self) -> None:
        self._waiting: list[Entry] = []
        self._writing: asyncio.Task[None] | None = None

    async def insert(self, doc: Doc) -> None:
        # Encoded before it joins the others: what cannot be encoded fails here, alone.
        entry = RawBSONDocument(encode(doc, codec_options=_ENCODING)), asyncio.get_running_loop().create_future()
        self._waiting.append(entry)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all(), name="commit")
        await entry[1]

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
                await _write(batch)
        finally:
            self._writing = None


async def _write(batch: list[Entry]) -> None:
    failed: dict[int, PyMongoError] = {}
    try:
        await async_database()["messages"].insert_many([raw for raw, _ in batch], ordered=False)
    except BulkWriteError as error:
        failed = _by_index(error, len(batch))
    except PyMongoError as error:
        failed = dict.fromkeys(range(len(batch)), error)
    except BaseException:
        for _, outcome in batch:
            outcome.cancel()
        raise
    for index, (_, outcome) in enumerate(batch):
        if outcome.done():  # its sender went away
            continue
        if index in failed:
            outcome.set_exception(failed[index])
        else:
            outcome.set_result(None)


def _by_index(error: BulkWriteError, size: int) -> dict[int, PyMongoError]:
    """Whose document was refused. One that the journal may not have is nobody's success."""
    details = error.details or {}
    if details.get("writeConcernErrors"):
        return dict.fromkeys(range(size), error)
    return {problem["index"]: _refusal(problem) for problem in details["writeErrors"]}


def _refusal(problem: Doc) -> PyMongoError:
    kind = DuplicateKeyError if problem["code"] == DUPLICATE_KEY else OperationFailure
    return kind(problem["errmsg"], problem["code"], problem)


_committers: "WeakKeyDictionary[asyncio.AbstractEventLoop, _Committer]" = WeakKeyDictionary()


async def insert(doc: Doc) -> None:
    """Returns when the message is in the journal. Raises `DuplicateKeyError`, and other `PyMongoError`s."""
    loop = asyncio.get_running_loop()
    if loop not in _committers:
        _committers[loop] = _Committer()
    await _committers[loop].insert(doc)
