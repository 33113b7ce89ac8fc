"""Pages that somebody did not mean to come to: they say what is the matter, and lead back."""

from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from project.http import problems

WAY_BACK = '<a class="button" href="/">'


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.mark.parametrize(("language", "said"), [("en", "Nothing is here"), ("vi", "Không có gì ở đây")])
def test_an_address_that_leads_nowhere_has_a_page(language: str, said: str) -> None:
    answer = Client(headers={"Accept-Language": language}).get("/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert f'<html lang="{language}">' in text(answer)
    assert f"<h1>{said}</h1>" in text(answer)
    assert WAY_BACK in text(answer)


@pytest.mark.parametrize(("language", "said"), [("en", "Something went wrong"), ("vi", "Đã xảy ra lỗi")])
def test_an_error_of_the_studios_own_has_a_page(language: str, said: str) -> None:
    with translation.override(language):
        answer = problems.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert f'<html lang="{language}">' in text(answer)
    assert f"<h1>{said}</h1>" in text(answer)
    assert WAY_BACK in text(answer)


def test_the_page_about_bringing_an_ai_leads_back() -> None:
    assert '<a class="quiet button" href="/">' in text(Client().get("/models/"))
