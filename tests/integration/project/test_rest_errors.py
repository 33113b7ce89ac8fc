"""Whatever goes wrong in REST leaves as a problem, in our words: through operations of our own that go wrong."""

import logging
from typing import Annotated, Any

import pytest
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from ninja import File, NinjaAPI, Query, UploadedFile
from ninja.errors import HttpError
from pydantic import BaseModel, ConfigDict
from pymongo.errors import ExecutionTimeout, OperationFailure, ServerSelectionTimeoutError

from chat.bodies import Content
from gallery import errors
from project.api import StrictParser
from project.http import problems

ERRORS: dict[str, Exception] = {
    "limited": errors.RateLimited(retry_after=2.1),
    "missing": Http404(),
    "teapot": HttpError(418, "short and stout"),
    "bad": BadRequest("secret"),
    "big": RequestDataTooBig(),
    "mongo": ServerSelectionTimeoutError("host secret"),
    "mongo-slow": ExecutionTimeout("secret"),
    "mongo-refused": OperationFailure("secret"),
    "sql": OperationalError("secret"),
    "bug": KeyError("secret"),
}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    content: Content
    count: int = 0


api = NinjaAPI(urls_namespace="wrong", docs_url=None, openapi_url=None, parser=StrictParser())
problems.install(api)


@api.get("/raise/{name}/")
async def raises(request: HttpRequest, name: str) -> None:
    raise errors.ALL[int(name)] if name.isdigit() else ERRORS[name]


@api.get("/raise-sync/")
def raises_sync(request: HttpRequest) -> None:
    raise KeyError("secret")


@api.get("/list/")
async def lists(request: HttpRequest, limit: Annotated[int, Query(ge=1, le=100)] = 50) -> int:
    return limit


@api.post("/body/")
async def takes(request: HttpRequest, body: Body) -> str:
    return body.content


@api.post("/file/")
def takes_file(request: HttpRequest, file: Annotated[UploadedFile, File()]) -> int | None:
    return file.size


def breaks(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret")


urlpatterns = [path("v1/breaks/", breaks), path("breaks/", breaks), path("v1/", api.urls)]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def said(response: Any) -> tuple[int, str, bool]:
    """Status, code and retryable, once the problem is whole."""
    assert response.headers["Content-Type"] == "application/problem+json"
    form = response.json()
    wrong = form.pop("errors", [])
    assert wrong == [] or wrong[0]["detail"] == form["detail"]
    assert set(form) == {"type", "title", "status", "detail", "code", "retryable", "retry_after"}
    assert form["status"] == response.status_code
    assert form["detail"].endswith((".", "?"))
    assert "secret" not in response.content.decode()
    return form["status"], form["code"], form["retryable"]


@pytest.mark.parametrize("kind", errors.ALL)
def test_each_of_our_errors_keeps_its_code_and_status(client: Client, kind: type[errors.StudioError]) -> None:
    answer = client.get(f"/v1/raise/{errors.ALL.index(kind)}/")
    assert said(answer) == (kind.status, kind.code, kind.retryable)
    assert answer.json()["detail"] == kind.sentence


def test_retry_after_is_a_header_in_whole_seconds_too(client: Client) -> None:
    answer = client.get("/v1/raise/limited/")
    assert answer.headers["Retry-After"] == "3"
    assert answer.json()["retry_after"] == 2.1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("missing", (404, "not_found", False)),
        ("teapot", (418, "bad_input", False)),
        ("bad", (400, "bad_input", False)),
        ("big", (413, "too_large", False)),
        ("mongo", (503, "storage_down", True)),
        ("mongo-slow", (503, "storage_down", True)),
        ("mongo-refused", (500, "interrupted", False)),
        ("sql", (503, "storage_down", True)),
        ("bug", (500, "interrupted", False)),
    ],
)
def test_an_error_of_another_kind_gets_a_code_of_ours(
    client: Client, name: str, expected: tuple[int, str, bool]
) -> None:
    assert said(client.get(f"/v1/raise/{name}/")) == expected


@pytest.mark.parametrize("where", ["/v1/raise/bug/", "/v1/raise-sync/"])
def test_an_unexpected_error_is_logged_with_its_traceback(
    client: Client, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    client.get(where)
    (record,) = (record for record in caplog.records if record.name == "project.http.problems")
    assert record.levelno == logging.ERROR
    assert record.exc_info and isinstance(record.exc_info[1], KeyError)


def test_a_path_that_is_none(client: Client) -> None:
    for where in ("/v1/no/such/path/", "/api/v1/no", "/v1/raise"):
        assert said(client.get(where)) == (404, "not_found", False), where


def test_a_page_that_is_none_stays_a_page(client: Client) -> None:
    assert client.get("/no/such/page/").headers["Content-Type"].startswith("text/html")


def test_a_method_that_the_path_does_not_know(client: Client) -> None:
    answer = client.delete("/v1/list/")
    assert said(answer) == (405, "method_not_allowed", False)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_host_that_is_not_ours(client: Client) -> None:
    assert said(client.get("/v1/list/", headers={"Host": "evil.example"})) == (400, "bad_input", False)


def test_a_failure_outside_of_any_operation(client: Client) -> None:
    assert said(client.get("/v1/breaks/")) == (500, "interrupted", False)
    assert client.get("/breaks/").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"content": "\\ud800"}',
        b'{"content": NaN}',
        b'{"content": Infinity}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b'{"content": "x"} {}',
    ],
)
def test_a_body_that_is_not_json(client: Client, body: bytes) -> None:
    answer = client.post("/v1/body/", body, content_type="application/json")
    assert said(answer) == (400, "bad_input", False)
    assert len(answer.content) < 400


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "The request's body is missing."),
        (b"[]", "The request's body is not a JSON object."),
        (b"null", "The request's body is not a JSON object."),
        (b"{}", "content: is missing."),
        (b'{"content": 1}', "content: should be a valid string."),
        (b'{"content": ""}', None),
        (b'{"content": "  "}', "content: is empty."),
        (b'{"content": "a\\u0000b"}', "content: has a control character or half a character in it."),
        (b'{"content": "x", "count": 1e999}', None),
        (b'{"content": "x", "count": "1"}', "count: should be a valid integer."),
        (b'{"content": "x", "$where": 1}', "$where: is not a known field."),
        (b'{"content": "x", "' + b"k" * 100_000 + b'": 1}', "k" * 40 + ": is not a known field."),
        (b'{"content": "' + b"x" * 100_000 + b'"}', None),
    ],
)
def test_a_body_that_does_not_fit(client: Client, body: bytes, detail: str | None) -> None:
    answer = client.post("/v1/body/", body, content_type="application/json")
    assert said(answer) == (422, "bad_input", False)
    assert detail in (None, answer.json()["detail"])
    assert len(answer.content) < 600


@pytest.mark.parametrize("limit", ["0", "101", "x", "", "1" * 5000, "%00", "%ff", "1e2", "NaN"])
def test_a_parameter_that_does_not_fit(client: Client, limit: str) -> None:
    answer = client.get(f"/v1/list/?limit={limit}")
    assert said(answer) == (422, "bad_input", False)
    assert answer.json()["detail"].startswith("limit: ")


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--B--"),
        ("multipart/form-data; boundary=B", b"--B\r\nbroken"),
        ("multipart/form-data; boundary=" + "B" * 5000, b"x"),
        ("application/json", b"{}"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"file=x"),
        ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--B--\r\n"),
    ],
)
def test_a_form_that_is_broken(client: Client, content_type: str, body: bytes) -> None:
    answer = client.generic("POST", "/v1/file/", body, content_type)
    assert said(answer)[1] == "bad_input"


def test_a_form_with_too_many_fields(client: Client) -> None:
    assert said(client.post("/v1/file/", {f"field{number}": "x" for number in range(1001)}))[1] == "bad_input"


def test_a_form_whose_text_is_too_large(client: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert said(client.post("/v1/file/", {"text": "x" * 2000})) == (413, "too_large", False)


def test_in_debug_mode_too(client: Client, settings: Any) -> None:
    client.get("/v1/list/")  # loads the middleware, one of which warns in debug mode
    settings.DEBUG = True
    assert said(client.get("/v1/raise/bug/")) == (500, "interrupted", False)
    assert said(client.get("/v1/no/such/path/")) == (404, "not_found", False)


def test_that_somebody_has_no_room_is_no_error_of_ours_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Else one person who has none could fill it."""
    caplog.set_level(logging.INFO)
    answer = Client().get(f"/v1/raise/{errors.ALL.index(errors.StorageFull)}/")
    assert answer.status_code == 507
    assert [record.levelname for record in caplog.records if "Insufficient Storage" in record.message] == ["INFO"]
    assert {record.levelno for record in caplog.records} <= {logging.INFO}
