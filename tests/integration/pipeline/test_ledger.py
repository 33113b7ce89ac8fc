"""The books: what is reserved never passes a ceiling, whoever does what at the same time, and every step may be repeated."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from gallery.errors import Budget, Quota
from pipeline.ceilings import Ceilings
from pipeline.message_parts import ReservationForm
from pipeline.store import ledger
from pipeline.store.ledger import STUDIO, Gone, Spent

pytestmark = pytest.mark.usefixtures("mongo")
NONE = Ceilings()
DAY = "2026-11-29"


def reservation(id: str, user_id: str = "u", day: str = DAY) -> ReservationForm:
    return {"id": id, "user_id": user_id, "day": day}


def book(mongo: Any, owner: str = STUDIO, month: str = "2026-11") -> Any:
    return mongo["books"].find_one({"_id": f"{month}/{owner}"})


def held(mongo: Any, owner: str = STUDIO) -> int:
    found = book(mongo, owner)
    return found["held"] if found else 0


def test_it_is_reserved_in_both_books_and_what_was_spent_takes_its_place(mongo: Any) -> None:
    ledger.reserve(reservation("a"), 100, NONE)
    assert held(mongo, "u") == held(mongo) == 100
    ledger.confirm(reservation("a"), 100)
    ledger.post(reservation("a"), Spent({"gemini": 60, "images": 5}, assumed=5))
    for owner in ("u", STUDIO):
        found = book(mongo, owner)
        assert (found["held"], found["opened"], found["open"]) == (65, 0, {})
        day = {"held": 65, "spent": 65, "assumed": 5, "by": {"gemini": 60, "images": 5}}
        assert found["days"]["29"] == day


def test_every_step_may_be_repeated(mongo: Any) -> None:
    for _ in range(2):
        ledger.reserve(reservation("a"), 100, NONE)
    for _ in range(2):
        ledger.confirm(reservation("a"), 100)
    for _ in range(2):
        ledger.post(reservation("a"), Spent({"gemini": 60}))
    ledger.void(reservation("a"), 100)
    assert held(mongo, "u") == held(mongo) == 60


def test_what_is_void_is_given_back_once(mongo: Any) -> None:
    ledger.reserve(reservation("a"), 100, NONE)
    for _ in range(2):
        ledger.void(reservation("a"), 100)
    assert held(mongo, "u") == held(mongo) == 0


def test_what_is_confirmed_is_not_given_back(mongo: Any) -> None:
    ledger.reserve(reservation("a"), 100, NONE)
    ledger.confirm(reservation("a"), 100)
    ledger.void(reservation("a"), 100)
    assert held(mongo) == 100


def test_what_is_void_cannot_be_confirmed() -> None:
    ledger.reserve(reservation("a"), 100, NONE)
    ledger.void(reservation("a"), 100)
    with pytest.raises(Gone):
        ledger.confirm(reservation("a"), 100)


@pytest.mark.parametrize(
    ("ceilings", "said"),
    [
        (Ceilings(person_day=150), "of your USD 0.00 for today"),
        (Ceilings(studio_day=150), "of the studio's USD 0.00 for today"),
        (Ceilings(studio_month=150), "of the studio's USD 0.00 for this month"),
    ],
)
def test_a_ceiling_is_never_passed_and_nothing_stays_reserved(ceilings: Ceilings, said: str, mongo: Any) -> None:
    ledger.reserve(reservation("a"), 100, ceilings)
    with pytest.raises(Budget) as refused:
        ledger.reserve(reservation("b"), 100, ceilings)
    assert held(mongo, "u") == held(mongo) == 100
    assert refused.value.retry_after and refused.value.retry_after > 0
    assert refused.value.status == 402


def test_a_refusal_says_what_is_left_and_when_it_refills(mongo: Any) -> None:
    allowed = Ceilings(person_day=1_000_000)
    ledger.reserve(reservation("a"), 985_000, allowed)
    with pytest.raises(Budget) as refused:
        ledger.reserve(reservation("b"), 40_000, allowed)
    assert refused.value.message == (
        "This may cost up to USD 0.04, and of your USD 1.00 for today USD 0.01 are left. They refill at midnight, UTC."
    )


def test_a_ceiling_of_nothing_refuses_whatever_costs(mongo: Any) -> None:
    with pytest.raises(Budget) as refused:
        ledger.reserve(reservation("a"), 1, Ceilings(person_day=0))
    assert "makes nothing that costs" in refused.value.message
    assert refused.value.retry_after is None
    assert held(mongo, "u") == 0


def test_a_first_request_may_be_too_much_already(mongo: Any) -> None:
    with pytest.raises(Budget):
        ledger.reserve(reservation("a"), 100, Ceilings(studio_month=99))
    assert book(mongo) is None and held(mongo, "u") == 0


def test_a_new_day_and_a_new_month_refill(mongo: Any) -> None:
    allowed = Ceilings(person_day=100, studio_day=100, studio_month=200)
    ledger.reserve(reservation("a"), 100, allowed)
    ledger.reserve(reservation("b", day="2026-11-30"), 100, allowed)
    with pytest.raises(Budget, match="this month"):
        ledger.reserve(reservation("c", day="2026-11-28"), 100, allowed)
    ledger.reserve(reservation("d", day="2026-12-01"), 100, allowed)


def test_another_person_has_a_budget_of_their_own(mongo: Any) -> None:
    allowed = Ceilings(person_day=100)
    ledger.reserve(reservation("a"), 100, allowed)
    ledger.reserve(reservation("b", "another"), 100, allowed)
    assert held(mongo) == 200


def test_a_hundred_at_once_do_not_pass_a_ceiling(mongo: Any) -> None:
    allowed, start = Ceilings(person_day=1000, studio_day=700), threading.Barrier(20)

    def reserve(number: int) -> int:
        start.wait()
        taken = 0
        for again in range(5):
            try:
                ledger.reserve(reservation(f"{number}-{again}", f"u{number % 3}"), 100, allowed)
                taken += 1
            except Budget:
                pass
        return taken

    with ThreadPoolExecutor(20) as threads:
        taken = sum(threads.map(reserve, range(20)))
    assert held(mongo) <= 700
    assert held(mongo) == taken * 100 == sum(held(mongo, f"u{n}") for n in range(3))


def test_a_book_does_not_grow_without_end(mongo: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MAX_OPEN", 2)
    for number in range(2):
        ledger.reserve(reservation(str(number), f"u{number}"), 1, NONE)
    with pytest.raises(Quota):
        ledger.reserve(reservation("one more", "u2"), 1, NONE)
    assert (held(mongo), held(mongo, "u2")) == (2, 0)
    ledger.post(reservation("0", "u0"), Spent({}))
    ledger.reserve(reservation("one more", "u2"), 1, NONE)


def test_more_is_reserved_only_below_the_ceilings(mongo: Any) -> None:
    allowed = Ceilings(studio_day=150)
    ledger.reserve(reservation("a"), 100, allowed)
    assert not ledger.confirm(reservation("a"), 140)
    assert ledger.confirm(reservation("a"), 140, allowed)
    assert ledger.confirm(reservation("a"), 140, allowed)
    assert held(mongo, "u") == held(mongo) == 140
    with pytest.raises(Budget):
        ledger.confirm(reservation("a"), 151, allowed)
    assert held(mongo) == 140
    ledger.post(reservation("a"), Spent({"gemini": 90}))
    assert held(mongo, "u") == held(mongo) == 90


def test_what_nobody_heard_of_again_is_found_by_the_databases_clock(mongo: Any) -> None:
    ledger.reserve(reservation("young"), 1, NONE)
    ledger.reserve(reservation("old"), 2, NONE)
    ledger.reserve(reservation("sent"), 4, NONE)
    ledger.confirm(reservation("sent"), 4)
    long_ago = datetime.fromisoformat("2026-11-29T00:00:00Z") - timedelta(days=30)
    for id in ("old", "sent"):
        mongo["books"].update_many({}, {"$set": {f"open.{id}.at": long_ago}})
    waited = list(ledger.open_longer_than(60_000, 60_000))
    assert sorted({each.reservation["id"] for each in waited}) == ["old", "sent"]
    for each in waited:
        ledger.close_orphan(each)
    for owner in ("u", STUDIO):
        day = book(mongo, owner)["days"]["29"]
        assert (held(mongo, owner), day["spent"], day["assumed"]) == (5, 4, 4)
