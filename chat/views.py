"""One template for every address; `static/studio/chat/main.js` reads the session's id."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from chat.bodies import CONTENT_LIMIT
from gallery.translation import N_, _, language
from pipeline import costs
from pipeline.providers import registry

VARIATIONS = 4  # in one card

# The language if it is always the same, the words, and their picture (made by tests/programs/starters.py).
STARTERS = (
    (None, N_("Create a sunset landscape"), "studio/chat/starters/sunset.webp"),
    (None, N_("A city skyline at night with stars"), "studio/chat/starters/city.webp"),
    ("vi", "Vẽ một bãi biển lúc hoàng hôn", "studio/chat/starters/beach.webp"),
)
# Once a photo is attached.
PHOTO_STARTERS = (
    (None, N_("Make it brighter")),
    (None, N_("Make it black and white")),
    (None, N_("Turn it into a watercolour")),
    ("vi", "Xóa nền"),
)


@require_safe
@never_cache
@gzip_page
def page(request: HttpRequest, session_id: str | None = None) -> HttpResponse:
    """The socket, not the page, decides whose session it is."""
    studio = {
        "user": _person(request),
        "limits": {"content": CONTENT_LIMIT, "upload_bytes": settings.UPLOAD_LIMIT, "variations": VARIATIONS},
        "can": registry.abilities_for_page(),
        "varying": registry.varying(),
        "cost": costs.for_page(),
    }
    context = {
        "studio": studio,
        "at_home": session_id is None,  # nothing to show yet: scripts may load later
        "provider": registry.label(),
        "abilities": registry.abilities(),
        "without_ai": registry.is_without_ai(),
        "starters": [(lang or language(), _(words), picture) for lang, words, picture in STARTERS],
        "photo_starters": [(lang or language(), _(words)) for lang, words in PHOTO_STARTERS],
    }
    return render(request, "chat/page.html", context)


def _person(request: HttpRequest) -> dict[str, object] | None:
    user = request.user
    if not user.is_authenticated:
        return None
    return {"id": str(user.pk), "name": user.get_username(), "is_guest": getattr(user, "is_guest", False)}
