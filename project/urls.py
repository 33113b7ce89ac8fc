from django.contrib import admin
from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from chat import views as chat
from gallery import views as gallery
from pipeline.providers.base import STYLES
from project import docs, installing
from project.accounts import views as accounts
from project.api import api
from project.http import login_limits, monitoring

admin.site.site_header = admin.site.site_title = "AI Photo Studio"

handler500 = "project.http.problems.server_error"

urlpatterns = [
    path("", chat.page, name="studio"),
    path("chat/<str:session_id>/", chat.page, name="chat"),
    path("gallery/", gallery.page, {"styles": STYLES}, name="gallery"),
    path("you/keys/", accounts.keys, name="keys"),
    path("p/<uuid:image_id>/<str:variant>/<str:signature>", gallery.picture, name="picture"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
    path("favicon.ico", RedirectView.as_view(url=static("studio/ui/favicon.svg"))),  # asked for by the admin's pages
    path("admin/login/", login_limits.counted(admin.site.login)),
    path("admin/password_change/", admin.site.admin_view(login_limits.counted(admin.site.password_change))),
    path("admin/", admin.site.urls),
    path("swagger/", docs.swagger, name="swagger"),
    path("redoc/", docs.redoc, name="redoc"),
    path("openapi.json", docs.openapi_json, name="openapi"),
    path("asyncapi.json", docs.asyncapi_json, name="asyncapi"),
    path("healthz", monitoring.healthz),
    path("readyz", monitoring.readyz),
    path("metrics", monitoring.metrics),
    path("", api.urls),
]
