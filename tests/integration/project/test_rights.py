"""A right that has ended opens nothing any more, in any web process, though each remembers for a moment whose a key is."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client as Browser
from pymongo import MongoClient

from project.models import Token, User
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Client, Studio, eventually, own_stores, running

PATH = "/v1/gallery/"
ASYNC = "/api/v1/chat/sessions/"
# What ends whose right, what requests get from then on, and what sockets are closed with; `key` is the token's or the cookie's.
ENDINGS = {
    "the token is deleted": ("DELETE FROM project_token WHERE user_id = :person", 401, 4401),
    "the token has expired": ("UPDATE project_token SET expires_at = '2020-01-01' WHERE user_id = :person", 401, 4401),
    "the cookie's row is deleted": ("DELETE FROM django_session WHERE session_key = :cookie", 401, 4401),
    "the cookie has expired": (
        "UPDATE django_session SET expire_date = '2020-01-01' WHERE session_key = :cookie",
        401,
        4401,
    ),
    "the password behind the cookie is another": (
        "UPDATE project_user SET password = 'another' WHERE id = "
        "(SELECT id FROM project_user WHERE password != 'another' ORDER BY date_joined DESC LIMIT 1) AND :cookie != ''",
        401,
        4401,
    ),
    "the person is shut out": ("UPDATE project_user SET is_active = 0 WHERE id = :person", 401, 4401),
    "the key may only read": ("UPDATE project_token SET may_write = 0 WHERE user_id = :person", 200, 0),
    "the person is blocked": ("UPDATE project_user SET blocked_at = '2020-01-01' WHERE id = :person", 403, 4403),
}


@pytest.fixture
def processes(studio: Studio) -> Iterator[list[Studio]]:
    """Two web processes on the same stores."""
    with running() as other:
        yield [studio, other]


def change(sql: str, **values: str) -> None:
    with closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3", timeout=HANGS_S)) as database, database:
        assert database.execute(sql, values).rowcount == 1, sql


@pytest.mark.parametrize("ending", [ending for ending, (_, status, _) in ENDINGS.items() if status != 200])
def test_a_right_that_has_ended_opens_nothing_in_any_process(processes: list[Studio], ending: str) -> None:
    sql, status, code = ENDINGS[ending]
    by_cookie = "cookie" in ending
    guest = processes[0].guest()
    with httpx.Client(verify=False, timeout=HANGS_S, limits=NO_KEEPALIVE) as http, ExitStack() as opened:
        cookie = become_guest(http, processes[0]) if by_cookie else ""
        headers = {} if by_cookie else {"Authorization": f"Bearer {guest.token}"}

        def statuses() -> set[int]:
            paths = [studio.url + path for studio in processes for path in (PATH, ASYNC)]
            return {http.get(path, headers=headers).status_code for path in paths}

        assert statuses() == {200}
        session = http.post(processes[0].url + ASYNC, headers=headers).raise_for_status().json()["id"]
        sockets = []
        for studio in processes:
            guest.studio = studio
            says = (
                {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Origin": studio.url} if by_cookie else headers
            )
            sockets.append(opened.enter_context(guest.connect(session, headers=says)))
            sockets[-1].ready()
        change(sql, **({"cookie": cookie} if by_cookie else {"person": guest.user["id"].replace("-", "")}))
        eventually(lambda: statuses() == {status})
        assert [socket.close_code() for socket in sockets] == [code, code]


def test_who_leaves_is_gone_from_every_socket(processes: list[Studio]) -> None:
    guest = processes[0].guest()
    here = guest.session()
    with ExitStack() as opened:
        sockets = []
        for guest.studio in processes:
            sockets.append(opened.enter_context(guest.connect(here)))
            sockets[-1].ready()
        guest.http.request("DELETE", "/api/v1/me/", json={"confirm": guest.user["name"]}).raise_for_status()
        # As the session is gone, or the right: whichever is told first.
        assert {socket.close_code() for socket in sockets} <= {4401, 4404}


def test_sockets_stay_open_while_their_right_is_there(processes: list[Studio]) -> None:
    guest, other = processes[0].guest(), processes[0].guest()
    with guest.connect(guest.session()) as stays, other.connect(other.session()) as goes:
        stays.ready()
        goes.ready()
        change(ENDINGS["the token is deleted"][0], person=other.user["id"].replace("-", ""))
        assert goes.close_code() == 4401
        assert stays.ask("ping")["ok"] == {}


@pytest.mark.parametrize(
    ("ending", "code"), [("the token is deleted", "unauthorized"), ("the person is blocked", "blocked")]
)
def test_a_request_that_waits_for_a_picture_ends_with_its_right(prepared: None, ending: str, code: str) -> None:
    with running(
        0, **own_stores("waiting", 4), STUDIO_IMAGE_WAIT_S=str(2 * HANGS_S)
    ) as waits:  # nobody makes the picture
        guest = waits.guest()
        with ThreadPoolExecutor(1) as beside:
            asked = beside.submit(guest.http.post, "/v1/image/generate/", json={"prompt": "a sea"})
            eventually(lambda: running_of(waits, guest))
            change(ENDINGS[ending][0], person=guest.user["id"].replace("-", ""))
            assert asked.result(HANGS_S).json()["code"] == code


def running_of(studio: Studio, guest: Client) -> int:
    with MongoClient[dict[str, Any]](studio.environment["MONGO_URI"]) as client:
        return client.get_default_database()["messages"].count_documents({"user_id": guest.user["id"]})


@pytest.mark.parametrize(
    ("ending", "code"), [("the person is blocked", "blocked"), ("the key may only read", "unauthorized")]
)
def test_a_large_upload_is_refused_before_it_comes(studio: Studio, ending: str, code: str) -> None:
    guest = studio.guest()
    change(ENDINGS[ending][0], person=guest.user["id"].replace("-", ""))
    answer = guest.http.post("/v1/gallery/", files={"file": ("x.png", b"x" * 1_000_000, "image/png")})
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_on_a_key_that_may_only_read_a_socket_listens_and_nothing_more(studio: Studio) -> None:
    guest = studio.guest()
    session = guest.session()
    body = {"name": "reader", "scopes": ["read"]}
    key = guest.http.post("/api/v1/auth/tokens/", json=body).raise_for_status().json()["token"]
    with guest.connect(session, headers={"Authorization": f"Bearer {key}"}) as reader, guest.connect(session) as owner:
        reader.ready()
        owner.ready()
        sent = owner.say("a sea")
        for command, fields in (
            ("message.send", {"client_id": "c", "content": "a sea"}),
            ("message.cancel", {"message_id": sent["id"]}),
            ("message.retry", {"message_id": sent["id"]}),
        ):
            error = reader.ask(command, **fields)["error"]
            assert (error["code"], error["message"]) == ("unauthorized", "This key may only read.")
        assert reader.ask("session.sync", known={})["ok"]["session"]["id"] == session
        reader.until(lambda: sent["id"] in reader.messages)


def become_guest(http: httpx.Client, studio: Studio) -> str:
    """The cookie, which both processes get: they are on the same host."""
    http.get(studio.url + "/").raise_for_status()
    http.headers["X-CSRFToken"] = http.cookies[settings.CSRF_COOKIE_NAME]
    http.post(studio.url + "/api/v1/auth/cookie/").raise_for_status()
    return http.cookies[settings.SESSION_COOKIE_NAME]


@pytest.mark.django_db(transaction=True)
def test_who_comes_again_at_once_is_not_looked_up_again(django_assert_num_queries: Any) -> None:
    guest, browser = User.make_guest(), Browser()
    token = {"Authorization": f"Bearer {Token.issue(guest)}"}
    browser.force_login(guest)
    for headers in (token, {}):
        browser.get(PATH, headers=headers)
        with django_assert_num_queries(1):  # the list itself
            assert browser.get(PATH, headers=headers).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_answer_to_a_cookie_varies_with_it_whoever_remembers_it(django_assert_num_queries: Any) -> None:
    browser = Browser()
    browser.force_login(User.make_guest())
    first, second = browser.get(PATH), browser.get(PATH)
    assert "Cookie" in first.headers["Vary"]
    assert first.headers["Vary"] == second.headers["Vary"]
