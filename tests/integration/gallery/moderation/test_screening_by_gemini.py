"""A hint that Gemini gives: asked once about a picture, and paid by the studio alone."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from redis import Redis

from gallery.moderation import verdicts
from pipeline.models import Ceiling
from pipeline.providers import prices, registry
from pipeline.providers.gemini.provider import GeminiProvider
from pipeline.store.ledger import STUDIO
from pipeline.worker import screening
from project.models import User
from tests.integration.gallery.rows import fresh, made
from tests.support.fakes import gemini as fake
from tests.support.fakes.gemini import Gemini
from tests.support.studio import HANGS_S, eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def gemini(settings: Any, valkey: Redis, mongo: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gemini]:
    with fake.gemini() as server:
        settings.SCREENING, settings.GEMINI_API_KEY = "gemini", fake.KEY
        settings.GEMINI_BASE_URL = server.server.url
        settings.GEMINI_TEXT_MODEL, settings.GEMINI_PICTURE_MODEL = fake.TEXT_MODEL, fake.PICTURE_MODEL
        settings.PRICES = prices.read(fake.PRICES, "USD")
        provider = GeminiProvider(registry.gemini_account())
        monkeypatch.setattr(registry, "_gemini", lambda: provider)
        yield server
        provider.close()


def spent(mongo: Any) -> dict[str, int]:
    """By the owner of the book."""
    return {book["owner"]: book["held"] for book in mongo["books"].find()}


def test_each_new_picture_is_asked_about_once_and_the_studio_pays(gemini: Gemini, me: User, mongo: Any) -> None:
    first, approved = made(me), made(me)
    verdicts.approve([approved], None)
    for _ in range(2):
        screening.screen()
    assert (fresh(first).score, fresh(approved).score) == (0.07, None)
    assert len(gemini.of("rate")) == 1
    assert spent(mongo) == {STUDIO: 60}  # 10 tokens in, 25 out


def test_what_gemini_refuses_to_look_at_comes_first(gemini: Gemini, me: User) -> None:
    gemini.then("rate", fake.ends("PROHIBITED_CONTENT"))
    image = made(me)
    screening.screen()
    assert fresh(image).score == 1.0


@pytest.mark.parametrize("said", ["not JSON", '{"score": 101}', '{"score": null}'])
def test_what_cannot_be_read_is_no_hint_and_is_not_asked_for_again_today(gemini: Gemini, me: User, said: str) -> None:
    gemini.then("rate", fake.says(said))
    image = made(me)
    for _ in range(2):
        screening.screen()
    assert fresh(image).score is None
    assert len(gemini.of("rate")) == 1


def test_a_ceiling_of_the_studio_bounds_it_and_it_goes_on_later(gemini: Gemini, me: User) -> None:
    ceiling = Ceiling.objects.create(of=Ceiling.Of.STUDIO_DAY, amount=Decimal(0))
    Ceiling.objects.create(of=Ceiling.Of.GUEST, amount=Decimal(0))  # it is nobody's own
    image = made(me)
    screening.screen()
    assert gemini.calls == []
    ceiling.delete()
    screening.screen()
    assert fresh(image).score == 0.07


def test_a_worker_that_stops_waits_for_the_picture_that_is_looked_at_and_begins_no_other(
    gemini: Gemini, me: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screening, "_round", threading.Lock())
    stopping, go_on = threading.Event(), threading.Event()
    monkeypatch.setattr(screening, "stopping", stopping)
    gemini.then("rate", fake.held(go_on))
    images = [made(me), made(me)]
    round = threading.Thread(target=screening.screen)
    round.start()
    eventually(lambda: gemini.of("rate"))
    stopping.set()
    threading.Timer(0.2, go_on.set).start()
    screening.end(HANGS_S)
    assert sum(fresh(image).score is not None for image in images) == len(gemini.of("rate")) == 1
    round.join(HANGS_S)


def test_off_is_off(settings: Any) -> None:
    settings.SCREENING = "off"
    assert not screening.is_on()
