"""A full disk: a small tmpfs over the pictures' folder, where the rights allow it."""

import asyncio
import subprocess
import time
from pathlib import Path

from django.conf import settings

from tests.faults.stage import NotHere, Stage

SIZE = "16k"
FULL_S = 1.5


def _mount(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        raise NotHere("mounting a small tmpfs is not allowed here")


def _fill(folder: Path) -> None:
    try:
        with (folder / "filler").open("wb", buffering=0) as file:
            while file.write(b"\0" * 512):
                pass
    except OSError:
        return


async def full_disk(stage: Stage) -> float:
    """The disk fills up, and is emptied again before the attempts are used up."""
    await asyncio.to_thread(_mount, settings.PICTURES_DIR)
    try:
        _fill(settings.PICTURES_DIR)
        at = time.monotonic()
        stage.say()
        await asyncio.sleep(FULL_S)
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", "-l", str(settings.PICTURES_DIR)], check=True)
    stage.say(1)
    return at
