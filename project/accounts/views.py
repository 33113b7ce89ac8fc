"""The page of a person's keys and spending; it asks the REST API for both."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from pipeline.providers import registry


@require_safe
@never_cache
@gzip_page
def keys(request: HttpRequest) -> HttpResponse:
    user = {"id": str(request.user.pk)} if request.user.is_authenticated else None
    return render(request, "you/keys.html", {"studio": {"user": user, "can": registry.abilities_for_page()}})
