"""Small charts, drawn by the server: no script, and no style in the page."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 300, 60


class Chart(NamedTuple):
    title: str
    total: str
    bars: SafeString
    first: str
    last: str


def bars(title: str, days: Sequence[tuple[date, int]]) -> SafeString:
    most = max((number for _, number in days), default=0) or 1
    step = WIDTH / max(1, len(days))
    drawn = (
        (
            f"{place * step:.1f}",
            f"{HEIGHT - number * HEIGHT / most:.1f}",
            f"{step - 2:.1f}",
            f"{number * HEIGHT / most:.1f}",
            date_format(day, "SHORT_DATE_FORMAT"),
            number,
        )
        for place, (day, number) in enumerate(days)
    )
    bar = '<rect x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>'
    return format_html(
        '<svg class="bars" viewBox="0 0 {} {}" role="img" aria-label="{}" preserveAspectRatio="none">{}</svg>',
        WIDTH,
        HEIGHT,
        title,
        format_html_join("", bar, drawn),
    )
