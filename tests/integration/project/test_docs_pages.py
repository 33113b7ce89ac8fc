"""The documentation that the running server gives: whole, true, and shown without a byte from elsewhere."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

# design: the paths that other people's clients know
PATHS = {
    "/api/v1/auth/guest/": {"post"},
    "/api/v1/auth/tokens/": {"get", "post"},
    "/api/v1/auth/tokens/{token_id}/": {"delete"},
    "/api/v1/me/": {"get", "delete"},
    "/api/v1/me/export/": {"get"},
    "/api/v1/me/usage/": {"get"},
    "/api/v1/auth/tickets/": {"post"},
    "/api/v1/chat/sessions/": {"get", "post"},
    "/api/v1/chat/sessions/{session_id}/": {"get", "patch", "delete"},
    "/api/v1/chat/sessions/{session_id}/messages/": {"get", "post"},
    "/api/v1/chat/sessions/{session_id}/messages/{message_id}/": {"get"},
    "/api/v1/chat/sessions/{session_id}/messages/{message_id}/cancel/": {"post"},
    "/api/v1/chat/sessions/{session_id}/messages/{message_id}/retry/": {"post"},
    "/v1/prompt/refine/": {"post"},
    "/v1/image/generate/": {"post"},
    "/v1/gallery/albums/": {"get", "post"},
    "/v1/gallery/albums/{album_id}/": {"get", "patch", "delete"},
    "/v1/gallery/bulk/": {"post"},
    "/v1/gallery/download/": {"post"},
    "/v1/gallery/": {"get", "post"},
    "/v1/gallery/deleted/": {"get"},
    "/v1/gallery/days/": {"get"},
    "/v1/gallery/deleted/days/": {"get"},
    "/v1/gallery/{image_id}/": {"get", "patch", "delete"},
    "/v1/gallery/{image_id}/lineage/": {"get"},
    "/v1/gallery/{image_id}/file/": {"get"},
    "/v1/gallery/{image_id}/family/": {"get"},
    "/v1/gallery/{image_id}/restore/": {"post"},
    "/v1/gallery/{image_id}/permanent/": {"delete"},
    "/v1/gallery/{image_id}/shares/": {"get", "post"},
    "/v1/gallery/{image_id}/new-link/": {"post"},
    "/v1/gallery/{image_id}/appeal/": {"post"},
    "/v1/gallery/shares/{share_id}/": {"delete"},
    "/s/{token}/report/": {"post"},
}
IDS = (
    "createGuest", "createTicket", "listTokens", "createToken", "deleteToken", "getMe", "getMyUsage", "exportMe", "deleteMe",
    "createSession", "listSessions", "getSession", "renameSession", "deleteSession", "sendMessage", "listMessages",
    "changeImages", "downloadImages", "listAlbums", "createAlbum", "getAlbum", "renameAlbum", "deleteAlbum",
    "getMessage", "cancelMessage", "retryMessage", "refinePrompt", "generateImage", "listImages", "importImage",
    "listDays", "listDeletedDays",
    "listDeletedImages", "getImage", "updateImage", "trashImage", "getImageLineage", "restoreImage", "deleteImage",
    "createShare", "listShares", "revokeShare", "renewLinks", "reportShare", "appealImage", "downloadImage", "getImageFamily",
)  # fmt: skip


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def openapi(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_openapi_names_every_path(openapi: dict[str, Any]) -> None:
    assert {path: set(methods) for path, methods in openapi["paths"].items()} == PATHS


def test_openapi_documents_the_problem_of_every_operation(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        form = operation["responses"]["default"]["content"]["application/problem+json"]["schema"]
        assert form == {"$ref": "#/components/schemas/Problem"}, name
    assert "retry_after" in openapi["components"]["schemas"]["Problem"]["properties"]


def test_openapi_says_who_may_call_what(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        others: dict[str, list[Any]] = {
            "POST /api/v1/auth/guest/": [],
            "POST /s/{token}/report/": [],
            "POST /api/v1/auth/tickets/": [{"Bearer": []}],
        }
        assert operation["security"] == others.get(name, [{"Bearer": []}, {"Cookie": []}]), name
    assert openapi["components"]["securitySchemes"]["Bearer"] == {"type": "http", "scheme": "bearer"}


def test_openapi_documents_what_comes_back(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        answers = {status: answer for status, answer in operation["responses"].items() if status != "default"}
        assert answers, name
        empty = ("204", "304")
        assert all(
            "content" in answer or "$ref" in answer for status, answer in answers.items() if status not in empty
        ), name


# What names something of the caller's elsewhere than in its path.
NAMING = (
    "generateImage",
    "listImages",
    "listDeletedImages",
    "listDays",
    "listDeletedDays",
    "changeImages",
    "downloadImages",
)


def test_openapi_documents_what_goes_wrong_with_each_operation(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        statuses = set(operation["responses"])
        assert {"422", "429", "503"} <= statuses, name
        assert ("401" in statuses) == bool(operation["security"]), name
        names_something = "{" in name or operation["operationId"] in NAMING
        assert ("404" in statuses) == names_something, name
        assert ("415" in statuses) == ("requestBody" in operation), name


def test_openapi_has_a_name_and_a_sentence_for_each_operation(openapi: dict[str, Any]) -> None:
    known = {tag["name"] for tag in openapi["tags"]}
    for name, operation in operations(openapi):
        assert re.fullmatch(r"[a-z]+[A-Z][A-Za-z]+", operation["operationId"]), name
        assert set(operation["tags"]) <= known, name
        assert operation["summary"] and operation["description"], name


def test_openapi_has_an_example_of_each_body_and_each_answer(openapi: dict[str, Any]) -> None:
    for name, operation in operations(openapi):
        answers = [each for status, each in operation["responses"].items() if status.startswith("2")]
        for part in (operation.get("requestBody", {}), *answers):
            for kind, media in part.get("content", {}).items():
                assert (
                    kind.startswith("image/") or kind in ("multipart/form-data", "application/zip") or media["example"]
                ), name


def test_openapi_names_the_server_that_it_came_from(client: Client) -> None:
    document = client.get("/openapi.json", headers={"host": "localhost:9999"}).json()
    assert [server["url"] for server in document["servers"]] == ["http://localhost:9999"]


def test_openapi_says_the_rules_that_the_code_enforces(openapi: dict[str, Any]) -> None:
    forms = openapi["components"]["schemas"]
    content = re.compile(forms["SendBody"]["properties"]["content"]["pattern"])
    assert content.search("a sea\n") and not content.search(" \n") and not content.search("a\0b")
    assert forms["Adjust"]["not"] and forms["SendBody"]["not"] and forms["ImageBody"]["not"]
    assert forms["SendBody"]["properties"]["options"] == {"$ref": "#/components/schemas/Options"}
    body = openapi["paths"]["/api/v1/chat/sessions/"]["post"]["requestBody"]
    assert (body["required"], body["content"]["application/json"]["schema"]) == (
        False,
        {"$ref": "#/components/schemas/SessionBody"},
    )
    for form in ("MessageForm", "SessionForm", "ImageForm"):
        assert forms[form]["properties"]["created_at"]["format"] == "date-time"


def test_openapi_links_what_was_made_to_what_can_be_done_with_it(openapi: dict[str, Any]) -> None:
    linked = {
        link["operationId"]
        for _, operation in operations(openapi)
        for answer in operation["responses"].values()
        for link in answer.get("links", {}).values()
    }
    ids = {operation["operationId"]: name for name, operation in operations(openapi)}
    assert linked == {id for id, name in ids.items() if "{" in name}


def test_asyncapi_says_where_and_who_and_what_is_replied(client: Client) -> None:
    document = client.get("/asyncapi.json", headers={"host": "localhost:9999"}).json()
    server = document["servers"]["studio"]
    assert (document["asyncapi"], server["host"], server["protocol"]) == ("3.1.0", "localhost:9999", "ws")
    assert len(server["security"]) == 3
    received = [each for each in document["operations"].values() if each["action"] == "receive"]
    assert len(received) == 5 and all(len(each["reply"]["messages"]) == 2 for each in received)


def test_openapi_says_which_answers_can_be_known_again(openapi: dict[str, Any]) -> None:
    known = {name: operation for name, operation in operations(openapi) if "304" in operation["responses"]}
    chat, message = "/api/v1/chat/sessions/", "{session_id}/messages/"
    paths = [chat, chat + "{session_id}/", chat + message, f"{chat}{message}{{message_id}}/"]
    paths += [
        "/v1/gallery/",
        "/v1/gallery/deleted/",
        "/v1/gallery/days/",
        "/v1/gallery/deleted/days/",
        "/v1/gallery/{image_id}/",
    ]
    assert set(known) == {f"GET {path}" for path in paths}
    for name, operation in known.items():
        assert "If-None-Match" in [parameter["name"] for parameter in operation["parameters"]], name
        assert all("ETag" in operation["responses"][status]["headers"] for status in ("200", "304")), name


@pytest.mark.parametrize("where", ["/openapi.json", "/asyncapi.json"])
def test_every_reference_leads_somewhere(client: Client, where: str) -> None:
    document = client.get(where).json()
    for reference in references(document):
        target = document
        for key in reference.removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]


def test_operation_ids_stay(openapi: dict[str, Any]) -> None:
    """Generated clients have methods of these names."""
    ids = [operation["operationId"] for _, operation in operations(openapi)]
    assert sorted(ids) == sorted(IDS)


@pytest.mark.parametrize("where", ["/swagger/", "/redoc/"])
def test_a_page_brings_its_assets_from_us_and_no_script_of_its_own(client: Client, where: str) -> None:
    page = client.get(where)
    text = page.content.decode()
    assert page.status_code == 200
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)
    assets = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert len(assets) >= 3
    for asset in assets:
        assert client.get(asset).status_code == 200, asset


@pytest.mark.parametrize("where", ["/swagger/", "/redoc/"])
def test_a_page_has_a_policy_that_lets_nothing_foreign_in(client: Client, where: str) -> None:
    policy = client.get(where).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "worker-src blob:" in policy  # which ReDoc searches in
    assert "http" not in policy
