"""Every HTTP path of the studio."""

from django.contrib import admin
from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from chat import views as chat
from gallery import views as gallery
from pipeline.providers.base import STYLES
from project import docs, ops
from project.api import api
from project.auth import with_guest

admin.site.site_header = admin.site.site_title = "AI Photo Studio"

urlpatterns = [
    path("", with_guest(chat.page), name="studio"),
    path("chat/<str:session_id>/", with_guest(chat.page), name="chat"),
    path("gallery/", with_guest(gallery.page), {"styles": STYLES}, name="gallery"),
    path("p/<uuid:image_id>/<str:variant>/<str:signature>", gallery.picture, name="picture"),
    path("favicon.ico", RedirectView.as_view(url=static("studio/favicon.svg"))),  # asked for by the admin's pages
    path("admin/", admin.site.urls),
    path("swagger/", docs.swagger, name="swagger"),
    path("redoc/", docs.redoc, name="redoc"),
    path("openapi.json", docs.openapi_json, name="openapi"),
    path("asyncapi.json", docs.asyncapi_json, name="asyncapi"),
    path("healthz", ops.healthz),
    path("readyz", ops.readyz),
    path("metrics", ops.metrics),
    path("", api.urls),
]
