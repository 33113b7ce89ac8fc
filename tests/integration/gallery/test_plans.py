"""With many rows on a real PostgreSQL, whatever the gallery asks is answered from an index, and by looking at few rows."""

import json
from typing import Any

import pytest

from tests.support import postgresql

PEOPLE, ROWS = 4, 5000
PAGE = 51
LOOKED_AT = {
    # Those that lie among many which are passed over, or that are counted or ranked; of all others a page and a few more.
    "relevance": 1100,
    "relevance of a rare word": 1100,
    "a rare word": 1100,
    "a rare word in the trash": 2500,
    "no such word": 5000,
    "misspelt": 5000,
    "everything at once": 1500,
    "days": 1000,
    "album": 400,
    "albums": 3000,
    "count": ROWS + 30,  # of the moderated ones the index still has the rows before
    "queue, counted": 1000,
    # Counted up to 5,000, however many there are.
    # Of one small index; among more rows it walks down the ids.
    **{f"admin: {name}": PEOPLE * ROWS for name in ("all", "deep")},
    **{f"admin: {name}": ROWS for name in ("unseen", "deleted", "one provider", "word")},
    "admin: made": PEOPLE * 7 * 24 * 60 // 7,  # all of a week, one in seven minutes
    "passed over": 1001,  # of the index
    "each day": ROWS + 30,
    "each day of an album": ROWS,  # of the index
    "each day with a rare word": 1100,
    "each day with favourites": 400,
}


SEEDING = f"""
import django
django.setup()
from django.core.management import call_command
for _ in range({PEOPLE}):
    call_command("seed_gallery", "{ROWS}")
"""


@pytest.fixture(scope="module")
def many(postgres: str) -> str:
    """The environment of a process with many pictures in its database."""
    url = postgresql.database(postgres, "plans")
    postgresql.ran(url, "-c", SEEDING)
    return url


@pytest.fixture(scope="module")
def plans(many: str) -> dict[str, list[list[dict[str, Any]]]]:
    found: dict[str, list[list[dict[str, Any]]]] = json.loads(postgresql.ran(many, "-m", "tests.support.plans"))
    return found


def test_no_question_reads_the_whole_table(plans: dict[str, list[list[dict[str, Any]]]]) -> None:
    assert len(plans) >= 20
    for name, queries in plans.items():
        assert queries, name
        read = [node for query in queries for node in query if node["table"] in ("gallery_image", "gallery_albumimage")]
        assert read, name
        assert not [node for node in read if node["type"] == "Seq Scan"], (name, read)


def test_every_question_looks_at_few_rows(plans: dict[str, list[list[dict[str, Any]]]]) -> None:
    for name, queries in plans.items():
        rows = max(node["rows"] for query in queries for node in query)
        assert rows <= LOOKED_AT.get(name, 4 * PAGE), (name, rows, queries)


def test_days_are_counted_without_reading_a_row(plans: dict[str, list[list[dict[str, Any]]]]) -> None:
    counted = plans["each day"][-1]
    assert [node["index"] for node in counted if node["index"]] == ["image_owner_listed"]
    assert [node["type"] for node in counted if node["index"]] == ["Index Only Scan"]


DAYS = """
import django
django.setup()
from gallery import days, search
from gallery.models import Image
from project.models import User

owner = Image.objects.order_by("pk")[0].owner
listed = []
for zone in ("UTC", "Asia/Ho_Chi_Minh", "America/St_Johns"):
    found = days.of(owner.pk, days.DaysOf(tz=zone)).days
    all_of_it = search.listed(owner.pk, search.Search()).count()
    in_order = sorted(found, key=lambda day: day.date, reverse=True)
    listed.append((sum(day.count for day in found) == all_of_it, found == in_order))
    first = search.page(owner.pk, search.Search(cursor=str(found[3].cursor), skip=found[3].count, limit=1)).images
    listed.append(first == search.page(owner.pk, search.Search(cursor=str(found[4].cursor), limit=1)).images)
print(repr([*listed, days.of(owner.pk, days.DaysOf(q="lighthuose")).similar]))
"""


def test_days_are_as_the_list_has_them(many: str) -> None:
    assert eval(postgresql.ran(many, "-c", DAYS)) == [(True, True), True] * 3 + [True]


def test_words_are_found_by_their_index(plans: dict[str, list[list[dict[str, Any]]]]) -> None:
    used = {name: {node["index"] for query in queries for node in query} for name, queries in plans.items()}
    for name in ("a rare word", "a rare word in the trash", "no such word", "relevance of a rare word"):
        assert "image_vector" in used[name], (name, used[name])


FINDING = """
import django
django.setup()
from gallery import search, words
from gallery.models import Image
from gallery.search import Search
from project.models import User

me = User.make_guest()
def keep(title, prompt=""):
    said = words.of_picture(title, title, prompt)
    row = dict(owner=me, purpose="made", stage="shown", width=1, height=1, title=title, prompt=prompt, words=said)
    return Image.objects.create(**row)

sea, city = keep("Hoàng hôn trên biển", "a sunset over the sea"), keep("Phố cổ", "an old town at sunset")
def found(**asked):
    page = search.page(me.pk, Search(**asked))
    return [image.title for image in page.images], page.similar, page.count

print(repr([
    found(q="hoang hon"), found(q="HOÀNG hôn bi"), found(q="sunset"), found(q="sunset town"), found(q="biển", count=True),
    found(q="sunset", order="oldest"), found(q="town", order="relevance"), found(q="sunest tonw", count=True),
    found(q="' & !"), found(q="xyzw"), found(q="a:* | b <-> c"),
]))
"""


def test_words_are_found_with_and_without_accents_and_misspelt(many: str) -> None:
    both, sea, city = ["Phố cổ", "Hoàng hôn trên biển"], ["Hoàng hôn trên biển"], ["Phố cổ"]
    assert eval(postgresql.ran(many, "-c", FINDING)) == [
        (sea, False, None),
        (sea, False, None),
        (both, False, None),
        (city, False, None),
        (sea, False, 1),
        (both[::-1], False, None),
        (city, False, None),
        (city, True, 1),
        ([], False, None),
        ([], False, None),
        ([], False, None),
    ]


def test_an_older_releases_database_is_migrated_there_and_back(postgres: str) -> None:
    url = postgresql.database(postgres, "back")
    for to in ("0005", ""):
        postgresql.ran(url, "manage.py", "migrate", "--verbosity", "0", *(["gallery", to] if to else []))
