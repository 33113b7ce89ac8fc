"""For how long a key is known that was looked up, how many, and what is not taken for known."""

from datetime import timedelta
from typing import Any

import pytest

from project import remembered as module
from project.access import Access
from project.models import User, today
from project.remembered import KEPT_S, MAX_KEYS, Remembered
from tests.support.clock import Clock

RIGHTS_END_S = 5.0  # what docs/protocol.md promises


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_key_is_known_for_a_moment_and_looked_up_again_well_before_a_right_must_have_ended(clock: Clock) -> None:
    ours, access = Remembered(), Access(User())
    ours.keep("token", "key", access, clock.now)
    assert ours.find("token", "key") is access
    clock.now += KEPT_S - 0.01
    assert ours.find("token", "key") is access
    clock.now += 0.02
    assert ours.find("token", "key") is None
    assert RIGHTS_END_S - KEPT_S >= 2


def test_a_look_up_that_took_long_is_as_old_as_its_beginning(clock: Clock) -> None:
    ours, asked_at = Remembered(), clock.now
    clock.now += KEPT_S
    ours.keep("token", "key", Access(User()), asked_at)
    assert ours.find("token", "key") is None


def test_a_key_of_one_kind_is_none_of_another(clock: Clock) -> None:
    ours = Remembered()
    ours.keep("token", "key", Access(User()), clock.now)
    assert ours.find("cookie", "key") is None
    assert ours.find("token", "") is None


def test_a_new_day_is_to_be_noted(clock: Clock) -> None:
    ours, user = Remembered(), User()
    ours.keep("token", "key", Access(user), clock.now)
    user.last_seen = today() - timedelta(days=1)
    assert ours.find("token", "key") is None


def test_so_many_are_kept_and_none_that_is_over(clock: Clock) -> None:
    ours: Any = Remembered()
    for number in range(MAX_KEYS + 10):
        ours.keep("token", str(number), Access(User()), clock.now)
    assert len(ours._people) == MAX_KEYS
    assert ours.find("token", "0") is None
    assert ours.find("token", str(MAX_KEYS)) is not None
    clock.now += KEPT_S
    ours.keep("token", "another", Access(User()), clock.now)
    assert len(ours._people) == 1


def test_no_key_is_kept_as_it_is(clock: Clock) -> None:
    ours = Remembered()
    ours.keep("token", "a secret", Access(User()), clock.now)
    assert "a secret" not in repr(list(ours._people))
