"""The baseline of a request: an asynchronous Django view without middleware, under unmodified Daphne."""

from django.conf import settings

settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"], SECRET_KEY="bare")

from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


async def bare(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"}, headers={"Content-Length": "16"})


urlpatterns = [path("bare", bare)]
application = get_asgi_application()
