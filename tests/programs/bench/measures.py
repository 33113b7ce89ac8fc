"""The measurements (a) to (i), except the stalls: each function returns numbers by name, from one round."""

import logging
import time
import uuid
from pathlib import Path
from statistics import median

import httpx
from django.conf import settings
from django.test import override_settings
from pymongo import MongoClient

from gallery.models import Image
from pipeline import message
from pipeline.documents import SERVER_TIME
from pipeline.store import messages
from pipeline.store.indexes import make_indexes
from pipeline.store.mongo import database
from tests.programs.bench.load import Job
from tests.programs.bench.testbed import (
    OURS,
    BenchStudio,
    Numbers,
    Person,
    load,
    resident,
    running_studio,
    seen,
    strangers,
)
from tests.programs.bench.timing import times_as_long
from tests.support.messages import Doc, new
from tests.support.serving import free_port, listens, serving
from tests.support.studio import eventually

MANY = 100  # sockets


def floor(seconds: float) -> Numbers:
    """(a) A bare `websockets` echo, and one journaled insert with pymongo, each alone."""
    port = free_port()
    server = BenchStudio().run("-m", "tests.programs.bench.floor", str(port))
    try:
        eventually(lambda: listens(port))
        one = seen(load(Job(port, [("/", "")], "ping", seconds, greets=False)))
        many = seen(load(Job(port, [("/", "")] * MANY, "ping", seconds, greets=False)))
    finally:
        server.terminate()
        server.wait()
    insert = _insert(seconds)
    return {
        "floor, 1 socket: p50": one["p50_ms"] + insert,
        "floor, 100 sockets: p50": many["p50_ms"] + insert,
        "floor: the client alone": many["per_s"],
    }


def _insert(seconds: float) -> float:
    """Milliseconds of one journaled insert of a message, the median."""
    taken, until = [], time.perf_counter() + seconds / 2
    with MongoClient[Doc](settings.MONGO_URI, journal=True) as client:
        floor = client["floor"]["messages"]
        while (began := time.perf_counter()) < until:
            floor.insert_one(_message("somebody", "somewhere"))
            taken.append(time.perf_counter() - began)
        client.drop_database("floor")
    return sorted(taken)[len(taken) // 2] * 1000


def _message(user_id: str, session_id: str) -> Doc:
    return new(
        session_id=session_id,
        user_id=user_id,
        client_id=uuid.uuid4().hex,
        content="a lake at dawn",
    ).stored()


def keep_message(person: Person) -> str:
    """Inserts a message that is being worked on, in the person's first session; returns its id."""
    doc = _message(person.user_id, person.sessions[0])
    database()["messages"].insert_one({**doc, "turn": message.BEGUN, "stage": "generating", "token": uuid.uuid4().hex})
    return str(doc["_id"])


def acknowledgements(seconds: float) -> Numbers:
    """(a), (b) From the frame with a message to its acknowledgement, once it is in the journal."""
    doors = strangers(MANY)
    with running_studio() as studio:
        one = seen(load(Job(studio.port, doors[:1], "send", seconds)))
        many = seen(load(Job(studio.port, doors, "send", seconds)))
    return {
        "ack, 1 socket: p50": one["p50_ms"],
        "ack, 1 socket: p99": one["p99_ms"],
        "ack, 100 sockets: p50": many["p50_ms"],
        "ack, 100 sockets: p99": many["p99_ms"],
        "acks a second": many["per_s"],
        "acks: the client's own share": many["client_busy"] * 100,
    }


def journeys(seconds: float, workers: int) -> Numbers:
    """(c) From the frame with a message to its final event, with stages that do nothing."""
    doors = strangers(MANY)
    with running_studio(workers) as studio:
        seen(load(Job(studio.port, doors[:4], "draw", seconds)))  # warm-up: late imports
        one = seen(load(Job(studio.port, doors[:1], "draw", seconds)))
        many = seen(load(Job(studio.port, doors, "draw", seconds)))
    name = "1 worker" if workers == 1 else f"{workers} workers"
    return {f"send to final event, {name}: p50": one["p50_ms"], f"finished a second, {name}": many["per_s"]}


def echoes(seconds: float) -> Numbers:
    """(h) Our ping, and the same answer by a stock Channels consumer on the same layer."""
    doors = strangers(MANY)
    numbers: Numbers = {}
    for name, application in (("our ping", OURS), ("stock echo", "tests.programs.bench.stock:application")):
        with running_studio(application=application) as studio:
            greets = application == OURS
            one = seen(load(Job(studio.port, doors[:1], "ping", seconds, greets=greets)))
            many = seen(load(Job(studio.port, doors, "ping", seconds, greets=greets)))
        numbers |= {f"{name}, 1 socket: p50": one["p50_ms"], f"{name}, {MANY} sockets: a second": many["per_s"]}
    return numbers


def memory(sockets: int) -> Numbers:
    """(d) Memory of the web process after its first answers, and of each idle socket in addition to as many others."""
    doors = strangers(sockets)
    with running_studio() as studio:
        assert studio.web
        for path in ("/healthz", "/readyz", "/"):
            httpx.get(studio.url + path).raise_for_status()
        idle = resident(studio.web)
        half = sockets // 2
        first = load(Job(studio.port, doors[:half], "hold", 0))  # includes what is loaded once
        before = resident(studio.web)
        second = load(Job(studio.port, doors[half:], "hold", 0))
        added = resident(studio.web) - before
        for holder in (first, second):
            holder.communicate("\n")
    return {"web process, idle": idle / 1000, f"one idle socket of {sockets:,}": added / half}


def first_pages(few: int, lots: int, asked: int) -> Numbers:
    """(f) How many times as long the first page takes with `lots` of rows as with `few`; measured alternately."""
    poor, rich = Person(), Person()
    for person, rows in ((poor, few), (rich, lots)):
        _fill(person, rows)
    with running_studio() as studio:
        messages = [(each.token, f"/api/v1/chat/sessions/{each.sessions[0]}/messages/") for each in (poor, rich)]
        pictures = [(each.token, "/v1/gallery/") for each in (poor, rich)]
        numbers = {
            f"first page of {what}, {lots:,} rows over {few:,}": times_as_long(studio, one, other, asked, filled="next")
            for what, (one, other) in (("messages", messages), ("the gallery", pictures))
        }
    Image.objects.all().delete()
    return numbers


def _fill(person: Person, rows: int) -> None:
    user_id, session_id = person.user_id, person.sessions[0]
    for begin in range(0, rows, 5000):
        some = range(begin, min(rows, begin + 5000))
        database()["messages"].insert_many(_in_line(user_id, session_id, len(some)), ordered=False)
        keep_images(person, len(some))


def keep_images(person: Person, count: int) -> None:
    Image.objects.bulk_create([_image(person) for _ in range(count)])


def _image(person: Person) -> Image:
    shown = Image.Stage.SHOWN
    return Image(owner_id=person.user_id, stage=shown, width=1, height=1, key="", thumbnail_key="", title="a lake")


def claims(few: int, lots: int, asked: int) -> Numbers:
    """(i) How many times as long a claim takes, the next turn included, with `lots` of one person's messages waiting as with
    `few`; measured alternately, each in a database of its own."""
    taken: dict[int, list[float]] = {few: [], lots: []}
    places = {count: f"{settings.MONGO_URI.rpartition('/')[0]}/claims{count}" for count in taken}
    for count, uri in places.items():
        with override_settings(MONGO_URI=uri):
            make_indexes()
            _queue(1, turn=SERVER_TIME)
            _queue(count - 1)
    logging.disable(logging.INFO)  # else a line for each claim
    for _ in range(asked):
        for count, uri in places.items():
            with override_settings(MONGO_URI=uri):
                began = time.perf_counter()
                job = messages.claim(message.Stage.REFINING)
                taken[count].append(time.perf_counter() - began)
                assert job is not None
                database()["messages"].delete_one({"_id": job.id})
                _queue(1)
    for uri in places.values():
        with override_settings(MONGO_URI=uri):
            database().client.drop_database(database().name)
    logging.disable(logging.NOTSET)
    return {f"claim, {lots:,} of one person waiting over {few:,}": median(taken[lots]) / median(taken[few])}


def _queue(count: int, **turn: object) -> None:
    database()["messages"].insert_many([{**doc, **turn} for doc in _in_line("somebody", "somewhere", count)])


def _in_line(user_id: str, session_id: str, count: int) -> list[Doc]:
    """Without a turn, because a person has one at a time."""
    docs = [_message(user_id, session_id) for _ in range(count)]
    for doc in docs:
        del doc["turn"]
    return docs


def starts(folder: Path) -> Numbers:
    """(g) From the command to the line with the studio's address: with an empty data folder, then with the same one again."""
    taken = []
    for _ in range(2):
        began = time.perf_counter()
        with serving(folder):
            taken.append(time.perf_counter() - began)
    return {"first start to ready": taken[0], "later start to ready": taken[1]}
