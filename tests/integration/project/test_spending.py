"""What was spent: for the person, and for operators in the admin, who set the ceilings there."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.utils import translation

from pipeline import ceilings, costs
from pipeline.ceilings import Ceilings
from pipeline.models import Ceiling
from pipeline.providers import prices, table
from pipeline.store import ledger
from pipeline.store.ledger import Spent, today
from project.accounts import groups
from project.models import Token, User
from tests.integration.gallery.test_admin import logged_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo", "valkey")]
ADMIN = "/admin/pipeline/ceiling/"
SPENDING = f"{ADMIN}spending/"


@pytest.fixture
def paid(settings: Any) -> None:
    """As if Gemini were connected."""
    settings.GEMINI_API_KEY = "key"
    settings.PROVIDERS = table.assign({}, {"GEMINI_API_KEY": True})


@pytest.fixture
def person() -> User:
    return User.make_guest()


@pytest.fixture
def client(person: User, client: Client) -> Client:
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {Token.issue(person)}"
    return client


@pytest.fixture
def operator() -> Client:
    groups.prepare()
    user = User.objects.create_user("operator", password="a long enough password", is_staff=True)
    user.groups.add(Group.objects.get(name=groups.OPERATORS))
    return logged_in(user)


def spend(person: User, amount: int = 120_000, reserved: int = 0) -> None:
    """In millionths of a dollar."""
    spent = ledger.new_reservation(str(person.pk))
    ledger.reserve(spent, amount, Ceilings())
    ledger.post(spent, Spent({"gemini": amount}))
    if reserved:
        ledger.reserve(ledger.new_reservation(str(person.pk)), reserved, Ceilings())


def set_ceiling(of: str, amount: str, person: User | None = None) -> None:
    Ceiling.objects.create(of=of, amount=Decimal(amount), person=person)


# The person


def test_one_reads_what_one_has_spent_by_days(client: Client, person: User) -> None:
    spend(person, reserved=30_000)
    set_ceiling("guest", "1")
    found = client.get("/api/v1/me/usage/").json()
    assert found["today"] | {"refills_at": ""} == {
        "currency": "USD",
        "spent": 0.12,
        "reserved": 0.03,
        "ceiling": 1.0,
        "left": 0.85,
        "refills_at": "",
    }
    assert found["today"]["refills_at"].endswith("T00:00:00Z")
    day = {"day": today(), "spent": 0.12, "reserved": 0.03, "assumed": 0.0, "providers": {"gemini": 0.12}}
    assert found["days"] == [day]


def test_nobody_reads_what_another_has_spent(client: Client) -> None:
    spend(User.make_guest())
    assert client.get("/api/v1/me/usage/").json()["days"] == []


def test_me_says_it_where_anything_costs(client: Client, person: User, settings: Any) -> None:
    assert client.get("/api/v1/me/").json()["usage"]["money"] is None
    settings.GEMINI_API_KEY = "key"
    settings.PROVIDERS = table.assign({}, {"GEMINI_API_KEY": True})
    spend(person)
    money = client.get("/api/v1/me/").json()["usage"]["money"]
    assert (money["spent"], money["ceiling"], money["left"]) == (0.12, None, None)


# Ceilings


def test_a_persons_own_ceiling_stands_in_place_of_the_usual_ones(person: User) -> None:
    account = User.objects.create_user("ann")
    set_ceiling("guest", "1")
    set_ceiling("account", "2")
    set_ceiling("person", "0", person)
    set_ceiling("studio_day", "10")
    set_ceiling("studio_month", "100.5")
    assert ceilings.of(str(person.pk)) == Ceilings(0, 10_000_000, 100_500_000)
    assert ceilings.of(str(account.pk)).person_day == 2_000_000
    assert ceilings.of(str(User.make_guest().pk)).person_day == 1_000_000


def test_an_operator_sets_a_ceiling(operator: Client, person: User) -> None:
    added = operator.post(f"{ADMIN}add/", {"of": "person", "person": str(person.pk), "amount": "0.5"})
    assert added.status_code == 302
    assert ceilings.of(str(person.pk)).person_day == 500_000
    page = operator.get(ADMIN).content.decode()
    assert person.username in page and SPENDING in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"of": "person", "amount": "1"}, "Name the person where it is one person&#x27;s ceiling"),
        ({"of": "guest", "amount": "-1"}, "Not below 0."),
        ({"of": "account", "amount": "1"}, "There is one of these already."),
        ({"of": "guest", "amount": "cheap"}, "Enter a number."),
    ],
)
def test_a_wrong_ceiling_has_a_sentence(operator: Client, fields: dict[str, str], said: str) -> None:
    set_ceiling("account", "1")
    refused = operator.post(f"{ADMIN}add/", fields)
    assert refused.status_code == 200 and said in refused.content.decode()


def test_an_operator_sees_days_people_and_providers(operator: Client, person: User) -> None:
    spend(person)
    spend(User.make_guest(), 40_000)
    page = operator.get(SPENDING).content.decode()
    for said in (today(), "0.1600", "gemini", person.username, "0.1200", "0.0400"):
        assert said in page
    ledger.forget(str(person.pk))
    page = operator.get(SPENDING).content.decode()
    assert person.username not in page and "0.1600" in page


@pytest.mark.parametrize("month", ["2026-13", "x", "../..", "２０２６-１１", "2020-01"])
def test_any_month_may_be_asked_for(operator: Client, month: str) -> None:
    assert operator.get(SPENDING, {"month": month}).status_code == 200


def test_the_admin_speaks_vietnamese(operator: Client, person: User) -> None:
    spend(person)
    page = operator.get(SPENDING, headers={"accept-language": "vi"}).content.decode()
    assert "Chi tiêu" in page and "Đã chi" in page


# What a request costs at most


def test_by_hand_and_offline_nothing_costs_anything(settings: Any) -> None:
    assert not costs.anything() and costs.of_request({}) == 0


@pytest.mark.usefixtures("paid")
def test_it_is_the_reading_and_the_dearest_picture() -> None:
    assert costs.anything()
    assert costs.of_request({"adjust": {"rotate": 90}}) == 0
    small = costs.of_request({"width": 1024, "height": 1024, "intent": "generate"})
    large = costs.of_request({"width": 1024, "height": 1025, "intent": "generate"})
    assert large - small == 50_400 - 33_600
    assert small > costs.of_reading() + 33_600
    assert costs.of_request({}) > large  # a change shows the model a picture
    assert costs.of_request({}, shown=11) > costs.of_request({}, shown=1)


@pytest.mark.usefixtures("paid")
def test_an_offline_tool_costs_its_reading_alone() -> None:
    assert costs.of_request({"intent": "enhance"}) == costs.of_reading()


@pytest.mark.usefixtures("paid")
def test_a_second_choice_that_costs_more_counts(settings: Any) -> None:
    before = costs.of_request({"intent": "enhance"})
    settings.SECOND_CHOICES = {"enhance": "images"}
    settings.PRICES = prices.read("images picture=2", "USD")
    assert costs.of_request({"intent": "enhance"}) == before + 2_000_000


def test_the_page_is_told_what_it_shows(settings: Any, client: Client) -> None:
    def told() -> Any:
        page = client.get("/").content.decode()
        return json.loads(page.split('id="studio" type="application/json">')[1].split("</script>")[0])["cost"]

    assert told() is None
    settings.GEMINI_API_KEY = "key"
    settings.PROVIDERS = table.assign({}, {"GEMINI_API_KEY": True})
    settings.PRICES = prices.read("", "EUR")
    cost = told()
    assert (cost["currency"], cost["at_most"]) == ("EUR", costs.of_request({}) / prices.UNIT)
    assert cost["by_resolution"]["4K"] - cost["by_resolution"]["2K"] == pytest.approx(0.063)


def test_a_refusal_is_said_in_vietnamese(person: User) -> None:
    with translation.override("vi"), pytest.raises(Exception, match="chỉ còn USD"):
        ledger.reserve(ledger.new_reservation(str(person.pk)), 100_000, Ceilings(person_day=50_000))
