"""The socket as other people's clients see it: a real server, real stores, another implementation of the protocol."""

import json
import signal
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Documents
from tests.support.studio import HANGS_S, SMALL, Client, Socket, Studio, eventually, running

pytestmark = pytest.mark.usefixtures("prepared")
TIMESTAMP = {"$type": "timestamp"}


@pytest.fixture
def guest(studio: Studio) -> Client:
    return studio.guest()


@pytest.fixture
def socket(guest: Client) -> Iterator[Socket]:
    with guest.connect(guest.session()) as socket:
        socket.ready()
        yield socket


def test_the_first_frame_is_the_session_with_its_messages(guest: Client) -> None:
    session_id = guest.session("Mine")
    sent = [guest.say(session_id, f"a sea {n}") for n in range(3)]
    with guest.connect(session_id) as socket:
        ready = socket.ready()
    assert (ready["session"]["id"], ready["session"]["title"], ready["ping_s"]) == (session_id, "Mine", 20)
    assert [message["id"] for message in ready["messages"]] == [message["id"] for message in sent]
    assert ready["next"] is None


def test_a_long_session_begins_with_the_latest_fifty_and_a_cursor(queueing: Studio) -> None:
    guest = queueing.guest()
    session_id = guest.session()
    sent = [guest.say(session_id, f"a sea {n}")["id"] for n in range(52)]
    with guest.connect(session_id) as socket:
        ready = socket.ready()
    assert [message["id"] for message in ready["messages"]] == sent[2:]
    older = guest.http.get(f"/api/v1/chat/sessions/{session_id}/messages/", params={"cursor": ready["next"]}).json()
    assert ([message["id"] for message in older["items"]], older["next"]) == ([sent[1], sent[0]], None)


def test_a_sent_message_is_acknowledged_and_becomes_a_picture(socket: Socket, guest: Client) -> None:
    sent = socket.say("Create a sunset landscape")
    assert (sent["status"], sent["stage"], sent["version"]) == ("PROCESSING", "queued", 1)
    done = socket.until_ended(sent)
    assert (done["status"], done["image"]["state"], done["image_url"]) == ("DONE", "shown", done["image"]["url"])
    assert guest.http.get(done["image"]["url"]).headers["Content-Type"] == "image/jpeg"
    assert guest.http.get(done["image"]["thumbnail_url"]).is_success
    assert done == guest.message(sent["session_id"], sent["id"])


def test_the_stages_go_by_in_order_with_progress(socket: Socket) -> None:
    sent = socket.say("Create a sunset landscape", options={"width": 768, "height": 576})
    socket.until_ended(sent)
    stages = [event["message"]["stage"] for event in socket.events if event["type"] == "message.changed"]
    order = ["queued", "refining", "generating", "uploading"]
    assert stages == sorted(stages, key=order.index)
    shares = [
        event["fraction"] for event in socket.events if event["type"] == "message.progress" and "fraction" in event
    ]
    assert len(shares) >= 2
    assert not any("estimated" in event for event in socket.events)  # the painter knows


def test_the_same_client_id_is_the_same_message(socket: Socket, guest: Client) -> None:
    client_id = uuid.uuid4().hex
    first, second = socket.say("a sea", client_id=client_id), socket.say("a sea", client_id=client_id)
    assert first["id"] == second["id"]
    assert len(guest.messages(first["session_id"])) == 1


def test_the_same_client_id_with_another_request_is_a_conflict(socket: Socket, guest: Client) -> None:
    client_id = uuid.uuid4().hex
    sent = socket.say("a sea", client_id=client_id)
    answer = socket.ask("message.send", content="a forest", client_id=client_id, options=SMALL)
    assert (answer["error"]["code"], answer["error"]["retryable"]) == ("conflict", False)
    assert len(guest.messages(sent["session_id"])) == 1


def test_the_session_is_named_and_counts_what_runs_in_every_tab(guest: Client) -> None:
    session_id, other = guest.session(), guest.session()
    with guest.connect(session_id) as here, guest.connect(other) as elsewhere:
        here.ready()
        elsewhere.ready()
        here.say("Create a sunset landscape")

        def sessions() -> list[dict[str, Any]]:
            return [event["session"] for event in elsewhere.events if event["type"] == "session.changed"]

        elsewhere.until(lambda: any(form["running"] == 1 for form in sessions()))
        elsewhere.until(lambda: sessions()[-1]["running"] == 0 and sessions()[-1]["thumbnail_url"] is not None)
        assert "unset" in sessions()[-1]["title"]
        versions = [form["version"] for form in sessions()]
        assert versions == sorted(versions)


def test_a_second_tab_sees_the_same(guest: Client) -> None:
    session_id = guest.session()
    with guest.connect(session_id) as first, guest.connect(session_id) as second:
        first.ready()
        second.ready()
        sent = first.say("a sea at night")
        second.until(lambda: sent["id"] in second.messages)
        second.until_ended(sent)
        first.until_ended(sent)
        assert first.messages == second.messages == {sent["id"]: guest.message(session_id, sent["id"])}


def test_cancelled_is_cancelled_and_can_be_retried(studio: Studio, socket: Socket) -> None:
    with studio.paused_workers():
        sent = socket.say("a sea")
        answer = socket.ask("message.cancel", message_id=sent["id"])
        again = socket.ask("message.cancel", message_id=sent["id"])
        assert answer["ok"]["message"]["status"] == again["ok"]["message"]["status"] == "CANCELLED"
        assert answer["ok"]["message"]["image"] is None
        retried = socket.ask("message.retry", message_id=sent["id"])["ok"]["message"]
        assert (retried["status"], retried["stage"]) == ("PROCESSING", "queued")
    assert socket.until_ended(sent)["status"] == "DONE"
    assert socket.ask("message.cancel", message_id=sent["id"])["error"]["code"] == "conflict"
    assert socket.ask("message.retry", message_id=sent["id"])["error"]["code"] == "conflict"


def test_variations_are_found_by_the_client_id_just_sent(socket: Socket) -> None:
    original = socket.say("a sea at sunset", client_id="c0")
    others = [socket.say("a sea at sunset", client_id=f"c{n}", variation_of="c0") for n in (1, 2, 3)]
    assert {other["variation_of"] for other in others} == {original["id"]}
    done = [socket.until_ended(message) for message in (original, *others)]
    assert {message["status"] for message in done} == {"DONE"}
    assert len({message["image_url"] for message in done}) == 4


def test_a_variation_of_nothing_is_not_found(socket: Socket) -> None:
    answer = socket.ask("message.send", content="a sea", client_id="v", variation_of="nothing")
    assert answer["error"]["code"] == "not_found"


def test_an_attached_photo_is_edited_at_its_own_size(socket: Socket, guest: Client) -> None:
    photo = guest.photo()
    done = socket.until_ended(socket.say("make it bluer", source_image_id=photo["id"], options={}))
    made = guest.http.get(f"/v1/gallery/{done['image']['id']}/").json()
    assert (done["intent"], made["width"], made["height"]) == ("edit", 160, 120)
    assert (made["parent_id"], made["message_id"]) == (photo["id"], done["id"])


def test_sync_gives_what_differs_and_what_is_newer(socket: Socket, guest: Client) -> None:
    old, changed = (socket.until_ended(socket.say(f"a sea {n}")) for n in range(2))
    new = socket.say("a forest")
    known = {old["id"]: old["version"], changed["id"]: changed["version"] - 1}
    answer = socket.ask("session.sync", known=known)["ok"]
    assert answer["session"]["id"] == old["session_id"]
    assert [message["id"] for message in answer["messages"]] == [changed["id"], new["id"]]
    assert len(socket.ask("session.sync", known={})["ok"]["messages"]) == 3


def test_a_ping_is_answered(socket: Socket) -> None:
    assert socket.ask("ping")["ok"] == {}


SEND = {"type": "message.send", "id": "x", "client_id": "c", "content": "a sea"}


@pytest.mark.parametrize(
    ("frame", "id"),
    [
        ("{", None),
        ("", None),
        ("[1]", None),
        ("[" * 20_000, None),
        ('{"a":' * 20_000, None),
        (b"binary", None),
        ('{"type":"ping"}', None),
        ('{"type":"ping","id":true}', None),
        ('{"type":"ping","id":NaN}', None),
        ('{"type":"dance","id":"x"}', "x"),
        ('{"type":"ping","id":"x","$set":1}', "x"),
        ('{"type":"ping","id":"x","a.b":1}', "x"),
        ({**SEND, "content": ""}, "x"),
        ({**SEND, "content": " \n "}, "x"),
        ({**SEND, "content": "x" * 2001}, "x"),
        ({**SEND, "content": "a\0b"}, "x"),
        ({**SEND, "content": 5}, "x"),
        ('{"type":"message.send","id":"x","client_id":"c","content":"\\ud800"}', None),
        ({**SEND, "client_id": "x" * 65}, "x"),
        ({**SEND, "unknown": 1}, "x"),
        ({**SEND, "options": {"seed": 2**53}}, "x"),
        ({**SEND, "options": {"seed": 10**30}}, "x"),
        ({**SEND, "options": {"width": 127}}, "x"),
        ({**SEND, "options": {"width": 2049}}, "x"),
        ({**SEND, "options": {"intent": "reply"}}, "x"),
        ({**SEND, "options": {"$where": "1"}}, "x"),
        ({"type": "session.sync", "id": "x", "known": {"a": -1}}, "x"),
        ({"type": "session.sync", "id": "x", "known": {str(n): 1 for n in range(501)}}, "x"),
    ],
)
def test_a_bad_frame_gets_an_error_and_stores_nothing(
    socket: Socket, guest: Client, frame: Any, id: str | None
) -> None:
    socket.connection.send(json.dumps(frame) if isinstance(frame, dict) else frame)
    error = socket.reply(id)["error"]
    assert (error["code"], error["retryable"]) == ("bad_input", False)
    assert error["message"].endswith(".")
    assert socket.ask("ping")["ok"] == {}
    assert socket.ask("session.sync", known={})["ok"]["messages"] == []


@pytest.mark.parametrize("content", ["$token", "a.b $set {}", "x" * 2000, "🌅" * 2000, "Vẽ một bãi biển"])
def test_peoples_text_comes_back_as_it_was(socket: Socket, content: str) -> None:
    assert socket.say(content)["content"] == content


def test_a_frame_over_a_mebibyte_ends_the_connection(socket: Socket) -> None:
    socket.connection.send("x" * (1024 * 1024 + 1))
    assert socket.close_code() in (1009, None)


@pytest.mark.parametrize("command", ["message.cancel", "message.retry"])
def test_somebody_elses_message_is_not_found(socket: Socket, studio: Studio, command: str) -> None:
    other = studio.guest()
    theirs = other.say(other.session(), "a sea")
    assert socket.ask(command, message_id=theirs["id"])["error"]["code"] == "not_found"
    assert other.ended(theirs)["status"] == "DONE"


def test_somebody_elses_photo_is_not_found_and_nothing_is_stored(socket: Socket, studio: Studio) -> None:
    photo = studio.guest().photo()
    answer = socket.ask("message.send", content="bluer", client_id="c", source_image_id=photo["id"])
    assert answer["error"]["code"] == "not_found"
    assert socket.ask("session.sync", known={})["ok"]["messages"] == []


def test_no_key_gets_4401_and_another_person_4404(studio: Studio, guest: Client) -> None:
    session_id = guest.session()
    with guest.connect(session_id, headers={}) as nobody:
        assert nobody.close_code() == 4401
    with guest.connect(session_id, headers={"Authorization": "Bearer wrong"}) as wrong:
        assert wrong.close_code() == 4401
    with studio.guest().connect(session_id) as stranger:
        assert stranger.close_code() == 4404
    with guest.connect("nothing") as lost:
        assert lost.close_code() == 4404


def test_a_deleted_session_says_so_and_closes(queueing: Studio) -> None:
    guest = queueing.guest()
    session_id, other = guest.session(), guest.session()
    with guest.connect(session_id) as here, guest.connect(other) as elsewhere:
        here.ready()
        elsewhere.ready()
        sent = here.say("a sea")
        assert guest.http.delete(f"/api/v1/chat/sessions/{session_id}/").status_code == 204
        assert here.close_code() == 4404
        deleted = {"type": "session.deleted", "session_id": session_id}
        elsewhere.until(lambda: deleted in elsewhere.events)
        assert deleted in here.events
    assert guest.http.get(f"/api/v1/chat/sessions/{session_id}/messages/{sent['id']}/").status_code in (200, 404)
    assert guest.http.get(f"/api/v1/chat/sessions/{session_id}/").status_code == 404


def test_each_tab_is_told_what_becomes_of_an_imported_picture(studio: Studio, guest: Client) -> None:
    photo = guest.photo()
    with guest.connect(guest.session()) as here, guest.connect(guest.session()) as elsewhere:
        stranger = studio.guest()
        with stranger.connect(stranger.session()) as other:
            for socket in (here, elsewhere, other):
                socket.ready()
            guest.http.delete(f"/v1/gallery/{photo['id']}/").raise_for_status()
            guest.http.post(f"/v1/gallery/{photo['id']}/restore/").raise_for_status()
            for socket in (here, elsewhere):
                socket.until(lambda socket=socket: socket.events and socket.events[-1].get("image", {}).get("url"))  # type: ignore[misc]
                assert socket.events[-1]["type"] == "image.changed"
                assert socket.events[-1]["image"].items() <= {**photo, "appeal": None}.items()
            assert "ok" in other.ask("ping") and other.events == []


def test_hiding_a_picture_sends_an_event(socket: Socket, guest: Client) -> None:
    done = socket.until_ended(socket.say("a sea"))
    assert guest.http.delete(f"/v1/gallery/{done['image']['id']}/").status_code == 204
    socket.until(lambda: socket.messages[done["id"]]["image"]["state"] == "deleted")
    now = socket.messages[done["id"]]
    assert (now["image"]["url"], now["image"]["placeholder"], now["image_url"]) == (None, None, None)
    assert guest.http.get(done["image"]["url"]).status_code == 404
    guest.http.post(f"/v1/gallery/{done['image']['id']}/restore/")
    socket.until(lambda: socket.messages[done["id"]]["image"]["state"] == "shown")
    assert guest.http.get(done["image"]["url"]).is_success


def test_a_slow_reader_is_dropped_and_others_are_not(queueing: Studio) -> None:
    guest = queueing.guest()
    session_id = guest.session()
    for n in range(50):
        guest.say(session_id, f"{n} " + "🌅" * 1900)
    with guest.connect(session_id, max_queue=1) as slow, guest.connect(session_id) as brisk:
        brisk.ready()
        for n in range(100):  # asks for 20 MB and reads none of it
            slow.connection.send(json.dumps({"type": "session.sync", "id": n, "known": {}}))
        assert brisk.ask("ping")["ok"] == {}
        eventually(lambda: open_sockets(queueing) == 1)
        assert slow.close_code() in (4408, None)
        assert len([frame for frame in slow.events if "ok" in frame]) < 100
        assert brisk.ask("ping")["ok"] == {}


def open_sockets(studio: Studio) -> int:
    metrics = httpx.get(f"{studio.url}/metrics", verify=False, timeout=HANGS_S).text
    return int(float(metrics.split("\nstudio_sockets ")[1].split()[0]))


def test_a_web_process_that_stops_says_restart(studio: Studio) -> None:
    with running() as other:
        guest = other.guest()
        with guest.connect(guest.session()) as socket:
            socket.ready()
            assert other.web is not None
            other.web.send_signal(signal.SIGTERM)
            assert socket.close_code() == 1012


def test_too_many_sockets_of_one_person_are_refused(valkey: object, limited: Studio) -> None:
    guest = limited.guest()
    session_id = guest.session()
    with guest.connect(session_id) as first, guest.connect(session_id) as second:
        first.ready()
        second.ready()
        with guest.connect(session_id) as third:
            assert third.close_code() == 4429


def test_sends_are_limited_with_the_seconds_to_wait(valkey: object, limited: Studio) -> None:
    guest = limited.guest()
    with guest.connect(guest.session()) as socket:
        socket.ready()
        socket.say("a sea")
        socket.say("a sea")
        error = socket.ask("message.send", content="a sea", client_id="third")["error"]
        assert (error["code"], error["retryable"]) == ("rate_limited", True)
        assert 0 < error["retry_after"] <= 60
        assert len(guest.messages(socket.messages.popitem()[1]["session_id"])) == 2


def test_a_deletion_is_sent_once_however_often_the_poller_asks(
    valkey: object, limited: Studio, database: Documents
) -> None:
    guest = limited.guest()
    gone, session_id = guest.session(), guest.session()
    with guest.connect(session_id) as socket:
        socket.ready()
        guest.http.delete(f"/api/v1/chat/sessions/{gone}/").raise_for_status()
        deleted = {"type": "session.deleted", "session_id": gone}
        socket.until(lambda: deleted in socket.events)
        for title in ("first", "second", "third"):  # of each of these only a look can tell
            change = {"$set": {"title": title}, "$inc": {"version": 1}, "$currentDate": {"changed_at": TIMESTAMP}}
            database["sessions"].update_one({"_id": session_id}, change)
            socket.until(lambda title=title: socket.events[-1].get("session", {}).get("title") == title)  # type: ignore[misc]
        assert socket.events.count(deleted) == 1
