"""A full disk: a small tmpfs over the pictures' folder, or over mongod's, if we may mount one."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from project.serve import embedded
from project.serve.children import CannotStart
from tests.programs.faults.cluster import Cluster
from tests.programs.faults.run import TERM, NotHere, NotReached, Run

SIZE = "16k"
FULL_S = 1.5
MONGOD = settings.DATA_DIR / "mongo"
MONGOD_FULL_S = 6.0
ROOM = 40 * 1024 * 1024  # enough for mongod to start; then it is filled
AGAIN_S = 0.5  # between two starts of a mongod that exits, as in `serve`


def _mount(folder: Path, size: str = SIZE) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True)
    if done.returncode:
        raise NotHere("mounting a small tmpfs is not allowed here")


def _fill(folder: Path) -> None:
    try:
        with (folder / "filler").open("wb", buffering=0) as file:
            while file.write(b"\0" * 512):
                pass
    except OSError:
        return


async def full_disk(run: Run) -> float:
    """The disk fills up, and has space again before the attempts are used up."""
    await asyncio.to_thread(_mount, settings.PICTURES_DIR)
    try:
        _fill(settings.PICTURES_DIR)
        at = time.monotonic()
        run.say()
        await asyncio.sleep(FULL_S)
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", "-l", str(settings.PICTURES_DIR)], check=True)
    run.say(1)
    return at


async def mongod_full(run: Run) -> float:
    """mongod exits when it cannot write its journal, and again whenever it is started. What was acknowledged by then is in the
    journal; people's messages are refused meanwhile, and sent again."""
    cluster = run.cluster
    await _moved(cluster, _onto_a_small_disk)
    try:
        run.say()
        _fill(MONGOD)
        at = time.monotonic()
        run.say()
        ends = 0
        while time.monotonic() - at < MONGOD_FULL_S:
            await asyncio.sleep(AGAIN_S)
            if not cluster.mongod.child.running:
                ends += 1
                cluster.mongod.child.start()
        (MONGOD / "filler").unlink()
        if not ends:
            raise NotReached("an end of mongod for want of room")
        await _until_it_lives(cluster)
        run.say(1)
    finally:
        await _moved(cluster, _back)
    return at


async def _until_it_lives(cluster: Cluster) -> None:
    """The last one to be started may still have found the disk full."""
    try:
        await asyncio.to_thread(embedded.wait_until_ready, cluster.mongod)
    except CannotStart:
        await cluster.restore(cluster.mongod)


async def _moved(cluster: Cluster, move: Callable[[], None]) -> None:
    """Moves mongod's data to the small disk."""
    cluster.mongod.child.send(TERM)
    await cluster.ended(cluster.mongod.child)
    try:
        await asyncio.to_thread(move)
    finally:
        await cluster.restore(cluster.mongod)


def _onto_a_small_disk() -> None:
    away = MONGOD.with_name("mongo.away")
    MONGOD.rename(away)
    try:
        used = sum(file.stat().st_size for file in away.rglob("*") if file.is_file())
        _mount(MONGOD, str(used + ROOM))
    except BaseException:
        shutil.rmtree(MONGOD, ignore_errors=True)
        away.rename(MONGOD)
        raise
    # The journal's files are preallocated with zeros: stored as holes, each page takes space only when it is written.
    subprocess.run(["cp", "-a", "--sparse=always", f"{away}/.", str(MONGOD)], check=True)
    shutil.rmtree(away)


def _back() -> None:
    away = MONGOD.with_name("mongo.away")
    shutil.copytree(MONGOD, away)
    subprocess.run(["umount", "-l", str(MONGOD)], check=True)
    shutil.rmtree(MONGOD, ignore_errors=True)
    away.rename(MONGOD)
