"""The chat page. It is one template for every address; `static/studio/main.js` reads which conversation is meant."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.protocol import CONTENT_LIMIT
from pipeline.providers import registry
from pipeline.providers.base import STYLES

VARIATIONS = 4  # in one card

STARTERS = (
    ("en", "Create a sunset landscape"),
    ("en", "Paint misty mountains by a lake at dawn"),
    ("en", "A city skyline at night with stars"),
    ("vi", "Vẽ một bãi biển lúc hoàng hôn"),
)


@require_safe
@never_cache
def page(request: HttpRequest, session_id: str | None = None) -> HttpResponse:
    """Whose session it is decides the socket, not the page: an id that is not this person's shows that nothing is there."""
    user = request.user
    studio = {
        "user": {"id": str(user.pk), "name": user.get_username(), "is_guest": getattr(user, "is_guest", False)},
        "limits": {"content": CONTENT_LIMIT, "upload_bytes": settings.UPLOAD_LIMIT, "variations": VARIATIONS},
        "styles": STYLES,
        "varying": registry.varying(),
    }
    context = {"studio": studio, "provider": registry.label(), "starters": STARTERS}
    return render(request, "chat/page.html", context)
