from django.conf import settings
from django.db import models
from django.db.models import Q


class Ceiling(models.Model):
    """What may be spent. Without a row for it nothing is bounded; with 0 nothing that costs is made."""

    class Of(models.TextChoices):
        GUEST = "guest", "each guest, a day"
        ACCOUNT = "account", "each account, a day"
        PERSON = "person", "one person, a day"  # in place of those two
        STUDIO_DAY = "studio_day", "the whole studio, a day"
        STUDIO_MONTH = "studio_month", "the whole studio, a month"

    of = models.CharField(max_length=12, choices=Of)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, default=None)
    amount = models.DecimalField(max_digits=12, decimal_places=6, help_text="in the currency of STUDIO_CURRENCY")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(of="person", person__isnull=False) | (~Q(of="person") & Q(person=None)),
                name="ceiling_person",
                violation_error_message="Name the person where it is one person's ceiling, and nowhere else.",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ceiling_amount"),
            models.UniqueConstraint(fields=["of"], condition=Q(person=None), name="ceiling_of"),
            models.UniqueConstraint(fields=["person"], condition=Q(person__isnull=False), name="ceiling_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person or self.get_of_display()}: {self.amount.normalize():f}"
