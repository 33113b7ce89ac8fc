"""The verdict, from outside the application: by the people's journals, the provider's ledger, and a fresh load. `leftovers`
finds what remains in the stores."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.programs.faults.ledger import Ledger
from tests.programs.faults.person import Entry, Form, Person
from tests.support.serving import until

WITHIN_S = 120.0  # for every message to end: far more than lease, rescue and a few stages, on a busy machine
CATCH_UP_S = 60.0  # for the views and the gallery after that
ASK_S = 0.2
STARTS_AT_MOST = 3  # of one kind for one message, the attempts of a stage


@dataclass
class Fresh:
    """What a fresh load shows."""

    session: Form
    messages: dict[str, Form]
    pictures: list[Form]


FAILURES = (
    "lost", "doubled", "unfenced", "differing", "locked_out", "leftovers", "money", "moderation", "remarks",
)  # fmt: skip


@dataclass
class Verdict:
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unfenced: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    locked_out: list[str] = field(default_factory=list)  # could not connect, or a place was not released
    leftovers: list[str] = field(default_factory=list)
    money: list[str] = field(default_factory=list)  # see `money`
    moderation: list[str] = field(default_factory=list)  # decided twice, or different from the record
    starts: list[int] = field(default_factory=list)  # provider calls of one kind for one message
    recoveries: list[float] = field(default_factory=list)  # seconds to each end: from the fault, or from a later send
    remarks: list[str] = field(default_factory=list)

    @property
    def red(self) -> bool:
        starved = any(starts > STARTS_AT_MOST for starts in self.starts)
        return starved or any(getattr(self, name) for name in FAILURES)

    def add(self, other: "Verdict") -> None:
        self.acknowledged += other.acknowledged
        for name in (*FAILURES, "starts", "recoveries"):
            getattr(self, name).extend(getattr(other, name))


async def load(person: Person) -> Fresh | None:
    """None while no web process answers."""
    base = f"/api/v1/chat/sessions/{person.session_id}/"
    try:
        session, messages, pictures = await asyncio.gather(
            person.rest("GET", base),
            person.rest("GET", f"{base}messages/?limit=100"),
            person.rest("GET", "/v1/gallery/?limit=100"),
        )
    except httpx.HTTPError:
        return None
    return Fresh(session, {message["id"]: message for message in messages["items"]}, pictures["items"])


async def judge(
    person: Person, ledger: Ledger, fault_at: float, within: float = WITHIN_S, *, may_be_refused: bool = False
) -> Verdict:
    """Waits until everything has ended and was seen, or for the time limit, then lists what is wrong. `may_be_refused`: for
    lack of money."""
    fresh: Fresh | None = None

    async def settled() -> bool:
        nonlocal fresh
        fresh = await load(person)
        return fresh is not None and not _lost(person, fresh)

    async def caught_up() -> bool:
        nonlocal fresh
        fresh = await load(person) or fresh
        return fresh is not None and not (_doubled(person, fresh) or _differing(person, fresh))

    await until(settled, within, ASK_S)
    await until(caught_up, min(within, CATCH_UP_S), ASK_S)
    if fresh is None:
        return Verdict(remarks=["nobody answers any more"])
    return Verdict(
        acknowledged=sum(entry.message_id is not None for entry in person.journal.values()),
        lost=_lost(person, fresh),
        doubled=_doubled(person, fresh),
        unfenced=_unfenced(person, fresh),
        differing=_differing(person, fresh),
        starts=_starts(person, ledger),
        recoveries=[
            entry.ended_at - max(fault_at, entry.said_at)
            for entry in person.journal.values()
            if entry.ended_at is not None and entry.ended_at > fault_at
        ],
        remarks=[
            f"refused: {entry.refused}"
            for entry in person.journal.values()
            if entry.refused and not (may_be_refused and entry.refused == "budget")
        ],
    )


def _lost(person: Person, fresh: Fresh) -> list[str]:
    """Never acknowledged although it was sent repeatedly, or acknowledged and missing, or never ended."""
    return [entry.content for entry in person.journal.values() if not entry.is_refused and not _ended(entry, fresh)]


def _ended(entry: Entry, fresh: Fresh) -> bool:
    return entry.message_id is not None and _status(entry, fresh) not in (None, "PROCESSING")


def _status(entry: Entry, fresh: Fresh) -> Any:
    return fresh.messages.get(entry.message_id or "", {}).get("status")


def _doubled(person: Person, fresh: Fresh) -> list[str]:
    """Two messages for one client_id, a wrong picture for a message, or one where there must be none."""
    times = Counter(message["client_id"] for message in fresh.messages.values())
    wrong = [f"{times[client_id]} messages" for client_id in person.journal if times[client_id] > 1]
    shown = sorted((picture["message_id"], picture["id"]) for picture in fresh.pictures)
    images = {message["id"]: message["image"] for message in fresh.messages.values() if message["image"]}
    made = sorted((id, image["id"]) for id, image in images.items() if image["state"] == "shown")
    if shown != made:
        wrong.append(f"the gallery shows {len(shown)} pictures, the messages {len(made)}")
    return wrong


def _unfenced(person: Person, fresh: Fresh) -> list[str]:
    """Changed after its end, or not cancelled although that was acknowledged."""
    return [
        f"{entry.content}: {entry.end and entry.end['status']}, now {_status(entry, fresh)}"
        for entry in person.journal.values()
        if entry.reopened or (entry.stopped and _status(entry, fresh) != "CANCELLED")
    ]


def _differing(person: Person, fresh: Fresh) -> list[str]:
    """Tabs whose messages or session differ from a fresh load."""
    return [
        f"tab {number}: " + ", ".join(_difference(tab.messages, fresh.messages) or ["session"])
        for number, tab in enumerate(person.tabs)
        if tab.messages != fresh.messages or tab.session != fresh.session
    ]


def _difference(applied: dict[str, Form], shown: dict[str, Form]) -> list[str]:
    ids = applied.keys() | shown.keys()
    return sorted(id for id in ids if applied.get(id) != shown.get(id))


def _starts(person: Person, ledger: Ledger) -> list[int]:
    kinds = ("refine", "make")
    return [ledger.starts[kind, entry.content] for entry in person.journal.values() for kind in kinds]
