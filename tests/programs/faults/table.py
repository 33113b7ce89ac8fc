"""The table that a run prints, line by line."""

from collections.abc import Callable
from statistics import mean, quantiles

from tests.programs.faults.judge import FAILURES
from tests.programs.faults.runner import Row


def _count(name: str) -> Callable[[Row], object]:
    return lambda row: len(getattr(row.verdict, name))


def _starts(row: Row) -> str:
    return f"{mean(row.verdict.starts or [0]):.2f}/{max(row.verdict.starts, default=0)}"


COLUMNS: tuple[tuple[str, int, Callable[[Row], object]], ...] = (
    ("fault", 24, lambda row: row.scenario.fault),
    ("place", 29, lambda row: row.scenario.place),
    ("times", 5, lambda row: row.times),
    ("ackn.", 5, lambda row: row.verdict.acknowledged),
    ("lost", 4, _count("lost")),
    ("doubled", 7, _count("doubled")),
    ("unfenced", 8, _count("unfenced")),
    ("starts mean/max", 15, _starts),
    ("views differ", 12, _count("differing")),
    ("locked out", 10, _count("locked_out")),
    ("left", 4, _count("leftovers")),
    ("money", 5, _count("money")),
    ("moderated", 9, _count("moderation")),
    ("recovery p50/p95/max s", 22, lambda row: _spread(row.verdict.recoveries)),
    ("", 4, lambda row: "red" if row.verdict.red else "ok"),
)


def head() -> str:
    return _line([name for name, *_ in COLUMNS]) + "\n" + "|".join("-" * (width + 2) for _, width, _ in COLUMNS)


def line(row: Row, *, must_be_red: bool = False) -> str:
    if row.skipped:
        return _line([row.scenario.fault, row.scenario.place, f"not run: {row.skipped}"])
    as_it_must_be = ", as it must be" if must_be_red and row.verdict.red else ""
    return _line([cell(row) for *_, cell in COLUMNS]) + as_it_must_be


def details(row: Row) -> str:
    return "\n".join(f"    {name}: {what}" for name in FAILURES for what in getattr(row.verdict, name))


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "-"
    cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else seconds * 19
    return f"{cuts[9]:.1f}/{cuts[18]:.1f}/{max(seconds):.1f}"


def _line(cells: list[object]) -> str:
    padded = [f" {cell!s:<{width}} " for cell, (_, width, _) in zip(cells, COLUMNS, strict=False)]
    return "|".join(padded).rstrip()
