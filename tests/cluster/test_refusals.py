"""What a start says of real servers that want another password, another name, other options or TLS: one sentence without it."""

import socket
import time
from collections.abc import Callable, Iterator

import dj_database_url
import pytest
from django.conf import settings as django
from pytest_django import Settings

from project.serve import preflight
from project.serve.children import CannotStart
from tests.cluster.servers import Servers
from tests.support.serving import HANGS_S

Url = Callable[[Servers], str]
REFUSES = "refuses the name or the password in it"
NO_DATABASE = "has no such database, or lets us do nothing in it"
NO_TLS = "and we do not agree on TLS"
HANGS_UP = "closes the connection, as a server does that expects TLS"
OPTIONS = "cannot be asked with the options in it"
SILENT = "does not answer"


def mongo(old: str, new: str) -> Url:
    return lambda stores: stores.mongod.uri.replace(old, new)


def tls(old: str, new: str) -> Url:
    return lambda stores: stores.valkey.tls_url.replace(old, new)


def sql(old: str, new: str) -> Url:
    return lambda stores: stores.postgres.url.replace(old, new)


CASES: list[tuple[str, Url, str]] = [
    ("MONGO_URI", mongo("canary", "mistaken"), REFUSES),
    ("MONGO_URI", mongo("studio:canary%2F-mongo@", ""), NO_DATABASE),
    ("MONGO_URI", lambda stores: f"{stores.mongod.uri}&tls=true", NO_TLS),
    ("MONGO_URI", lambda stores: f"{stores.mongod.uri}&tls=true&tlsCAFile=/nowhere.pem", OPTIONS),
    ("MONGO_URI", lambda stores: f"mongodb://studio:canary@127.0.0.1:{stores.valkey.port}/studio", HANGS_UP),
    ("REDIS_URL", tls("canary", "mistaken"), REFUSES),
    ("REDIS_URL", tls(":canary%2F-redis@", ""), REFUSES),
    ("REDIS_URL", lambda stores: stores.valkey.unix_url.replace("canary", "mistaken"), REFUSES),
    ("REDIS_URL", tls("/1?", "/99?"), NO_DATABASE),
    ("REDIS_URL", lambda stores: stores.valkey.tls_url.partition("?")[0], NO_TLS),
    ("REDIS_URL", lambda stores: stores.valkey.tls_url.partition("?")[0].replace("rediss", "redis"), HANGS_UP),
    ("REDIS_URL", tls("ssl_ca_certs=", "ssl_ca_certs=/nowhere"), OPTIONS),
    ("REDIS_URL", tls("ssl_ca_certs=", "colour="), OPTIONS),
    ("DATABASE_URL", sql("canary", "mistaken"), REFUSES),
    ("DATABASE_URL", lambda stores: f"{stores.postgres.url}-not", NO_DATABASE),
    ("DATABASE_URL", lambda stores: f"{stores.postgres.url}?sslmode=require", NO_TLS),
    ("DATABASE_URL", lambda stores: f"{stores.postgres.url}?colour=red", OPTIONS),
]


@pytest.mark.parametrize(("variable", "url", "what"), CASES)
def test_it_names_the_variable_the_host_and_what_is_wrong(
    stores: Servers, choose: Callable[[str, str], None], variable: str, url: Url, what: str
) -> None:
    choose(variable, url(stores))
    with pytest.raises(CannotStart) as refusal:
        preflight.check()
    sentence = str(refusal.value)
    assert sentence.startswith(f"{variable} is set, but ")
    assert f" {what}" in sentence
    assert "127.0.0.1:" in sentence or "/v.sock " in sentence
    assert not any(secret in sentence for secret in ("canary", "mistaken", "-mongo", "-redis", "-sql"))


@pytest.mark.parametrize(
    ("variable", "scheme", "options"),
    [
        ("MONGO_URI", "mongodb", f"?serverSelectionTimeoutMS={HANGS_S * 1000:.0f}"),
        ("REDIS_URL", "redis", ""),
        ("DATABASE_URL", "postgres", ""),
    ],
)
def test_a_host_that_never_answers_holds_nothing_up(
    choose: Callable[[str, str], None], silent: int, variable: str, scheme: str, options: str
) -> None:
    """It takes the connection and says nothing."""
    choose(variable, f"{scheme}://person:canary@127.0.0.1:{silent}/0{options}")
    began = time.monotonic()
    with pytest.raises(CannotStart, match=rf"^{variable} is set, but [\w ]+ at 127.0.0.1:{silent} {SILENT} \(\w+\)\.$"):
        preflight.check()
    assert time.monotonic() - began < HANGS_S


def test_good_addresses_are_let_through(stores: Servers, choose: Callable[[str, str], None]) -> None:
    for variable, url in stores.settings().items():
        choose(variable, url)
        preflight.check()


@pytest.fixture
def choose(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Sets one variable, as the environment would; the other parts are embedded."""
    monkeypatch.setattr(preflight, "PATIENCE_S", 1)
    monkeypatch.setattr("django.db.connection.ensure_connection", lambda: None)  # SQLite is not what is asked here

    def setting(variable: str, url: str) -> None:
        settings.EMBEDDED = {"mongod": variable != "MONGO_URI", "valkey": variable != "REDIS_URL"}
        settings.DATABASE_URL = url if variable == "DATABASE_URL" else ""
        if variable == "DATABASE_URL":
            parsed = dj_database_url.parse(url)
            parsed["OPTIONS"] = {"connect_timeout": 2, **parsed.get("OPTIONS", {})}
            monkeypatch.setitem(django.DATABASES, "default", parsed)
        else:
            setattr(settings, variable, url)

    return setting


@pytest.fixture
def silent() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(16)
        yield server.getsockname()[1]
