"""Moderation in the admin, as the moderator that `manage.py moderator` makes."""

import io
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import login
from django.core.management import call_command
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from gallery import services
from gallery.admin import MAX_SELECTED
from gallery.models import Image
from gallery.moderation import verdicts
from project.http.cookies import STAFF_NAMES, StaffSessionStore
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made
from tests.support.staff import take_second_step

urlpatterns = [path("admin/", admin.site.urls)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db(transaction=True)]

LIST = "/admin/gallery/image/"


@pytest.fixture
def moderator(monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setattr("sys.stdin", io.StringIO("a long pass phrase\n"))
    call_command("moderator", "mo", "--password-stdin", stdout=io.StringIO())
    return User.objects.get(username="mo")


@pytest.fixture
def client(moderator: User) -> Client:
    return logged_in(moderator)


def logged_in(user: User) -> Client:
    """At the admin, which has a cookie of its own."""
    client, request = Client(), HttpRequest()
    request.session = StaffSessionStore()
    login(request, user, "django.contrib.auth.backends.ModelBackend")
    take_second_step(request, user)
    request.session.save()
    client.cookies[STAFF_NAMES[settings.SESSION_COOKIE_NAME]] = str(request.session.session_key)
    return client


def act(client: Client, action: str, images: list[Image], **fields: str) -> Any:
    chosen = [str(image.pk) for image in images]
    return client.post(LIST, {"action": action, "_selected_action": chosen, **fields}, follow=True)


def test_the_list_shows_picture_owner_prompt_and_state(client: Client, me: User) -> None:
    image = made(me, prompt="<script>alert(1)</script>")
    page = client.get(LIST).content.decode()
    assert f'src="{LIST}{image.pk}/thumbnail/"' in page
    assert me.username in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_drafts_and_pictures_on_their_way_out_are_not_listed(client: Client, me: User) -> None:
    draft, deleted = drafted(me), made(me)
    services.delete_permanently(me.pk, str(deleted.pk))
    page = client.get(LIST).content.decode()
    assert str(draft.pk) not in page
    assert str(deleted.pk) not in page


def test_a_moderator_sees_the_thumbnail_of_what_is_hidden_or_in_the_trash(client: Client, me: User) -> None:
    hidden, trashed = made(me), made(me)
    verdicts.hide([hidden], "no", by=me.pk)
    services.trash(me.pk, str(trashed.pk))
    for image in (hidden, trashed):
        assert client.get(f"{LIST}{image.pk}/thumbnail/").status_code == 200


def test_nobody_else_sees_it(me: User) -> None:
    where = f"{LIST}{made(me).pk}/thumbnail/"
    guest, clerk = logged_in(me), logged_in(User.objects.create_user("clerk", is_staff=True))
    assert [Client().get(where).status_code, guest.get(where).status_code, clerk.get(where).status_code] == [
        302,
        302,
        403,
    ]


def test_hiding_asks_for_a_reason_first(client: Client, me: User) -> None:
    image = made(me, prompt='"><img src=x>')
    page = act(client, "hide", [image])
    assert 'name="code"' in page.content.decode()
    assert '"><img src=x>' not in page.content.decode()
    assert "Select a valid choice" in act(client, "hide", [image], code="boring").content.decode()
    assert fresh(image).state == "shown"


def test_hiding_hides_all_that_were_chosen_and_keeps_reason_and_name(client: Client, moderator: User, me: User) -> None:
    images, other = [made(me), made(me)], made(me)
    page = act(client, "hide", images, code="hate", reason="not for here")
    assert "Hidden: 2." in page.content.decode()
    assert [fresh(image).state for image in [*images, other]] == ["hidden", "hidden", "shown"]
    hidden = fresh(images[0])
    assert (hidden.hidden_code, hidden.hidden_words, hidden.moderated_by) == ("hate", "not for here", moderator)


def test_approving_shows_again_and_records_who(client: Client, moderator: User, me: User) -> None:
    image = made(me)
    verdicts.hide([image], "no", by=me.pk)
    assert "Approved: 1." in act(client, "approve", [image]).content.decode()
    assert (fresh(image).state, fresh(image).moderated_by) == ("shown", moderator)


@pytest.mark.parametrize("action", ["hide", "approve"])
def test_more_than_one_page_can_carry_is_refused(
    client: Client, me: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr("gallery.admin.MAX_SELECTED", 1)
    images = [made(me), made(me)]
    assert "At most 1 pictures" in act(client, action, images, code="hate", reason="no").content.decode()
    assert {(fresh(image).state, fresh(image).moderated_by) for image in images} == {("shown", None)}
    assert MAX_SELECTED < 1000  # Django takes so many fields in one form


@pytest.mark.parametrize(
    ("state", "expected"), [("unseen", "new"), ("approved", "approved"), ("hidden", "hidden"), ("deleted", "trashed")]
)
def test_the_list_is_filtered_by_state(client: Client, me: User, state: str, expected: str) -> None:
    images = {name: made(me, prompt=f"a {name} one") for name in ("new", "approved", "hidden", "trashed")}
    verdicts.approve([images["approved"]], by=me.pk)
    verdicts.hide([images["hidden"]], "no", by=me.pk)
    services.trash(me.pk, str(images["trashed"].pk))
    page = client.get(LIST, {"state": state}).content.decode()
    assert [name for name in images if f"a {name} one" in page] == [expected]


def test_the_list_is_filtered_by_provider_and_by_when_it_was_made(client: Client, me: User) -> None:
    old = made(me, prompt="an old one")
    made(me, prompt="a new one")
    last_month = uuid.UUID(int=old.pk.int - (20 * 24 * 3600 * 1000 << 80))
    Image.objects.filter(pk=old.pk).update(id=last_month, provider="gemini")
    page = client.get(LIST).content.decode()
    assert "provider=gemini" in page
    assert "an old one" in page
    for asked, expected in (
        ({"provider": "gemini"}, ["old"]),
        ({"made": "7"}, ["new"]),
        ({"made": "30"}, ["new", "old"]),
        ({"made": "x"}, ["new", "old"]),
    ):
        page = client.get(LIST, asked).content.decode()
        assert [name for name in ("new", "old") if f"{name} one" in page] == expected, asked


def test_no_more_are_counted_than_are_shown(client: Client, me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.admin_lists.COUNTED", 2)
    for _ in range(3):
        made(me)
    changes = client.get(LIST).context["cl"]
    assert changes.result_count == 2


def test_a_picture_can_be_found_by_its_prompt_or_owner(client: Client, me: User) -> None:
    made(me, prompt="a blue horse")
    made(User.make_guest(), prompt="a red cow")
    page = client.get(LIST, {"q": "horse"}).content.decode()
    assert ("a blue horse" in page, "a red cow" in page) == (True, False)
    assert "a blue horse" in client.get(LIST, {"q": me.username}).content.decode()


def test_one_picture_can_be_read_and_not_changed(client: Client, me: User) -> None:
    image = made(me)
    where = f"{LIST}{image.pk}/change/"
    page = client.get(where).content.decode()
    assert "a lake" in page
    assert 'name="_save"' not in page
    assert client.post(where, {"title": "mine", "hidden": "on"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}).status_code == 403
    assert act(client, "delete_selected", [image], post="yes").status_code == 200
    assert fresh(image).title == "Lake"


def test_not_even_a_superuser_deletes_a_row_here(me: User) -> None:
    client, image = logged_in(User.objects.create_superuser("root")), made(me)
    assert client.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}).status_code == 403
    act(client, "delete_selected", [image], post="yes")
    assert fresh(image).state == "shown"


def test_no_page_needs_inline_script_or_style(client: Client, me: User) -> None:
    image = made(me)
    for page in (client.get(LIST), client.get(f"{LIST}{image.pk}/change/"), act(client, "hide", [image])):
        text = page.content.decode()
        assert "<style" not in text
        assert "style=" not in text
        assert "<script>" not in text
        assert "onclick=" not in text
