"""Monthly figures without names, where the setting allows them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from gallery.moderation import figures
from gallery.moderation.models import Tally
from tests.integration.gallery.moderation.test_figures import TODAY

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_there_only_where_the_setting_says_so(settings: Any) -> None:
    assert Client().get("/transparency/").status_code == 404
    settings.TRANSPARENCY = True
    assert Client().get("/transparency/").status_code == 200


def test_months_are_added_up_and_waiting_is_an_average(settings: Any) -> None:
    settings.TRANSPARENCY = True
    month = TODAY().replace(day=1)
    rows: list[tuple[date, str, str, int]] = [
        (month, "made", "", 4000),
        (TODAY(), "hide", "hate", 31),
        (TODAY(), "hide", "sexual", 11),
        (TODAY(), "failed", "refused", 77),
        (TODAY(), "failed", "quota", 500),
        (TODAY(), figures.WAITED, "", 7200),
        (TODAY(), figures.WAITING_ENDED, "", 30),
        (TODAY() - timedelta(days=31), figures.WAITED, "", 1800),
        (TODAY() - timedelta(days=31), "hide", "hate", 0),
        (date(2001, 1, 1), "made", "", 999999),
    ]
    for day, what, code, count in rows:
        Tally.objects.create(day=day, what=what, code=code, count=count)
    page = Client().get("/transparency/").content.decode()
    for number in (4000, 42, 77, 2, 31, 11):
        assert f"<td>{number}</td>" in page
    assert "<td>&lt;\N{NO-BREAK SPACE}1</td>" in page
    assert "500" not in page
    assert "999999" not in page
    assert "style=" not in page
