"""What is on its way from one person to another."""

from django.conf import settings
from django.db import models


class Move(models.Model):
    """A guest's things to the account that they have signed in to; see `project.accounts.bringing`. As long as it is there
    nobody removes the guest, who has ended."""

    guest = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
