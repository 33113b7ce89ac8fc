"""django-allauth's OpenAPI document, of what is offered here, named by ours."""

from typing import Any

import pytest
from allauth.headless.spec import views
from django.test import Client
from django.urls import Resolver404, resolve

DOCUMENT = "/_allauth/openapi.json"
# In the document, and not offered here: programs use keys, and openid sends a form.
NOT_OFFERED = {"/_allauth/browser/v1/auth/provider/token"}


def paths(schema: Any) -> set[str]:
    return set(schema["paths"])


def test_ours_names_it_and_what_it_describes_is_there() -> None:
    ours = Client().get("/openapi.json").json()
    assert ours["externalDocs"]["url"] == f"http://testserver{DOCUMENT}"
    schema = Client().get(DOCUMENT).json()
    assert "/_allauth/browser/v1/auth/login" in paths(schema)
    assert not any("phone" in path for path in paths(schema))
    for path in paths(schema) - NOT_OFFERED:
        try:
            resolve(path)
        except Resolver404:
            pytest.fail(f"{path} is described and not there")


def test_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Client().get(DOCUMENT)
    monkeypatch.setattr(views, "get_schema", lambda: pytest.fail("made again"))
    again = Client().get(DOCUMENT)
    assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])


def test_no_page_with_scripts_from_elsewhere_comes_with_it() -> None:
    assert Client().get("/_allauth/openapi.html").status_code == 404
