"""Faults at a place between two steps, where a process breaks itself."""

import asyncio
import signal
import time
import uuid

from django.conf import settings

from tests.programs.faults.person import Entry, Person
from tests.programs.faults.run import FREEZE, FROZEN_S, Act, NotReached, Run, broken
from tests.support.serving import until

WORKER_PLACES = (
    "claim | next turn",
    "claim | refining",
    "refine | advance",
    "advance to generating | event",
    "advance | generating",
    "claim | generating",  # of an edit, which had to wait
    "generate | artifact",
    "artifact | advance",
    "advance to uploading | event",
    "advance | uploading",
    "draft row | put",
    "put | finish",
    "finish | event",
    "finish | publish",
    "publish | end",
)
FREE_PLACES = ("refine | advance", "generate | artifact", "draft row | put", "put | finish", "finish | publish")
MONEY_WEB_PLACES = ("reserved | reserved in both", "reserve | insert")
MONEY_WORKER_PLACES = (
    "call listed | confirmed",
    "confirmed | asked",
    "answer | cost",
    "end | posted",
    "posted | posted in both",
    "posted | settled",
)
WEB_PLACES = ("insert | acknowledge", "acknowledge | wake-up")
CANCELLING, RETRYING = "cancel | event", "retry | wake-up"
STRAY, STRAY_AGE_S = "a file without a row", 3 * 24 * 3600
PURGING = "files gone | row gone"
ANNOUNCING = "row changed | message"  # a picture's row, and the message that shows it


def at_place(place: str, how: signal.Signals) -> Act:
    """The first process that reaches the place does this to itself."""

    async def act(run: Run) -> float:
        run.cluster.arm(place, how)
        run.say(
            1 if place.startswith("finish") else 3
        )  # events after an end would hide that the end itself was not announced
        return await broken(run, place, how)

    return act


def cancelled_while_frozen(place: str) -> Act:
    """A frozen worker wakes up after its message was cancelled: it must write nothing, and leave no picture."""

    async def act(run: Run) -> float:
        run.cluster.arm(place, FREEZE)
        run.say(1)
        child = await run.cluster.fired(place)
        if child is None:
            raise NotReached(place)
        at = time.monotonic()
        await _stop_what_is_acknowledged(run)
        entries = [entry for person in run.people for entry in person.journal.values()]
        await until(lambda: all(entry.stopped or entry.end for entry in entries), 60)
        await asyncio.sleep(FROZEN_S)
        child.send(signal.SIGCONT)
        if not await run.cluster.over(place):
            raise NotReached(f"the end of what was frozen at {place}")
        return at

    return act


async def _stop_what_is_acknowledged(run: Run) -> None:
    await until(lambda: all(person.all_acknowledged for person in run.people), 60)
    await asyncio.gather(*(_stop_all(person) for person in run.people))


async def _stop_all(person: Person) -> None:
    for entry in person.journal.values():
        if entry.message_id is not None and entry.end is None:
            await person.stop(entry)


def cancelling(how: signal.Signals) -> Act:
    """The web process breaks between an acknowledged cancellation and its follow-ups: other messages waited for that one."""

    async def act(run: Run) -> float:
        await _cancel_all(run, CANCELLING, how)
        return await broken(run, CANCELLING, how)

    return act


def retrying(how: signal.Signals) -> Act:
    """The same between an acknowledged retry and its wake-up."""

    async def act(run: Run) -> float:
        await _cancel_all(run, RETRYING, how)
        stopped = [(person, entry) for person in run.people for entry in person.journal.values()]
        await until(lambda: all(entry.end for _, entry in stopped), 20)
        run.ledger.behave("well")
        for person, entry in stopped:
            if entry.stopped:
                await person.retry(entry)
        return await broken(run, RETRYING, how)

    return act


async def _cancel_all(run: Run, place: str, how: signal.Signals) -> None:
    run.ledger.behave("slowly")
    run.cluster.arm(place, how)
    run.say()
    await _stop_what_is_acknowledged(run)


def deleting(how: signal.Signals) -> Act:
    """A picture is deleted for good and restored at the same moment, and the deleting process breaks between the files and the
    row."""

    async def act(run: Run) -> float:
        run.say(1)
        entries = [(person, entry) for person in run.people for entry in person.journal.values()]
        await until(lambda: all(entry.end for _, entry in entries), 20)
        await asyncio.gather(*(_trash(person, entry) for person, entry in entries))
        run.cluster.arm(PURGING, how)
        deleted = asyncio.gather(*(_delete_and_restore(person, entry) for person, entry in entries))
        at = await broken(run, PURGING, how)
        await deleted
        return at

    return act


async def _delete_and_restore(person: Person, entry: Entry) -> None:
    if entry.end and entry.end["image"]:
        picture = f"/v1/gallery/{entry.end['image']['id']}/"
        asked = (person.rest("DELETE", picture + "permanent/"), person.rest("POST", picture + "restore/"))
        await asyncio.gather(*asked, return_exceptions=True)  # either may be 404 by now


async def stray_file(run: Run) -> float:
    """A file without a row, as after restoring a database; other people's pictures are made meanwhile."""
    at = time.monotonic()
    id = uuid.UUID(int=(int((time.time() - STRAY_AGE_S) * 1000) << 80) | (0x7 << 76) | (0x8 << 60) | 1)
    path = settings.PICTURES_DIR / id.hex[:6] / f"{id.hex}-0123456789abcdef.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"nobody's")
    run.say(1)
    return at


def trashing(how: signal.Signals) -> Act:
    """A picture goes into the trash, and the process that should update its message breaks."""

    async def act(run: Run) -> float:
        run.say(1)
        entries = [(person, entry) for person in run.people for entry in person.journal.values()]
        await until(lambda: all(entry.end for _, entry in entries), 20)
        run.cluster.arm(ANNOUNCING, how)
        trashed = asyncio.gather(*(_trash(person, entry) for person, entry in entries))
        at = await broken(run, ANNOUNCING, how)
        await trashed
        return at

    return act


async def _trash(person: Person, entry: Entry) -> None:
    entry.picture_changes = True
    if entry.end and entry.end["image"]:
        await person.rest("DELETE", f"/v1/gallery/{entry.end['image']['id']}/")
