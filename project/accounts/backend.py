from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest


class ByEmail(AuthenticationBackend):  # type: ignore[misc]  # it has no types
    """Leaves names, from the admin's login, to Django's own backend: a password is hashed once."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> AbstractBaseUser | None:
        if "email" not in credentials:
            return None
        found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found
