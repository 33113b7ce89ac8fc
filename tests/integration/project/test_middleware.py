"""What holds for every request, seen from outside."""

import asyncio
import gc
import io
import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from gallery.storage.account import Account
from project.http.middleware import MIB, Unsent


@csrf_exempt
def echo(request: HttpRequest, **_: Any) -> HttpResponse:
    file = request.FILES.get("file")
    length = file.size if isinstance(file, UploadedFile) else len(request.read())
    return HttpResponse(f"{request.method} {request.path} {length}")


def own_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={"Content-Security-Policy": "default-src *"})


urlpatterns = [
    path("own/", own_policy),
    path("v1/gallery/", echo),
    path("v1/other/", echo),
    path("swagger/", echo),
    path("redoc/", echo),
    path("form", echo),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client()


def test_every_answer_carries_the_strict_policy(client: Client) -> None:
    for where in ("/form", "/no/such/page", "/v1/no/such/path", "/static/docs/redoc.js"):
        assert "default-src 'none'" in client.get(where).headers["Content-Security-Policy"], where


def test_a_refused_body_carries_the_strict_policy_too(client: Client) -> None:
    refused = client.post("/form", b"x" * (MIB + 1), content_type="text/plain")
    assert "default-src 'none'" in refused.headers["Content-Security-Policy"]


def test_pictures_come_from_ourselves_and_from_cloudinary_where_it_is_configured(client: Client, settings: Any) -> None:
    policy = client.get("/form").headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob:;" in policy
    settings.CLOUDINARY_ACCOUNT = Account.parse(
        "cloudinary://271:828@cloud?upload_prefix=https://api-eu.cloudinary.com"
    )
    configured = client.get("/form").headers["Content-Security-Policy"]
    assert configured == policy.replace("blob:;", "blob: https://api-eu.cloudinary.com;")


def test_a_page_may_bring_its_own_policy(client: Client) -> None:
    assert client.get("/own/").headers["Content-Security-Policy"] == "default-src *"


@pytest.mark.parametrize("where", ["/form", "/v1/other/"])
def test_a_body_of_one_mebibyte_is_taken_and_one_byte_more_is_not(client: Client, where: str) -> None:
    assert client.post(where, b"x" * MIB, content_type="text/plain").content.endswith(b"1048576")
    refused = client.post(where, b"x" * (MIB + 1), content_type="text/plain")
    assert refused.status_code == 413
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "too_large"


@pytest.mark.parametrize("where", ["/v1/gallery/", "/v1/gallery"])
def test_a_picture_has_a_limit_of_its_own(client: Client, where: str) -> None:
    picture = io.BytesIO(b"x" * settings.UPLOAD_LIMIT)
    assert client.post(where, {"file": picture}).content.endswith(str(settings.UPLOAD_LIMIT).encode())
    larger = io.BytesIO(b"x" * (settings.UPLOAD_LIMIT + 64 * 1024))
    assert client.post(where, {"file": larger}).json()["code"] == "too_large"


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "10, 10", "²", "9" * 5000])
def test_a_length_that_is_none_is_bad_input(client: Client, length: str) -> None:
    answer = client.generic("POST", "/form", b"x", "text/plain", CONTENT_LENGTH=length)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


async def send_chunked(where: str, body: bytes, content_type: bytes = b"text/plain") -> tuple[int, bytes]:
    """Status and body of the answer to a request that does not announce its length."""
    headers = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked"), (b"content-type", content_type)]
    scope = {"type": "http", "method": "POST", "path": where, "query_string": b"", "headers": headers}
    chunks = [body[start : start + 8192] for start in range(0, len(body), 8192)] + [b""]
    sent: list[Mapping[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not chunks:
            await asyncio.Event().wait()  # the client stays
        return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

    async def send(event: Mapping[str, Any]) -> None:
        sent.append(event)

    await get_asgi_application()(scope, receive, send)
    return sent[0]["status"], sent[1]["body"]


async def test_a_body_in_chunks_is_measured() -> None:
    assert await send_chunked("/form", b"x" * MIB) == (200, b"POST /form 1048576")
    status, answer = await send_chunked("/form", b"x" * (MIB + 1))
    assert (status, b"too_large" in answer) == (413, True)


async def test_a_form_in_chunks_is_not_taken_for_empty() -> None:
    body = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nbytes\r\n--B--\r\n'
    status, answer = await send_chunked("/v1/gallery/", body, b"multipart/form-data; boundary=B")
    assert (status, answer) == (200, b"POST /v1/gallery/ 5")


@pytest.mark.parametrize("method", ["get", "post", "patch", "delete", "put"])
def test_a_path_of_the_api_works_without_its_final_slash(client: Client, method: str) -> None:
    assert getattr(client, method)("/v1/other").content == f"{method.upper()} /v1/other/ 0".encode()


@pytest.mark.parametrize("page", ["/swagger", "/redoc"])
def test_the_documentation_works_without_its_final_slash(client: Client, page: str) -> None:
    assert client.get(page).content == f"GET {page}/ 0".encode()


def test_other_paths_are_left_alone(client: Client) -> None:
    assert client.post("/form").status_code == 200


# Answers that wait for their reader


async def answered(size: int, address: str, path: str = "/v1/list/", *, closed: list[str] | None = None) -> Any:
    """As it leaves the middleware: who sends it closes it."""

    async def view(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(b"x" * size)
        if closed is not None:
            response._resource_closers.append(lambda: closed.append("closed"))  # type: ignore[attr-defined]
        return response

    request = RequestFactory().get(path, REMOTE_ADDR=address)
    return await Unsent(view)(request)


async def test_of_large_answers_one_address_has_only_so_many_unread() -> None:
    held = [await answered(4 * MIB, "203.0.113.7") for _ in range(4)]
    assert [answer.status_code for answer in held] == [200] * 4
    refused = await answered(4 * MIB, "203.0.113.7")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert json.loads(refused.content)["code"] == "rate_limited"
    assert (await answered(4 * MIB, "203.0.113.7", "/gallery/")).headers["Content-Type"].startswith("text/plain")
    others = [await answered(4 * MIB, address) for address in ("203.0.113.8", "2001:db8::1", "")]
    small = await answered(64 * 1024, "203.0.113.7")
    assert [answer.status_code for answer in (*others, small)] == [200] * 4
    for answer in held:
        answer.close()
    assert (await answered(16 * MIB, "203.0.113.7")).status_code == 200


async def test_what_is_never_closed_does_not_count_for_ever() -> None:
    for _ in range(5):
        assert (await answered(16 * MIB, "203.0.113.9")).status_code == 200
        gc.collect()


async def test_what_belongs_to_the_answer_that_is_not_given_is_closed_with_the_other() -> None:
    closed: list[str] = []
    held = await answered(16 * MIB, "203.0.113.10")
    refused = await answered(16 * MIB, "203.0.113.10", closed=closed)
    assert refused.status_code == 429 and closed == []
    refused.close()
    held.close()
    assert closed == ["closed"]
