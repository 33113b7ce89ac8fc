"""The seconds of CPU of a painting, and of examining a crafted file."""

import json
import subprocess
import sys
import time
from typing import Any

from pipeline.providers.offline.painter.paint import paint
from pipeline.providers.offline.reader.scenes import read
from tests.programs.quality.painter_sheet import PROMPTS
from tests.support.listener import ignore
from tests.support.malformed_images import HARMLESS, REFUSED

SIZE = (1024, 768)  # pixels
Times = dict[str, float]


def paintings() -> Times:
    """Of the ten prompts that the contact sheet shows."""
    return {name: _painted(prompt, seed) for name, (prompt, seed) in PROMPTS.items()}


def _painted(prompt: str, seed: int) -> float:
    began = time.process_time()
    paint(read(prompt).scene, *SIZE, seed, ignore)
    return time.process_time() - began


def crafted_files() -> tuple[Times, Times]:
    """Those that are refused, and those that are kept."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.malformed_images"]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    refused, kept = ({name: found[name]["seconds"] for name in names} for names in (REFUSED, HARMLESS))
    return refused, kept
