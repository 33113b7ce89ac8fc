"""What django-allauth mails and answers, in Vietnamese; it brings none of its own."""

import pytest
from django.test import Client

from tests.integration.project.accounts.people import ADA, sign_in, sign_up
from tests.support.mailbox import Mailbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("mongo")]


def test_a_mail_is_in_the_language_of_whoever_asks_for_it(mailbox: Mailbox) -> None:
    sign_up(Client(headers={"Accept-Language": "vi"}), mailbox)
    assert "Mã xác nhận e-mail của bạn ở dưới đây." in mailbox.to(ADA)[0]


def test_a_wrong_password_is_said_in_the_language_of_whoever_signs_in(mailbox: Mailbox) -> None:
    sign_up(Client(), mailbox)
    for language, sentence in (("vi", "không đúng"), ("en", "not correct")):
        answer = sign_in(Client(headers={"Accept-Language": language}), password="another one").json()
        assert sentence in answer["errors"][0]["message"]
        assert answer["errors"][0]["code"] == "email_password_mismatch"
