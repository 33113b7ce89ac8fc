"""The table: what was measured, the median, how far the rounds lay apart, and what it was meant to be."""

import os
import platform
from collections.abc import Mapping, Sequence
from statistics import median

UNITS = {
    "a second": "/s",
    "own share": "% of a core",
    "the client alone": "/s",
    "web process": "MB",
    "idle socket": "kB",
    "first page": "×",
    "to ready": "s",
}
TARGETS = {
    "ack, 1 socket: p50": "≤ 2 and ≤ 2 × floor",
    "acks a second": "≥ 5,000",
    "send to final news, 1 worker: p50": "≤ 15",
    "finished a second, 1 worker": "≥ 300",
    "web process, idle": "≤ 100",
    "one idle socket of": "≤ 30",
    "ping, mongod stopped: p99": "≤ 50",
    "ping, Valkey stopped: p99": "≤ 50",
    "ping, SQLite locked: p99": "≤ 50",
    "ping, PostgreSQL locked: p99": "≤ 50",
    "first page of messages": "≤ 1.3",
    "first page of the gallery": "≤ 1.3",
    "our ping, 100 sockets: a second": "≥ 2 × stock",
}


def render(found: Mapping[str, Sequence[float]]) -> str:
    lines = [
        f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load generator included.",
        "",
        "| measured | median | rounds | target |",
        "| --- | ---: | ---: | --- |",
    ]
    for name, values in found.items():
        spread = f"{_short(min(values))} – {_short(max(values))}" if len(values) > 1 else ""
        lines.append(f"| {name} | {_short(median(values))} {_unit(name)} | {spread} | {_target(name)} |")
    return "\n".join(lines)


def _target(name: str) -> str:
    return next((target for words, target in TARGETS.items() if name.startswith(words)), "")


def _unit(name: str) -> str:
    return next((unit for words, unit in UNITS.items() if words in name), "ms")


def _short(number: float) -> str:
    """Three figures that mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"
