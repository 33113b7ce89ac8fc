"""Two machines on real stores with passwords: whatever is restarted, nothing is lost and everybody sees everything."""

import io
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.cluster.crowd import Crowd, attempts, claimed
from tests.cluster.fleet import DEBUG, Fleet, running
from tests.cluster.secrets import CANARY, PLANTED, answers, commands, documents, keys, overheard, tables
from tests.cluster.servers import Servers
from tests.support.fakes.cloudinary import BROKEN, always, fake_cloudinary
from tests.support.fakes.gemini import bad_key, gemini
from tests.support.serving import processes, serving
from tests.support.studio import HANGS_S, Studio, eventually, picture

LARGE = {"width": 1152, "height": 1152}  # painted for some time
ALLOWED = settings.PERSON_BYTES
UP = {"mongodb": "ok", "sql": "ok", "redis": "ok", "disk": "ok"}


@pytest.fixture(scope="module")
def fleet(stores: Servers) -> Iterator[Fleet]:
    with running(
        stores, STUDIO_LIMITS="on", STUDIO_LEASE_S="4", STUDIO_RENEW_S="1", STUDIO_WATCH_S="1", **PLANTED
    ) as found:
        yield found


@pytest.fixture(scope="module")
def crowd(fleet: Fleet) -> Iterator[Crowd]:
    found = Crowd(fleet)
    yield found
    found.leave()


def test_what_is_said_to_one_machine_is_seen_on_both(crowd: Crowd) -> None:
    crowd.say(by=0)
    crowd.say(by=1)
    crowd.see_everything()


def another(number: int) -> bytes:
    """The same pixels in a file that differs: the same file again would be the same picture."""
    out, words = io.BytesIO(), PngInfo()
    words.add_text("Comment", str(number))
    Image.open(io.BytesIO(picture(160, 120))).save(out, "PNG", pnginfo=words)
    return out.getvalue()


def test_pictures_that_come_to_both_machines_at_once_share_the_room_that_is_left(fleet: Fleet) -> None:
    """Of one person, who has room for three."""
    person = fleet.machines[0].guest()
    first = person.photo()
    with psycopg.connect(fleet.servers.postgres.url, autocommit=True) as rows:
        (size,) = rows.execute("SELECT bytes FROM gallery_image WHERE id = %s", [first["id"]]).fetchone() or [0]
        rows.execute("UPDATE gallery_image SET bytes = %s WHERE id = %s", [ALLOWED - 3 * size, first["id"]])

    def bring(n: int) -> int:
        client = fleet.machines[n % 2].seen_by(person)
        return client.http.post("/v1/gallery/", files={"file": ("p.png", another(n), "image/png")}).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(bring, range(20)))
    statuses += [bring(n) for n in range(20, 25)]  # for those who had to wait
    assert (statuses.count(201), statuses[-1]) == (3, 507), statuses
    assert set(statuses) <= {201, 429, 507}


def test_a_web_process_that_is_told_to_stop_closes_its_sockets_with_1012(fleet: Fleet, crowd: Crowd) -> None:
    first = fleet.machines[0]
    watching = crowd.people[0].clients[0].connect(crowd.people[0].session)
    first.stop_web()
    assert watching.close_code() == 1012
    crowd.say(by=1)
    first.start_web()
    crowd.see_everything()


def test_a_worker_that_is_told_to_stop_hands_back_what_it_paints(fleet: Fleet, crowd: Crowd) -> None:
    message = crowd.people[0].say("misty mountains", options=LARGE)
    machine = fleet.machines[claimed(fleet, "refining", message)]
    eventually(lambda: crowd.people[0].look_up(message)["stage"] == "generating")
    machine.worker.send_signal(signal.SIGTERM)
    assert machine.worker.wait(HANGS_S) == 0
    crowd.see_everything()
    assert f"action=requeued message={message}" in machine.log
    assert set(attempts(fleet.log, "generating", message)) == {"1"}  # an attempt that was handed back does not count
    machine.start_worker()


@pytest.fixture(scope="module")
def answered() -> list[tuple[int, str]]:
    """What the web processes have said with all their stores up, and with each one down."""
    return []


@pytest.mark.parametrize(("part", "store"), [("mongodb", "mongod"), ("sql", "postgres"), ("redis", "valkey")])
def test_a_store_that_goes_and_comes_back_loses_nothing(
    fleet: Fleet, crowd: Crowd, answered: list[tuple[int, str]], part: str, store: str
) -> None:
    server = getattr(fleet.servers, store)
    sockets = [person.clients[1].connect(person.session) for person in crowd.people]
    for socket in sockets:
        socket.ready()
    before = {id for person in crowd.people for id in person.said}
    crowd.say(by=0)
    server.stop()
    try:
        eventually(lambda: all(machine.ready() == {**UP, part: "down"} for machine in fleet.machines))
        if part != "mongodb":  # without it nothing is accepted
            for person, socket in zip(crowd.people, sockets, strict=True):
                person.said.append(socket.say("a lake")["id"])
        answered += answers(fleet.machines[0].url, crowd.people[0].token)
        said = {id for person in crowd.people for id in person.said} - before
        if part == "sql":  # a worker holds a message and cannot find its source, or file its picture
            refused = [f"action=sql_down message={id} stage=" for id in said]
            eventually(lambda: any(line in fleet.log for line in refused))
    finally:
        server.start()
    eventually(lambda: all(machine.ready() == UP for machine in fleet.machines))
    crowd.see_everything()
    for socket in sockets:
        socket.__exit__()
    if part == "sql":  # it has given the message back, and that attempt does not count
        stages = ("refining", "generating", "uploading")
        claims = {attempt for id in said for stage in stages for attempt in attempts(fleet.log, stage, id)}
        assert claims == {"1"}


def test_a_quick_restart_of_postgresql_is_noticed_by_nobody(fleet: Fleet, crowd: Crowd) -> None:
    """No process is handed a connection to the server that was."""
    asking = [client for person in crowd.people for client in person.clients] * 3
    with ThreadPoolExecutor(len(asking)) as pool:
        for restart in (False, True):
            if restart:
                fleet.servers.postgres.stop()
                fleet.servers.postgres.start()
            answers = pool.map(lambda client: client.http.get("/v1/gallery/").status_code, asking)
            assert set(answers) == {200}


def test_an_election_loses_nothing(fleet: Fleet, crowd: Crowd) -> None:
    crowd.say(by=0)
    fleet.servers.mongod.step_down()
    crowd.see_everything()


def test_no_secret_is_anywhere(fleet: Fleet, crowd: Crowd, answered: list[tuple[int, str]], tmp_path: Path) -> None:
    """After all of the above, and with the paid services answering as they do, or not."""
    stores = fleet.servers
    with overheard(stores) as heard:
        crowd.say(by=0)
        crowd.see_everything()
        served = _served(stores, tmp_path)
    answered += answers(fleet.machines[1].url, crowd.people[0].token)
    assert {200, 302, 400, 401, 403, 404, 405, 413, 503} <= {status for status, _ in answered}
    assert len(heard) > 10
    running = [process.pid for machine in fleet.machines for process in (machine.web, *machine.workers) if process]
    places = {
        "log": fleet.log + "".join(file.read_text() for file in stores.folder.glob("*.log")),
        "answers": "\n".join(text for _, text in answered),
        "queue and events": "\n".join(heard),
        "Valkey": keys(stores),
        "MongoDB": documents(stores),
        "SQL": tables(stores),
        "ps": commands([process for process in running if Path(f"/proc/{process}").exists()]),
        "serve": served,
    }
    for person in crowd.people:
        assert person.session in places["MongoDB"]  # this is where to look
    secrets = (CANARY, *(person.token for person in crowd.people))
    leaks = [
        f"{place}: {text[max(0, text.index(secret) - 200) :][:300]}"
        for place, text in places.items()
        for secret in secrets
        if secret in text
    ]
    assert not leaks, "\n".join(leaks)


def _served(stores: Servers, folder: Path) -> str:
    """What `serve` prints, with its children, as a person asks it for a picture of Gemini's, kept by Cloudinary: one that is
    made, one that Cloudinary does not take, one that Gemini does not make."""
    with gemini() as ai, fake_cloudinary() as cloudinary:
        assert CANARY in ai.environment["GEMINI_API_KEY"]
        assert CANARY in cloudinary.url
        apart = {
            "MONGO_URI": stores.mongod.uri.replace("/studio?", "/served?"),
            "REDIS_URL": stores.valkey.tls_url.replace("/1?", "/2?"),
            "DATABASE_URL": stores.postgres.url,
        }
        paid = {**ai.environment, "CLOUDINARY_URL": cloudinary.url, "STUDIO_ATTEMPTS": "1"}
        with serving(folder / "data", "--workers", "1", environment={**apart, **paid, **PLANTED, **DEBUG}) as server:
            web = Studio()
            web.port = server.port
            person = web.guest()
            session = person.session()
            ends = [person.ended(person.say(session, "a sea"))]
            cloudinary.fail = always(BROKEN)
            ends.append(person.ended(person.say(session, "a lake")))
            cloudinary.fail = lambda asked: None
            ai.then("refine", bad_key)
            ends.append(person.ended(person.say(session, "a hill")))
            arguments = commands(processes(server.folder))
        assert [message["status"] for message in ends] == ["DONE", "FAILED", "FAILED"]
        assert server.printed().count("configured, at") == 3
        assert person.token not in server.printed()
        return f"{server.printed()} {arguments} {ends}"
