"""The studio survives the most telling faults, and the harness that says so can tell when it does not. `make faults` plays
them all."""

import json
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings

from tests.programs.faults.controls import CONTROLS
from tests.programs.faults.short import SHORT

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """By name. In a process of its own, because it starts and breaks stores of its own."""
    file = tmp_path_factory.mktemp("faults") / "rows"
    command = [sys.executable, "-m", "tests.programs.faults", "--short", "--json", str(file)]
    run = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=1200)
    assert file.exists(), run.stdout + run.stderr
    return {row["name"]: row for row in json.loads(file.read_text())}


@pytest.mark.parametrize("name", SHORT)
def test_nothing_acknowledged_is_lost_doubled_or_seen_differently(rows: dict[str, Row], name: str) -> None:
    row = rows[name]
    assert row["acknowledged"] > 0
    assert row["as_expected"], row


@pytest.mark.parametrize(
    "control", [control for control in CONTROLS if control.short], ids=lambda control: control.without
)
def test_the_harness_goes_red_without(rows: dict[str, Row], control: Any) -> None:
    row = rows[control.name]
    assert row[control.column], row
