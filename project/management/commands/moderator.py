"""`manage.py moderator NAME`: an account that may only see, hide or approve pictures, and block people."""

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, transaction

from project.accounts import groups
from project.models import User


class Command(BaseCommand):
    help = "Make a moderator: an account that can hide and approve pictures and block people in the admin, and nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the moderator logs in with")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from the standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = _account(options["name"])
            password = _from_stdin(user) if options["password_stdin"] else _asked(user)
            made = _save(user, password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database is not ready: run `manage.py migrate` first. ({error})") from error
        what = "can log in at /admin/ now" if made else "has the new password"
        self.stdout.write(self.style.SUCCESS(f"The moderator {user.username} {what}."))
        if settings.STAFF_MFA and not is_mfa_enabled(user):
            self.stdout.write("The first login asks for a second step: an authenticator app, or a passkey.")


def _account(name: str) -> User:
    """Unsaved if new. Raises `CommandError` where it is not ours to change."""
    name = User.normalize_username(name)
    User._meta.get_field("username").clean(name, None)
    user = User.objects.filter(username=name).first()
    if user is None:
        return User(username=name)
    if user.is_guest:
        raise CommandError(f"{name} is a guest of the studio: take another name.")
    if user.is_superuser:
        raise CommandError(f"{name} is a superuser, who can do all that a moderator can: take another name.")
    return user


def _asked(user: User) -> str:
    """Twice, until it passes the rules."""
    if not sys.stdin.isatty():
        raise CommandError("There is nobody to ask for a password: run this in a terminal, or give --password-stdin.")
    while True:
        password = getpass(f"Password for {user.username}: ")
        if password != getpass("Once more: "):
            sys.stderr.write("These are two different passwords.\n")
            continue
        try:
            validate_password(password, user)
        except ValidationError as error:
            sys.stderr.write(" ".join(error.messages) + "\n")
        else:
            return password


def _from_stdin(user: User) -> str:
    password = sys.stdin.readline().rstrip("\n")
    validate_password(password, user)
    return password


@transaction.atomic
def _save(user: User, password: str) -> bool:
    try:
        groups.prepare()
    except groups.NotMigrated as error:
        raise CommandError("The permissions are not there yet: run `manage.py migrate` first.") from error
    made = user._state.adding
    user.is_staff = user.is_active = True
    user.set_password(password)
    user.save()
    user.groups.set(Group.objects.filter(name=groups.MODERATORS))
    user.user_permissions.clear()
    return made
