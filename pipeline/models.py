from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Ceiling(models.Model):
    """A spending ceiling. Without a row there is none; 0 refuses whatever costs anything."""

    class Of(models.TextChoices):
        GUEST = "guest", _("each guest, a day")
        ACCOUNT = "account", _("each account, a day")
        PERSON = "person", _("one person, a day")  # in place of those two
        STUDIO_DAY = "studio_day", _("the whole studio, a day")
        STUDIO_MONTH = "studio_month", _("the whole studio, a month")

    of = models.CharField(_("of"), max_length=12, choices=Of)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        default=None,
        verbose_name=_("person"),
        help_text=_("Only where it is one person's."),
    )
    amount = models.DecimalField(
        _("amount"),
        max_digits=12,
        decimal_places=6,
        help_text=_("In the currency of STUDIO_CURRENCY. 0: nothing that costs."),
    )

    class Meta:
        verbose_name = _("ceiling")
        verbose_name_plural = _("ceilings")
        constraints = [
            models.CheckConstraint(
                condition=Q(of="person", person__isnull=False) | (~Q(of="person") & Q(person=None)),
                name="ceiling_person",
                violation_error_message=_("Name the person where it is one person's ceiling, and nowhere else."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0), name="ceiling_amount", violation_error_message=_("Not below 0.")
            ),
            models.UniqueConstraint(
                fields=["of"],
                condition=Q(person=None),
                name="ceiling_of",
                violation_error_message=_("There is one of these already."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(person__isnull=False),
                name="ceiling_of_person",
                violation_error_message=_("This person has one already."),
            ),
        ]

    def __str__(self) -> str:
        """Without the person's name, which the admin's log would keep."""
        return f"{self.get_of_display()}: {self.amount.normalize():f}"
