"""The table: what was measured, the median, the range of the rounds, and the target."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

UNITS = {
    "a second": "/s",
    "own share": "% of a core",
    "the client alone": "/s",
    "web process": "MB",
    "idle socket": "kB",
    "first page": "×",
    "PostgreSQL, ": "×",
    "claim,": "×",
    "to ready": "s",
    "largest paint": "s",
    "Lighthouse": "of 1",
    "pictures: elements": "",
    "pictures: shown": "",
}
AT_MOST, AT_LEAST = "≤", "≥"


@dataclass(frozen=True)
class Target:
    """For the number itself, or for its ratio to another row of the same run."""

    sign: str
    number: float
    beside: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.number:,g}{' ×' if self.beside else ''}"

    def is_missed(self, value: float) -> bool:
        return value > self.number if self.sign == AT_MOST else value < self.number


PAGES = ("/", "/gallery/")
FLOOR, BARE = "floor, 1 socket: p50", "bare view, 1 connection: p50"
TARGETS = {
    "ack, 1 socket: p50": (Target(AT_MOST, 2), Target(AT_MOST, 1.8, FLOOR)),
    "acks a second": (Target(AT_LEAST, 5000),),
    "send to final event, 1 worker: p50": (Target(AT_MOST, 1, "Chainlit, 1 socket: p50"),),
    "finished a second, 1 worker": (Target(AT_LEAST, 1, "Chainlit, 100 sockets: a second"),),
    "web process, idle": (Target(AT_MOST, 100),),
    "web process after polling": (Target(AT_MOST, 140),),
    "one idle socket of": (Target(AT_MOST, 30),),
    "ping, mongod stopped: p99": (Target(AT_MOST, 50),),
    "ping, Valkey stopped: p99": (Target(AT_MOST, 50),),
    "ping, SQLite locked: p99": (Target(AT_MOST, 50),),
    "ping, PostgreSQL locked: p99": (Target(AT_MOST, 50),),
    "first page of messages": (Target(AT_MOST, 1.3),),
    "first page of the gallery": (Target(AT_MOST, 1.3),),
    "PostgreSQL, ": (Target(AT_MOST, 1.3),),
    "scrolling 50,000 pictures: longest frame": (Target(AT_MOST, 50),),
    "scrolling 50,000 pictures: longest work of a frame": (Target(AT_MOST, 50),),
    "scrolling 50,000 pictures: elements": (Target(AT_MOST, 400),),
    "scrolling 50,000 pictures: shown on the way": (Target(AT_LEAST, 500),),
    "claim, 10,000 of one person": (Target(AT_MOST, 1.5),),
    "our ping, 100 sockets: a second": (Target(AT_LEAST, 2, "stock echo, 100 sockets: a second"),),
    "healthz, 1 connection: p50": (Target(AT_MOST, 1.5, BARE),),
    "poll, 1 connection: p50": (Target(AT_MOST, 2, BARE),),
    "poll, 20 connections: a second": (Target(AT_LEAST, 0.5, "bare view, 20 connections: a second"),),
    **{f"Lighthouse, {page}: largest paint": (Target(AT_MOST, 1.5),) for page in PAGES},
    **{f"Lighthouse, {page}: ": (Target(AT_LEAST, 1),) for page in PAGES},
}


def render(found: Mapping[str, Sequence[float]], left_out: Sequence[str] = ()) -> str:
    """`left_out`: sentences about what could not be measured."""
    medians = {name: median(values) for name, values in found.items()}
    lines = [
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load generator included.",
        "",
        "| measured | median | rounds | ratio | target |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, values in found.items():
        spread = f"{short(min(values))} – {short(max(values))}" if len(values) > 1 else ""
        said = f"{short(medians[name])} {_unit(name)}"
        targets = " and ".join(map(str, _targets(name)))
        lines.append(f"| {name} | {said} | {spread} | {_ratio(name, medians)} | {targets} |")
    missed = list(_missed(medians))
    said = "Missed: " + "; ".join(missed) if missed else "No target is missed."
    return "\n".join([*lines, "", said, *left_out])


def _targets(name: str) -> tuple[Target, ...]:
    return next((targets for words, targets in TARGETS.items() if name.startswith(words)), ())


def _ratio(name: str, medians: Mapping[str, float]) -> str:
    """To the row that the target names, or to a bare view with as many connections."""
    beside = next((target.beside for target in _targets(name) if target.beside), "")
    if not beside and ", " in name:
        beside = f"bare view, {name.partition(', ')[2]}"
    return f"{short(medians[name] / medians[beside])} ×" if beside in medians and beside != name else ""


def _missed(medians: Mapping[str, float]) -> Iterator[str]:
    for name, value in medians.items():
        for target in _targets(name):
            if target.beside and target.beside not in medians:
                continue  # `--only` left it out
            reached = value / medians[target.beside] if target.beside else value
            if target.is_missed(reached):
                yield f"{name} ({short(reached)} instead of {target})"


def _unit(name: str) -> str:
    return next((unit for words, unit in UNITS.items() if words in name), "ms")


def short(number: float) -> str:
    """Three significant digits."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"
