"""Locks of a start: the data folder and the port."""

import errno
import fcntl
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .children import CannotStart

DYING_S = 10.0  # for the children of a killed process to end


@contextmanager
def data_folder(folder: Path, address: str) -> Iterator[int]:
    """The lock's file descriptor, which children inherit: the folder is free only when the last of them is gone. Raises
    CannotStart when another start has it."""
    handle = os.open(folder / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + DYING_S
        while not _lock(handle):
            process, where = _holder(handle)
            if (process and _is_alive(process)) or time.monotonic() > deadline:
                raise CannotStart(f"AI Photo Studio is already running in this folder (process {process}, {where}).")
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()} {address}".encode(), 0)
        yield handle
    finally:
        os.close(handle)


def port(host: str, number: int) -> None:
    """Raises CannotStart unless a server could listen there now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {number} on {host} is taken by another program: choose another with --port."
            ) from error
        raise CannotStart(f"Nothing can listen on {host}, port {number}: {error.strerror}.") from error


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(handle: int) -> tuple[int, str]:
    """Process number and address; 0 when it has not written them yet."""
    process, _, address = os.pread(handle, 200, 0).decode().partition(" ")
    return int(process or 0), address


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
