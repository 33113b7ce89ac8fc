"""Faults of processes, stores, clocks, the provider or a client, at a random moment or throughout."""

import asyncio
import signal
import time
from collections.abc import Callable

from project.serve.children import Child
from tests.programs.faults.deaf import deaf
from tests.programs.faults.house import House, until
from tests.programs.faults.person import Person
from tests.programs.faults.stage import FREEZE, FROZEN_S, TERM, Act, NotReached, Stage, recover
from tests.programs.faults.times import LEASE_S

HUNG_S = 8.0
ENOUGH_S = 40.0  # until the server must have disconnected a client that never reads
AT_RANDOM_S = 0.4  # the first so many seconds of a conversation


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


async def hung_valkey(stage: Stage) -> float:
    """For longer than any of our timeouts. People can connect meanwhile, and are answered."""
    stage.say()
    await asyncio.sleep(stage.chance.random() * AT_RANDOM_S)
    at = time.monotonic()
    stage.house.valkey.child.send(FREEZE)
    newcomer = Person(stage.house.ports)
    stage.people.append(newcomer)
    await newcomer.arrive()
    newcomer.say()
    heard = await until(lambda: newcomer.all_acknowledged, HUNG_S)
    await asyncio.sleep(max(0, at + HUNG_S - time.monotonic()))
    stage.house.valkey.child.send(signal.SIGCONT)
    if not heard:
        raise NotReached("a newcomer's acknowledgement")
    return at


async def flushall(stage: Stage) -> float:
    stage.say()
    await asyncio.sleep(stage.chance.random() * AT_RANDOM_S)
    at = time.monotonic()
    stage.house.flush()
    stage.say(1)
    return at


async def talk(stage: Stage) -> float:
    """Only the scenario's switches and people break something."""
    at = time.monotonic()
    stage.say()
    return at


def provider(mood: str, calls: int = 3) -> Act:
    async def act(stage: Stage) -> float:
        stage.ledger.behave(mood, calls)
        return await talk(stage)

    return act


def wrong_clock(choose: Callable[[House], list[Child]], skew_s: float) -> Act:
    """The clock of one process is so many seconds ahead of, or behind, the others."""

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
    """A client sends and reads nothing: others are served, and its connection is closed."""
    at = time.monotonic()
    async with deaf(stage.people[0]) as asking:
        stage.say()
        if not await until(asking.done, ENOUGH_S):
            raise NotReached("the end of a connection that reads nothing")
    return at
