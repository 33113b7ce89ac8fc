"""What is broken, and where. Each scenario begins when people have just sent their first messages; `judge` knows what must hold
afterwards."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.programs.faults.comeback import (
    comes_back,
    frozen_mongod,
    frozen_valkey,
    killed_mongod,
    locked_postgresql,
    locked_sqlite,
    postgresql_comes_back,
    stopped_postgresql,
)
from tests.programs.faults.conditions import (
    flushall,
    hung_valkey,
    never_reads,
    process,
    provider,
    store,
    talk,
    wrong_clock,
)
from tests.programs.faults.disk import full_disk, mongod_full
from tests.programs.faults.moderation import appeals_of_what_is_deleted, moderator_dies, two_moderators
from tests.programs.faults.moderator import DECIDED, RECORDED
from tests.programs.faults.places import (
    ANNOUNCING,
    CANCELLING,
    FREE_PLACES,
    MONEY_WEB_PLACES,
    MONEY_WORKER_PLACES,
    PURGING,
    RETRYING,
    STRAY,
    WEB_PLACES,
    WORKER_PLACES,
    at_place,
    cancelled_while_frozen,
    cancelling,
    deleting,
    retrying,
    stray_file,
    trashing,
)  # fmt: skip
from tests.programs.faults.run import FREEZE, HOW, KILL, TERM, Act, Run

AFFORDABLE = 4  # pictures, of six that are requested
BLOWS = 4  # faults in a storm
KNOCKING = "everybody knocks 20 times"
COUNTED = {"places_limited": True}


@dataclass(frozen=True)
class Scenario:
    fault: str
    place: str
    act: Act
    switches: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)  # arguments of Person
    pictures: int | None = None  # as many as the studio may pay for

    @property
    def name(self) -> str:
        return f"{self.fault}, {self.place}"

    @property
    def is_free(self) -> bool:
        return bool(self.switches.get("provider_repeats"))


def matrix() -> Iterator[Scenario]:
    for how, name in HOW.items():
        for place in WEB_PLACES:
            yield Scenario(f"{name} web", place, at_place(place, how))
        yield Scenario(f"{name} web", CANCELLING, cancelling(how))
        yield Scenario(f"{name} web", RETRYING, retrying(how))
        yield Scenario(f"{name} web", ANNOUNCING, trashing(how))
        yield Scenario(f"{name} web", PURGING, deleting(how))
        for place in WORKER_PLACES:
            yield Scenario(f"{name} worker", place, at_place(place, how))
    for place in ("generate | artifact", "draft row | put", "put | finish"):
        yield Scenario("freeze worker, cancel", place, cancelled_while_frozen(place))
    yield from money()
    yield from free_provider()
    yield from at_random()
    yield Scenario("left behind", STRAY, stray_file)
    yield Scenario("moderators", "two at once", two_moderators)
    yield Scenario("kill -9 moderator", RECORDED, moderator_dies(RECORDED))
    yield Scenario("kill -9 moderator", DECIDED, moderator_dies(DECIDED))
    yield Scenario("moderators", "an appeal on what is deleted meanwhile", appeals_of_what_is_deleted)
    yield Scenario("Valkey hangs", "8 s", hung_valkey)
    yield Scenario("storm", "four at random", storm)
    yield Scenario("disk full", "put", full_disk)
    yield Scenario("disk full", "mongod", mongod_full)
    for behaviour in ("slowly", "never", "with an error", "with garbage"):
        yield Scenario(f"provider answers {behaviour}", "3 times", provider(behaviour))
    yield Scenario("provider answers with garbage", "always", provider("with garbage", 10**9))
    for skew in (90, -90):
        yield Scenario(f"clock {skew:+d} s", "worker", wrong_clock(lambda cluster: cluster.workers, skew))
        yield Scenario(f"clock {skew:+d} s", "web", wrong_clock(lambda cluster: cluster.webs, skew))
    yield Scenario("wake-ups lost", "half", talk, {"wake_ups_lost": 0.5})
    yield Scenario("wake-ups lost", "three of four", talk, {"wake_ups_lost": 0.75})
    yield Scenario("wake-ups doubled", "all", talk, {"wake_ups_doubled": True})
    reordered = {"wake_ups_reordered": True, "order_of_wake_ups_lost": 0.5}
    yield Scenario("wake-ups reordered", "half", talk, reordered)
    yield Scenario("events lost", "half", talk, {"events_lost": 0.5})
    yield Scenario("events lost", "all", talk, {"events_lost": 1})
    yield Scenario("client", "resends five times", talk, people={"resends": 5})
    yield Scenario("client", "reconnects each second", talk, people={"hangs_up_every": 1.0})
    yield Scenario("client", "never reads", never_reads)
    yield from outages()


def money() -> Iterator[Scenario]:
    """Faults between any two steps of the ledger, while the ceilings do not allow every picture."""
    yield Scenario("money", "everybody at once", talk, pictures=AFFORDABLE)
    for how, name in HOW.items():
        for place in MONEY_WEB_PLACES:
            yield Scenario(f"{name} web, money", place, at_place(place, how), pictures=AFFORDABLE)
        for place in MONEY_WORKER_PLACES:
            yield Scenario(f"{name} worker, money", place, at_place(place, how), pictures=AFFORDABLE)
    yield Scenario("kill -9 mongod, money", "at random", store("mongod", KILL), pictures=AFFORDABLE)
    yield Scenario("storm, money", "four at random", storm, pictures=AFFORDABLE)
    yield Scenario("cancel, money", CANCELLING, cancelling(KILL), pictures=AFFORDABLE)
    yield Scenario("retry, money", RETRYING, retrying(KILL), pictures=AFFORDABLE)
    for behaviour in ("never", "with an error", "with garbage"):
        yield Scenario(f"provider answers {behaviour}, money", "3 times", provider(behaviour), pictures=AFFORDABLE)


def free_provider() -> Iterator[Scenario]:
    """Its results are stored late, or not at all: the places where that matters, and mongod."""
    repeats = {"provider_repeats": True}
    for how, name in HOW.items():
        for place in FREE_PLACES:
            yield Scenario(f"{name} worker, free", place, at_place(place, how), repeats)
    yield Scenario("freeze worker, free, cancel", "put | finish", cancelled_while_frozen("put | finish"), repeats)
    for how in (KILL, FREEZE):
        yield Scenario(f"{HOW[how]} mongod, free", "at random", store("mongod", how), repeats)
        yield Scenario(f"{HOW[how]} worker, free", "at random", process(lambda cluster: cluster.workers, how), repeats)


def outages() -> Iterator[Scenario]:
    yield Scenario("mongod frozen", KNOCKING, comes_back(frozen_mongod), COUNTED)
    yield Scenario("mongod gone", KNOCKING, comes_back(killed_mongod), COUNTED)
    yield Scenario("Valkey frozen", KNOCKING, comes_back(frozen_valkey), COUNTED)
    yield Scenario("SQLite locked", KNOCKING, comes_back(locked_sqlite), COUNTED)
    yield Scenario("PostgreSQL locked", KNOCKING, postgresql_comes_back(locked_postgresql), COUNTED)
    yield Scenario("PostgreSQL gone", KNOCKING, postgresql_comes_back(stopped_postgresql), COUNTED)


def at_random() -> Iterator[Scenario]:
    for how, name in HOW.items():
        yield Scenario(f"{name} web", "at random", process(lambda cluster: cluster.webs, how))
        yield Scenario(f"{name} worker", "at random", process(lambda cluster: cluster.workers, how))
        yield Scenario(f"{name} mongod", "at random", store("mongod", how))
        yield Scenario(f"{name} Valkey", "at random", store("valkey", how))
    yield Scenario("FLUSHALL", "at random", flushall)


async def storm(run: Run) -> float:
    """One fault after another. Messages may fail, but not get lost."""
    at = time.monotonic()
    blows = [scenario.act for scenario in at_random() if not scenario.fault.startswith(HOW[TERM])]
    for _ in range(BLOWS):
        await run.chance.choice(blows)(run)
    return at
