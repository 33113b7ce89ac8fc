"""The admin's second step in tests."""

import re
import time
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest
from django.test import Client

PASSWORD = "a long pass phrase"
SET_UP = "/admin/second-step/set-up/"
PERIOD_S = 30


def code_for(secret: str, *, periods_ago: int = 0) -> str:
    """What an authenticator app shows now, or `periods_ago`."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD_S - periods_ago)))


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found, page
    return found[1]


def take_second_step(request: HttpRequest, user: Any) -> None:
    """Mark it as taken in this login."""
    record_authentication(request, user, "mfa", type="totp")


def log_in_anew(client: Client, name: str = "mo") -> str:
    """A first login, which sets up an authenticator app; returns its secret."""
    post_form(client, "/admin/login/", username=name, password=PASSWORD, next="/admin/")
    secret = secret_on(client.get(SET_UP).content.decode())
    done = post_form(client, SET_UP, code=code_for(secret))
    assert "The second step is on" in done.content.decode()
    return secret


def post_form(client: Client, path: str, **fields: str) -> Any:
    if client.handler.enforce_csrf_checks:
        page = client.get(path).content.decode()
        fields["csrfmiddlewaretoken"] = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    return client.post(path, fields)
