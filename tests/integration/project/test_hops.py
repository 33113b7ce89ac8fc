"""Which requests take a thread: none that reads no row."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.test import Client

from pipeline.store.mongo import async_database
from project.daphne.application import Handler
from project.http.threads import Threads
from project.models import Token, User
from tests.support.messages import insert, insert_session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]


@pytest.fixture(autouse=True)
async def closed_client() -> AsyncIterator[None]:
    yield
    await async_database().client.close()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done in a thread."""
    names: list[str] = []
    add = Threads.add

    def noted(threads: Threads, turn: Any, work: Any, future: Any) -> None:
        names.append(repr(work))
        add(threads, turn, work, future)

    monkeypatch.setattr(Threads, "add", noted)
    return names


async def get(path: str, **headers: str) -> int:
    """The status, from the handler that answers under Daphne."""
    sent: list[Any] = []
    raw = [(b"host", b"localhost"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": raw,
        "client": ["192.0.2.9", 1],
    }
    events = [{"type": "http.request", "body": b""}]

    async def receive() -> Any:
        return events.pop() if events else await asyncio.Event().wait()  # the client stays

    async def send(event: Any) -> None:
        sent.append(event)

    await Handler()(scope, receive, send)
    return int(sent[0]["status"])


async def test_a_probe_takes_none(taken: list[str]) -> None:
    assert await get("/healthz") == 200
    assert taken == []


@pytest.mark.parametrize("key", ["authorization", "cookie"])
async def test_who_polls_is_looked_up_in_one_and_takes_none_after_that(taken: list[str], key: str) -> None:
    guest, value = await sync_to_async(_guest)(key)
    session = insert_session(user_id=str(guest.pk))
    message = insert(user_id=str(guest.pk), session_id=session["_id"], status="DONE")
    path = f"/api/v1/chat/sessions/{session['_id']}/messages/{message['_id']}/"
    assert await get(path, **{key: value}) == 200
    assert len(taken) == 1
    assert await get(path, **{key: value}) == 200
    assert len(taken) == 1


async def test_a_list_of_pictures_takes_one(taken: list[str]) -> None:
    _, value = await sync_to_async(_guest)("authorization")
    assert await get("/v1/gallery/", authorization=value) == 200
    assert len(taken) == 1


def _guest(key: str) -> tuple[User, str]:
    guest = User.make_guest()
    if key == "authorization":
        return guest, f"Bearer {Token.issue(guest)}"
    browser = Client()
    browser.force_login(guest)
    browser.get("/gallery/")  # renewed here, and not in the middle
    name = settings.SESSION_COOKIE_NAME
    return guest, f"{name}={browser.cookies[name].value}"
