"""Negative controls: without a protection the harness must fail, in the column that the protection is for."""

from dataclasses import dataclass, replace

from tests.programs.faults import cluster
from tests.programs.faults.comeback import comes_back, frozen_mongod
from tests.programs.faults.conditions import talk
from tests.programs.faults.judge import Verdict
from tests.programs.faults.moderation import moderator_dies, two_moderators
from tests.programs.faults.moderator import RECORDED
from tests.programs.faults.places import cancelled_while_frozen
from tests.programs.faults.run import KILL, Run, broken
from tests.programs.faults.runner import Row, Runner
from tests.programs.faults.scenarios import AFFORDABLE, COUNTED, KNOCKING, Scenario

TRIES = 3  # some need two at the same moment; one failure proves that the harness sees it
WITHIN_S = 4.0  # what is not repaired by then, with these short times, is not repaired

HELD = "advance | generating"
PLACES_BACK = "places given back"


async def killed_alone(run: Run) -> float:
    """Without other people's wake-ups, which could wake a worker for what was left behind."""
    run.cluster.arm(HELD, KILL)
    run.people[0].say()
    return await broken(run, HELD, KILL)


@dataclass(frozen=True)
class Control:
    """The protection to remove, the scenario that needs it, and the list of the verdict that must have failures."""

    without: str
    scenario: Scenario
    column: str
    short: bool = True  # part of the short form

    @property
    def name(self) -> str:
        return f"without {self.without}: {self.scenario.name}"

    def is_red(self, row: Row) -> bool:
        return bool(getattr(row.verdict, self.column))


CONTROLS = (
    Control(
        "maintenance",
        Scenario("kill -9 worker", HELD, killed_alone, {"maintenance_off": True}),
        "lost",
    ),
    Control(
        "token filter",
        Scenario(
            "freeze worker, cancel", "put | finish", cancelled_while_frozen("put | finish"), {"token_filter_off": True}
        ),
        "unfenced",
    ),
    Control("unique index", Scenario("client", "resends five times", talk, people={"resends": 5}), "doubled"),
    Control("poller", Scenario("events lost", "all", talk, {"events_lost": 1, "poller_off": True}), "differing"),
    Control(
        "ceilings", Scenario("money", "everybody at once", talk, {"ceilings_off": True}, pictures=AFFORDABLE), "money"
    ),
    Control(
        "calls in a book", Scenario("money", "nothing listed", talk, {"calls_unlisted": True}), "money", short=False
    ),
    Control(
        "claims", Scenario("moderators", "two at once", two_moderators, {"claims_off": True}), "moderation", short=False
    ),
    Control(
        "transactions",
        Scenario("kill -9 moderator", RECORDED, moderator_dies(RECORDED), {"acts_alone": True}),
        "moderation",
        short=False,
    ),
    Control(
        PLACES_BACK,
        Scenario("mongod frozen", KNOCKING, comes_back(frozen_mongod), {**COUNTED, "places_kept": True}),
        "locked_out",
        short=False,
    ),
)


async def run(runner: Runner, control: Control) -> Row:
    """A row that must fail."""
    row = Row(replace(control.scenario, fault=f"without {control.without}: {control.scenario.fault}"), Verdict())
    if control.without == "unique index":
        cluster.drop_unique_index()
    try:
        await runner.run(row, WITHIN_S, tidy=False)
    finally:
        cluster.forget_messages()  # else the next scenario would find what this one broke
        cluster.prepare()
        if control.without == PLACES_BACK:
            await runner.cluster.restart_webs()
    return row
