"""`manage.py forget_second_step NAME`: for staff who have lost the app, the passkey and the recovery codes."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from project.models import User


class Command(BaseCommand):
    help = "Forget the second step of somebody on the staff, who sets up a new one at the next login."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what they log in with")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["name"], is_staff=True).first()
        if user is None:
            raise CommandError(f"Nobody on the staff is called {options['name']}.")
        Authenticator.objects.filter(user=user).delete()
        said = (
            f"{user.username} sets up a new second step at the next login. Whoever is logged in now stays so for hours."
        )
        self.stdout.write(self.style.SUCCESS(said))
