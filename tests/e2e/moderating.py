"""Moderators of the running studio: what they do without a browser, and how they come into the admin with one."""

import subprocess
import sys

from playwright.sync_api import BrowserContext

from tests.support.serving import ROOT, Serving

BEGIN = """
import django
django.setup()
from gallery.models import Image
from gallery.moderation import appeals, verdicts
from project.models import User
def moderator(name):
    return User.objects.get_or_create(username=name, defaults={"is_staff": True})[0]
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
    """In a process of its own beside the studio's, with `Image`, `verdicts`, `appeals` and `moderator(name)`."""
    environment = {**server.environment, "DJANGO_SETTINGS_MODULE": "project.settings"}
    ran = subprocess.run(
        [sys.executable, "-c", BEGIN + code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def log_in(server: Serving, context: BrowserContext, name: str = "mo", *, superuser: bool = False) -> None:
    """As a moderator, the second step taken."""
    cookie, value = run(server, f"name, superuser = {name!r}, {superuser}\n{LOG_IN}").split()
    context.add_cookies([{"name": cookie, "value": value, "url": server.address}])
