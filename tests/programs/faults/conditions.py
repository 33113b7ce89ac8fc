"""Faults of processes, stores, clocks, the provider or a client, at a random moment or throughout."""

import asyncio
import signal
import time
from collections.abc import Callable

from project.serve.children import Child
from tests.programs.faults.cluster import Cluster
from tests.programs.faults.deaf import deaf
from tests.programs.faults.person import Person
from tests.programs.faults.run import FREEZE, FROZEN_S, TERM, Act, NotReached, Run, recover
from tests.programs.faults.times import LEASE_S
from tests.support.serving import until

HUNG_S = 8.0
ENOUGH_S = 40.0  # until the server must have disconnected a client that never reads
AT_RANDOM_S = 0.4  # the first so many seconds of a conversation


def process(choose: Callable[[Cluster], list[Child]], how: signal.Signals) -> Act:
    """One of these processes, at a random moment."""

    async def act(run: Run) -> float:
        run.say()
        await asyncio.sleep(run.chance.random() * AT_RANDOM_S)
        child = run.chance.choice(choose(run.cluster))
        at = time.monotonic()
        child.send(how)
        await recover(run.cluster, child, how)
        run.say(1)
        return at

    return act


def store(name: str, how: signal.Signals) -> Act:
    async def act(run: Run) -> float:
        found = getattr(run.cluster, name)
        run.say()
        await asyncio.sleep(run.chance.random() * AT_RANDOM_S)
        at = time.monotonic()
        found.child.send(how)
        run.say(1)
        if how is FREEZE:
            await asyncio.sleep(FROZEN_S)
            found.child.send(signal.SIGCONT)
        else:
            await run.cluster.ended(found.child)
            await asyncio.sleep(0.5)
            await run.cluster.restore(found)
        run.say(1)
        return at

    return act


async def hung_valkey(run: Run) -> float:
    """For longer than any of our timeouts. People can connect meanwhile, and are answered."""
    run.say()
    await asyncio.sleep(run.chance.random() * AT_RANDOM_S)
    at = time.monotonic()
    run.cluster.valkey.child.send(FREEZE)
    newcomer = Person(run.cluster.ports)
    run.people.append(newcomer)
    await newcomer.arrive()
    newcomer.say()
    heard = await until(lambda: newcomer.all_acknowledged, HUNG_S)
    await asyncio.sleep(max(0, at + HUNG_S - time.monotonic()))
    run.cluster.valkey.child.send(signal.SIGCONT)
    if not heard:
        raise NotReached("a newcomer's acknowledgement")
    return at


async def flushall(run: Run) -> float:
    run.say()
    await asyncio.sleep(run.chance.random() * AT_RANDOM_S)
    at = time.monotonic()
    run.cluster.flush()
    run.say(1)
    return at


async def talk(run: Run) -> float:
    """Only the scenario's switches and people break something."""
    at = time.monotonic()
    run.say()
    return at


def provider(behaviour: str, calls: int = 3) -> Act:
    async def act(run: Run) -> float:
        run.ledger.behave(behaviour, calls)
        return await talk(run)

    return act


def wrong_clock(choose: Callable[[Cluster], list[Child]], skew_s: float) -> Act:
    """The clock of one process is so many seconds ahead of, or behind, the others."""

    async def act(run: Run) -> float:
        (wrong, *_) = choose(run.cluster)
        await _restart(run.cluster, wrong, skew_s)
        at = await talk(run)
        await asyncio.sleep(LEASE_S)
        run.say(1)
        await asyncio.sleep(1)
        await _restart(run.cluster, wrong, 0)
        return at

    return act


async def _restart(cluster: Cluster, child: Child, skew_s: float) -> None:
    child.send(TERM)
    await cluster.ended(child)
    await cluster.revive(child, skew_s)


async def never_reads(run: Run) -> float:
    """A client sends and reads nothing: others are served, and its connection is closed."""
    at = time.monotonic()
    async with deaf(run.people[0]) as asking:
        run.say()
        if not await until(asking.done, ENOUGH_S):
            raise NotReached("the end of a connection that reads nothing")
    return at
