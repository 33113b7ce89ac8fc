"""One scenario from its beginning to its verdict."""

import asyncio
import random
import signal
from dataclasses import dataclass

from tests.programs.faults.cluster import Cluster
from tests.programs.faults.comeback import places_kept
from tests.programs.faults.judge import WITHIN_S, Verdict, judge
from tests.programs.faults.ledger import Ledger
from tests.programs.faults.leftovers import left
from tests.programs.faults.money import Money
from tests.programs.faults.person import Person
from tests.programs.faults.run import NotHere, NotReached, Run
from tests.programs.faults.scenarios import Scenario

PEOPLE = 2


@dataclass
class Row:
    """The result of a scenario over all its rounds. `skipped`: why it was not run."""

    scenario: Scenario
    verdict: Verdict
    times: int = 0
    skipped: str = ""


class Runner:
    def __init__(self, cluster: Cluster, ledger: Ledger, seed: int) -> None:
        self.cluster, self.ledger = cluster, ledger
        self.chance = random.Random(seed)

    async def run(self, row: Row, within: float = WITHIN_S, *, tidy: bool = True) -> None:
        """Run one round and add it to the row. `tidy`: nothing may be left behind, either."""
        people = [Person(self.cluster.ports, **row.scenario.people) for _ in range(PEOPLE)]
        self.cluster.switch(**row.scenario.switches)
        self.ledger.behave("well")
        self.ledger.is_free = row.scenario.is_free
        money = Money(self.ledger, row.scenario.pictures)
        async with money.watched():
            await self._run(row, within, people, money, tidy=tidy)

    async def _run(self, row: Row, within: float, people: list[Person], money: Money, *, tidy: bool) -> None:
        try:
            for person in people:
                await person.arrive()
            run = Run(self.cluster, self.ledger, people, self.chance, row.verdict.locked_out, row.verdict.moderation)
            fault_at = await row.scenario.act(run)
            few = row.scenario.pictures is not None
            verdicts = await asyncio.gather(
                *(judge(person, self.ledger, fault_at, within, may_be_refused=few) for person in people)
            )
            verdicts.append(Verdict(money=await money.wrong(within)))
            if tidy:
                self.cluster.switch(all_ended=True)
                verdicts.append(Verdict(leftovers=await left()))
        except NotHere as reason:
            row.skipped = str(reason)
        except NotReached as place:
            row.verdict.remarks.append(f"it never came to this: {place}")
        else:
            for verdict in verdicts:
                row.verdict.add(verdict)
        finally:
            row.times += 1
            for person in people:
                await person.leave()
            await self._repair()
            row.verdict.locked_out += await places_kept(self.cluster)

    async def _repair(self) -> None:
        """Start what has died and disarm all places, for the next scenario."""
        self.cluster.disarm()
        self.cluster.switch()
        for child in self.cluster.processes:
            child.send(signal.SIGCONT)
            if not child.running:
                await self.cluster.revive(child)
