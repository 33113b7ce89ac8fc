"""A provider that is down: who is asked instead, who is not asked any more, and what people read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils.translation import override
from pymongo.database import Database
from pymongo.errors import AutoReconnect

from gallery.errors import BadInput, ProviderDown, Quota, Refused, StudioError, TimedOut, Unusable
from pipeline.providers import registry, table
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, Provider, Usage
from pipeline.store import circuits
from pipeline.worker import choices
from pipeline.worker.choices import Chosen, CircuitOpen
from tests.contracts.asking import to_make, to_read
from tests.support.listener import Listener

pytestmark = pytest.mark.usefixtures("mongo")
Documents = Database[dict[str, Any]]
PAINT = to_make(Intent.GENERATE)


@dataclass
class Scripted:
    """Raises what it is told to, in turn, and then makes pictures."""

    name: str
    faults: list[StudioError] = field(default_factory=list)
    calls: int = 0
    max_pictures: int = 1
    resolutions: tuple[str, ...] = ()

    def unsupported_reason(self, refined: object) -> None:
        return None

    def size(self, *_: object) -> None:
        return None

    def make(self, request: PictureRequest, control: Control) -> Picture:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return Picture(b"picture", self.name, Usage(pictures=1))


def down(times: int = 1, kind: Callable[[], StudioError] = ProviderDown) -> list[StudioError]:
    return [kind() for _ in range(times)]


def make(first: Scripted, second: Scripted | None = None, request: PictureRequest = PAINT) -> Picture:
    return Chosen(first, second).make(request, Listener())


def failure(first: Scripted, second: Scripted | None = None, request: PictureRequest = PAINT) -> StudioError:
    with pytest.raises(StudioError) as caught:
        make(first, second, request)
    return caught.value


def over(mongo: Documents, name: str = "gemini") -> None:
    """As if the time of its open circuit were over."""
    mongo["providers"].update_one({"_id": name}, {"$set": {"failed_at": datetime(2000, 1, 1, tzinfo=UTC)}})


def opened(name: str = "gemini") -> Scripted:
    gemini = Scripted(name, down(circuits.FAILURES))
    for _ in range(circuits.FAILURES):
        assert type(failure(gemini)) is ProviderDown
    return gemini


def test_after_some_failures_in_a_row_nobody_asks_and_people_read_when_it_may_be_back() -> None:
    gemini = opened()
    for language, sentence in (("en", "Gemini is down. It should be back in about "), ("vi", "Gemini đang gặp sự cố")):
        with override(language):
            error = failure(gemini)
        assert isinstance(error, CircuitOpen) and error.retryable and error.code == "provider_down"
        assert error.message.startswith(sentence)
        assert 0 < (error.retry_after or 0) <= circuits.FIRST_S
    assert gemini.calls == circuits.FAILURES


@pytest.mark.parametrize("kind", [BadInput, Refused])
def test_what_the_person_asked_for_wrongly_says_nothing_of_the_provider(kind: type[StudioError]) -> None:
    gemini = Scripted("gemini", down(2 * circuits.FAILURES, kind))
    for _ in range(2 * circuits.FAILURES):
        assert type(failure(gemini)) is kind


@pytest.mark.parametrize("kind", [ProviderDown, Quota, TimedOut, Unusable])
def test_a_picture_in_between_closes_the_count(kind: type[StudioError]) -> None:
    for _ in range(3):
        gemini = Scripted("gemini", down(circuits.FAILURES - 1, kind))
        for _ in range(circuits.FAILURES - 1):
            assert type(failure(gemini)) is kind
        assert make(gemini).data


def test_once_its_time_is_over_one_message_tries_and_the_others_wait_on(mongo: Documents) -> None:
    opened()
    over(mongo)
    asked: list[float] = [circuits.closed_in("gemini") for _ in range(5)]
    assert sorted(map(bool, asked)) == [False, True, True, True, True]


def test_a_trial_that_fails_opens_for_longer_and_one_that_works_closes(mongo: Documents) -> None:
    gemini = opened()
    gemini.faults = down(2)
    waits = []
    for _ in range(2):
        over(mongo)
        failure(gemini)
        waits.append(mongo["providers"].find_one({"_id": "gemini"})["open_s"])  # type: ignore[index]
    assert waits == [2 * circuits.FIRST_S, 4 * circuits.FIRST_S]
    over(mongo)
    assert make(gemini).data
    assert make(gemini).data


def test_the_providers_own_delay_wins_within_a_bound(mongo: Documents) -> None:
    for said, waits in ((60.0, 60.0), (9999.0, circuits.LONGEST_S)):
        gemini = Scripted("gemini", [Quota(retry_after=said)])
        failure(gemini)
        assert mongo["providers"].find_one({"_id": "gemini"})["open_s"] == waits  # type: ignore[index]


def test_minutes_are_minutes(mongo: Documents) -> None:
    gemini = opened()
    mongo["providers"].update_one({"_id": "gemini"}, {"$set": {"open_s": 240.0}})
    assert failure(gemini).message == "Gemini is down. It should be back in about 4 minutes."


# A second choice


@pytest.mark.parametrize("kind", [ProviderDown, Quota, Unusable])
def test_the_second_choice_makes_it_and_the_picture_says_so(kind: type[StudioError]) -> None:
    gemini, images = Scripted("gemini", down(1, kind)), Scripted("images")
    picture = make(gemini, images)
    assert picture.provider == "images"
    assert picture.note == "Gemini is down, so an image model made this."


def test_the_second_choice_goes_on_while_the_circuit_is_open() -> None:
    gemini, images = opened(), Scripted("images")
    assert make(gemini, images).provider == "images"
    assert gemini.calls == circuits.FAILURES


@pytest.mark.parametrize("kind", [Refused, BadInput, TimedOut])
def test_nobody_else_is_asked_for_what_was_refused_or_may_be_paid_for(kind: type[StudioError]) -> None:
    gemini, images = Scripted("gemini", down(1, kind)), Scripted("images")
    assert type(failure(gemini, images)) is kind
    assert images.calls == 0


def test_what_the_first_choice_cost_in_vain_is_counted() -> None:
    costly = ProviderDown()
    costly.usage = {"prompt_tokens": 5, "pictures": 1}
    assert make(Scripted("gemini", [costly]), Scripted("images")).usage == Usage(prompt_tokens=5, pictures=2)
    costly = ProviderDown()
    costly.usage = {"prompt_tokens": 5}
    error = failure(Scripted("gemini", [costly]), Scripted("images", [Refused()]))
    assert (type(error), error.usage) == (Refused, {"prompt_tokens": 5})


def test_where_both_are_down_the_first_ones_fault_is_told() -> None:
    opened("images")
    images = Scripted("images")
    assert failure(opened(), images).message.startswith("Gemini is down.")
    assert images.calls == 0


def test_the_offline_tools_have_no_circuit(mongo: Documents) -> None:
    offline = Scripted("offline", down(9))
    for _ in range(9):
        failure(Scripted("gemini", down()), offline)
    assert mongo["providers"].find_one({"_id": "offline"}) is None


def test_who_makes_what_comes_from_the_settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[str, Provider] = {name: Scripted(name) for name in ("gemini", "images", "offline")}
    monkeypatch.setattr(registry, "_PROVIDERS", {name: lambda name=name: made[name] for name in made})
    settings.PROVIDERS = {**settings.PROVIDERS, "edit": "gemini", "generate": "gemini", "enhance": "offline"}
    settings.SECOND_CHOICES = {"edit": "images"}
    assert choices.provider_for(Intent.ENHANCE) is made["offline"]
    made["gemini"].faults = down(2)  # type: ignore[attr-defined]
    edited = choices.provider_for(Intent.EDIT).make(to_make(Intent.EDIT), Listener())
    assert edited.provider == "images"
    with pytest.raises(ProviderDown):
        choices.provider_for(Intent.GENERATE).make(PAINT, Listener())


# A store that is away


def test_a_picture_that_was_paid_for_is_not_lost_where_nothing_can_be_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> Any:
        raise AutoReconnect

    for name in ("worked", "failed", "closed_in"):
        monkeypatch.setattr(circuits, name, away)
    assert make(Scripted("gemini")).data
    assert type(failure(Scripted("gemini", down()))) is ProviderDown


def test_a_reader_that_is_down_is_not_asked_either(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        name, calls = table.CHAT, 0

        def refine(self, request: object) -> Any:
            self.calls += 1
            raise ProviderDown

    reader = Reader()
    monkeypatch.setattr(registry, "refiner", lambda: reader)
    for _ in range(circuits.FAILURES + 2):
        with pytest.raises(ProviderDown):
            choices.refiner().refine(to_read("a lake"))
    assert reader.calls == circuits.FAILURES


def test_the_operator_sees_what_failed_last(mongo: Documents) -> None:
    gemini = Scripted("gemini", [Quota(), Unusable("The picture service does not accept this studio's key.")])
    failure(gemini)
    failure(gemini)
    state = circuits.states()["gemini"]
    assert [(each.code, each.sentence) for each in state.latest] == [
        ("quota", "The picture service has no quota left for now."),
        ("provider_down", "The picture service does not accept this studio's key."),
    ]
    assert (state.failures, state.open_s) == (2, 0)
    opened("images")
    assert 0 < circuits.states()["images"].open_s <= circuits.LONGEST_S
