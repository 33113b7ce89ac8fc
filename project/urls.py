from typing import Any

from django.contrib import admin
from django.templatetags.static import static
from django.urls import include, path
from django.views.generic import RedirectView

from chat import views as chat
from gallery import views as gallery
from gallery.moderation import first_page, transparency
from gallery.sharing import views as sharing
from pipeline.providers import registry
from project import docs, installing, trashed
from project.accounts import page as you
from project.accounts import second_step
from project.accounts import views as accounts
from project.api import api
from project.auth import person_id
from project.http import login_limits, monitoring

admin.site.index_template = "moderation/first_page.html"
admin.site.site_header = admin.site.site_title = "AI Photo Studio"

handler500 = "project.http.problems.server_error"

# django-allauth's models hold secrets.
for model in [model for model in admin.site._registry if model._meta.app_config.name.startswith("allauth.")]:
    admin.site.unregister(model)

# By name: imported at the first request.
LATE: Any = ("project.accounts.urls", None, None)

chat_page, gallery_page = you.sign_in_first(chat.page), you.sign_in_first(gallery.page)

urlpatterns = [
    path("", chat_page, name="studio"),
    path("chat/<str:session_id>/", chat_page, name="chat"),
    path("you/", you.page, name="you"),
    path("_allauth/", LATE),
    path("gallery/", gallery_page, {"can": registry.abilities_for_page}, name="gallery"),
    path("you/keys/", accounts.keys, name="keys"),
    path("p/<uuid:image_id>/trashed/<str:signature>", trashed.thumbnail),
    path("p/<uuid:image_id>/<str:variant>/<str:signature>", gallery.picture, {"who": person_id}, name="picture"),
    path("transparency/", transparency.page, name="transparency"),
    path("s/<str:token>/", sharing.page, name="share"),
    path("s/<str:token>/<str:variant>", sharing.picture, name="shared_picture"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("worker.js", installing.worker, name="worker"),
    path("favicon.ico", RedirectView.as_view(url=static("studio/ui/favicon.svg"))),  # asked for by the admin's pages
    path(
        "admin/second-step/",
        login_limits.counted(second_step.ask, second_step.name_of_begun),
        name="mfa_authenticate",
    ),
    path("admin/second-step/set-up/", login_limits.counted(second_step.set_up), name="staff_second_step"),
    path("admin/login/", login_limits.counted(admin.site.login)),
    path("admin/password_change/", admin.site.admin_view(login_limits.counted(admin.site.password_change))),
    path("admin/queue/", include("gallery.moderation.views")),
    path("admin/", admin.site.admin_view(first_page.page)),
    path("admin/", admin.site.urls),
    path("swagger/", docs.swagger, name="swagger"),
    path("redoc/", docs.redoc, name="redoc"),
    path("problems/", docs.problems, name="problems"),
    path("models/", docs.models, name="models"),
    path("openapi.json", docs.openapi_json, name="openapi"),
    path("asyncapi.json", docs.asyncapi_json, name="asyncapi"),
    path("healthz", monitoring.healthz),
    path("readyz", monitoring.readyz),
    path("metrics", monitoring.metrics),
    path("", api.urls),
]
