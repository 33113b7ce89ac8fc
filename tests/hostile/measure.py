"""`make hostile`: what the others feel, and what the web process holds, while one address does its worst.

One row for each attack: somebody else's pings, and the memory of the web process before, at its peak, and after. The
attacker is a process of its own and takes its share of the machine, as the first row shows, which attacks nobody but is as
busy: on a machine that is busy with other things, compare with that. Ends with status 1 where a bound is broken.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tests.environment  # noqa: F401  before anything reads the settings

MEMORY_MIB = 250  # the web process at its peak, whatever is done to it
PING_MS = 50  # 99th percentile
SECONDS = 5.0
MIB = 1024 * 1024


def bodies(port: int, token: str, session: str, **how: bool) -> None:
    from tests.hostile.attacks import body

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        body(port, 300 * MIB, path="/v1/gallery/", token=token, **how)


def pictures(port: int, token: str, session: str) -> None:
    """20 MiB of noise, over and over: allowed, and no picture."""
    import httpx

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        files = {"file": ("a.png", os.urandom(20 * MIB), "image/png")}
        httpx.post(f"http://127.0.0.1:{port}/v1/gallery/", files=files, headers={"Authorization": f"Bearer {token}"})


def thousand_sockets(port: int, token: str, session: str) -> None:
    from tests.hostile.attacks import sockets

    async def attack() -> None:
        async with sockets(port, session, 1000, {"Authorization": f"Bearer {token}"} if token else {}) as codes:
            print(json.dumps({str(code): codes.count(code) for code in set(codes)}), file=sys.stderr)  # noqa: T201
            await asyncio.sleep(2)

    asyncio.run(attack())


def nobodys_sockets(port: int, token: str, session: str) -> None:
    thousand_sockets(port, "", session)


def slow_heads(port: int, token: str, session: str) -> None:
    from tests.hostile.attacks import held, trickled

    with held(port, 200, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") as connections:
        trickled(connections[0], every_s=0.1, timeout=30)


def slow_bodies(port: int, token: str, session: str) -> None:
    from tests.hostile.attacks import HEAD, held, trickled

    head = HEAD.format(method="POST", path="/v1/gallery/", token=token) + f"Content-Length: {20 * MIB}\r\n\r\n"
    with held(port, 200, head.encode() + b"x" * 65_536) as connections:
        trickled(connections[0], every_s=0.1, timeout=SECONDS)


def flood(port: int, token: str, session: str) -> None:
    """Frames of nearly a mebibyte that are no commands, faster than they are answered."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    headers, end = {"Authorization": f"Bearer {token}"}, time.monotonic() + SECONDS
    with connect(f"ws://127.0.0.1:{port}/ws/sessions/{session}/", additional_headers=headers, max_queue=None) as socket:
        try:
            while time.monotonic() < end:
                socket.send("[" + "1," * 500_000)
        except ConnectionClosed:
            return


def small_flood(port: int, token: str, session: str) -> None:
    """Pings without waiting for an answer."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    headers, end = {"Authorization": f"Bearer {token}"}, time.monotonic() + SECONDS
    with connect(f"ws://127.0.0.1:{port}/ws/sessions/{session}/", additional_headers=headers, max_queue=None) as socket:
        try:
            while time.monotonic() < end:
                socket.send('{"type":"ping","id":1}')
        except ConnectionClosed:
            return


def busy(port: int, token: str, session: str) -> None:
    """Nobody is attacked: what a core less is worth on this machine."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        json.dumps(list(range(10_000)))


def declared(port: int, token: str, session: str) -> None:
    bodies(port, token, session)


def in_chunks(port: int, token: str, session: str) -> None:
    bodies(port, token, session, chunked=True)


ATTACKS: dict[str, tuple[str, Callable[[int, str, str], None]]] = {
    "busy": ("nothing, but a core is busy", busy),
    "declared": ("bodies of 300 MB, declared", declared),
    "in_chunks": ("bodies of 300 MB, in chunks", in_chunks),
    "pictures": ("20 MiB that are no picture", pictures),
    "sockets": ("1,000 sockets of one person", thousand_sockets),
    "nobody": ("1,000 sockets of nobody", nobodys_sockets),
    "heads": ("200 headers that trickle", slow_heads),
    "slow_bodies": ("200 bodies that trickle", slow_bodies),
    "flood": ("frames of 1 MB, unread", flood),
    "pings": ("pings without waiting", small_flood),
}


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from django.core.management import call_command

    from tests.hostile.target import attacked
    from tests.stores import up

    broken = 0
    with up():
        call_command("migrate", verbosity=0)
        print(f"{'attack':<32}{'ping p50':>10}{'p99':>9}{'longest':>9}{'before':>9}{'peak':>9}{'after':>9}")  # noqa: T201
        for name in sys.argv[1:] or ATTACKS:
            with tempfile.TemporaryDirectory() as folder, attacked(Path(folder), STUDIO_LIMITS="on") as target:
                broken += not _measured(target, name)
    return min(1, broken)


def _measured(target: Any, name: str) -> bool:
    """One row. False where a bound is broken."""
    from tests.hostile.target import Pings

    person = target.guest()
    arguments = [sys.executable, "-m", "tests.hostile.measure", "--attack", name, str(target.port), person.token]
    with Pings(target) as pings:
        time.sleep(1)
        before = target.memory()
        pings.seconds.clear()
        attacker = subprocess.Popen([*arguments, person.session()])
        attacker.wait(120)
        peak = target.peak()
    p50, p99, longest = (1000 * pings.percentile(share) for share in (0.5, 0.99, 1))
    kept = p99 < PING_MS and peak < MEMORY_MIB * MIB and not target.complaints()
    columns = f"{before / MIB:>6.0f} MB{peak / MIB:>6.0f} MB{target.memory() / MIB:>6.0f} MB"
    times = f"{p50:>7.1f} ms{p99:>6.1f} ms{longest:>6.1f} ms"
    print(f"{ATTACKS[name][0]:<32}{times}{columns}{'' if kept else '  broken'}", flush=True)  # noqa: T201
    return kept


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attack"]:
        ATTACKS[sys.argv[2]][1](int(sys.argv[3]), sys.argv[4], sys.argv[5])
    else:
        sys.exit(main())
