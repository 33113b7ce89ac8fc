"""A hint, never a verdict: how likely a picture is nude, as the extra `screening` guesses."""

import io
import sqlite3
from contextlib import closing
from typing import Any

import pytest
import skimage
from django.conf import settings
from PIL import Image as Pillow

from gallery import services
from gallery.moderation import hints, queue, verdicts
from gallery.moderation.queue import Filters
from pipeline.worker import screening
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made
from tests.support.studio import eventually, own_stores, running

pytestmark = pytest.mark.django_db(transaction=True)


def webp(pixels: Any) -> bytes:
    file = io.BytesIO()
    Pillow.fromarray(pixels).save(file, "WEBP")
    return file.getvalue()


def test_a_photograph_of_somebody_dressed_and_a_cup_are_not_nude() -> None:
    score = screening.opened()
    assert score
    photos: Any = skimage.data
    for photo in (photos.astronaut(), photos.coffee(), photos.cat()):
        assert 0 <= score(webp(photo)) < 0.2


def test_the_file_is_the_one_that_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "SHA256", "0" * 64)
    assert screening.opened() is None


def test_what_nobody_has_looked_at_gets_a_score_once(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, approved, trashed = (made(me) for _ in range(3))
    draft = drafted(me)
    verdicts.approve([approved], None)
    services.trash(me.pk, str(trashed.pk))
    screening.screen()
    scores = [fresh(image).score for image in (waiting, approved, trashed, draft)]
    assert scores[0] is not None
    assert scores[1:] == [None, None, None]
    hints.give(waiting.pk, 1.0)
    assert fresh(waiting).score == scores[0]
    assert hints.unscored(10) == []


def test_a_worker_scores_what_was_made(prepared: None) -> None:
    with running(workers=1, STUDIO_SCREENING="installed", **own_stores("screening", 13)) as studio:
        person = studio.guest()
        with person.connect(person.session()) as socket:
            image = socket.until_ended(socket.say("a red field"))["image"]["id"].replace("-", "")
        with closing(sqlite3.connect(settings.DATA_DIR / "studio.sqlite3")) as rows:
            found = "SELECT 1 FROM gallery_image WHERE id = ? AND score IS NOT NULL"
            eventually(lambda: rows.execute(found, [image]).fetchone())


def test_a_round_is_bounded_and_what_cannot_be_read_keeps_none_back(me: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screening, "AT_ONCE", 2)
    images = [made(me) for _ in range(3)]
    screening.screen()
    assert [fresh(image).score for image in images].count(None) == 1
    from gallery.stores import storage

    broken = made(me)
    storage(broken.storage).delete(broken.thumbnail_key)
    while any(fresh(image).score is None for image in images):
        screening.screen()
    screening.screen()
    assert fresh(broken).score is None


def test_what_a_hint_names_comes_first_and_nothing_else_happens_to_it(me: User) -> None:
    moderator = User.objects.create_user("mo").pk
    first, named = made(me), made(me)
    hints.give(first.pk, 0.1)
    hints.give(named.pk, 0.9)
    assert [image.pk for image in queue.claim(moderator, Filters(), 2)] == [named.pk, first.pk]
    assert fresh(named).state == "shown"
