"""How much there was of each thing: counted by day, shown on the admin's first page, and a person's page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from gallery import services
from gallery.models import Image
from gallery.moderation import appeals, charts, figures, verdicts
from gallery.moderation.models import Act, Tally
from gallery.sharing.models import Report
from pipeline.store import failures
from project.accounts import blocking
from project.models import User
from tests.conftest import Documents
from tests.integration.gallery.rows import made
from tests.integration.gallery.test_admin import logged_in, moderator

__all__ = ["moderator"]  # a fixture
pytestmark = pytest.mark.django_db(transaction=True)
TODAY = figures.today


def test_a_day_is_counted_and_what_is_deleted_stays_counted(me: User) -> None:
    hidden, other = made(me), made(me)
    Report.objects.create(image=other, reporter="a", reason="sexual")
    verdicts.hide([hidden], "", None, "hate")
    appeals.make(me.pk, str(hidden.pk), "Why?")
    appeals.decide(hidden, None, accept=True)
    figures.count(TODAY())
    for image in (hidden, other):
        services.delete_permanently(me.pk, str(image.pk))
    figures.count(TODAY())
    found = {(row.what, row.code): row.count for row in Tally.objects.exclude(what__startswith="wait")}
    assert found == {
        ("made", ""): 2,
        ("appealed", ""): 1,
        ("reported", "sexual"): 1,
        ("hide", "hate"): 1,
        ("accept", "hate"): 1,
    }
    assert figures.by_day("made")[-1] == (TODAY(), 2)
    assert len(figures.by_day("made")) == figures.DAYS
    assert figures.by_code("hide") == {"hate": 1}


def test_how_long_it_waited_is_from_the_first_report_or_from_its_making(me: User) -> None:
    old, reported = made(me), made(me)
    ago = timezone.now() - timedelta(hours=2)
    Image.objects.filter(pk=old.pk).update(created_at=ago)
    verdicts.approve([reported], None)
    Report.objects.create(image=reported, reporter="a", reason="hate", created_at=ago)
    verdicts.hide([old, reported], "", None, "hate")
    approved, *hid = Act.objects.order_by("pk")
    assert all(act.waited_s and act.waited_s >= 7200 for act in hid)
    assert approved.waited_s is not None
    assert approved.waited_s < 7200
    verdicts.approve([reported], None)
    assert Act.objects.latest("pk").waited_s is None


def test_a_day_with_many_verdicts_weighs_more_than_one_with_few() -> None:
    for days_ago, mean_s, count in ((0, 100, 9), (1, 1100, 1)):
        day = TODAY() - timedelta(days=days_ago)
        Tally.objects.create(day=day, what=figures.WAITED, count=mean_s)
        Tally.objects.create(day=day, what=figures.WAITING_ENDED, count=count)
    assert figures.waited_s(TODAY() - timedelta(days=1)) == 200
    assert figures.waited_s(TODAY()) == 100
    assert figures.waited_s(TODAY() - timedelta(days=9), TODAY() - timedelta(days=8)) is None


def test_days_that_nobody_counted_are_made_up_for() -> None:
    first = figures.days_to_count()
    assert first == [TODAY() - timedelta(days=number) for number in range(3)]
    figures.note(first[2], "made", {"": 0})
    assert figures.days_to_count()[2] == TODAY() - timedelta(days=3)


def test_what_failed_is_counted_by_code(mongo: Documents) -> None:
    now = timezone.now()
    for number, (status, code) in enumerate(
        [("FAILED", "refused"), ("FAILED", "refused"), ("FAILED", "quota"), ("DONE", None)]
    ):
        error = code and {"code": code}
        doc = {"_id": str(number), "session_id": "s", "client_id": str(number), "created_at": now, "status": status}
        mongo["messages"].insert_one({**doc, "error": error})
    assert failures.by_code(now.date()) == {"refused": 2, "quota": 1}
    assert failures.by_code(now.date() - timedelta(days=1)) == {}
    explained = mongo["messages"].find({"status": "FAILED", "created_at": {"$gte": now}}).explain()
    assert "failures" in str(explained["queryPlanner"]["winningPlan"])


def test_a_chart_says_its_numbers() -> None:
    drawn = charts.bars("<Made>", [(TODAY(), 0), (TODAY(), 3)])
    assert drawn.count("<rect") == 2
    assert ": 3</title>" in drawn
    assert 'aria-label="&lt;Made&gt;"' in drawn
    assert "style" not in drawn


def test_the_first_page_has_the_charts_and_who_comes_in_is_at_the_queue_first(me: User, moderator: User) -> None:
    client = logged_in(moderator)
    made(me)
    figures.count(TODAY())
    figures.note(TODAY(), "failed", {"refused": 3, "unheard_of": 1})
    page = client.get("/admin/").content.decode()
    assert '<th scope="row">This request was refused. (refused)</th><td>3</td>' in page
    assert '<th scope="row">unheard_of</th><td>1</td>' in page
    assert page.count('<svg class="bars"') == 7
    assert "To the queue" in page
    coming = client.get("/admin/", headers={"Referer": "http://testserver/admin/login/?next=/admin/"})
    assert (coming.status_code, coming["Location"]) == (302, "/admin/queue/")
    clerk = logged_in(User.objects.create_user("clerk", is_staff=True))
    assert '<svg class="bars"' not in clerk.get("/admin/").content.decode()
    assert Client().get("/admin/").status_code == 302


def test_a_persons_page_has_everything_about_them(me: User, moderator: User, mongo: Documents) -> None:
    image = made(me, prompt="a <b>lake</b>", request="")
    verdicts.hide([image], "So <i>it</i> is.", moderator.pk, "hate")
    appeals.make(me.pk, str(image.pk), "It is <u>art</u>.")
    Report.objects.create(image=image, reporter="a", reason="hate", text="<s>no</s>")
    page = logged_in(moderator).get(f"/admin/project/user/{me.pk}/change/").content.decode()
    for said in ("So &lt;i&gt;it", "It is &lt;u&gt;art", "&lt;s&gt;no", f"/admin/gallery/image/{image.pk}/thumbnail/"):
        assert said in page
    assert "<style" not in page
    assert "style=" not in page


def test_a_persons_page_blocks_them_and_lets_them_in_again(me: User, moderator: User, mongo: Documents) -> None:
    client, path = logged_in(moderator), f"/admin/project/user/{me.pk}/change/"
    assert '<button name="action" value="block">' in client.get(path).content.decode()
    sent = {"action": "block", "_selected_action": [str(me.pk)], "index": "0"}
    assert "Block people" in client.post("/admin/project/user/", sent).content.decode()
    blocking.block([me], "Spam", None, by=moderator.pk)
    assert '<button name="action" value="unblock">' in client.get(path).content.decode()
    client.post("/admin/project/user/", {**sent, "action": "unblock"})
    me.refresh_from_db()
    assert not me.is_blocked
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_user"))
    assert 'name="action"' not in logged_in(clerk).get(path).content.decode()
