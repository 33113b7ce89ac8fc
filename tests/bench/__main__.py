"""`make bench`: what the studio's promises cost, measured on this machine, as the table that README.md shows.

Rounds are interleaved, so that a busy minute of the machine falls on everything alike; each number is the median over them.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import django

import tests.environment  # noqa: F401  (before the settings: keeps away from whoever's data this machine has)


@dataclass(frozen=True)
class Form:
    """How long and how often. The quick one shows the order of magnitude."""

    rounds: int
    seconds: float  # of load, each time
    sockets: int
    rows: int
    pages: int


FULL = Form(rounds=3, seconds=1.0, sockets=2000, rows=200_000, pages=30)
QUICK = Form(rounds=1, seconds=0.6, sockets=200, rows=20_000, pages=15)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round of each, within 90 seconds")
    parser.add_argument("--only", default="", help="letters of what to measure, such as ab")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing that was started is left behind
    django.setup()
    from tests.bench import house, measures, stalls, table

    form = QUICK if asked.quick else FULL
    began = time.monotonic()
    found: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder, house.stores() as servers:
        everything: list[tuple[str, int, Callable[[], house.Numbers]]] = [
            ("a", form.rounds, partial(measures.floor, form.seconds)),
            ("ab", form.rounds, partial(measures.acknowledgements, form.seconds)),
            ("c", form.rounds, partial(measures.journeys, form.seconds, 1)),
            ("c", form.rounds, partial(measures.journeys, form.seconds, 2)),
            ("h", form.rounds, partial(measures.echoes, form.seconds)),
            ("g", 1, partial(measures.starts, Path(folder) / "data")),
            ("d", 1, partial(measures.memory, form.sockets)),
            ("e", 1, partial(stalls.pings, servers, form.seconds)),
            ("f", 1, partial(measures.first_pages, 1000, form.rows, form.pages)),
        ]
        chosen = [
            (rounds, measure) for letters, rounds, measure in everything if not asked.only or {*letters} & {*asked.only}
        ]
        for round in range(form.rounds):
            for rounds, measure in chosen:
                if round < rounds:
                    for name, number in measure().items():
                        found[name].append(number)
                    sys.stderr.write(".")
                    sys.stderr.flush()
    sys.stderr.write(f" {time.monotonic() - began:.0f} s\n")
    print(table.render(found))  # noqa: T201


if __name__ == "__main__":
    main()
