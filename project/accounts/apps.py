from allauth.account.apps import AccountConfig
from django.apps import AppConfig
from django.contrib.admin import apps as django_admin


class AccountsConfig(AppConfig):
    name = "project.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"


class AllauthConfig(AccountConfig):  # type: ignore[misc]  # it has no types
    """Without the system check that demands its middleware, which `project.accounts.urls` applies to its views alone."""

    def ready(self) -> None:
        from allauth.account import checks  # noqa: F401


class StaffConfig(django_admin.AdminConfig):
    default = False
    default_site = "project.accounts.staff.Site"
