"""Two cookies: a person's, renewed by use, and one for staff in the admin alone. Django calls what a cookie names a
session, which here is a conversation."""

import logging
from datetime import timedelta

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

log = logging.getLogger(__name__)

RENEW_EVERY = timedelta(days=7)
STAFF_HOURS = 8
ADMIN = "/admin/"
# Names in the admin; the CSRF token's too, because a login makes a new one.
STAFF_NAMES = {settings.SESSION_COOKIE_NAME: "studio_staff", settings.CSRF_COOKIE_NAME: "studio_staff_csrf"}
RENEWED = "renewed_at"  # seconds since the epoch


class SessionStore(db.SessionStore):
    """A person's. Signed with the name of Django's class: older cookies stay valid."""

    def cycle_key(self) -> None:
        """When the secret key changes Django would change the cookie's key, too, but a socket's handshake cannot set a
        cookie. So only the hash is renewed."""
        if not (settings.SECRET_KEY_FALLBACKS and SESSION_KEY in self):
            super().cycle_key()

    def renew(self) -> bool:
        now = timezone.now().timestamp()
        if SESSION_KEY not in self or now - self.get(RENEWED, 0) < RENEW_EVERY.total_seconds():
            return False
        self[RENEWED] = now
        return True


class StaffSessionStore(SessionStore):
    """Signed with another name: neither cookie works as the other."""

    def renew(self) -> bool:
        """Never; its end is fixed at the login."""
        if self.modified and not self.is_empty() and "_session_expiry" not in self:
            self.set_expiry(timezone.now() + timedelta(hours=STAFF_HOURS))
        return False


class Cookies(SessionMiddleware):
    """With a store for each cookie, and the admin's own names and path."""

    def process_request(self, request: HttpRequest) -> None:
        if not _in_admin(request):
            return super().process_request(request)
        for usual, own in STAFF_NAMES.items():
            request.COOKIES.pop(usual, None)
            if own in request.COOKIES:
                request.COOKIES[usual] = request.COOKIES[own]
        request.session = StaffSessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        return None

    async def __acall__(self, request: HttpRequest) -> HttpResponse:
        """Without Django's thread for every request."""
        self.process_request(request)
        response: HttpResponse = await self.get_response(request)  # type: ignore[misc]  # a coroutine
        store = request.session
        was_modified, renewed = store.modified, _renew(store)
        if store.modified:
            return await sync_to_async(self._respond)(request, response, was_modified, renewed)
        return self._respond(request, response, was_modified, renewed)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        return self._respond(request, response, request.session.modified, _renew(request.session))

    def _respond(self, request: HttpRequest, response: HttpResponse, was_modified: bool, renewed: bool) -> HttpResponse:
        try:
            response = super().process_response(request, response)
        except SessionInterrupted:
            if was_modified or not renewed:
                raise
            log.warning("action=cookie_not_renewed")  # the answer does not need it
        if _in_admin(request):
            _rename(response)
        return response


def _renew(store: SessionBase) -> bool:
    """Without reading the row."""
    return isinstance(store, SessionStore) and store.accessed and hasattr(store, "_session_cache") and store.renew()


def _in_admin(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADMIN)


def _rename(response: HttpResponse) -> None:
    for usual, own in STAFF_NAMES.items():
        if usual in response.cookies:
            morsel = response.cookies.pop(usual)
            morsel.set(own, morsel.value, morsel.coded_value)
            morsel["path"] = ADMIN
            response.cookies[own] = morsel
