"""`manage.py serve`: stores, web server and workers with one command."""

import argparse
import http.client
import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from pipeline.providers import table
from project import addresses
from project.http import static_files
from project.serve import embedded, migrate, preflight, startup_locks
from project.serve.children import CannotStart, Child, Rank
from project.serve.supervisor import Stopped, Supervisor

ANSWER_S = 60  # for the page's first answer
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  (where we ask, not where we listen)


class Command(BaseCommand):
    help = (
        "Starts the stores that no setting replaces, workers and the web server, and keeps them running until Ctrl-C."
    )
    requires_system_checks: list[str] = []  # they import every route, and the children run them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=_port, default=9999)
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
        parser.add_argument(
            "--workers", type=_count, default=2, help="how many worker processes, 0 included (default: 2)"
        )

    def handle(self, *, host: str, port: int, workers: int, **options: Any) -> None:
        supervisor = Supervisor(self._say)
        supervisor.listen()
        # The children run elsewhere, and STUDIO_DATA may be relative.
        os.environ["STUDIO_DATA"] = str(settings.DATA_DIR)
        os.chdir(settings.BASE_DIR)
        address = f"http://{_in_url(EVERYWHERE.get(host, host))}:{port}/"
        try:
            with startup_locks.data_folder(settings.DATA_DIR, address) as lock:
                startup_locks.port(host, port)
                try:
                    start_stores(supervisor, lock)
                    web = web_process(host, port, lock)
                    supervisor.start([web])
                    wait_for_page(supervisor, web, EVERYWHERE.get(host, host), port)
                    # after the page, which a person waits for: each takes a whole core
                    supervisor.start([worker_process(number, lock) for number in range(1, workers + 1)])
                    self._say(summary(address, workers))
                    supervisor.run()
                    self._say("Stopping; Ctrl-C once more to hurry.")
                finally:
                    supervisor.stop()
                    embedded.remove_run_dir()
        except CannotStart as error:
            sys.exit(str(error))
        except Stopped:
            return

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def start_stores(supervisor: Supervisor, lock: int) -> None:
    """Raises CannotStart, Stopped."""
    stores = embedded.stores(inherits=(lock,))
    supervisor.start([store.child for store in stores])
    preflight.check()
    migrate.tables()
    static_files.build()
    connections.close_all()
    for store in stores:
        embedded.wait_until_ready(store, supervisor.pause)
    migrate.indexes()


def web_process(host: str, port: int, lock: int) -> Child:
    command = [sys.executable, "-m", "project.daphne", "-v", "0", "--no-server-name", "-b", host, "-p", str(port)]
    return Child("The web server", Rank.WEB, [*command, "project.asgi:application"], inherits=(lock,))


def worker_process(number: int, lock: int) -> Child:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_huey"]
    return Child(f"Worker {number}", Rank.WORKER, command, inherits=(lock,))


def wait_for_page(supervisor: Supervisor, web: Child, host: str, port: int) -> None:
    """Raises CannotStart when it ends first, or takes too long."""
    for _ in range(ANSWER_S * 20):
        if _answers(host, port):
            return
        if not web.running:
            raise CannotStart(f"The web server ended before it answered ({web.ending}); what it said is above.")
        supervisor.pause(0.05)
    raise CannotStart(f"The web server does not answer after {ANSWER_S} s.")


def summary(address: str, workers: int) -> str:
    mongo = "embedded" if settings.EMBEDDED["mongod"] else f"configured, at {addresses.host_of(settings.MONGO_URI)}"
    redis = "embedded" if settings.EMBEDDED["valkey"] else f"configured, at {addresses.host_of(settings.REDIS_URL)}"
    database = f"configured, at {preflight.database_host()}" if settings.DATABASE_URL else "embedded, SQLite"
    parts = {
        "conversations (MongoDB)": mongo,
        "queue and events (Redis)": redis,
        "users and gallery": database,
        "pictures": _pictures(),
        "AI": _ai(),
        "workers": str(workers) if workers else "0: messages wait until `manage.py run_huey` runs somewhere",
        "data folder": str(settings.DATA_DIR),
    }
    table = "\n".join(f"  {part:<25} {what}" for part, what in parts.items())
    return (
        f"\nAI Photo Studio answers at {address}\n\n{table}\n\n"
        f"The first moderator: make moderator NAME=…, then {address}admin/\nCtrl-C stops everything.\n"
    )


def _pictures() -> str:
    account = settings.CLOUDINARY_ACCOUNT
    return f"Cloudinary, in the cloud {account.cloud_name}" if account else "files in the data folder"


def _ai() -> str:
    served, reader = table.served(settings.PROVIDERS), settings.PROVIDERS[table.READER]
    if [reader, *served] == [table.OFFLINE, table.OFFLINE]:
        return table.ALONE
    reads = "read" if reader == table.OFFLINE else "reads"
    makers = "; ".join(f"{', '.join(intents)}: {_where(name, reader)}" for name, intents in served.items())
    second = table.served(settings.SECOND_CHOICES)
    others = "".join(f"; {', '.join(of)}, where that is down: {_where(name, reader)}" for name, of in second.items())
    return f"{_where(reader)} {reads}; {makers}{others}"


def _where(name: str, reader: str | None = None) -> str:
    """With its host and models, but for who was named as the reader."""
    servers = {table.IMAGES: settings.IMAGES_SERVER, table.CHAT: settings.CHAT_SERVER}
    if server := servers.get(name):
        model = f" ({server.model})" if server.model else ""
        return f"{table.SPOKEN[name]} at {addresses.host_of(server.url)}{model}"
    if name == table.GEMINI != reader:
        models = f"{settings.GEMINI_TEXT_MODEL} and {settings.GEMINI_PICTURE_MODEL}"
        return f"Gemini at {addresses.host_of(settings.GEMINI_BASE_URL)} ({models})"
    return table.SPOKEN[name]


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _port(text: str) -> int:
    if text.isdecimal() and 1 <= int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")


def _count(text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise argparse.ArgumentTypeError("a whole number, 0 or more")
