"""The whole studio in processes, each of which can be killed, stopped, frozen and started again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from redis import Redis

from project.serve import children, embedded
from project.serve.children import Child, Rank
from project.serve.embedded import Store
from tests.support.serving import free_port, until
from tests.support.studio import NO_KEEPALIVE

START_S = 120.0  # on a busy machine
WORKERS = 2


class Cluster:
    """Two web processes and two workers, so that another one can always take over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ports = [free_port(), free_port()]
        self.mongod, self.valkey = embedded.stores()
        self.webs = [self._child(f"web {port}", Rank.WEB, *_daphne(port)) for port in self.ports]
        self.workers = [
            self._child(f"worker {n}", Rank.WORKER, "-m", "tests.programs.faults.worker", "--workers", "3")
            for n in range(WORKERS)
        ]

    def _child(self, name: str, rank: Rank, *arguments: str) -> Child:
        return Child(name, rank, [sys.executable, *arguments], log=self.folder / f"{name}.log")

    @property
    def processes(self) -> list[Child]:
        return [*self.webs, *self.workers]

    async def open(self) -> None:
        for store in (self.mongod, self.valkey):
            store.child.start()
        await asyncio.to_thread(call_command, "migrate", verbosity=0)
        for store in (self.mongod, self.valkey):
            await asyncio.to_thread(embedded.wait_until_ready, store)
        prepare()
        for child in self.processes:
            child.start()
        for child in self.processes:
            await self.is_ready(child)

    def close(self) -> None:
        for child in self.processes:
            child.send(signal.SIGCONT)
        children.stop(self.processes)
        children.stop([self.mongod.child, self.valkey.child])
        embedded.remove_run_dir()

    async def revive(self, child: Child, clock_s: float = 0) -> None:
        """Start it again, as `serve` would; returns when it is ready."""
        os.environ["STUDIO_FAULTS_CLOCK"] = str(clock_s)
        child.start()
        await self.is_ready(child)

    async def restart_webs(self) -> None:
        """With the current environment."""
        for child in self.webs:
            child.send(signal.SIGKILL)
            await self.ended(child)
            await self.revive(child)

    async def is_ready(self, child: Child) -> None:
        if child in self.webs:
            await answers(self.ports[self.webs.index(child)])
        elif child.process:
            file = self.folder / f"ready.{child.process.pid}"
            assert await until(file.exists, START_S), f"{child.name} does not start"

    async def ended(self, child: Child) -> None:
        await until(lambda: not child.running, START_S)

    async def restore(self, store: Store) -> None:
        store.child.start()
        await asyncio.to_thread(embedded.wait_until_ready, store)

    def flush(self) -> None:
        with Redis(unix_socket_path=str(settings.VALKEY_SOCKET)) as client:
            client.flushall()

    # Places and switches, see tests.programs.faults.breaking

    def arm(self, place: str, number: signal.Signals) -> None:
        (self.folder / f"armed.{place}").write_text(number.name)

    def disarm(self) -> None:
        for file in (file for state in ("armed", "fired", "over") for file in self.folder.glob(f"{state}.*")):
            file.unlink(missing_ok=True)

    async def fired(self, place: str, within: float = 60) -> Child | None:
        """The process that reached it first, or None."""
        file = self.folder / f"fired.{place}"

        def pid() -> int:
            text = file.read_text() if file.exists() else ""
            return int(text[:-1]) if text[:-1].isdecimal() else 0

        if not await until(lambda: bool(pid()), within):
            return None
        return next(child for child in self.processes if child.process and child.process.pid == pid())

    async def over(self, place: str, within: float = 60) -> bool:
        """Whether the thread that was frozen there has ended its work."""
        return await until((self.folder / f"over.{place}").exists, within)

    def switch(self, **values: Any) -> None:
        """`events_lost=1.0` sets the switch "events lost"; all others are turned off."""
        file = self.folder / "switches"
        file.with_suffix(".new").write_text(json.dumps({name.replace("_", " "): on for name, on in values.items()}))
        file.with_suffix(".new").replace(file)


def prepare() -> None:
    from pipeline.store.indexes import make_indexes

    make_indexes()


def drop_unique_index() -> None:
    from pipeline.store import mongo

    mongo.database()["messages"].drop_index("once")


def forget_messages() -> None:
    from pipeline.store import mongo

    mongo.database()["messages"].delete_many({})


def _daphne(port: int) -> list[str]:
    return ["-m", "project.daphne", "-v", "0", "-p", str(port), "tests.programs.faults.web:application"]


async def answers(port: int) -> None:
    async with httpx.AsyncClient(limits=NO_KEEPALIVE, verify=False) as client:

        async def is_up() -> bool:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/healthz", timeout=2)).is_success
            except httpx.TransportError:
                return False

        assert await until(is_up, START_S), f"nobody answers on port {port}"


@asynccontextmanager
async def standing(folder: Path) -> AsyncIterator[Cluster]:
    cluster = Cluster(folder)
    try:
        await cluster.open()
        yield cluster
    finally:
        cluster.close()
