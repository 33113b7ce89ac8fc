"""What a scenario acts on, and how it breaks things."""

import asyncio
import random
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from project.serve.children import Child
from tests.programs.faults.cluster import Cluster
from tests.programs.faults.ledger import Ledger
from tests.programs.faults.person import Person
from tests.programs.faults.times import LEASE_S

KILL, TERM, FREEZE = signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP
HOW = {KILL: "kill -9", TERM: "SIGTERM", FREEZE: "freeze"}
FROZEN_S = LEASE_S * 1.6  # longer than the lease: another worker takes over before this one wakes


class NotReached(Exception):
    """No process reached the place, so the scenario proves nothing."""


class NotHere(Exception):
    """The scenario cannot run on this machine."""


@dataclass
class Run:
    """The processes, people and ledger of a scenario."""

    cluster: Cluster
    ledger: Ledger
    people: list[Person]
    chance: random.Random
    locked_out: list[str] = field(default_factory=list)
    moderation: list[str] = field(default_factory=list)  # what is wrong with it

    def say(self, each: int = 3) -> None:
        """Send up to three requests of each person: a picture, a variation that waits for its refinement, and an edit that
        waits for the picture."""
        for person in self.people:
            original = person.say()
            if each > 1:
                person.say(original=original)
            if each > 2:
                person.say("make it bluer")


Act = Callable[[Run], Awaitable[float]]  # returns the moment of its fault, by time.monotonic()


async def recover(cluster: Cluster, child: Child, how: signal.Signals) -> None:
    if how is FREEZE:
        await asyncio.sleep(FROZEN_S)
        child.send(signal.SIGCONT)
    else:
        await cluster.ended(child)
        await cluster.revive(child)


async def broken(run: Run, place: str, how: signal.Signals) -> float:
    """Wait until a process has reached the armed place, then let the fault take its course."""
    child = await run.cluster.fired(place)
    if child is None:
        raise NotReached(place)
    at = time.monotonic()
    await recover(run.cluster, child, how)
    return at
