"""Moderators at once, and owners who delete meanwhile."""

import asyncio
import time
import uuid
from collections import Counter

from django.db import close_old_connections

from tests.programs.faults.house import until
from tests.programs.faults.person import Entry, Person
from tests.programs.faults.stage import Stage

ENDED_S = 20


async def two_moderators(stage: Stage) -> float:
    """One hides what the queue gives, the other approves it; each picture is decided once."""
    for _, entry in await _pictures(stage):
        entry.picture_changes = True
    at = time.monotonic()
    moderators = [await asyncio.to_thread(_moderator) for _ in range(2)]
    work = zip(moderators, ("hide", "approve"), strict=True)
    await asyncio.gather(*(asyncio.to_thread(_review, who, verdict) for who, verdict in work))
    await asyncio.to_thread(_each_decided_once)
    return at


async def appeals_of_what_is_deleted(stage: Stage) -> float:
    """Two moderators decide about an appeal, and its owner deletes the picture for good, all at once."""
    pictures = await _pictures(stage)
    at = time.monotonic()
    hider, first, second = [await asyncio.to_thread(_moderator) for _ in range(3)]
    for person, entry in pictures:
        entry.picture_changes = True
        image_id = str(entry.end and entry.end["image"]["id"])
        await asyncio.to_thread(_hide, image_id, hider)
        await person.rest("POST", f"/v1/gallery/{image_id}/appeal/", json={"text": "Why?"})
        decisions = [asyncio.to_thread(_decide, image_id, who, who == first) for who in (first, second)]
        deletion = person.rest("DELETE", f"/v1/gallery/{image_id}/permanent/")
        decided = await asyncio.gather(*decisions, deletion)
        assert decided[:2].count(True) <= 1, "two decided about one appeal"
    await asyncio.to_thread(_no_appeal_is_open)
    return at


async def _pictures(stage: Stage) -> list[tuple[Person, Entry]]:
    stage.say(1)
    entries = [(person, entry) for person in stage.people for entry in person.journal.values()]
    await until(lambda: all(entry.end for _, entry in entries), ENDED_S)
    return [(person, entry) for person, entry in entries if entry.end and entry.end["image"]]


def _moderator() -> uuid.UUID:
    from project.models import User

    try:
        return User.objects.create_user(f"moderator-{uuid.uuid4().hex[:8]}").pk
    finally:
        close_old_connections()


def _review(by: uuid.UUID, verdict: str) -> None:
    from gallery.moderation import queue

    try:
        while images := queue.claim(by, queue.Filters(), 2):
            for image in images:
                queue.decide(by, image.pk, "hide" if verdict == "hide" else "approve", "other", "")
    finally:
        close_old_connections()


def _each_decided_once() -> None:
    from gallery.moderation.models import Act

    try:
        times = Counter(Act.objects.filter(kind__in=("hide", "approve")).values_list("image_id", flat=True))
        assert times, "nothing was decided"
        assert set(times.values()) == {1}, "a picture was decided about twice"
    finally:
        close_old_connections()


def _hide(image_id: str, by: uuid.UUID) -> None:
    from gallery.models import Image
    from gallery.moderation import verdicts

    try:
        verdicts.hide(Image.objects.filter(pk=image_id), "", by)
    finally:
        close_old_connections()


def _decide(image_id: str, by: uuid.UUID, accept: bool) -> bool:
    from gallery.models import Image
    from gallery.moderation import appeals

    try:
        image = Image.objects.filter(pk=image_id).first()
        return image is not None and appeals.decide(image, by, accept=accept)
    finally:
        close_old_connections()


def _no_appeal_is_open() -> None:
    from gallery.moderation.models import Appeal

    try:
        waiting = Appeal.objects.filter(decided_at=None, image__stage="shown", image__trashed_at=None)
        assert not waiting.exists(), "an appeal waits for nothing"
    finally:
        close_old_connections()
