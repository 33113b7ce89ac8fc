"""Debian's nginx with docs/nginx.conf, in front of web processes on this machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tests.support.serving import HANGS_S, eventually, free_port, listens

BODIES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def configuration(folder: Path, port: int, behind: list[int], *, fronted: bool = False) -> Path:
    """The file with another port, folders that need no root, and other upstream servers. `fronted`: with the lines for a proxy
    in front of it, whose part the tests play."""
    text = (settings.BASE_DIR / "docs" / "nginx.conf").read_text()
    servers = " ".join(f"server 127.0.0.1:{other};" for other in behind)
    own = "".join(f"{name}_temp_path {folder / name}; " for name in BODIES) + f"upstream studio {{ {servers} }}"
    changes = {
        "pid /tmp/nginx.pid;": f"pid {folder / 'pid'}; daemon off;" + ("user root;" if os.getuid() == 0 else ""),
        "http {": f"http {{ {own}",
        "listen 80;": f"listen 127.0.0.1:{port};",
        "set $studio http://web:9999;": "set $studio http://studio;",
    }
    if fronted:
        changes["# set_real_ip_from 10.0.0.0/8;"] = "set_real_ip_from 127.0.0.1;"
        changes["# real_ip_header"] = "real_ip_header"
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file = folder / "nginx.conf"
    file.write_text(text)
    return file


@contextmanager
def running(behind: list[int], *, fronted: bool = False) -> Iterator[int]:
    folder, port = Path(tempfile.mkdtemp(prefix="studio-nginx-")), free_port()
    file = configuration(folder, port, behind, fronted=fronted)
    command = [str(program()), "-p", str(folder), "-c", str(file)]
    process = subprocess.Popen(command)
    try:
        eventually(lambda: listens(port))
        yield port
    finally:
        process.terminate()
        process.wait(HANGS_S)
        shutil.rmtree(folder, ignore_errors=True)
