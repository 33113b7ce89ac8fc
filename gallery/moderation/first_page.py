"""The admin's first page: counts, day by day. A moderator who has just logged in goes on to the queue."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format

from gallery import reasons
from gallery.errors import StudioError
from gallery.moderation import charts, figures, queue
from gallery.moderation.charts import Chart
from gallery.moderation.models import Act
from gallery.translation import N_, _

LOGIN_PATHS = ("/admin/login/", "/admin/second-step/")
CHARTS = {
    "made": N_("Made"),
    "refused": N_("Refused by a provider"),
    "hide": N_("Hidden"),
    "approve": N_("Approved"),
    "reported": N_("Reported"),
    "appealed": N_("Appealed"),
    figures.WAITED: N_("Minutes until a verdict, on average"),
}


def page(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_perm("gallery.view_image") or request.user.pk is None:
        return admin.site.index(request)
    if _has_just_logged_in(request) and request.user.has_perm("gallery.change_image"):
        return HttpResponseRedirect(reverse("queue"))
    shown = [_chart(what, _(title)) for what, title in CHARTS.items()]
    found = {"charts": shown, "tables": _tables(), "waiting": queue.waiting(request.user.pk)}
    found |= {"notice": queue.notice(request.user.pk)}
    return admin.site.index(request, extra_context=found)


def _has_just_logged_in(request: HttpRequest) -> bool:
    return urlsplit(request.headers.get("Referer", "")).path.startswith(LOGIN_PATHS)


def _chart(what: str, title: str) -> Chart:
    days = figures.by_day("failed", "refused") if what == "refused" else figures.by_day(what)
    total = sum(number for _day, number in days)
    if what == figures.WAITED:
        total = round((figures.waited_s(days[0][0]) or 0) / 60)
        days = [(day, round(seconds / 60)) for day, seconds in days]
    first, last = (date_format(day, "SHORT_DATE_FORMAT") for day, _number in (days[0], days[-1]))
    return Chart(title, str(total), charts.bars(title, days), first, last)


def _tables() -> list[tuple[str, list[tuple[str, int]]]]:
    why = {code: _(sentence) for code, sentence in reasons.SENTENCES.items()}
    hidden = [(why.get(code, code), number) for code, number in figures.by_code(Act.Kind.HIDE).items()]
    failed = [(_sentence(code), number) for code, number in figures.by_code("failed").items()]
    kinds = [(Act.Kind.ACCEPT, _("Appeals that were accepted")), (Act.Kind.REJECT, _("Appeals that were rejected"))]
    decided = [(title, sum(figures.by_code(kind).values())) for kind, title in kinds]
    return [(_("Why pictures were hidden"), hidden), (_("Why no picture came"), failed), (_("Appeals"), decided)]


def _sentence(code: str) -> str:
    found = (kind for kind in StudioError.__subclasses__() if kind.code == code)
    return next((f"{_(kind.sentence)} ({code})" for kind in found), code)
