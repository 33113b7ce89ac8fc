"""The page's manifest and service worker."""

import json
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from gallery.translation import _, language
from project.http.static_files import OURS

SCRIPT = f"{OURS}/worker/worker.js"
ICONS = (("icon-192.png", 192, "any"), ("icon-512.png", 512, "any"), ("icon-maskable.png", 512, "maskable"))
BACKGROUNDS = ("#faf9f7", "#131211")  # light and dark, as --bg of base.css


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    answer = JsonResponse(
        {
            "id": "/",
            "lang": language(),
            "name": "AI Photo Studio",
            "short_name": "Studio",
            "description": _("Make and edit pictures in a chat."),
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": BACKGROUNDS[1],  # the page's own <meta> wins
            "theme_color": BACKGROUNDS[1],
            "icons": [
                {
                    "src": static(f"{OURS}/ui/{name}"),
                    "sizes": f"{side}x{side}",
                    "type": "image/png",
                    "purpose": purpose,
                }
                for name, side, purpose in ICONS
            ],
            "shortcuts": [{"name": _("Gallery"), "url": "/gallery/"}],
        },
        content_type="application/manifest+json",
    )
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """`/worker.js`, at the root for the whole site. It names this release and its files, so that browsers notice each
    release."""
    if not is_offered():
        raise Http404
    files = sorted(staticfiles_storage.url(name) for name in _files())
    head = f"const RELEASE = {json.dumps(_release())};\nconst FILES = {json.dumps(files)};\n"
    text = head + Path(str(finders.find(SCRIPT))).read_text()
    answer = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    elsewhere = f" {settings.CLOUDINARY_ACCOUNT.origin}" if settings.CLOUDINARY_ACCOUNT else ""
    # It also requests pictures, which may be redirected.
    answer["Content-Security-Policy"] = f"default-src 'none'; connect-src 'self'{elsewhere}"
    return answer


def is_offered() -> bool:
    """Only with hashed names: else copies could be outdated."""
    return not settings.DEBUG and bool(_hashed())


def _hashed() -> dict[str, str]:
    return dict(getattr(staticfiles_storage, "hashed_files", {}))


def _release() -> str:
    return str(staticfiles_storage.manifest_hash)  # type: ignore[attr-defined]  # ours has one


def _files() -> list[str]:
    ours = (name.replace("\\", "/") for name in _hashed())
    return [name for name in ours if name.startswith(f"{OURS}/") and name != SCRIPT]
