"""`make faults ARGS="--rounds 3 --seed 7 --only mongod"`: starts the studio, injects faults, and judges."""

import argparse
import asyncio
import json
import math
import os
import secrets
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.programs.faults.short import SHORT
from tests.programs.faults.times import ENVIRONMENT

if TYPE_CHECKING:
    from tests.programs.faults.runner import Row, Runner


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="studio-faults-"))
    for name in ("MONGO_URI", "REDIS_URL", "DATABASE_URL", "SECRET_KEY"):
        os.environ.pop(name, None)  # never the machine's own servers: it breaks the stores that it uses
    os.environ.update({**ENVIRONMENT, "STUDIO_DATA": str(folder / "data"), "STUDIO_FAULTS": str(folder)})
    if options.images:
        os.environ["STUDIO_FAULTS_IMAGES"] = "on"
    import django

    django.setup()
    as_expected = asyncio.run(_run(options, folder))
    if as_expected:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    _say(f"\nNot as it must be. What the processes said is in {folder}")
    return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Breaks the studio on purpose and judges it.")
    parser.add_argument("--rounds", type=int, default=1, help="how often each scenario is played")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="of what is done at random")
    parser.add_argument("--only", default="", help="letters in the fault and place")
    parser.add_argument("--short", action="store_true", help="the few most telling ones")
    parser.add_argument("--images", action="store_true", help="the provider `images` makes the pictures")
    parser.add_argument("--minutes", type=float, default=math.inf, help="no new round is begun after so many")
    parser.add_argument("--json", type=Path, help="a file for the rows")
    return parser.parse_args()


async def _run(options: argparse.Namespace, folder: Path) -> bool:
    """Whether every scenario passed."""
    from tests.programs.faults.cluster import standing
    from tests.programs.faults.ledger import listening
    from tests.programs.faults.runner import Runner

    with listening() as ledger:
        os.environ["STUDIO_FAULTS_LEDGER"] = os.environ["STUDIO_IMAGES_URL"] = ledger.url
        async with standing(folder) as cluster:
            rows = await _rows(options, Runner(cluster, ledger, options.seed))
    if options.json:
        options.json.write_text(json.dumps(rows))
    return all(row["as_expected"] for row in rows)


async def _rows(options: argparse.Namespace, runner: "Runner") -> list[dict[str, Any]]:
    from tests.programs.faults import controls, table
    from tests.programs.faults.judge import Verdict
    from tests.programs.faults.runner import Row
    from tests.programs.faults.scenarios import matrix

    deadline = time.monotonic() + options.minutes * 60
    rows: list[dict[str, Any]] = []
    _say(f"seed {options.seed}\n{table.head()}")
    for scenario in matrix():
        row = Row(scenario, Verdict())
        if options.only not in scenario.name or (options.short and scenario.name not in SHORT):
            continue
        if options.images and scenario.is_free:
            row.skipped = "`images` is never free"
        while not row.skipped and row.times < options.rounds and time.monotonic() < deadline:
            await runner.run(row)
        if not (row.times or row.skipped):
            row.skipped = "the time was up"
        rows.append(_known(row, as_expected=not row.verdict.red))
        _say(table.line(row))
        if row.verdict.red:
            _say(table.details(row))
    for control in controls.CONTROLS:
        if options.only not in control.name or (options.short and not control.short):
            continue
        for _ in range(controls.TRIES):
            row = await controls.run(runner, control)
            if control.is_red(row):
                break
        rows.append(_known(row, as_expected=control.is_red(row)))
        _say(table.line(row, must_be_red=True))
    return rows


def _known(row: "Row", *, as_expected: bool) -> dict[str, Any]:
    return {"name": row.scenario.name, "skipped": row.skipped, "as_expected": as_expected, **asdict(row.verdict)}


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
