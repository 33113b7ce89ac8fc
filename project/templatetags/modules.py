from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from project import installing
from project.http.static_files import OURS, imported_by

register = template.Library()


@register.simple_tag
def preload_imports(module: str) -> SafeString:
    """So that a browser fetches all imports of a module at once, not level after level."""
    urls = ((static(name),) for name in imported_by(module))
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', urls)


@register.simple_tag
def installable() -> SafeString:
    """What a page's head needs so that browsers can install it."""
    head = format_html(
        '<link rel="manifest" href="{}">\n  <link rel="apple-touch-icon" href="{}">\n'
        '  <meta name="theme-color" content="{}" media="(prefers-color-scheme: light)">\n'
        '  <meta name="theme-color" content="{}" media="(prefers-color-scheme: dark)">',
        reverse("manifest"),
        static(f"{OURS}/ui/icon-apple.png"),
        *installing.BACKGROUNDS,
    )
    if not installing.is_offered():
        return head
    return head + format_html('\n  <meta name="service-worker" content="{}">', reverse("worker"))


@register.simple_tag
def translations() -> SafeString:
    """Before the page's own module: its sentences in another language than the code's."""
    language = get_language() or settings.LANGUAGE_CODE
    if language == settings.LANGUAGE_CODE:
        return mark_safe("")
    return format_html('<script type="module" src="{}"></script>', static(f"{OURS}/locale/{language}.js"))


@register.simple_tag
def language_switch() -> SafeString:
    """To the other language, in its own words; see static/studio/ui/translate.js."""
    [(code, name)] = [(code, name) for code, name in settings.LANGUAGES if code != get_language()]
    return format_html(
        '<button class="quiet language" type="button" data-switch-language="{0}" lang="{0}" title="{1}" aria-label="{1}">'
        "{2}</button>",
        code,
        name,
        code.upper(),
    )
