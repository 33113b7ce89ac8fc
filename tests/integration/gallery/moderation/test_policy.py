"""Pictures that others see only once a moderator has approved them."""

from typing import Any

import pytest
from django.test import Client

from gallery.models import Image
from gallery.moderation import verdicts
from gallery.sharing import links
from gallery.sharing import services as sharing
from project.models import Token, User
from tests.integration.gallery.rows import fresh, made
from tests.integration.gallery.test_api import client_of

pytestmark = pytest.mark.django_db(transaction=True)


def seen(me: User, image: Image) -> dict[str, int]:
    """By whom, at the picture's own address and at its share's."""
    mine = Client()
    mine.force_login(me)
    form = client_of(me).get(f"/v1/gallery/{image.pk}/").json()
    bearer = {"Authorization": f"Bearer {Token.issue(me)}"}
    foreign = {"Authorization": f"Bearer {Token.issue(User.make_guest())}"}
    share = links.path(sharing.create(me.pk, str(image.pk), None).pk)
    return {
        "owner": Client().get(form["url"], headers=bearer).status_code,
        "another": Client().get(form["url"], headers=foreign).status_code,
        "anybody": Client().get(form["url"]).status_code,
        "share": Client().get(share).status_code,
        "share's picture": Client().get(f"{share}full").status_code,
    }


OPEN = {"owner": 200, "another": 200, "anybody": 200, "share": 200, "share's picture": 200}
HELD = {"owner": 200, "another": 404, "anybody": 404, "share": 404, "share's picture": 404}


def test_afterwards_everybody_sees_it_at_once(me: User) -> None:
    image = made(me)
    assert seen(me, image) == OPEN
    assert client_of(me).get(f"/v1/gallery/{image.pk}/").json()["awaits_approval"] is False


def test_before_nobody_but_its_owner_sees_it_until_it_is_approved(me: User, settings: Any) -> None:
    settings.MODERATION = "before"
    image, client = made(me), client_of(me)
    assert seen(me, image) == HELD
    listed = client.get("/v1/gallery/")
    assert listed.json()["items"][0]["awaits_approval"] is True
    verdicts.approve([image], None)
    assert seen(me, fresh(image)) == OPEN
    known = {"If-None-Match": listed["ETag"]}
    assert client.get("/v1/gallery/", headers=known).json()["items"][0]["awaits_approval"] is False


@pytest.mark.parametrize(
    ("holds", "score", "expected"), [(True, 0.9, HELD), (True, 0.5, OPEN), (True, None, OPEN), (False, 0.9, OPEN)]
)
def test_what_a_hint_names_waits_where_the_setting_says_so(
    me: User, settings: Any, holds: bool, score: float | None, expected: dict[str, int]
) -> None:
    settings.SCREENING_HOLDS = holds
    image = made(me)
    Image.objects.filter(pk=image.pk).update(score=score)
    assert seen(me, image) == expected
