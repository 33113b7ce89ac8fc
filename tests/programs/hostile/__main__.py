"""`make hostile`: other people's pings and the web process's memory while one address attacks it.

One row for each attack: another person's pings, and the memory of the web process before, at its peak, and after. The attacker
is a process that takes CPU itself; the first row shows how much that matters, with an equally busy process that attacks
nobody. The last line is about another person's small picture behind sixty large ones. Exits with 1 where a bound is broken,
which is printed below the row.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import tests.environment  # noqa: F401  before anything reads the settings
from tests.programs.hostile import filling

if TYPE_CHECKING:
    from tests.security.target import Target
    from tests.support.studio import Client

MEMORY_MIB = 250  # peak of the web process in every attack
PING_MS = 50  # 99th percentile
SECONDS = 5.0
LARGE_MIB = 700  # the same where pictures of 39 megapixels are decoded, one at a time
UNREAD_S = 3.0  # how long an attacker does not read what the studio sends
MIB = 1024 * 1024


def bodies(port: int, token: str, session: str, *, chunked: bool = False) -> None:
    from tests.security.attacks import body

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        body(port, 300 * MIB, path="/v1/gallery/", token=token, chunked=chunked)


def pictures(port: int, token: str, session: str) -> None:
    """Bodies of 20 MiB of noise, which are allowed, and are no pictures."""
    import httpx

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        files = {"file": ("a.png", os.urandom(20 * MIB), "image/png")}
        httpx.post(f"http://127.0.0.1:{port}/v1/gallery/", files=files, headers={"Authorization": f"Bearer {token}"})


def thousand_sockets(port: int, token: str, session: str) -> None:
    from tests.security.attacks import sockets

    async def attack() -> None:
        async with sockets(port, session, 1000, {"Authorization": f"Bearer {token}"} if token else {}) as codes:
            print(json.dumps({str(code): codes.count(code) for code in set(codes)}), file=sys.stderr)  # noqa: T201
            await asyncio.sleep(2)

    asyncio.run(attack())


def nobodys_sockets(port: int, token: str, session: str) -> None:
    thousand_sockets(port, "", session)


def slow_heads(port: int, token: str, session: str) -> None:
    from tests.security.attacks import held, trickled

    with held(port, 200, b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") as connections:
        trickled(connections[0], every_s=0.1, timeout=30)


def slow_bodies(port: int, token: str, session: str) -> None:
    from tests.security.attacks import HEAD, held, trickled

    head = HEAD.format(method="POST", path="/v1/gallery/", token=token) + f"Content-Length: {20 * MIB}\r\n\r\n"
    with held(port, 200, head.encode() + b"x" * 65_536) as connections:
        trickled(connections[0], every_s=0.1, timeout=SECONDS)


def flood(port: int, token: str, session: str) -> None:
    """Frames of nearly 1 MiB that are no commands, faster than they are answered."""
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


def syncs(port: int, token: str, _its_first: str, session: str) -> None:
    """Reads a session of 10,000 messages (`long_session`), again and again."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    headers, end = {"Authorization": f"Bearer {token}"}, time.monotonic() + SECONDS
    with connect(f"ws://127.0.0.1:{port}/ws/sessions/{session}/", additional_headers=headers, max_size=None) as socket:
        try:
            while time.monotonic() < end:
                for _ in range(5):
                    socket.send('{"type":"session.sync","id":1,"known":{"0":0}}')
                for _ in range(5):
                    socket.recv()
        except ConnectionClosed:
            return


def long_session(target: "Target", person: "Client") -> list[str]:
    """A session of 10,000 messages."""
    from tests.support.messages import new

    session = person.session()
    about = {"session_id": session, "user_id": person.user["id"], "content": "a sea " * 300}
    with target.documents() as documents:
        documents["messages"].insert_many(
            {**new(**about).stored(), "status": "DONE", "reply": "no " * 300} for _ in range(10_000)
        )
    return [session]


def busy(port: int, token: str, session: str) -> None:
    """No attack, for comparison: an idle loop takes one core of this machine."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        json.dumps(list(range(10_000)))


def declared(port: int, token: str, session: str) -> None:
    bodies(port, token, session)


def in_chunks(port: int, token: str, session: str) -> None:
    bodies(port, token, session, chunked=True)


def trash(port: int, token: str, session: str) -> None:
    filling.fill(port, token, session)


def unread_pipeline(port: int, token: str, session: str, picture: str) -> None:
    """150 times the same picture, asked for on one connection; nothing is read."""
    from tests.security.attacks import asking, held

    with held(port, 1, asking(picture) * 150):
        time.sleep(UNREAD_S)


def unread_connections(port: int, token: str, session: str, picture: str) -> None:
    """The same picture, asked for once on each of 150 connections."""
    from tests.security.attacks import asking, held

    with held(port, 150, asking(picture)):
        time.sleep(UNREAD_S)


def large_uploads(port: int, token: str, session: str, *tokens: str) -> None:
    """30 pictures of 39 megapixels, which are small files, by three guests at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    import httpx

    from tests.security.attacks import megapixels

    large, people = megapixels(39), (token, *tokens)

    def upload(number: int) -> int:
        headers = {"Authorization": f"Bearer {people[number % len(people)]}"}
        different = large + bytes([number])  # after the picture's end, because the same photo again is the same picture
        files = {"file": ("a.png", different, "image/png")}
        url = f"http://127.0.0.1:{port}/v1/gallery/"
        try:
            return httpx.post(url, files=files, headers=headers, timeout=300).status_code
        except httpx.TransportError:
            return 0

    with ThreadPoolExecutor(30) as threads:
        statuses = list(threads.map(upload, range(30)))
    print(json.dumps({str(status): statuses.count(status) for status in set(statuses)}), file=sys.stderr)  # noqa: T201


def seven_mib(target: "Target", person: "Client") -> list[str]:
    """The path of a picture of 7 MiB of this person's."""
    from tests.security.attacks import noise

    uploaded = person.http.post("/v1/gallery/", files={"file": ("a.png", noise(1500, 1225), "image/png")})
    path = str(uploaded.raise_for_status().json()["url"])
    size = len(person.http.get(path).raise_for_status().content)
    assert 7 * MIB < size < 8 * MIB, size
    return [path]


def two_more(target: "Target", person: "Client") -> list[str]:
    return [target.guest().token for _ in range(2)]


@dataclass(frozen=True)
class Attack:
    """`prepared` returns what `run` gets in addition to port, token and session; its own cost is not measured. Upper bounds:
    `growth_mib`, `peak_mib` where it differs from the usual one, and `disk`, bytes of pictures that remain. `watched`: other
    people send all kinds of requests meanwhile, and each must be answered."""

    title: str
    run: Callable[..., None]
    prepared: Callable[["Target", "Client"], list[str]] | None = None
    growth_mib: float = float("inf")
    peak_mib: float = MEMORY_MIB
    disk: float = float("inf")
    watched: bool = False
    postgresql: bool = False
    settings: dict[str, str] = field(default_factory=dict)


ATTACKS: dict[str, Attack] = {
    "busy": Attack("nothing, but a core is busy", busy),
    "declared": Attack("bodies of 300 MB, declared", declared),
    "in_chunks": Attack("bodies of 300 MB, in chunks", in_chunks),
    "pictures": Attack("20 MiB that are no picture", pictures),
    "sockets": Attack("1,000 sockets of one person", thousand_sockets),
    "nobody": Attack("1,000 sockets of nobody", nobodys_sockets),
    "heads": Attack("200 headers that trickle", slow_heads),
    "slow_bodies": Attack("200 bodies that trickle", slow_bodies),
    "flood": Attack("frames of 1 MB, unread", flood),
    "pings": Attack("pings without waiting", small_flood),
    "unread_pipeline": Attack("150 × 7 MiB on one, unread", unread_pipeline, seven_mib, growth_mib=60, watched=True),
    "unread": Attack("7 MiB on each of 150, unread", unread_connections, seven_mib, growth_mib=60, watched=True),
    "trash": Attack("26 uploads, each trashed at once", trash, settings=filling.SETTINGS, disk=filling.ALLOWED),
    "syncs": Attack("syncs of 10,000 messages", syncs, long_session),
    "uploads": Attack(
        "30 uploads of 39 megapixels", large_uploads, two_more, peak_mib=LARGE_MIB, watched=True, postgresql=True
    ),
}


CROWD = "crowd"  # the attack on the workers


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from django.core.management import call_command

    from tests.support.stores import up

    broken = 0
    with up():
        call_command("migrate", verbosity=0)
        print(f"{'attack':<32}{'ping p50':>10}{'p99':>9}{'longest':>9}{'before':>9}{'peak':>9}{'after':>9}")  # noqa: T201
        for name in sys.argv[1:] or (*ATTACKS, CROWD):
            broken += not _judged(name)
    return min(1, broken)


def _judged(name: str) -> bool:
    """One row, on a studio of its own. False where a bound is broken."""
    from tests.security.target import attacked
    from tests.support import postgresql

    attack = None if name == CROWD else ATTACKS[name]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = {"STUDIO_LIMITS": "on", **(attack.settings if attack else {})}
        if attack and attack.postgresql:
            settings["DATABASE_URL"] = stack.enter_context(postgresql.running())
        target = stack.enter_context(attacked(Path(folder), **settings))
        troubles = _measured(target, name, attack) if attack else _crowded(target)
    print("".join(f"  {trouble}\n" for trouble in troubles), end="", flush=True)  # noqa: T201
    return not troubles


def _crowded(target: "Target") -> list[str]:
    """One guest asks for 60 large pictures, as many as the limits allow; how many of them begin before another's small one
    that comes then? What was broken: more than one."""
    from tests.support.studio import eventually

    target.start_worker()
    one, other = target.guest(), target.guest()
    session_id = one.session()
    with target.documents() as documents:
        messages = documents["messages"]

        def begun(client: "Client") -> int:
            of = {"user_id": client.user["id"], "stage": {"$ne": "queued"}}
            return int(messages.count_documents(of))

        for n in range(60):
            one.say(session_id, f"a lake {n}", options={"width": 2048, "height": 2048})
        eventually(lambda: messages.find_one({"user_id": one.user["id"], "status": "DONE"}))
        at = time.monotonic()
        small = other.say(other.session(), "a lake", options={"width": 256, "height": 256})
        before = begun(one)  # once the other message is in the queue
        eventually(lambda: begun(other))
        between = begun(one) - before
        eventually(lambda: other.message(small["session_id"], small["id"])["status"] != "PROCESSING")
        took = time.monotonic() - at
        for message in messages.find({"status": "PROCESSING"}):
            one.http.post(f"/api/v1/chat/sessions/{session_id}/messages/{message['_id']}/cancel/")
    said = f"another's 256² took {took:.1f} s, and {between} of them began before it"
    print(f"{'60 pictures of 2048²':<32}{said}", flush=True)  # noqa: T201
    return [*([f"{between} began before it, at most 1"] if between > 1 else []), *target.complaints()]


def _measured(target: "Target", name: str, attack: Attack) -> list[str]:
    """Prints the row, and returns a sentence for each broken bound."""
    from tests.security.target import Others, Pings

    person = target.guest()
    more = attack.prepared(target, person) if attack.prepared else []
    arguments = [sys.executable, "-m", "tests.programs.hostile", "--attack", name, str(target.port), person.token]
    with ExitStack() as stack:
        pings = stack.enter_context(Pings(target))
        others = stack.enter_context(Others(target)) if attack.watched else None
        time.sleep(1)
        target.forget_peak()
        before = target.memory()
        pings.seconds.clear()
        attacker = subprocess.Popen([*arguments, person.session(), *more])
        attacker.wait(300)
        peak = target.peak()
    p50, p99, longest = (1000 * pings.percentile(share) for share in (0.5, 0.99, 1))
    disk = target.pictures_bytes()
    columns = f"{before / MIB:>6.0f} MB{peak / MIB:>6.0f} MB{target.memory() / MIB:>6.0f} MB"
    print(f"{attack.title:<32}{p50:>7.1f} ms{p99:>6.1f} ms{longest:>6.1f} ms{columns}", flush=True)  # noqa: T201
    grown = peak - before
    bounds = {
        f"pings: {p99:.0f} ms at the 99th percentile, at most {PING_MS}": p99 < PING_MS,
        f"memory: {peak / MIB:.0f} MB, at most {attack.peak_mib}": peak < attack.peak_mib * MIB,
        f"memory: grew by {grown / MIB:.0f} MB, at most {attack.growth_mib:.0f}": grown < attack.growth_mib * MIB,
        f"disk: {disk / MIB:.0f} MB of pictures, at most {attack.disk / MIB:.0f}": disk <= attack.disk,
        f"the attacker ended with {attacker.returncode}": attacker.returncode == 0,
    }
    troubles = [sentence for sentence, kept in bounds.items() if not kept]
    return [*troubles, *target.complaints(), *(others.troubles if others else [])]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--attack"]:
        ATTACKS[sys.argv[2]].run(int(sys.argv[3]), *sys.argv[4:])
    else:
        sys.exit(main())
