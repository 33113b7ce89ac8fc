"""PostgreSQL's plans of the gallery's queries: `python -m tests.support.plans`, with DATABASE_URL, prints them as JSON, for the
person with most pictures: for each function that is called, its queries with the nodes of their plans."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import django

django.setup()

from django.contrib import admin  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from gallery import albums, days, search  # noqa: E402
from gallery.models import Album, Image  # noqa: E402
from gallery.moderation import appeals, queue, verdicts  # noqa: E402
from gallery.search import Search  # noqa: E402
from gallery.sharing.models import Report  # noqa: E402
from project.models import User  # noqa: E402

Node = dict[str, Any]


@contextmanager
def explained(found: list[list[Node]]) -> Iterator[None]:
    """Collects the plan of every query in the block; the queries are executed, too."""

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON, BUFFERS OFF) {sql}", params)
                found.append(list(nodes(cursor.fetchone()[0][0]["Plan"])))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield


def nodes(plan: Node) -> Iterator[Node]:
    yield {
        "type": plan["Node Type"],
        "table": plan.get("Relation Name"),
        "index": plan.get("Index Name"),
        "rows": plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0),
    }
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def questions(owner: User) -> dict[str, Callable[[], object]]:
    album = Album.objects.filter(owner=owner).order_by("pk")[0]
    middle = Image.objects.filter(owner=owner).order_by("pk")[1000]
    day = middle.created_at.date()
    asked: dict[str, tuple[Search, bool]] = {
        "first page": (Search(), False),
        "deep page": (Search(cursor=str(middle.pk)), False),
        "oldest": (Search(order="oldest"), False),
        "trash": (Search(), True),
        "trash, deep": (Search(cursor=str(middle.pk)), True),
        "common words": (Search(q="soft light"), False),
        "a rare word": (Search(q="lighthouse"), False),
        "a rare word in the trash": (Search(q="lighthouse"), True),
        "no such word": (Search(q="zzzz"), False),
        "misspelt": (Search(q="cmera"), False),
        "relevance": (Search(q="castle", order="relevance"), False),
        "relevance of a rare word": (Search(q="lighthouse", order="relevance"), False),
        "intent": (Search(intent="remove_background"), False),
        "provider": (Search(provider="gemini-nano-banana-2.1"), False),
        "a rare provider": (Search(provider="stable-diffusion"), False),
        "no such provider": (Search(provider="none"), False),
        "favourites": (Search(favorite=True), False),
        "hidden": (Search(hidden=True), False),
        "hidden, in the trash": (Search(hidden=True), True),
        "session": (Search(session_id="seeded-3"), False),
        "album": (Search(album=str(album.pk)), False),
        "days": (Search(since=day, until=day), False),
        "everything at once": (Search(q="lake", intent="edit", favorite=True, since=day, count=True), False),
        "count": (Search(count=True), False),
        "passed over": (Search(skip=1000), False),
    }
    pages = {
        name: (lambda what=what, deleted=deleted: search.page(owner.pk, what, deleted=deleted))
        for name, (what, deleted) in asked.items()
    }
    asked_days = {
        "each day": days.DaysOf(tz="Asia/Ho_Chi_Minh"),
        "each day of an album": days.DaysOf(album=str(album.pk)),
        "each day with a rare word": days.DaysOf(q="lighthouse"),
        "each day of a rare provider": days.DaysOf(provider="stable-diffusion"),
        "each day with favourites": days.DaysOf(favorite=True),
        "each day with hidden ones": days.DaysOf(hidden=True),
    }
    counts = {name: (lambda what=what: days.of(owner.pk, what)) for name, what in asked_days.items()}
    moderator = User.make_guest().pk
    moderation: dict[str, Callable[[], object]] = {
        "queue": lambda: queue.claim(moderator, queue.Filters(), 6),
        "queue, of a person": lambda: queue.claim(moderator, queue.Filters(person_id=owner.pk), 12),
        "queue, counted": lambda: queue.waiting(moderator),
    }
    return {
        **pages,
        **counts,
        **moderation,
        **moderators_lists(),
        "albums": lambda: albums.summaries(albums.page(owner.pk, None, 50)[0]),
    }


def moderators_lists() -> dict[str, Callable[[], object]]:
    """The admin's list of pictures: its rows, their count, and the choices of its filters."""
    filters: dict[str, dict[str, str]] = {
        "all": {},
        **{name: {"state": name} for name in ("unseen", "approved", "hidden", "deleted")},
        "one provider": {"provider": "gemini-nano-banana-2.1"},
        "no such provider": {"provider": "none"},
        "photos": {"purpose__exact": "photo"},
        "made": {"made": "7"},
        "word": {"q": "lighthouse"},
        "deep": {"p": "50"},
    }
    staff = User.objects.create_superuser("plans")
    return {f"admin: {name}": partial(_listed, staff, query) for name, query in filters.items()}


def _listed(staff: User, query: dict[str, str]) -> object:
    request = RequestFactory().get("/admin/gallery/image/", query)
    request.user = staff
    changes = admin.site._registry[Image].get_changelist_instance(request)
    return list(changes.result_list), changes.result_count


def moderate() -> None:
    """Report and hide a few of the pictures, and appeal for them."""
    moderator = User.make_guest().pk
    images = list(Image.objects.filter(trashed_at=None).order_by("pk")[:300:10])
    for image in images[:15]:
        Report.objects.create(image=image, reporter=str(image.pk), reason="other")
    for image in verdicts.hide(images[15:], "", moderator):
        appeals.make(image.owner_id, str(image.pk), "Why?")


def main() -> None:
    moderate()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    owner = User.objects.annotate(count=Count("images")).order_by("-count")[0]
    said = {}
    for name, ask in questions(owner).items():
        found: list[list[Node]] = []
        with explained(found):
            ask()
        said[name] = found
    print(json.dumps(said))  # noqa: T201


if __name__ == "__main__":
    main()
