"""What moderators do, for everybody, by month and without names: `/transparency/`, where the setting allows it."""

from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import reasons
from gallery.moderation import figures
from gallery.moderation.models import Act
from gallery.translation import N_, _

MONTHS = 12
COLUMNS = {
    "made": N_("Pictures made"),
    "refused": N_("Refused by a provider"),
    Act.Kind.HIDE.value: N_("Hidden by a moderator"),
    "reported": N_("Reported"),
    "appealed": N_("Appeals"),
    Act.Kind.ACCEPT.value: N_("Appeals accepted"),
    Act.Kind.REJECT.value: N_("Appeals rejected"),
    figures.WAITED: N_("Hours until a verdict, on average"),
}


class Month(NamedTuple):
    first_day: object
    numbers: list[str]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not settings.TRANSPARENCY:
        raise Http404
    found = figures.by_month(MONTHS)
    months = [Month(month, [_number(counts, what) for what in COLUMNS]) for month, counts in found]
    hidden = [
        (_(sentence), sum(counts.get((Act.Kind.HIDE.value, code), 0) for _month, counts in found))
        for code, sentence in reasons.SENTENCES.items()
    ]
    context = {"columns": [_(title) for title in COLUMNS.values()], "months": months, "hidden": hidden}
    return render(request, "moderation/transparency.html", context)


def _number(counts: dict[tuple[str, str], int], what: str) -> str:
    if what == figures.WAITED:
        return _hours(counts[what, ""]) if (what, "") in counts else "–"
    if what == "refused":
        return str(counts.get(("failed", "refused"), 0))
    return str(sum(number for (counted, _code), number in counts.items() if counted == what))


def _hours(seconds: int) -> str:
    return "<\N{NO-BREAK SPACE}1" if seconds < 3600 else str(round(seconds / 3600))
