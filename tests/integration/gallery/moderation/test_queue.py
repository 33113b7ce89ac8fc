"""What moderators look at next, and that each picture is looked at by one of them."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from gallery import services
from gallery.errors import Conflict, NotFound
from gallery.models import Image
from gallery.moderation import appeals, queue, verdicts
from gallery.moderation.models import Act, Claim
from gallery.moderation.queue import Filters
from gallery.sharing.models import Report
from project.models import User
from tests.integration.gallery.rows import drafted, fresh, made

pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = Filters()


@pytest.fixture
def mo(me: User) -> uuid.UUID:
    return User.objects.create_user("mo").pk


@pytest.fixture
def max_(me: User) -> uuid.UUID:
    return User.objects.create_user("max").pk


def report(image: Image) -> Report:
    return Report.objects.create(image=image, reporter=str(uuid.uuid4()), reason="hate", text="Look.")


def ids(images: list[Image]) -> list[uuid.UUID]:
    return [image.pk for image in images]


def test_appeals_come_first_then_reports_then_hints_then_the_oldest(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    old, hinted, reported, appealed = (made(me) for _ in range(4))
    Image.objects.filter(pk=hinted.pk).update(score=0.9)
    Image.objects.filter(pk=old.pk).update(score=0.7)
    verdicts.approve([reported], max_)
    report(reported)
    verdicts.hide([appealed], "", max_)
    appeals.make(me.pk, str(appealed.pk), "Why?")
    assert queue.waiting(mo) == {"appeals": 1, "reports": 1, "hints": 1, "new": 2}
    assert ids(queue.claim(mo, EVERYTHING, 10)) == ids([appealed, reported, hinted, old])


def test_what_is_no_moderators_business_is_not_there(me: User, mo: uuid.UUID) -> None:
    drafted(me)
    trashed, approved, hidden, kept = (made(me) for _ in range(4))
    services.trash(me.pk, str(trashed.pk))
    verdicts.approve([approved], mo)
    verdicts.hide([hidden], "", mo)
    appeals.make(me.pk, str(hidden.pk), "To another one.")
    Image.objects.create(owner=me, purpose="mask", stage="shown", width=1, height=1)
    assert ids(queue.claim(mo, EVERYTHING, 10)) == [kept.pk]


def test_two_moderators_never_get_the_same_one(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    images = ids([made(me) for _ in range(5)])
    assert ids(queue.claim(mo, EVERYTHING, 3)) == images[:3]
    assert ids(queue.claim(max_, EVERYTHING, 3)) == images[3:]
    assert ids(queue.claim(mo, EVERYTHING, 3)) == images[:3]


def test_what_a_moderator_has_of_another_kind_is_not_what_is_asked_for(me: User, mo: uuid.UUID) -> None:
    seen, reported = made(me), made(me)
    assert ids(queue.claim(mo, EVERYTHING, 1)) == [seen.pk]
    until = Claim.objects.get().until
    report(reported)
    assert ids(queue.claim(mo, Filters("appeals"), 2)) == []
    assert ids(queue.claim(mo, Filters("reports"), 2)) == [reported.pk]
    assert ids(queue.claim(mo, Filters(person_id=uuid.uuid4()), 2)) == []
    assert Claim.objects.get(image=seen).until == until
    assert ids(queue.claim(mo, EVERYTHING, 2)) == [seen.pk, reported.pk]
    assert Claim.objects.get(image=seen).until > until


def test_a_lease_that_has_ended_is_somebody_elses(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    image = made(me)
    queue.claim(mo, EVERYTHING, 1)
    Claim.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert ids(queue.claim(max_, EVERYTHING, 1)) == [image.pk]
    with pytest.raises(Conflict):
        queue.decide(mo, image.pk, "hide", "hate", "")
    queue.decide(max_, image.pk, "approve", "other", "")
    assert (fresh(image).state, fresh(image).moderated_by_id) == ("shown", max_)


def test_what_is_given_back_or_passed_is_for_others(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    first, second = ids([made(me), made(me)])
    queue.claim(mo, EVERYTHING, 1)
    queue.release(max_, [first])
    assert ids(queue.claim(max_, EVERYTHING, 1)) == [second]
    queue.release(mo, [first])
    assert ids(queue.claim(mo, EVERYTHING, 1, [first])) == []
    assert ids(queue.claim(max_, EVERYTHING, 2)) == [second, first]


def test_a_verdict_is_taken_once_and_handles_the_reports(me: User, mo: uuid.UUID) -> None:
    image = made(me)
    report(image)
    queue.claim(mo, EVERYTHING, 1)
    queue.decide(mo, image.pk, "hide", "hate", "So.")
    with pytest.raises(Conflict):
        queue.decide(mo, image.pk, "approve", "other", "")
    assert (fresh(image).hidden_code, fresh(image).hidden_words) == ("hate", "So.")
    assert Report.objects.get().handled_by_id == mo
    assert Act.objects.count() == 1
    assert queue.claim(mo, EVERYTHING, 1) == []


def test_what_another_hid_from_the_list_meanwhile_is_not_shown_again(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    image = made(me)
    queue.claim(mo, EVERYTHING, 1)
    verdicts.hide([image], "", max_, "hate")
    with pytest.raises(NotFound):
        queue.decide(mo, image.pk, "approve", "other", "")
    assert fresh(image).state == "hidden"
    assert queue.claim(mo, EVERYTHING, 1) == []


@pytest.mark.parametrize("verdict", ["approve", "hide"])
def test_what_is_deleted_meanwhile_is_not_decided(me: User, mo: uuid.UUID, max_: uuid.UUID, verdict: Any) -> None:
    new, appealed = made(me), made(me)
    verdicts.hide([appealed], "", max_, "hate")
    appeals.make(me.pk, str(appealed.pk), "Why?")
    queue.claim(mo, EVERYTHING, 2)
    acts = Act.objects.count()
    for image in (new, appealed):
        services.delete_permanently(me.pk, str(image.pk))
        with pytest.raises((NotFound, Conflict)):  # with the picture went the claim
            queue.decide(mo, image.pk, verdict, "other", "")
    assert Act.objects.count() == acts
    assert queue.claim(mo, EVERYTHING, 2) == []


def test_it_is_filtered_by_kind_person_provider_and_purpose(me: User, mo: uuid.UUID) -> None:
    other = User.make_guest()
    mine, theirs = made(me), made(other)
    report(mine)
    Image.objects.filter(pk=theirs.pk).update(provider="gemini", purpose="photo")

    def found(**asked: Any) -> list[uuid.UUID]:
        claimed = ids(queue.claim(mo, Filters(**asked), 9))
        queue.release(mo, claimed)
        return claimed

    assert found(kind="reports") == [mine.pk]
    assert found(person_id=other.pk) == [theirs.pk]
    assert found(provider="gemini") == [theirs.pk]
    assert found(purpose="made") == [mine.pk]
    assert found(kind="hints") == []


def test_who_hid_a_picture_reads_that_its_appeal_waits_for_another(me: User, mo: uuid.UUID, max_: uuid.UUID) -> None:
    image = made(me)
    verdicts.hide([image], "", mo)
    assert queue.notice(mo) == ""
    appeals.make(me.pk, str(image.pk), "Why?")
    assert queue.waiting(mo)["appeals"] == 0
    alone = f"{queue.OWN_APPEALS.format(count=1)} {queue.ALONE}"
    assert (queue.notice(mo), queue.notice(max_)) == (alone, "")
    User.objects.filter(pk=max_).update(is_staff=True)
    assert queue.notice(mo) == alone  # staff that may look at no pictures
    User.objects.get(pk=max_).user_permissions.add(Permission.objects.get(codename="change_image"))
    assert queue.notice(mo) == queue.OWN_APPEALS.format(count=1)
    appeals.decide(fresh(image), max_, accept=False)
    assert queue.notice(mo) == ""


AT_ONCE = """
import threading, uuid
import django
django.setup()
from django.db import connection
from gallery.models import Image
from gallery.moderation import queue
from gallery.moderation.models import Act
from project.models import User

owner = User.make_guest()
for i in range(60):
    Image.objects.create(owner=owner, purpose="made", stage="shown", width=1, height=1)
moderators = [User.objects.create_user(f"at-once-{i}").pk for i in range(4)]
begin = threading.Barrier(4)

def work(me):
    begin.wait()
    while images := queue.claim(me, queue.Filters(), 3):
        for image in images:
            queue.decide(me, image.pk, "approve", "other", "")
    connection.close()

threads = [threading.Thread(target=work, args=[each]) for each in moderators]
[each.start() for each in threads]
[each.join() for each in threads]
acts = list(Act.objects.filter(moderator__startswith="at-once").values_list("image_id", flat=True))
print(len(acts), len(set(acts)), Image.objects.filter(owner=owner, approved_at=None).count())
"""


def test_on_postgresql_four_at_once_decide_each_picture_once(on_postgres: Any) -> None:
    _, ran = on_postgres
    assert ran("-c", AT_ONCE).split() == ["60", "60", "0"]
