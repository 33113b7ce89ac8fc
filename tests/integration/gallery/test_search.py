"""Finding pictures, on SQLite; on PostgreSQL: `test_plans.py`."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from pydantic import ValidationError

from gallery import albums, fulltext, maintenance, search, services
from gallery.errors import NotFound
from gallery.models import Image
from gallery.moderation import verdicts
from gallery.search import Search
from project.models import User
from tests.integration.gallery.rows import fresh, made

pytestmark = pytest.mark.django_db(transaction=True)


def found(owner: User, *, deleted: bool = False, **asked: Any) -> list[Image]:
    return search.page(owner.pk, Search.model_validate(asked), deleted=deleted).images


@pytest.fixture
def sea(me: User) -> Image:
    return made(me, request="Vẽ hoàng hôn trên biển", prompt="A sunset over a calm sea, warm light")


@pytest.fixture
def city(me: User) -> Image:
    return made(me, request="a city in the rain", prompt="Wet streets, lights of a sunset café")


@pytest.mark.parametrize(
    "q", ["biển", "bien", "BIEN", "hoang hon", "hoàng hôn sunset", "calm sea", "sun", "warm lig", "vẽ, (biển)!"]
)
def test_words_are_found_with_and_without_accents(me: User, sea: Image, q: str) -> None:
    assert found(me, q=q) == [sea]


@pytest.mark.parametrize("q", ["lake", "sun sea moon", "light warmth", "unset", "!", '" OR a', "a* NOT b", "title:sea"])
def test_what_is_not_there_is_not_found(me: User, sea: Image, q: str) -> None:
    assert found(me, q=q) == []


def test_all_words_have_to_be_there(me: User, sea: Image, city: Image) -> None:
    assert found(me, q="sunset") == [city, sea]
    assert found(me, q="sunset cafe") == [city]
    assert found(me, q="") == [city, sea]


def test_only_ones_own_pictures_are_found(me: User, sea: Image) -> None:
    assert found(User.make_guest(), q="sea") == []


def test_a_new_title_is_found_and_the_old_one_no_more(me: User, sea: Image) -> None:
    services.patch(me.pk, str(sea.pk), title="Đà Nẵng")
    assert found(me, q="da nang") == [sea]
    services.patch(me.pk, str(sea.pk), title="Hue")
    assert found(me, q="da nang") == []
    assert found(me, q="hoang hon hue") == [sea]  # what was asked for stays


def test_the_trash_has_a_search_of_its_own(me: User, sea: Image, city: Image) -> None:
    services.trash(me.pk, str(sea.pk))
    assert found(me, q="sunset") == [city]
    assert found(me, q="sunset", deleted=True) == [sea]
    verdicts.hide([city], "no", by=me.pk)
    assert found(me, q="sunset") == []


def test_what_is_gone_leaves_no_word(me: User, sea: Image) -> None:
    Image.objects.filter(pk=sea.pk).update(announced_rev=10)
    before = words_kept()
    services.delete_permanently(me.pk, str(sea.pk))
    assert words_kept() == before - 1


def words_kept() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM gallery_words")
        return int(cursor.fetchone()[0])


def test_pictures_of_an_older_release_get_their_words_from_the_keeper(me: User, sea: Image) -> None:
    Image.objects.update(words=None)
    assert found(me, q="sea") == []
    maintenance.write_words(10)
    assert found(me, q="hoang hon sea") == [sea]


def test_a_table_that_a_migration_made_anew_has_its_triggers_again(me: User) -> None:
    with connection.cursor() as cursor:
        for name in fulltext.TRIGGERS:
            cursor.execute(f"DROP TRIGGER {name}")
    call_command("migrate", verbosity=0)
    image = made(me)
    assert found(me, q="lake") == [image]


def test_relevance_puts_the_title_first_and_pages_miss_nothing(me: User) -> None:
    prompt = [made(me, request="evening", prompt="a boat, a lake, the moon") for _ in range(3)]
    title = made(me, request="boat", prompt="evening")
    made(me, request="forest", prompt="evening")
    newest = made(me, request="evening", prompt="a boat, a lake, the moon")
    in_order = [title, newest, *prompt[::-1]]
    assert found(me, q="boat", order="relevance") == in_order
    seen: list[Image] = []
    cursor = None
    while cursor or not seen:
        page = search.page(me.pk, Search(q="boat", order="relevance", cursor=cursor, limit=2))
        seen, cursor = seen + page.images, page.next
    assert seen == in_order
    assert found(me, order="relevance")[0] == newest  # without words: the newest


def test_a_picture_that_goes_between_two_pages_of_relevance_costs_no_other(me: User) -> None:
    images = [made(me) for _ in range(4)][::-1]
    first = search.page(me.pk, Search(q="lake", order="relevance", limit=2))
    services.trash(me.pk, str(first.images[-1].pk))
    second = search.page(me.pk, Search(q="lake", order="relevance", limit=2, cursor=first.next))
    assert first.images + second.images == images


def test_oldest_first_by_pages(me: User) -> None:
    images = [made(me) for _ in range(5)]
    seen: list[Image] = []
    cursor = None
    while cursor or not seen:
        page = search.page(me.pk, Search(order="oldest", cursor=cursor, limit=2))
        seen, cursor = seen + page.images, page.next
    assert seen == images


def test_filters_narrow_each_other(me: User) -> None:
    one = made(me, intent="edit", session_id="s2")
    two = made(me, intent="edit", session_id="s3")
    made(me, session_id="s2")
    services.patch(me.pk, str(two.pk), favorite=True)
    assert found(me, intent="edit") == [two, one]
    assert found(me, intent="edit", session_id="s2") == [one]
    assert found(me, favorite=True) == [two]
    assert len(found(me, favorite=False)) == 2
    assert found(me, provider="gemini") == []
    assert len(found(me, provider="built-in tools, no AI")) == 3


def test_an_album_shows_its_own_and_nobody_elses_album_is_there(me: User) -> None:
    image, _ = made(me), made(me)
    album = albums.create(me.pk, "Sea")
    albums.add(album, [image])
    assert found(me, album=str(album.pk)) == [image]
    with pytest.raises(NotFound):
        found(User.make_guest(), album=str(album.pk))


def of_day(owner: User, day: int) -> Image:
    """Made at noon of this day in 2025, as its id says too."""
    image = made(owner)
    at = datetime(2025, 6, day, 12, tzinfo=UTC)
    new = uuid.UUID(int=(int(at.timestamp() * 1000) << 80) | (image.pk.int & ((1 << 80) - 1)))
    Image.objects.filter(pk=image.pk).update(id=new, created_at=at)
    return Image.objects.get(pk=new)


def test_from_and_to_are_moments_or_whole_days(me: User) -> None:
    first, second, third = (of_day(me, day) for day in (1, 2, 3))
    assert found(me, since=date(2025, 6, 2)) == [third, second]
    assert found(me, until=date(2025, 6, 2)) == [second, first]
    assert found(me, since="2025-06-02", until="2025-06-02") == [second]
    noon = second.created_at
    assert found(me, since=noon, until=noon + timedelta(seconds=1)) == [second]
    assert found(me, until=noon) == [first]


def test_a_picture_that_took_several_attempts_is_found_by_when_it_was_made(me: User) -> None:
    image = of_day(me, 1)
    late = image.created_at + timedelta(hours=20)
    Image.objects.filter(pk=image.pk).update(created_at=late)
    assert found(me, since="2025-06-02") == [fresh(image)]


def test_how_many_there_are_is_said_when_asked_and_counted_only_so_far(
    me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        made(me)
    page = search.page(me.pk, Search(q="lake", count=True, limit=2))
    assert (len(page.images), page.count) == (2, 3)
    assert search.page(me.pk, Search(q="lake", count=True, limit=2, cursor=page.next)).count == 3
    assert search.page(me.pk, Search(q="none", count=True)).count == 0
    assert search.page(me.pk, Search()).count is None
    monkeypatch.setattr(search, "COUNTED", 2)
    assert search.page(me.pk, Search(count=True)).count == 2


@pytest.mark.parametrize("moment", ["0.5", "1764403200", "-1", "1e-5", "yesterday"])
def test_a_moment_is_written_out(moment: str) -> None:
    with pytest.raises(ValidationError):
        Search.model_validate({"to": moment})
