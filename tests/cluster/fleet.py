"""Two machines that share their stores and nothing else: on each a web process and a worker, as an operator runs them."""

import copy
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.conf import settings

from tests.cluster.servers import Servers
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Client, Form, Studio

DEBUG = {"STUDIO_LOG_LEVEL": "DEBUG"}  # what is said then is all that can ever be said


class Machine(Studio):
    """Its processes print into one file; `log` is what they have printed."""

    def __init__(self, file: Path, **environment: str) -> None:
        super().__init__(**environment)
        self.file = file

    def run(self, *command: str) -> "subprocess.Popen[bytes]":
        environment = {**os.environ, **self.environment}
        with self.file.open("ab") as file:
            return subprocess.Popen(
                [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stdout=file, stderr=file
            )

    @property
    def log(self) -> str:
        return self.file.read_text(errors="replace")

    @property
    def worker(self) -> "subprocess.Popen[bytes]":
        return self.workers[-1]

    def stop_web(self) -> None:
        assert self.web
        self.web.send_signal(signal.SIGTERM)
        assert self.web.wait(HANGS_S) == 0

    def ready(self) -> Form:
        return dict(httpx.get(f"{self.url}/readyz", verify=False, timeout=HANGS_S).json()["parts"])

    def seen_by(self, client: Client) -> Client:
        """The same person, asking this machine."""
        twin = copy.copy(client)
        twin.studio = self
        twin.http = httpx.Client(
            base_url=self.url, headers=client.http.headers, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False
        )
        return twin


class Fleet:
    def __init__(self, servers: Servers, **environment: str) -> None:
        self.servers = servers
        shared = {**DEBUG, "STUDIO_DATA": str(servers.folder / "data"), **environment}
        self.machines = [
            Machine(servers.folder / f"machine.{n}.log", **shared, **servers.settings(by_socket=n == 1)) for n in (0, 1)
        ]

    def start(self) -> None:
        """Both prepare the databases at the same time, as two machines that were rebooted together would."""
        with ThreadPoolExecutor() as pool:
            preparing = [machine.run("manage.py", "prepare") for machine in self.machines]
            assert [process.wait(HANGS_S) for process in preparing] == [0, 0], self.log
            for machine in self.machines:
                machine.start_worker()
            for started in [pool.submit(machine.start_web) for machine in self.machines]:
                started.result()

    def stop(self) -> None:
        for machine in self.machines:
            for process in (machine.web, *machine.workers):
                if process and process.poll() is None:
                    process.terminate()  # all at once
        for machine in self.machines:
            machine.stop()

    @property
    def log(self) -> str:
        return "".join(machine.log for machine in self.machines)


@contextmanager
def running(servers: Servers, **environment: str) -> Iterator[Fleet]:
    found = Fleet(servers, **environment)
    try:
        found.start()
        yield found
    finally:
        found.stop()
