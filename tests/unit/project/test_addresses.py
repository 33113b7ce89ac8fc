"""What is wrong with a server's address is said without any part of it: a badly written password lands anywhere in a URL."""

import re

import pytest

from project import addresses


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("MONGO_URI", "mongodb://person:hun/ter2@host/studio"),
        ("MONGO_URI", "mongodb://person:hun@ter2@host/studio"),
        ("MONGO_URI", "mongodb://person:hunter2@host:port/studio"),
        ("MONGO_URI", "mongodb://person:hunter2@[host/studio"),
        ("MONGO_URI", "mongodb+srv://person:hun/ter2@host/studio"),
        ("REDIS_URL", "redis://:hun/ter2@host/0"),
        ("REDIS_URL", "redis://:12#ter2@host/0"),
        ("REDIS_URL", "redis://:12?ter2@host/0"),
        ("REDIS_URL", "redis://:12?ter2@host:port/0"),
        ("REDIS_URL", "unix://:hunter2@/run/valkey.sock?socket_timeout=hunter2"),
        ("DATABASE_URL", "postgres://person:hun/ter2@host/studio"),
        ("DATABASE_URL", "postgres://person:hunter2@[host/studio"),
        ("DATABASE_URL", "postgres://person:hunter2@host:port/studio"),
    ],
)
def test_an_address_that_cannot_be_read(variable: str, url: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} cannot be read") as refusal:
        addresses.check(variable, url)
    assert not any(part in str(refusal.value) for part in ("person", "host", "port", "hun", "ter2", "12"))
    assert refusal.value.__context__ is None  # a traceback would show the library's own


@pytest.mark.parametrize(
    ("variable", "url", "sentence"),
    [
        ("MONGO_URI", "http://host", "MONGO_URI must begin with mongodb:// or mongodb+srv://."),
        ("REDIS_URL", "host:6379", "REDIS_URL must begin with redis://, rediss:// or unix://."),
        ("DATABASE_URL", "mysql://p:hunter2@host/x", "DATABASE_URL must begin with postgresql:// or postgres://."),
    ],
)
def test_an_address_of_something_else(variable: str, url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        addresses.check(variable, url)


@pytest.mark.parametrize(
    ("variable", "url", "host"),
    [
        ("MONGO_URI", "mongodb://p:hunter2@one:1,two:2/studio?replicaSet=set&authSource=admin", "one:1,two:2"),
        ("MONGO_URI", "mongodb://%2Frun%2Fm.sock/studio", "%2Frun%2Fm.sock"),
        ("MONGO_URI", "mongodb+srv://p:hunter2@cluster.example.org/studio", "cluster.example.org"),
        ("REDIS_URL", "rediss://p:hun%2Fter2@host:6380/0?ssl_ca_certs=/etc/ca.pem", "host:6380"),
        ("REDIS_URL", "unix://:hunter2@/run/valkey.sock?db=1", "/run/valkey.sock"),
        ("DATABASE_URL", "postgresql://p:hunter2@host:5432/studio?sslmode=verify-full", "host:5432"),
    ],
)
def test_a_good_address_and_what_may_be_shown_of_it(variable: str, url: str, host: str) -> None:
    addresses.check(variable, url)
    assert addresses.host_of(url) == host
