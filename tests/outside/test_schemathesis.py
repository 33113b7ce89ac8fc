"""Requests made of the document: what it allows is taken, what it forbids is refused, and nothing else comes back."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside.conftest import HERE, Run
from tests.support.studio import HANGS_S, Client, Studio, own_stores, running

EXAMPLES = 30  # of each operation in each phase, which keeps it to some 40 s of CPU
FEWEST = 500


@pytest.fixture(scope="module")
def quiet(prepared: None) -> Iterator[Studio]:
    """Without a worker: nothing is painted."""
    with running(0, STUDIO_IMAGE_WAIT_S="0.05", **own_stores("outside", 11)) as studio:
        yield studio


def test_schemathesis_finds_nothing(run: Run, python_tools: Path, quiet: Studio, tmp_path: Path) -> None:
    for name in ("hooks.py", "schemathesis.toml"):
        shutil.copy(HERE / name, tmp_path)
    person = Client(quiet)
    phases = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES), "--seed", "14")
    patient = ("--request-timeout", str(HANGS_S), "--suppress-health-check", "all")  # the machine may be busy
    checks = ("--checks", "all", "--exclude-checks", "use_after_free")  # hooks.py has it, but for the trash
    # Only the person's own name removes them, and no schema says which times are in the future.
    without = ("--exclude-operation-id", "deleteMe", "--exclude-operation-id", "createToken")
    who = ("--header", f"Authorization: Bearer {person.token}")
    command = ("run", f"{quiet.url}/openapi.json", *who, *checks, *without, *phases, *patient, "--no-color")
    done = run(python_tools / "st", *command, cwd=tmp_path, timeout=10 * HANGS_S)
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    assert int(generated[1]) > FEWEST
