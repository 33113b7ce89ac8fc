"""Nobody reads or changes what is not theirs, on any route, with any command."""

import json
import uuid
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import PathView
from websockets.exceptions import ConnectionClosed

from chat import validation
from project.api import api
from tests.security.matrix import ALL_ROLES, COMMANDS, KEYED, ROUTES, Command, Route, expected
from tests.security.target import METRICS_TOKEN, Target
from tests.support.studio import HANGS_S, NO_KEEPALIVE, Client, eventually, picture

Things = dict[str, str]


def paths(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from paths(pattern.url_patterns, before + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield before + str(pattern.pattern)


def operations() -> Iterator[tuple[str, str]]:
    """Method and route of everything that the API does."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            assert isinstance(view, PathView)
            route = (
                "/".join(part for part in (prefix + path).replace("{", "<").replace("}", ">").split("/") if part) + "/"
            )
            yield from ((method, route) for operation in view.operations for method in operation.methods)


def test_every_route_has_a_row() -> None:
    rows = {route.route for route in ROUTES}
    missing = set(paths(get_resolver().url_patterns)) - rows
    assert not missing, f"Say in tests/security/matrix.py who may do what at: {', '.join(sorted(missing))}."
    assert not rows - set(paths(get_resolver().url_patterns)), "A row of the matrix is of a route that is gone."


def test_every_operation_of_the_api_has_a_row() -> None:
    found = set(operations())
    assert len(found) >= 21
    missing = found - {(route.method, route.route) for route in ROUTES}
    assert not missing, f"Say in tests/security/matrix.py who may do what at: {sorted(missing)}."


def test_every_command_has_a_row() -> None:
    missing = set(validation.TYPES) - {command.type for command in COMMANDS}
    assert not missing, f"Say in tests/security/matrix.py who may say what: {', '.join(sorted(missing))}."


class People:
    """One of each role, and what the owner has."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.owner, self.other = target.guest(), target.guest()
        self.clients = {
            "owner": self.owner.http,
            "another": self.other.http,
            "guest": target.visitor(),
            "anonymous": httpx.Client(base_url=target.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False),
            "moderator": target.moderator(),
            "account": self.account(),
            "reader": self._by_key(self.owner, scopes=["read"]),
            "expired": self._by_key(self.other, expires_at="2100-01-01T00:00:00Z"),
            "blocked": target.guest().http,
        }
        target.sql("UPDATE project_token SET expires_at = '2020-01-01' WHERE expires_at IS NOT NULL")
        blocked = self.clients["blocked"].get("/api/v1/me/").raise_for_status().json()["id"]
        target.sql("UPDATE project_user SET blocked_at = '2020-01-01' WHERE id = ?", blocked.replace("-", ""))
        eventually(lambda: self.clients["blocked"].get("/v1/gallery/").status_code == 403)
        self.people = {"person": self.owner.user["id"], "victim": target.guest().user["id"]}
        self.key = ""
        files = {"file": ("m.png", picture(64, 64), "image/png")}
        mask = self.owner.http.post("/v1/gallery/", files=files, data={"purpose": "mask"}).raise_for_status().json()
        self.made = count()
        self.album = ""
        self.constant = {
            "mask": mask["id"],
            "trashed": self._trashed(),
            "foreign": self.owner.photo()["url"].rpartition("/")[2],
            **self.people,
        }

    def account(self) -> httpx.Client:
        """A visitor who has signed up."""
        client = self.target.visitor()
        key = uuid.UUID(client.get("/api/v1/me/").raise_for_status().json()["id"]).hex
        self.target.sql("UPDATE project_user SET is_guest = 0, email = ? WHERE id = ?", f"{key}@a.example", key)
        return client

    def _trashed(self) -> str:
        """The address of the thumbnail of a picture in the owner's trash."""
        address = f"/v1/gallery/{self.owner.photo(50, 50)['id']}/"
        self.owner.http.delete(address).raise_for_status()
        return str(self.owner.http.get(address).json()["trash_thumbnail_url"])

    def _by_key(self, whose: Client, **body: Any) -> httpx.Client:
        made = whose.http.post("/api/v1/auth/tokens/", json={"name": "a", **body}).raise_for_status().json()
        headers = {"Authorization": f"Bearer {made['token']}"}
        return httpx.Client(
            base_url=self.target.url, timeout=HANGS_S, limits=NO_KEEPALIVE, verify=False, headers=headers
        )

    def _new_key(self) -> str:
        """In the place of the one before: a person has only so many."""
        if self.key:
            self.owner.http.delete(f"/api/v1/auth/tokens/{self.key}/")
        self.key = self.owner.http.post("/api/v1/auth/tokens/", json={"name": "a"}).raise_for_status().json()["id"]
        return self.key

    def things(self) -> Things:
        session = self.owner.session("Secret")
        message = self.owner.say(session, "a secret sea", client_id="secret-name")
        eventually(lambda: self.session(session)["version"] == 2)  # or both changes could come to one
        self.owner.http.post(f"/api/v1/chat/sessions/{session}/messages/{message['id']}/cancel/").raise_for_status()
        image = self.owner.photo(64 + next(self.made), 48)  # the same photo would be the same picture
        self.target.sql("UPDATE gallery_image SET url_epoch = 1 WHERE id = ?", image["id"].replace("-", ""))
        hidden = self.owner.photo(64 + next(self.made), 48)["id"]
        self.target.sql("UPDATE gallery_image SET hidden = 1, rev = 1 WHERE id = ?", hidden.replace("-", ""))
        now = self.owner.http.get(f"/v1/gallery/{image['id']}/").json()
        if self.album:  # a person has only so many
            self.owner.http.delete(f"/v1/gallery/albums/{self.album}/")
        album = self.owner.http.post("/v1/gallery/albums/", json={"title": "Secret"}).raise_for_status().json()
        self.album = album["id"]
        share, ended = (self._share(image["id"]) for _ in range(2))
        self.owner.http.delete(f"/v1/gallery/shares/{ended['id']}/").raise_for_status()
        return {
            **self.constant,
            "share": share["id"],
            "share_path": share["url"],
            "ended_path": ended["url"],
            "album": album["id"],
            "session": session,
            "key": self._new_key(),
            "message": message["id"],
            "client_id": message["client_id"],
            "image": image["id"],
            "hidden": hidden,
            "url": now["url"],
            "signature": now["url"].rpartition("/")[2],
            "stale": image["url"].rpartition("/")[2],
        }

    def _share(self, image_id: str) -> dict[str, str]:
        made: dict[str, str] = (
            self.owner.http.post(f"/v1/gallery/{image_id}/shares/", json={}).raise_for_status().json()
        )
        return made

    def session(self, session_id: str) -> dict[str, Any]:
        form: dict[str, Any] = self.owner.http.get(f"/api/v1/chat/sessions/{session_id}/").raise_for_status().json()
        return form

    def state(self, things: Things) -> list[Any]:
        """All that the owner sees of these things."""
        places = (
            "/api/v1/chat/sessions/{session}/",
            "/api/v1/chat/sessions/{session}/messages/",
            "/v1/gallery/{image}/",
            "/v1/gallery/{hidden}/",
            "/v1/gallery/{image}/shares/",
            "/v1/gallery/albums/{album}/",
        )
        return [self.owner.http.get(filled(place, things)).raise_for_status().json() for place in places]

    def settled(self, things: Things) -> list[Any]:
        """The same, once what follows has followed: the session has had a new version for its message and for its end."""
        seen: list[Any] = []

        def followed() -> bool:
            seen[:] = self.state(things)
            return bool(seen[0]["version"] == 3)

        eventually(followed)
        return seen


def filled(template: Any, things: Things) -> Any:
    """The template, which is JSON, with the owner's things in the place of their names."""
    text = json.dumps(template)
    for name, value in things.items():
        text = text.replace(f"{{{name}}}", value)
    return json.loads(text)


@pytest.fixture(scope="module")
def people(target: Target) -> People:
    return People(target)


def ask(client: httpx.Client, route: Route, things: Things) -> httpx.Response:
    path, body = filled(route.path, things), filled(route.body, things)
    if "X-CSRFToken" not in client.headers:
        client.cookies.clear()  # a page gives its visitor the CSRF cookie
    if body == "a picture":
        return client.post(path, files={"file": ("a.png", picture(64, 64), "image/png")})
    if route.route.startswith("admin/") and body is not None:
        return client.post(path, data=body)
    return client.request(route.method, path, json=body)


@pytest.mark.parametrize("role", ALL_ROLES)
def test_everybody_gets_what_the_matrix_says(people: People, role: str) -> None:
    slips, things, changed = [], people.things(), False
    before, client = people.settled(things), people.account() if role == "account" else people.clients[role]
    for route in ROUTES:
        if changed:
            things = people.things()
        answer = ask(client, route, things)
        changed = role in ("owner", "moderator") and route.method != "GET" and answer.status_code < 400
        status = expected(route, role)
        if answer.status_code != status:
            slips.append(
                f"{route.method} {route.path} {route.body}: {status}, not {answer.status_code} {answer.text[:200]}"
            )
        if role not in ("owner", "moderator", "reader") and "Secret" in answer.text:
            slips.append(f"{route.method} {route.path} shows the owner's.")
    assert not slips, "\n".join(slips)
    if role not in ("owner", "moderator"):
        assert people.state(things) == before


def test_no_method_breaks_a_route(people: People) -> None:
    things = people.things()
    for path in {filled(route.path, things) for route in ROUTES}:
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
            assert people.clients["anonymous"].request(method, path).status_code < 500, (method, path)


def test_a_cookie_without_the_pages_token_changes_nothing(people: People) -> None:
    """As a page from elsewhere would try it, with the visitor's cookie."""
    visitor = people.target.visitor()
    del visitor.headers["X-CSRFToken"]
    for origin in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Referer": "https://evil.example/"}):
        for route in ROUTES:
            if route.method != "GET" and route.route.startswith(KEYED):
                answer = visitor.request(route.method, route.path, json=route.body, headers=origin)
                by_token_alone = route.route == "api/v1/auth/tickets/"
                refused = (401, "unauthorized") if by_token_alone else (403, "forbidden")
                assert (answer.status_code, answer.json()["code"]) == refused, (route.path, origin)


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=127.0.0.1"}])
def test_metrics_are_for_this_machine_or_the_token(people: People, headers: dict[str, str]) -> None:
    anybody = people.clients["anonymous"]
    assert anybody.get("/metrics").status_code == 200
    assert anybody.get("/metrics", headers=headers).status_code == 404
    keys = {
        "right": f"Bearer {METRICS_TOKEN}",
        "wrong": "Bearer x",
        "empty": "Bearer ",
        "person": f"Bearer {people.owner.token}",
    }
    got = {
        name: anybody.get("/metrics", headers={**headers, "Authorization": key.strip()}).status_code
        for name, key in keys.items()
    }
    assert got == {"right": 200, "wrong": 404, "empty": 404, "person": 404}


def _socket_headers(people: People, role: str) -> dict[str, str]:
    client = people.clients[role]
    if "Authorization" in client.headers:
        return {"Authorization": client.headers["Authorization"]}
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    return {"Cookie": cookies, "Origin": people.target.url} if cookies else {}


CLOSED = {"anonymous": 4401, "expired": 4401, "blocked": 4403}


@pytest.mark.parametrize("role", [role for role in ALL_ROLES if role not in ("owner", "reader")])
def test_on_the_owners_session_nobody_else_gets_to_ask(people: People, role: str) -> None:
    things = people.things()
    before = people.settled(things)
    with people.owner.connect(things["session"], headers=_socket_headers(people, role)) as socket:
        for number, command in enumerate(COMMANDS):
            with suppress(ConnectionClosed):
                socket.connection.send(
                    json.dumps({"type": command.type, "id": number, **filled(command.fields, things)})
                )
        assert socket.close_code() == CLOSED.get(role, 4404)
        assert socket.events == []
    assert people.state(things) == before


@pytest.mark.parametrize("role", [role for role in ALL_ROLES if role not in CLOSED])
def test_on_ones_own_session_the_owners_things_are_not_to_be_had(people: People, role: str) -> None:
    things, client = people.things(), people.clients[role]
    before = people.settled(things)
    session = things["session"]
    if role not in ("owner", "reader"):
        session = client.post("/api/v1/chat/sessions/", json={}).raise_for_status().json()["id"]
    with people.owner.connect(session, headers=_socket_headers(people, role)) as socket:
        socket.ready()
        for command in COMMANDS:
            reply = socket.ask(command.type, **filled(command.fields, things))
            got = "ok" if "ok" in reply else reply["error"]["code"]
            assert got == allowed(command, role), (command, reply)
            if role not in ("owner", "reader"):
                assert "secret" not in json.dumps(reply), command
    if role != "owner":
        assert people.state(things) == before


def allowed(command: Command, role: str) -> str:
    if role == "reader" and command.type.startswith("message."):
        return "unauthorized"
    return "ok" if role in ("owner", "reader") else command.named


@pytest.mark.parametrize(
    "foreign",
    ["https://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example", "https://127.0.0.1:{port}"],
)
def test_a_page_from_elsewhere_opens_no_socket_by_cookie(people: People, foreign: str) -> None:
    visitor = people.target.visitor()
    session = visitor.post("/api/v1/chat/sessions/", json={}).raise_for_status().json()["id"]
    cookie = "; ".join(f"{name}={value}" for name, value in visitor.cookies.items())
    with people.owner.connect(session, headers={"Cookie": cookie, "Origin": people.target.url}) as ours:
        ours.ready()
    with people.owner.connect(
        session, headers={"Cookie": cookie, "Origin": foreign.replace("{port}", str(people.target.port))}
    ) as theirs:
        assert theirs.close_code() == 4401
