"""Moderators of the running studio: what they do without a browser, and how they come into the admin with one."""

import json
import subprocess
import sys

from playwright.sync_api import BrowserContext

from tests.support.serving import ROOT, Serving

BESIDE = """
import contextlib, io, json, sys, traceback
import django
django.setup()
from django.db import connection
from gallery.models import Image
from gallery.moderation import appeals, verdicts
from project.models import User
def moderator(name):
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]
names = dict(globals())
for line in sys.stdin:
    printed, failure = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(json.loads(line), dict(names))
    except Exception:
        failure = traceback.format_exc()
    connection.close()
    print(json.dumps([printed.getvalue().strip(), failure]), flush=True)
"""
LOG_IN = """
import io, sys
from django.contrib.auth import login
from django.core.management import call_command
from django.http import HttpRequest
from project.http.cookies import STAFF_NAMES, StaffSessionStore
from django.conf import settings
from tests.support.staff import take_second_step
sys.stdin = io.StringIO("a long pass phrase\\n")
call_command("moderator", name, "--password-stdin", stdout=io.StringIO())
request = HttpRequest()
request.session = StaffSessionStore()
User.objects.filter(username=name).update(is_superuser=superuser)
user = User.objects.get(username=name)
login(request, user, "django.contrib.auth.backends.ModelBackend")
take_second_step(request, user)
request.session.save()
print(STAFF_NAMES[settings.SESSION_COOKIE_NAME], request.session.session_key)
"""


def run(server: Serving, code: str) -> str:
    """In one process beside the studio's, with `Image`, `verdicts`, `appeals` and `moderator(name)`. What it prints."""
    if server.beside is None:
        server.beside = _started(server)
    assert server.beside.stdin and server.beside.stdout
    print(json.dumps(code), file=server.beside.stdin, flush=True)
    printed, failure = json.loads(server.beside.stdout.readline())
    assert not failure, failure
    return str(printed)


def _started(server: Serving) -> subprocess.Popen[str]:
    environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "project.settings"}
    with server.output.with_suffix(".beside").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-c", BESIDE], env=environment, cwd=ROOT, text=True, stderr=errors,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip


def log_in(server: Serving, context: BrowserContext, name: str = "mo", *, superuser: bool = False) -> None:
    """As a moderator, the second step taken."""
    cookie, value = run(server, f"name, superuser = {name!r}, {superuser}\n{LOG_IN}").split()
    context.add_cookies([{"name": cookie, "value": value, "url": server.address}])
