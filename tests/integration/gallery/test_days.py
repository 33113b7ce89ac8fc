"""How many pictures each day has, on SQLite; on PostgreSQL: `test_plans.py`."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from gallery import albums, days, search, services
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.search import Search
from project.models import User
from tests.integration.gallery.rows import made

pytestmark = pytest.mark.django_db(transaction=True)


def at(owner: User, moment: str, **values: Any) -> Image:
    """A picture whose id was made then."""
    begun = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    new = uuid.UUID(int=(int(begun.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | uuid.uuid4().int >> 66)
    image = made(owner, **values)
    Image.objects.filter(pk=image.pk).update(words=None)  # SQLite's table of words has it under its id
    Image.objects.filter(pk=image.pk).update(id=new, created_at=begun)
    Image.objects.filter(pk=new).update(words=image.words)
    return Image.objects.get(pk=new)


def counted(owner: User, *, deleted: bool = False, **asked: Any) -> dict[str, int]:
    found = days.of(owner.pk, days.DaysOf.model_validate(asked), deleted=deleted)
    return {str(day.date): day.count for day in found.days}


@pytest.fixture
def three(me: User) -> list[Image]:
    """Two on the 1st of May in UTC, one of them late, one on the 3rd; newest first."""
    asked = {"2026-05-03T08:00": "a lake", "2026-05-01T23:30": "a hill", "2026-05-01T10:00": "a town"}
    return [at(me, moment, request=request, prompt="calm") for moment, request in asked.items()]


def test_each_day_that_has_pictures_is_there_newest_first(me: User, three: list[Image]) -> None:
    found = days.of(me.pk, days.DaysOf()).days
    assert [(day.date, day.count) for day in found] == [(date(2026, 5, 3), 1), (date(2026, 5, 1), 2)]


def test_a_day_begins_where_the_person_is(me: User, three: list[Image]) -> None:
    assert counted(me, tz="Asia/Ho_Chi_Minh") == {"2026-05-03": 1, "2026-05-02": 1, "2026-05-01": 1}
    assert counted(me, tz="America/Los_Angeles") == {"2026-05-03": 1, "2026-05-01": 2}


@pytest.mark.parametrize("tz", ["", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "a" * 65, "a\0"])
def test_an_unknown_time_zone_is_refused(tz: str) -> None:
    with pytest.raises(ValidationError):
        days.DaysOf.model_validate({"tz": tz})


def test_with_its_cursor_the_list_begins_on_a_day(me: User, three: list[Image]) -> None:
    for zone in ("UTC", "Asia/Ho_Chi_Minh"):
        listed: list[Image] = []
        for day in days.of(me.pk, days.DaysOf(tz=zone)).days:
            listed += search.page(me.pk, Search(cursor=str(day.cursor), limit=day.count)).images
        assert listed == three


def test_a_list_passes_over_its_first(me: User, three: list[Image]) -> None:
    page = search.page(me.pk, Search(skip=1, limit=1))
    assert (page.images, page.next) == ([three[1]], str(three[1].pk))
    assert search.page(me.pk, Search(skip=1, cursor=str(three[0].pk))).images == [three[2]]
    assert search.page(me.pk, Search(skip=1, order="oldest", limit=1)).images == [three[1]]
    assert search.page(me.pk, Search(skip=3)).images == []
    assert search.page(me.pk, Search(q="calm", skip=2)).images == [three[2]]
    assert search.page(me.pk, Search(q="calm", skip=2, order="relevance")).images
    for skip in (-1, search.SKIPPED + 1):
        with pytest.raises(ValidationError):
            Search(skip=skip)


def test_only_what_the_list_shows_is_counted(me: User, three: list[Image]) -> None:
    services.patch(me.pk, str(three[0].pk), favorite=True)
    album = albums.create(me.pk, "Sea")
    albums.add(album, three[1:])
    assert counted(me, favorite=True) == {"2026-05-03": 1}
    assert counted(me, album=str(album.pk)) == {"2026-05-01": 2}
    assert counted(me, q="town") == {"2026-05-01": 1}
    assert counted(me, q="nothing like it") == {}
    assert counted(me, since="2026-05-02") == {"2026-05-03": 1}
    services.trash(me.pk, str(three[1].pk))
    verdicts.hide([three[0]], "no", by=me.pk)
    assert counted(me) == {"2026-05-01": 1}
    assert counted(me, deleted=True) == {"2026-05-01": 1}


def test_only_ones_own_are_counted(me: User, three: list[Image]) -> None:
    assert counted(User.make_guest()) == {}
