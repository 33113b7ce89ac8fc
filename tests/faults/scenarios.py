"""What is broken, where. Each scenario acts on a house in which people have just begun to talk, and gives the moment of
its fault; what must hold afterwards, `judge` knows."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from project.children import Child
from tests.faults.house import House, until
from tests.faults.ledger import Ledger
from tests.faults.person import Entry, Person
from tests.faults.times import LEASE_S

WORKER_PLACES = (
    "claim | refining",
    "refine | advance",
    "advance to generating | news",
    "claim | generating",
    "generate | artifact",
    "artifact | advance",
    "advance to uploading | news",
    "claim | uploading",
    "draft row | put",
    "put | finish",
    "finish | news",
    "finish | publish",
    "publish | end",
)
WEB_PLACES = ("insert | acknowledge", "acknowledge | doorbell")
ANNOUNCING = "row changed | message"  # a picture's row, and the message that shows it
KILL, TERM, FREEZE = signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP
HOW = {KILL: "kill -9", TERM: "SIGTERM", FREEZE: "freeze"}
FROZEN_S = LEASE_S * 1.6  # longer than the lease: somebody else takes over, and then the zombie wakes
BLOWS = 4  # of a storm
AT_RANDOM_S = 0.4  # the first so many seconds of a conversation


class NotReached(Exception):
    """Nobody came to the place: the scenario proves nothing."""


class NotHere(Exception):
    """This machine does not allow it."""


@dataclass
class Stage:
    """Where a scenario plays."""

    house: House
    ledger: Ledger
    people: list[Person]
    chance: random.Random

    def say(self, each: int = 3) -> None:
        """Up to three requests of everybody: a picture, a variation that waits for its refinement, an edit that waits for
        the picture itself."""
        for person in self.people:
            original = person.say()
            if each > 1:
                person.say(original=original)
            if each > 2:
                person.say("make it bluer")


Act = Callable[[Stage], Awaitable[float]]


@dataclass(frozen=True)
class Scenario:
    fault: str
    place: str
    act: Act
    switches: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)  # how they are: see Person

    @property
    def name(self) -> str:
        return f"{self.fault}, {self.place}"


def at_place(place: str, how: signal.Signals) -> Act:
    """The first process that reaches the place does this to itself."""

    async def act(stage: Stage) -> float:
        stage.house.arm(place, how)
        stage.say(1 if place.startswith("finish") else 3)  # what comes after an end would hide that nobody told of it
        child = await stage.house.fired(place)
        if child is None:
            raise NotReached(place)
        at = time.monotonic()
        await recover(stage.house, child, how)
        return at

    return act


async def recover(house: House, child: Child, how: signal.Signals) -> None:
    if how is FREEZE:
        await asyncio.sleep(FROZEN_S)
        child.send(signal.SIGCONT)
    else:
        await house.ended(child)
        await house.revive(child)


def cancelled_while_frozen(place: str) -> Act:
    """Who held it wakes up after its message was cancelled: it may write nothing, and leave no picture."""

    async def act(stage: Stage) -> float:
        stage.house.arm(place, FREEZE)
        stage.say(1)
        child = await stage.house.fired(place)
        if child is None:
            raise NotReached(place)
        at = time.monotonic()
        await asyncio.gather(*(_stop_all(person) for person in stage.people))
        await asyncio.sleep(FROZEN_S)
        child.send(signal.SIGCONT)
        await asyncio.sleep(1)  # for the zombie to do its worst
        return at

    return act


async def _stop_all(person: Person) -> None:
    for entry in person.journal.values():
        if entry.message_id is not None and entry.end is None:
            await person.stop(entry)


def process(choose: Callable[[House], list[Child]], how: signal.Signals) -> Act:
    """One of these processes, at a random moment."""

    async def act(stage: Stage) -> float:
        stage.say()
        await asyncio.sleep(stage.chance.random() * AT_RANDOM_S)
        child = stage.chance.choice(choose(stage.house))
        at = time.monotonic()
        child.send(how)
        await recover(stage.house, child, how)
        stage.say(1)
        return at

    return act


def store(name: str, how: signal.Signals) -> Act:
    async def act(stage: Stage) -> float:
        found = getattr(stage.house, name)
        stage.say()
        await asyncio.sleep(stage.chance.random() * AT_RANDOM_S)
        at = time.monotonic()
        found.child.send(how)
        stage.say(1)
        if how is FREEZE:
            await asyncio.sleep(FROZEN_S)
            found.child.send(signal.SIGCONT)
        else:
            await stage.house.ended(found.child)
            await asyncio.sleep(0.5)
            await stage.house.restore(found)
        stage.say(1)
        return at

    return act


async def flushall(stage: Stage) -> float:
    stage.say()
    await asyncio.sleep(stage.chance.random() * AT_RANDOM_S)
    at = time.monotonic()
    stage.house.flush()
    stage.say(1)
    return at


def trashing(how: signal.Signals) -> Act:
    """A picture goes into the trash, and who should say so to its message breaks."""

    async def act(stage: Stage) -> float:
        stage.say(1)
        entries = [(person, entry) for person in stage.people for entry in person.journal.values()]
        await until(lambda: all(entry.end for _, entry in entries), 20)
        stage.house.arm(ANNOUNCING, how)
        at = time.monotonic()
        trashed = asyncio.gather(*(_trash(person, entry) for person, entry in entries))
        child = await stage.house.fired(ANNOUNCING)
        if child is None:
            raise NotReached(ANNOUNCING)
        await recover(stage.house, child, how)
        await trashed
        return at

    return act


async def _trash(person: Person, entry: Entry) -> None:
    entry.trashed = True
    if entry.end and entry.end["image"]:
        await person.rest("DELETE", f"/v1/gallery/{entry.end['image']['id']}/")


async def storm(stage: Stage) -> float:
    """One thing after another. Messages may fail of it, but not get lost."""
    at = time.monotonic()
    blows = [scenario.act for scenario in at_random() if not scenario.fault.startswith(HOW[TERM])]
    for _ in range(BLOWS):
        await stage.chance.choice(blows)(stage)
    return at


async def talk(stage: Stage) -> float:
    """Nothing is broken but what the scenario's switches and people break."""
    at = time.monotonic()
    stage.say()
    return at


def provider(mood: str, calls: int = 3) -> Act:
    async def act(stage: Stage) -> float:
        stage.ledger.behave(mood, calls)
        return await talk(stage)

    return act


def wrong_clock(choose: Callable[[House], list[Child]], skew_s: float) -> Act:
    """One process lives so many seconds ahead of (or behind) the others."""

    async def act(stage: Stage) -> float:
        (wrong, *_) = choose(stage.house)
        await _restart(stage.house, wrong, skew_s)
        at = await talk(stage)
        await asyncio.sleep(LEASE_S)
        stage.say(1)
        await asyncio.sleep(1)
        await _restart(stage.house, wrong, 0)
        return at

    return act


async def _restart(house: House, child: Child, skew_s: float) -> None:
    child.send(TERM)
    await house.ended(child)
    await house.revive(child, skew_s)


async def never_reads(stage: Stage) -> float:
    """Somebody asks for everything and reads nothing; the others are served."""
    from tests.faults.deaf import deaf

    at = time.monotonic()
    async with deaf(stage.people[0]):
        stage.say()
        await asyncio.sleep(1.5)
    return at


def matrix() -> Iterator[Scenario]:
    from tests.faults.disk import full_disk

    for how, name in HOW.items():
        for place in WEB_PLACES:
            yield Scenario(f"{name} web", place, at_place(place, how))
        yield Scenario(f"{name} web", ANNOUNCING, trashing(how))
        for place in WORKER_PLACES:
            yield Scenario(f"{name} worker", place, at_place(place, how))
    for place in ("generate | artifact", "draft row | put", "put | finish"):
        yield Scenario("freeze worker, cancel", place, cancelled_while_frozen(place))
    yield from at_random()
    yield Scenario("storm", "four at random", storm)
    yield Scenario("disk full", "put", full_disk)
    for mood in ("slowly", "never", "with an error", "with garbage"):
        yield Scenario(f"provider answers {mood}", "3 times", provider(mood))
    yield Scenario("provider answers with garbage", "always", provider("with garbage", 10**9))
    for skew in (90, -90):
        yield Scenario(f"clock {skew:+d} s", "worker", wrong_clock(lambda house: house.workers, skew))
        yield Scenario(f"clock {skew:+d} s", "web", wrong_clock(lambda house: house.webs, skew))
    yield Scenario("doorbells lost", "half", talk, {"doorbells_lost": 0.5})
    yield Scenario("doorbells lost", "three of four", talk, {"doorbells_lost": 0.75})
    yield Scenario("doorbells doubled", "all", talk, {"doorbells_doubled": True})
    reordered = {"doorbells_reordered": True, "order_of_doorbells_lost": 0.5}
    yield Scenario("doorbells reordered", "half", talk, reordered)
    yield Scenario("news lost", "half", talk, {"news_lost": 0.5})
    yield Scenario("news lost", "all", talk, {"news_lost": 1})
    yield Scenario("client", "resends five times", talk, people={"resends": 5})
    yield Scenario("client", "reconnects each second", talk, people={"hangs_up_every": 1.0})
    yield Scenario("client", "never reads", never_reads)


def at_random() -> Iterator[Scenario]:
    for how, name in HOW.items():
        yield Scenario(f"{name} web", "at random", process(lambda house: house.webs, how))
        yield Scenario(f"{name} worker", "at random", process(lambda house: house.workers, how))
        yield Scenario(f"{name} mongod", "at random", store("mongod", how))
        yield Scenario(f"{name} Valkey", "at random", store("valkey", how))
    yield Scenario("FLUSHALL", "at random", flushall)
