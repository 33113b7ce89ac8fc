"""Crafted files: refused, or cleaned; within bounded memory, whatever is in them."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.malformed_images import HARMLESS, REFUSED


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """Of all of them, in a process of their own, whose memory is nobody else's."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.support.malformed_images"],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_honest_picture_is_refused(outcomes: dict[str, Any], name: str) -> None:
    assert outcomes[name]["outcome"] == ("too_large" if "megapixels" in name else "bad_input")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_can_be_shown_is_kept_without_what_it_carried(outcomes: dict[str, Any], name: str) -> None:
    assert outcomes[name]["outcome"] == "kept"


def test_none_of_them_takes_much_memory(outcomes: dict[str, Any]) -> None:
    """Megabytes: forty megapixels are 120 for each of the few copies that are there at a time. How long each takes,
    `make quality` measures."""
    assert max(found["peak"] for found in outcomes.values()) < 800
