"""The admin's login: a name, a password, and a second step, which django-allauth checks. Whoever has none yet sets one up
first."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from project.accounts import second_step


class Password(LoginView):
    def form_valid(self, form: Any) -> HttpResponse:
        return second_step.begin(self.request, form.get_user(), self.get_success_url())

    def get_default_redirect_url(self) -> str:
        return reverse("admin:index")


class Site(admin.AdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and (not settings.STAFF_MFA or second_step.was_done(request))

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        if request.method == "GET":
            if self.has_permission(request):
                return redirect("admin:index")
            if super().has_permission(request):
                if not second_step.is_set_up(request.user):
                    return redirect("staff_second_step")
                logout(request)  # a cookie from before the second step was asked for
        context = self.each_context(request) | {
            "title": gettext("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            "second_step": settings.STAFF_MFA,
            REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"),
        }
        view = Password.as_view(
            extra_context=context | (extra_context or {}),
            authentication_form=self.login_form or AdminAuthenticationForm,
            template_name="admin/login.html",
        )
        response: HttpResponse = view(request)  # type: ignore[assignment]  # it streams nothing
        return response
