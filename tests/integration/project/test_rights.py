"""A right that has ended opens nothing any more, in any web process, though each remembers for a moment whose a key is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test import Client as Browser

from project.models import Token, User
from tests.support.studio import HANGS_S, NOT_KEPT, Studio, eventually, running

PATH = "/v1/gallery/"
ASYNC = "/api/v1/chat/sessions/"
# What ends whose right; `key` is the token's or the cookie's.
ENDINGS = {
    "the token is deleted": "DELETE FROM project_token WHERE user_id = :person",
    "the cookie's row is deleted": "DELETE FROM django_session WHERE session_key = :cookie",
    "the cookie has expired": "UPDATE django_session SET expire_date = '2020-01-01' WHERE session_key = :cookie",
    "the person is shut out": "UPDATE project_user SET is_active = 0 WHERE id = :person",
}


@pytest.fixture
def processes(studio: Studio) -> Iterator[list[Studio]]:
    """Two web processes on the same stores."""
    with running() as other:
        yield [studio, other]


def change(sql: str, **values: str) -> None:
    with closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3", timeout=HANGS_S)) as database, database:
        assert database.execute(sql, values).rowcount == 1, sql


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_right_that_has_ended_opens_nothing_in_any_process(processes: list[Studio], ending: str) -> None:
    guest = processes[0].guest()
    by_cookie = "cookie" in ending
    with httpx.Client(verify=False, timeout=HANGS_S, limits=NOT_KEPT) as http:
        cookie = become_guest(http, processes[0]) if by_cookie else ""
        headers = {} if by_cookie else {"Authorization": f"Bearer {guest.token}"}

        def statuses() -> set[int]:
            paths = [studio.url + path for studio in processes for path in (PATH, ASYNC)]
            return {http.get(path, headers=headers).status_code for path in paths}

        assert statuses() == {200}
        change(ENDINGS[ending], **({"cookie": cookie} if by_cookie else {"person": guest.user["id"].replace("-", "")}))
        eventually(lambda: statuses() == {401})


def become_guest(http: httpx.Client, studio: Studio) -> str:
    """The cookie, which both processes get: they are on the same host."""
    http.get(studio.url + "/").raise_for_status()
    token = http.cookies[settings.CSRF_COOKIE_NAME]
    http.post(studio.url + "/api/v1/auth/cookie/", headers={"X-CSRFToken": token}).raise_for_status()
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
