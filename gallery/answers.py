"""JSON answers with an `ETag`, and 304 where nothing has changed."""

import json
from base64 import urlsafe_b64encode
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags

from gallery.translation import language


def json_answer(form: Any, status: int = 200, etag: str = "") -> HttpResponse:
    text = json.dumps(form, cls=DjangoJSONEncoder, ensure_ascii=False)
    response = HttpResponse(text, status=status, content_type="application/json")
    if etag:
        response.headers["ETag"] = etag
    return response


def etag_of(kind: str, *parts: object) -> str:
    """`parts`: whatever decides the content, apart from the release, the reader's language and the signing key."""
    text = json.dumps([settings.STUDIO_VERSION, language(), kind, *parts], default=str)
    return f'"{urlsafe_b64encode(salted_hmac("gallery.answers", text, algorithm="sha256").digest()[:15]).decode()}"'


def or_unchanged(form: Any) -> dict[int, Any]:
    return {200: form, 304: None}


def is_conditional(request: HttpRequest) -> bool:
    return "If-None-Match" in request.headers


def is_known(request: HttpRequest, etag: str) -> bool:
    """Weak comparison: a compressing proxy makes an ETag weak."""
    known = [one.removeprefix("W/") for one in parse_etags(request.headers.get("If-None-Match", ""))]
    return etag in known or known == ["*"]


def unchanged(etag: str) -> HttpResponse:
    return HttpResponseNotModified(headers={"ETag": etag})
