"""The table that a run prints, line by line."""

from statistics import mean, quantiles

from tests.programs.faults.play import Row

HEAD = (
    ("fault", 24), ("place", 29), ("times", 5), ("ackn.", 5), ("lost", 4), ("doubled", 7), ("unfenced", 8),
    ("starts mean/max", 15), ("views differ", 12), ("locked out", 10), ("left", 4), ("money", 5), ("moderated", 9),
    ("recovery p50/p95/max s", 22), ("", 4),
)  # fmt: skip


def head() -> str:
    return _line([name for name, _ in HEAD]) + "\n" + "|".join("-" * (width + 2) for _, width in HEAD)


def line(row: Row, *, must_be_red: bool = False) -> str:
    verdict = row.verdict
    if row.skipped:
        return _line([row.scenario.fault, row.scenario.place, f"not played: {row.skipped}"])
    word = "red" if verdict.red else "ok"
    return _line(
        [
            row.scenario.fault,
            row.scenario.place,
            row.times,
            verdict.acknowledged,
            len(verdict.lost),
            len(verdict.doubled),
            len(verdict.unfenced),
            f"{mean(verdict.starts or [0]):.2f}/{max(verdict.starts, default=0)}",
            len(verdict.differing),
            len(verdict.locked_out),
            len(verdict.leftovers),
            len(verdict.money),
            len(verdict.moderation),
            _spread(verdict.recoveries),
            f"{word}, as it must be" if must_be_red and verdict.red else word,
        ]
    )


def details(row: Row) -> str:
    verdict = row.verdict
    lists = ("lost", "doubled", "unfenced", "differing", "locked_out", "leftovers", "money", "moderation", "remarks")
    return "\n".join(f"    {name}: {what}" for name in lists for what in getattr(verdict, name))


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "-"
    cuts = quantiles(seconds, n=20, method="inclusive") if len(seconds) > 1 else seconds * 19
    return f"{cuts[9]:.1f}/{cuts[18]:.1f}/{max(seconds):.1f}"


def _line(cells: list[object]) -> str:
    padded = [f" {cell!s:<{width}} " for cell, (_, width) in zip(cells, HEAD, strict=False)]
    return "|".join(padded).rstrip()
