"""A line of the log is one record's, whatever it quotes."""

import io
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from project.logs import OneLine

FORGED = "2026-01-01 00:00:00,000 ERROR 1 django: forged"


def unreachable(request: HttpRequest, name: str) -> HttpResponse:
    raise OperationalError(f"no such host: {name}")


urlpatterns = [path("pages/<str:name>/", unreachable)]
handler500 = "project.http.problems.server_error"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """By the handler that the settings made."""
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one.formatter, OneLine))
    assert isinstance(handler, logging.StreamHandler)
    stream = io.StringIO()
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("where", ["pages", "missing"])
@pytest.mark.parametrize("end", ["%0a", "%0d%0a", "%0d", "%c2%85", "%e2%80%a8", "%1b[2K%1b[1G", "%0b", "%0c"])
def test_a_path_begins_no_line(written: io.StringIO, where: str, end: str) -> None:
    answer = Client(raise_request_exception=False).get(f"/{where}/x{end}{FORGED.replace(' ', '%20')}/")
    assert answer.status_code == (503 if where == "pages" else 404)
    said = written.getvalue()
    assert "forged" in said
    assert not any(line.startswith(FORGED) for line in said.splitlines()), said
    assert said.count("\n") == len(said.splitlines()) and "\x1b" not in said


def test_an_error_that_quotes_it_begins_none_either(written: io.StringIO) -> None:
    try:
        raise ValueError(f"odd: \n{FORGED}\r{FORGED}")
    except ValueError:
        logging.getLogger("a.task").exception("it failed\n%s", FORGED)
    first, *trace = written.getvalue().splitlines()
    assert first.endswith(f"a.task: it failed\\n{FORGED}")
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-2:] == ["  ValueError: odd: ", f"  {FORGED}\\r{FORGED}"]


def test_what_people_write_is_not_spoilt(written: io.StringIO) -> None:
    logging.getLogger("a.task").warning("action=said text=%s", "Vẽ một bãi biển\tlúc hoàng hôn 🌅 ½")
    assert written.getvalue().endswith("text=Vẽ một bãi biển\tlúc hoàng hôn 🌅 ½\n")


def test_no_logger_writes_in_another_form() -> None:
    loggers: list[Any] = [logging.getLogger(name) for name in ("django", "django.request", "daphne", "huey")]
    assert [handler for logger in loggers for handler in logger.handlers] == []
