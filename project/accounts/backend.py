from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class ByEmail(AuthenticationBackend):  # type: ignore[misc]  # it has no types
    """For addresses. Django's own backend checks the names of the admin's login, so that each password is hashed once."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        if "email" not in credentials:
            return None
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found
