"""Simultaneous moderators, moderators that die in the middle of a decision, and owners who delete meanwhile."""

import asyncio
import os
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.db import close_old_connections

from tests.programs.faults.breaking import switched
from tests.programs.faults.moderator import RECORDED, review
from tests.programs.faults.person import Entry, Person
from tests.programs.faults.run import KILL, Act, NotReached, Run
from tests.support.serving import until

T = TypeVar("T")
ENDED_S = 20
STARTS_S = 120  # a process, on a busy machine


async def two_moderators(run: Run) -> float:
    """One hides what the queue gives, the other one approves; each picture is decided once."""
    await _pictures(run)
    at = time.monotonic()
    moderators = [await _asked(_moderator) for _ in range(2)]
    work = list(zip(moderators, ("approve", "hide"), strict=True))
    if switched("claims off"):  # a negative control: both have the same pictures
        for who, verdict in work:
            await _asked(_decide_all, who, verdict)
    else:
        await asyncio.gather(*(_asked(review, who, verdict) for who, verdict in work))
    run.moderation += await _asked(_wrong_verdicts)
    return at


def moderator_dies(place: str) -> Act:
    """In the middle of a decision: another moderator decides the rest, and no decision is half done."""

    async def act(run: Run) -> float:
        pictures = await _pictures(run)
        first, second = [await _asked(_moderator) for _ in range(2)]
        verdict = "hide" if place == RECORDED else "accept"
        if verdict == "accept":
            hider = await _asked(_moderator)
            for person, entry in pictures:
                await _appeal(person, entry, hider)
        run.cluster.arm(place, KILL)
        if await asyncio.to_thread(_alone, first, verdict) != -KILL:
            raise NotReached(place)
        at = time.monotonic()
        run.moderation += await _asked(_wrong_verdicts)

        async def all_decided() -> bool:
            await asyncio.to_thread(_alone, second, verdict)
            return not await _asked(_undecided)

        if not await until(all_decided, STARTS_S):
            run.moderation.append("what a dead moderator held is kept from the others")
        run.moderation += await _asked(_wrong_verdicts)
        return at

    return act


async def appeals_of_what_is_deleted(run: Run) -> float:
    """Two moderators decide about an appeal, and its owner deletes the picture for good, all at once."""
    pictures = await _pictures(run)
    at = time.monotonic()
    hider, first, second = [await _asked(_moderator) for _ in range(3)]
    for person, entry in pictures:
        image_id = await _appeal(person, entry, hider)
        decisions = [_asked(_decide, image_id, who, who == first) for who in (first, second)]
        deletion = person.rest("DELETE", f"/v1/gallery/{image_id}/permanent/")
        decided = await asyncio.gather(*decisions, deletion)
        if decided[:2].count(True) > 1:
            run.moderation.append(f"two decided about one appeal: {image_id}")
    run.moderation += await _asked(_wrong_verdicts)
    return at


async def _pictures(run: Run) -> list[tuple[Person, Entry]]:
    """New pictures of everybody; no others wait for a moderator."""
    await _asked(_approve_the_rest)
    run.say(1)
    entries = [(person, entry) for person in run.people for entry in person.journal.values()]
    await until(lambda: all(entry.end for _, entry in entries), ENDED_S)
    for _, entry in entries:
        entry.picture_changes = True
    return [(person, entry) for person, entry in entries if entry.end and entry.end["image"]]


async def _appeal(person: Person, entry: Entry, hider: uuid.UUID) -> str:
    """The picture's id, once it is hidden."""
    image_id = str(entry.end and entry.end["image"]["id"])
    await _asked(_hide, image_id, hider)
    await person.rest("POST", f"/v1/gallery/{image_id}/appeal/", json={"text": "Why?"})
    return image_id


async def _asked(what: Callable[..., T], *args: object) -> T:
    """In a thread, whose database connection ends with it."""

    def asked() -> T:
        try:
            return what(*args)
        finally:
            close_old_connections()

    return await asyncio.to_thread(asked)


def _alone(by: uuid.UUID, verdict: str) -> int:
    """How a moderator's process ended."""
    command = [sys.executable, "-m", "tests.programs.faults.moderator", str(by), verdict]
    return subprocess.run(command, env=dict(os.environ), check=False, timeout=STARTS_S).returncode


def _moderator() -> uuid.UUID:
    from project.models import User

    return User.objects.create_user(f"moderator-{uuid.uuid4().hex[:8]}").pk


def _approve_the_rest() -> None:
    from gallery.models import Image

    Image.objects.filter(approved_at=None, hidden=False).update(approved_at="2026-01-01T00:00Z")


def _decide_all(by: uuid.UUID, verdict: str) -> None:
    from gallery.models import Image
    from gallery.moderation import verdicts

    images = Image.objects.filter(stage="shown", owner__is_guest=True).order_by("-pk")[:2]
    if verdict == "hide":
        verdicts.hide(images, "", by)
    else:
        verdicts.approve_shown(images, by)


def _undecided() -> bool:
    from gallery.models import WAITING, Image
    from gallery.moderation.models import Appeal

    return Image.objects.filter(WAITING).exists() or Appeal.objects.filter(decided_at=None).exists()


def _wrong_verdicts() -> list[str]:
    """Pictures that were decided twice or differ from the record, and appeals that wait although nothing is to be decided."""
    from gallery.models import Image
    from gallery.moderation.models import Act, Appeal

    acts = list(Act.objects.exclude(image_id=None).order_by("pk"))
    first = Counter(act.image_id for act in acts if act.kind in ("hide", "approve"))
    found = [f"decided about {times} times: {id}" for id, times in first.items() if times > 1]
    last = {act.image_id: act for act in acts}
    for image in Image.objects.filter(pk__in=[id for id in last if id]):
        said = last[image.pk].after
        is_kept = image.owner_id != last[image.pk].person_id  # as evidence: its owner has deleted it, with the appeal
        is_so = {"hidden": image.hidden, "appeal": image.appeal}
        is_said = {"hidden": said["hidden"], "appeal": "" if is_kept else said.get("appeal", "")}
        if is_so != is_said and image.appeal != "open":
            found.append(f"{image.pk} is {is_so}, and the record says {said}")
    closed = Appeal.objects.filter(image__stage="shown").exclude(image__appeal="open").filter(decided_at=None)
    found += [f"an appeal waits for nothing: {appeal.image_id}" for appeal in closed]
    return found


def _hide(image_id: str, by: uuid.UUID) -> None:
    from gallery.models import Image
    from gallery.moderation import verdicts

    verdicts.hide(Image.objects.filter(pk=image_id), "", by)


def _decide(image_id: str, by: uuid.UUID, accept: bool) -> bool:
    from gallery.models import Image
    from gallery.moderation import appeals

    image = Image.objects.filter(pk=image_id).first()
    return image is not None and appeals.decide(image, by, accept=accept)
