"""`make bench`: what the studio's promises cost, measured on this machine, as the table that docs/measured.md shows.

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
from typing import TYPE_CHECKING

import django

import tests.environment  # noqa: F401  (before the settings, which would otherwise name this machine's real data)

if TYPE_CHECKING:
    from project.serve.children import Child

Measure = Callable[[], dict[str, float]]


@dataclass(frozen=True)
class Form:
    """How long and how often. `quick` shows the order of magnitude."""

    rounds: int
    seconds: float  # of load, each time
    sockets: int
    rows: int
    pages: int
    claims: int
    polled: float  # seconds


FULL = Form(rounds=3, seconds=1.0, sockets=2000, rows=200_000, pages=30, claims=300, polled=120)
QUICK = Form(rounds=1, seconds=0.6, sockets=200, rows=20_000, pages=15, claims=100, polled=6)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round of each, within 90 seconds")
    parser.add_argument("--only", default="", help="letters of what to measure, such as ab")
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that child processes are ended
    django.setup()
    from tests.programs.bench import table, testbed

    form = QUICK if asked.quick else FULL
    began = time.monotonic()
    found: defaultdict[str, list[float]] = defaultdict(list)
    left_out = _left_out(asked.only)
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder, testbed.stores() as servers:
        chosen = [
            (rounds, measure)
            for letters, rounds, measure in _everything(form, Path(folder), servers)
            if (not asked.only or {*letters} & {*asked.only}) and not {*letters} & left_out.keys()
        ]
        try:
            _run(form.rounds, chosen, found)
        finally:  # also when it is interrupted
            sys.stderr.write(f" {time.monotonic() - began:.0f} s\n")
            print(table.render(found, list(left_out.values())))  # noqa: T201


def _everything(form: Form, folder: Path, servers: "dict[str, Child]") -> list[tuple[str, int, Measure]]:
    """By letter for `--only`: the number of rounds, and what to do in each."""
    from tests.programs.bench import finding, measures, others, pages, polls, scrolling, stalls

    return [
        ("a", form.rounds, partial(measures.floor, form.seconds)),
        ("ab", form.rounds, partial(measures.acknowledgements, form.seconds)),
        ("c", form.rounds, partial(measures.journeys, form.seconds, 1)),
        ("c", form.rounds, partial(measures.journeys, form.seconds, 2)),
        ("k", form.rounds, partial(others.journeys, form.seconds)),
        ("h", form.rounds, partial(measures.echoes, form.seconds)),
        ("j", form.rounds, partial(polls.beside_a_bare_view, form.seconds)),
        ("g", 1, partial(measures.starts, folder / "data")),
        ("d", 1, partial(measures.memory, form.sockets)),
        ("jd", 1, partial(polls.memory, form.polled)),
        ("e", 1, partial(stalls.pings, servers, form.seconds)),
        ("f", 1, partial(measures.first_pages, 1000, form.rows, form.pages)),
        ("m", 1, partial(finding.pages, 1000, form.rows, form.pages)),
        ("i", 1, partial(measures.claims, 10, 10_000, form.claims)),
        ("l", 1, pages.lighthouse),
        ("n", 1, partial(scrolling.gallery, form.rows // 4)),
    ]


def _left_out(only: str) -> dict[str, str]:
    """By letter, a sentence for what was requested and is not installed."""
    from tests.programs.bench import others, pages, scrolling

    needed = {
        "k": (others.is_installed(), "Not measured: Chainlit, FastAPI and arq are not installed (`make compare`)."),
        "n": (scrolling.is_installed(), "Not measured: scrolling needs Chromium."),
        "l": (pages.is_installed(), "Not measured: Lighthouse needs Node (npx) and Chromium."),
    }
    return {
        letter: sentence
        for letter, (is_there, sentence) in needed.items()
        if not is_there and (not only or letter in only)
    }


def _run(rounds: int, chosen: list[tuple[int, Measure]], found: defaultdict[str, list[float]]) -> None:
    for round in range(rounds):
        for times, measure in chosen:
            if round < times:
                for name, number in measure().items():
                    found[name].append(number)
                sys.stderr.write(".")
                sys.stderr.flush()


if __name__ == "__main__":
    main()
