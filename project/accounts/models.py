from django.conf import settings
from django.db import models


class Move(models.Model):
    """A guest's things on their way to an account: see `project.accounts.bringing`. Until it is deleted nobody removes
    the guest."""

    guest = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
