"""The admin's page of providers."""

import re
import socket
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from gallery.errors import ProviderDown, Quota
from pipeline.message import Stage
from pipeline.providers import table
from pipeline.providers.openai_api.server import Server
from pipeline.store import circuits, stage_times
from project.accounts import groups
from project.models import User
from tests.integration.gallery.test_admin import logged_in
from tests.integration.project.test_spending import spend

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
PAGE = "/admin/pipeline/ceiling/providers/"


def staff(group: str) -> Client:
    groups.prepare()
    user = User.objects.create_user(group, password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return logged_in(user)


@pytest.fixture
def connected(settings: Any) -> None:
    settings.GEMINI_API_KEY = "canary-that-nobody-may-print"
    settings.IMAGES_SERVER = Server("http://127.0.0.1:9", "flux", key="canary-of-the-server")
    settings.CONFIGURED = {**settings.CONFIGURED, "GEMINI_API_KEY": True, "STUDIO_IMAGES_URL": True}
    settings.PROVIDERS = table.assign({"edit": "images"}, settings.CONFIGURED)
    settings.SECOND_CHOICES = {"generate": "images"}


def said(client: Client, posted: bool = False) -> dict[str, str]:
    """The page's words, by provider."""
    answer = client.post(PAGE) if posted else client.get(PAGE)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert "canary" not in html
    parts = re.findall(r'<section class="module" aria-labelledby="(\w+)">(.*?)</section>', html, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", part).split()) for name, part in parts}


@pytest.mark.usefixtures("connected")
def test_it_says_who_makes_what_and_where_and_how_long_it_takes() -> None:
    stage_times.note_time(Stage.GENERATING, "generate", 3.0)
    stage_times.note_time(Stage.GENERATING, "generate", 5.0)
    stage_times.note_time(Stage.GENERATING, "generate", 100.0)
    stage_times.note_time(Stage.GENERATING, "generate", 0.5, "images")  # while Gemini was down
    stage_times.keep()
    pages = said(staff(groups.OPERATORS))
    assert set(pages) == set(table.BROUGHT_BY)
    assert "Makes generate, remove_object, style_transfer Reads requests yes" in pages["gemini"]
    assert "Median time, generating 5.00 s" in pages["gemini"]
    assert "Median time, generating 0.50 s" in pages["images"]
    assert "State" not in pages["cloudinary"] and "Spent" not in pages["cloudinary"]  # it is not set up
    assert "http://127.0.0.1:9 Makes edit Second choice for generate" in pages["images"]
    assert "always there Makes enhance, remove_background" in pages["offline"]
    assert "no: STUDIO_CHAT_URL is not set" in pages["chat"]


@pytest.mark.usefixtures("connected")
def test_it_says_what_failed_and_when_it_is_tried_again() -> None:
    client = staff(groups.OPERATORS)
    assert "works, as far as known" in said(client)["gemini"]
    circuits.failed("gemini", Quota())
    assert "failures in a row: 1" in said(client)["gemini"]
    for _ in range(circuits.FAILURES):
        circuits.failed("gemini", ProviderDown())
    page = said(client)["gemini"]
    assert re.search(r"down: tried again in about \d+ s", page)
    assert "quota The picture service has no quota left for now." in page
    assert "works, as far as known" in said(client)["images"]


@pytest.mark.usefixtures("connected")
def test_it_says_what_was_spent_today() -> None:
    spend(User.make_guest(), 120_000)
    assert "Spent today 0.1200 USD" in said(staff(groups.OPERATORS))["gemini"]


@pytest.mark.usefixtures("connected")
def test_on_demand_it_looks_who_can_be_reached(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.GEMINI_BASE_URL = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings.IMAGES_SERVER = Server(f"http://127.0.0.1:{nobody.getsockname()[1]}", "flux")
        client = staff(groups.OPERATORS)
        assert "Reached just now" not in said(client)["gemini"]
        pages = said(client, posted=True)
    assert "Reached just now yes" in pages["gemini"]
    assert "Reached just now no" in pages["images"]
    assert "Reached just now" not in pages["offline"] + pages["chat"]


def test_moderators_do_not_see_it() -> None:
    assert staff(groups.MODERATORS).get(PAGE).status_code == 403
