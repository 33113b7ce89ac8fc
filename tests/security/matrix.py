# ruff: noqa: E501  (data: a row a line)
"""Who gets what, on every route and for every command: a row for each. `test_matrix.py` asks, and misses none.

The roles: `owner` of all that is asked for; `another` user, by token; a `guest` at a browser, by cookie; `anonymous`: nobody;
a `moderator`, by cookie. A row gives the status for each, in this order. `{…}` in a path is the owner's. What holds for the
others follows from a row: an `account`, by cookie, which gets what a guest gets, but for `OF_ACCOUNTS`; a `reader`, with a key of the owner's that may only read; one whose key has `expired`; and one who is
`blocked`.
"""

from typing import Any, NamedTuple

ROLES = ("owner", "another", "guest", "anonymous", "moderator")
ALL_ROLES = (*ROLES, "account", "reader", "expired", "blocked")
KEYED = (
    "api/v1/auth/tokens/",
    "api/v1/auth/tickets/",
    "api/v1/chat/",
    "api/v1/me/",
    "v1/",
    "p/<uuid:image_id>/trashed/",
)  # where nobody gets anything without a key
EVEN_BLOCKED = "api/v1/me/"
Row = tuple[int, int, int, int, int]


class Route(NamedTuple):
    """`route` as the resolver has it; `path` and `body` as they are sent."""

    route: str
    method: str
    path: str
    statuses: Row
    body: Any = None


def expected(route: Route, role: str) -> int:
    if role in ROLES:
        return route.statuses[ROLES.index(role)]
    if role == "account":
        return OF_ACCOUNTS.get((route.method, route.route), expected(route, "guest"))
    if role == "expired" or not route.route.startswith(KEYED):
        return expected(route, "anonymous" if route.route.startswith(KEYED) else "another")
    if role == "reader":
        return expected(route, "owner") if route.method == "GET" else 403
    return expected(route, "another") if route.route.startswith(EVEN_BLOCKED) else 403


def of_own(ok: int) -> Row:
    """One's own list, or what one makes: for everybody who is somebody."""
    return (ok, ok, ok, 401, ok)


def of_owner(ok: int) -> Row:
    """A thing of the owner's, of which nobody else learns that it is there."""
    return (ok, 404, 404, 401, 404)


PUBLIC: Row = (200, 200, 200, 200, 200)
NOT_THERE: Row = (404, 404, 404, 404, 404)
# The admin: everybody else is sent to its login. A bearer token is none of its business.
MODERATED: Row = (302, 302, 302, 302, 200)
FORBIDDEN: Row = (302, 302, 302, 302, 403)

# A form without the admin's own token: the one that the guest's page gave is none.
FORM_FORBIDDEN: Row = (403, 403, 403, 403, 403)
FORM_SHOWN: Row = (403, 403, 403, 403, 200)
FORM_DONE: Row = (403, 403, 403, 403, 302)
QUEUE_UNREADABLE: Row = (403, 403, 403, 403, 422)  # a form; the queue's own page sends JSON

S, M = "api/v1/chat/sessions/<session_id>/", "api/v1/chat/sessions/<session_id>/messages/<message_id>/"
SESSION, MESSAGE = "/api/v1/chat/sessions/{session}/", "/api/v1/chat/sessions/{session}/messages/{message}/"
IMAGE, ADMIN = "/v1/gallery/{image}/", "/admin/gallery/image/"
A, P, PEOPLE = "admin/gallery/image/", "admin/project/user/", "/admin/project/user/"
R, RECORD = (
    "admin/moderation/act/",
    "/admin/moderation/act/",
)  # with an id of no act: who may look is sent to the first page
C = "admin/pipeline/ceiling/"
CHOSEN = {"_selected_action": "{image}"}

API = [
    Route("api/v1/auth/guest/", "POST", "/api/v1/auth/guest/", (201, 201, 201, 201, 201)),
    Route("api/v1/auth/tickets/", "POST", "/api/v1/auth/tickets/", (201, 201, 401, 401, 401)),  # for tokens alone
    Route("api/v1/auth/cookie/", "POST", "/api/v1/auth/cookie/", (403, 403, 200, 403, 200)),  # for pages of ours alone
    Route("api/v1/auth/bring/", "POST", "/api/v1/auth/bring/", (401, 401, 404, 401, 404), {"bring": True}),  # by cookie
    Route("api/v1/auth/tokens/", "GET", "/api/v1/auth/tokens/", of_own(200)),
    Route("api/v1/auth/tokens/", "POST", "/api/v1/auth/tokens/", of_own(201), {"name": "a"}),
    Route("api/v1/auth/tokens/<token_id>/", "DELETE", "/api/v1/auth/tokens/{key}/", of_owner(204)),
    Route("api/v1/me/", "GET", "/api/v1/me/", of_own(200)),
    Route("api/v1/me/", "DELETE", "/api/v1/me/", of_own(422), {"confirm": "somebody else"}),
    Route("api/v1/me/usage/", "GET", "/api/v1/me/usage/", of_own(200)),
    Route("api/v1/me/export/", "GET", "/api/v1/me/export/", of_own(200)),
    Route("api/v1/chat/sessions/", "POST", "/api/v1/chat/sessions/", of_own(201), {"title": "a"}),
    Route("api/v1/chat/sessions/", "GET", "/api/v1/chat/sessions/", of_own(200)),
    Route(S, "GET", SESSION, of_owner(200)),
    Route(S, "PATCH", SESSION, of_owner(200), {"title": "b"}),
    Route(S, "DELETE", SESSION + "?pictures=trash", of_owner(204)),
    Route(S + "messages/", "POST", SESSION + "messages/", of_owner(202), {"content": "a sea"}),
    Route(S + "messages/", "GET", SESSION + "messages/", of_owner(200)),
    Route(M, "GET", MESSAGE, of_owner(200)),
    Route(M + "cancel/", "POST", MESSAGE + "cancel/", of_owner(200)),
    Route(M + "retry/", "POST", MESSAGE + "retry/", of_owner(202)),
    Route("v1/prompt/refine/", "POST", "/v1/prompt/refine/", of_own(200), {"prompt": "a sea"}),
    Route("v1/image/generate/", "POST", "/v1/image/generate/", of_own(202), {"prompt": "a sea"}),
    Route("v1/image/generate/", "POST", "/v1/image/generate/", of_owner(202), {"prompt": "bluer", "source_image_id": "{image}"}),
    Route("v1/gallery/", "GET", "/v1/gallery/", of_own(200)),
    Route("v1/gallery/", "POST", "/v1/gallery/", of_own(201), "a picture"),
    Route("v1/gallery/deleted/", "GET", "/v1/gallery/deleted/", of_own(200)),
    Route("v1/gallery/", "GET", "/v1/gallery/?q=secret&album={album}&count=true", of_owner(200)),
    Route("v1/gallery/deleted/", "GET", "/v1/gallery/deleted/?q=secret&album={album}", of_owner(200)),
    Route("v1/gallery/days/", "GET", "/v1/gallery/days/?tz=Asia/Ho_Chi_Minh", of_own(200)),
    Route("v1/gallery/days/", "GET", "/v1/gallery/days/?album={album}", of_owner(200)),
    Route("v1/gallery/deleted/days/", "GET", "/v1/gallery/deleted/days/", of_own(200)),
    Route("v1/gallery/deleted/days/", "GET", "/v1/gallery/deleted/days/?album={album}", of_owner(200)),
    Route("v1/gallery/bulk/", "POST", "/v1/gallery/bulk/", of_own(200), {"action": "trash", "ids": ["{image}"]}),
    Route("v1/gallery/bulk/", "POST", "/v1/gallery/bulk/", of_own(200), {"action": "delete", "ids": ["{image}", "{mask}"]}),
    Route("v1/gallery/bulk/", "POST", "/v1/gallery/bulk/", of_owner(200), {"action": "add_to_album", "ids": ["{image}"], "album_id": "{album}"}),
    Route("v1/gallery/download/", "POST", "/v1/gallery/download/", of_owner(200), {"ids": ["{image}"]}),
    Route("v1/gallery/albums/", "GET", "/v1/gallery/albums/", of_own(200)),
    Route("v1/gallery/albums/", "POST", "/v1/gallery/albums/", of_own(201), {"title": "a"}),
    Route("v1/gallery/albums/<album_id>/", "GET", "/v1/gallery/albums/{album}/", of_owner(200)),
    Route("v1/gallery/albums/<album_id>/", "PATCH", "/v1/gallery/albums/{album}/", of_owner(200), {"title": "b"}),
    Route("v1/gallery/albums/<album_id>/", "DELETE", "/v1/gallery/albums/{album}/", of_owner(204)),
    Route("v1/gallery/<image_id>/", "GET", IMAGE, of_owner(200)),
    Route("v1/gallery/<image_id>/lineage/", "GET", IMAGE + "lineage/", of_owner(200)),
    Route("v1/gallery/<image_id>/family/", "GET", IMAGE + "family/", of_owner(200)),
    Route("v1/gallery/<image_id>/file/", "GET", IMAGE + "file/?prompt=true", of_owner(200)),
    Route("v1/gallery/<image_id>/", "PATCH", IMAGE, of_owner(200), {"title": "b"}),
    Route("v1/gallery/<image_id>/", "DELETE", IMAGE, of_owner(204)),
    Route("v1/gallery/<image_id>/restore/", "POST", IMAGE + "restore/", of_owner(200)),
    Route("v1/gallery/<image_id>/permanent/", "DELETE", IMAGE + "permanent/", of_owner(204)),
    Route("v1/gallery/<image_id>/appeal/", "POST", "/v1/gallery/{hidden}/appeal/", of_owner(201), {"text": "why?"}),
    Route("v1/gallery/<image_id>/shares/", "POST", IMAGE + "shares/", of_owner(201), {"expires_in_s": 60}),
    Route("v1/gallery/<image_id>/shares/", "GET", IMAGE + "shares/", of_owner(200)),
    Route("v1/gallery/shares/<share_id>/", "DELETE", "/v1/gallery/shares/{share}/", of_owner(204)),
    Route("v1/gallery/<image_id>/new-link/", "POST", IMAGE + "new-link/", of_owner(200)),
    Route("s/<token>/report/", "POST", "{share_path}report/", (204, 204, 204, 204, 204), {"reason": "other"}),
    Route("s/<token>/report/", "POST", "{ended_path}report/", NOT_THERE, {"reason": "other"}),
]  # fmt: skip

PAGES = [
    Route("", "GET", "/", PUBLIC),
    Route("chat/<str:session_id>/", "GET", "/chat/{session}/", PUBLIC),  # the same page for all: the socket decides
    Route("gallery/", "GET", "/gallery/", PUBLIC),
    Route("you/", "GET", "/you/", PUBLIC),
    Route("you/keys/", "GET", "/you/keys/", PUBLIC),
    Route("manifest.webmanifest", "GET", "/manifest.webmanifest", PUBLIC),
    Route(
        "worker.js", "GET", "/worker.js", NOT_THERE
    ),  # these files have no hash in their names: see installing.is_offered
    Route("favicon.ico", "GET", "/favicon.ico", (302, 302, 302, 302, 302)),
    Route("swagger/", "GET", "/swagger/", PUBLIC),
    Route("redoc/", "GET", "/redoc/", PUBLIC),
    Route("problems/", "GET", "/problems/", PUBLIC),
    Route("models/", "GET", "/models/", PUBLIC),
    Route("openapi.json", "GET", "/openapi.json", PUBLIC),
    Route("asyncapi.json", "GET", "/asyncapi.json", PUBLIC),
    Route("healthz", "GET", "/healthz", PUBLIC),
    Route("readyz", "GET", "/readyz", PUBLIC),
    Route("metrics", "GET", "/metrics", PUBLIC),  # all of them from this machine; from elsewhere: test_metrics_…
    # Who has the signature may look; nobody has it but whom the owner gave it.
    Route("p/<uuid:image_id>/<str:variant>/<str:signature>", "GET", "{url}", PUBLIC),
    Route("p/<uuid:image_id>/<str:variant>/<str:signature>", "GET", "/p/{image}/full/{foreign}", NOT_THERE),
    Route(
        "p/<uuid:image_id>/<str:variant>/<str:signature>", "GET", "/p/{image}/full/AAAAAAAAAAAAAAAAAAAAAAAA", NOT_THERE
    ),
    Route("p/<uuid:image_id>/<str:variant>/<str:signature>", "GET", "/p/{image}/thumbnail/{signature}", NOT_THERE),
    Route("p/<uuid:image_id>/<str:variant>/<str:signature>", "GET", "/p/{image}/full/{stale}", NOT_THERE),
    Route("transparency/", "GET", "/transparency/", NOT_THERE),  # unless STUDIO_TRANSPARENCY is on
    # So for whoever has a share's address.
    Route("s/<str:token>/", "GET", "{share_path}", PUBLIC),
    Route("s/<str:token>/<str:variant>", "GET", "{share_path}full", PUBLIC),
    Route("s/<str:token>/", "GET", "{ended_path}", NOT_THERE),
    Route("s/<str:token>/<str:variant>", "GET", "{ended_path}thumbnail", NOT_THERE),
    Route("s/<str:token>/<str:variant>", "GET", "/s/{share}/full", NOT_THERE),
    # Of what lies in the trash: for its owner alone, whoever else has the address.
    Route("p/<uuid:image_id>/trashed/<str:signature>", "GET", "{trashed}", (200, 404, 404, 404, 404)),
    Route("p/<uuid:image_id>/trashed/<str:signature>", "GET", "/p/{image}/trashed/{signature}", NOT_THERE),
    Route("", "GET", "/static/studio/chat/main.js", PUBLIC),
    Route("", "GET", "/static/studio/none.js", NOT_THERE),
]

MODERATION = [
    Route("admin/", "GET", "/admin/", MODERATED),
    Route("admin/login/", "GET", "/admin/login/", (200, 200, 200, 200, 302)),
    Route("admin/second-step/", "GET", "/admin/second-step/", (302, 302, 302, 302, 302)),
    Route("admin/second-step/set-up/", "GET", "/admin/second-step/set-up/", (302, 302, 302, 302, 302)),
    Route("admin/logout/", "GET", "/admin/logout/", (302, 302, 302, 302, 405)),
    Route("admin/password_change/", "GET", "/admin/password_change/", MODERATED),
    Route("admin/password_change/done/", "GET", "/admin/password_change/done/", MODERATED),
    Route("admin/autocomplete/", "GET", "/admin/autocomplete/?app_label=gallery&model_name=image&field_name=owner&term=a", MODERATED),
    Route("admin/jsi18n/", "GET", "/admin/jsi18n/", MODERATED),
    Route("admin/r/<path:content_type_id>/<path:object_id>/", "GET", "/admin/r/1/{image}/", (302, 302, 302, 302, 404)),
    Route(A, "GET", ADMIN, MODERATED),
    Route(A, "GET", ADMIN + "?owner__password__startswith=a", (302, 302, 302, 302, 400)),
    Route(A, "POST", ADMIN, FORM_SHOWN, {"action": "hide", **CHOSEN}),
    Route(A, "POST", ADMIN, FORM_DONE, {"action": "hide", "code": "hate", "reason": "no", **CHOSEN}),
    Route(A, "POST", ADMIN, FORM_DONE, {"action": "approve", **CHOSEN}),
    Route(A, "POST", ADMIN, FORM_DONE, {"action": "delete_selected", "post": "yes", **CHOSEN}),
    Route(A + "<uuid:image_id>/thumbnail/", "GET", ADMIN + "{image}/thumbnail/", MODERATED),
    Route(A + "add/", "GET", ADMIN + "add/", FORBIDDEN),
    Route(A + "<path:object_id>/history/", "GET", ADMIN + "{image}/history/", MODERATED),
    Route(A + "<path:object_id>/delete/", "GET", ADMIN + "{image}/delete/", FORBIDDEN),
    Route(A + "<path:object_id>/delete/", "POST", ADMIN + "{image}/delete/", FORM_FORBIDDEN, {"post": "yes"}),
    Route(A + "<path:object_id>/change/", "GET", ADMIN + "{image}/change/", MODERATED),
    Route(A + "<path:object_id>/change/", "POST", ADMIN + "{image}/change/", FORM_FORBIDDEN, {"title": "b"}),
    Route(A + "<path:object_id>/", "GET", ADMIN + "{image}/", (302, 302, 302, 302, 302)),
    Route(P, "GET", PEOPLE, MODERATED),
    Route(P, "GET", PEOPLE + "?password__startswith=a", (302, 302, 302, 302, 400)),
    Route(P, "POST", PEOPLE, FORM_SHOWN, {"action": "block", "_selected_action": "{person}"}),
    Route(P, "POST", PEOPLE, FORM_DONE, {"action": "block", "reason": "no", "_selected_action": "{victim}"}),
    Route(P, "POST", PEOPLE, FORM_DONE, {"action": "unblock", "_selected_action": "{victim}"}),
    Route(P, "POST", PEOPLE, FORM_DONE, {"action": "delete_selected", "post": "yes", "_selected_action": "{victim}"}),
    Route(P + "add/", "GET", PEOPLE + "add/", FORBIDDEN),
    Route(P + "<path:object_id>/history/", "GET", PEOPLE + "{person}/history/", MODERATED),
    Route(P + "<path:object_id>/delete/", "POST", PEOPLE + "{person}/delete/", FORM_FORBIDDEN, {"post": "yes"}),
    Route(P + "<path:object_id>/change/", "GET", PEOPLE + "{person}/change/", MODERATED),
    Route(P + "<path:object_id>/change/", "POST", PEOPLE + "{person}/change/", FORM_FORBIDDEN, {"is_superuser": "on"}),
    Route(P + "<path:object_id>/", "GET", PEOPLE + "{person}/", (302, 302, 302, 302, 302)),
    Route("admin/queue/", "GET", "/admin/queue/", MODERATED),
    Route("admin/queue/claim/", "POST", "/admin/queue/claim/", QUEUE_UNREADABLE, {}),
    Route("admin/queue/decide/", "POST", "/admin/queue/decide/", QUEUE_UNREADABLE, {"id": "{image}", "verdict": "hide"}),
    Route("admin/queue/release/", "POST", "/admin/queue/release/", FORM_SHOWN, {"id": "{image}"}),
    Route("admin/queue/<uuid:image_id>/picture/", "GET", "/admin/queue/{image}/picture/", MODERATED),
    Route(P + "<uuid:user_id>/block/", "POST", PEOPLE + "{victim}/block/", FORM_SHOWN, {"reason": "no", "days": "1"}),
    Route(R, "GET", RECORD, MODERATED),
    Route(R, "POST", RECORD, FORM_SHOWN, {"action": "delete_selected", "post": "yes", "_selected_action": "{image}"}),
    Route(R + "add/", "GET", RECORD + "add/", FORBIDDEN),
    Route(R + "<path:object_id>/history/", "GET", RECORD + "{image}/history/", (302, 302, 302, 302, 302)),
    Route(R + "<path:object_id>/delete/", "GET", RECORD + "{image}/delete/", FORBIDDEN),
    Route(R + "<path:object_id>/change/", "GET", RECORD + "{image}/change/", (302, 302, 302, 302, 302)),
    Route(R + "<path:object_id>/", "GET", RECORD + "{image}/", (302, 302, 302, 302, 302)),
    Route(C, "GET", "/" + C, FORBIDDEN),
    Route(C, "POST", "/" + C, FORM_FORBIDDEN, {"action": "delete_selected", "post": "yes", "_selected_action": "1"}),
    Route(C + "providers/", "GET", "/" + C + "providers/", FORBIDDEN),
    Route(C + "spending/", "GET", "/" + C + "spending/", FORBIDDEN),
    Route(C + "add/", "POST", "/" + C + "add/", FORM_FORBIDDEN, {"of": "guest", "amount": "1000"}),
    Route(C + "<path:object_id>/history/", "GET", "/" + C + "1/history/", (302, 302, 302, 302, 302)),
    Route(C + "<path:object_id>/delete/", "POST", "/" + C + "1/delete/", FORM_FORBIDDEN, {"post": "yes"}),
    Route(C + "<path:object_id>/change/", "GET", "/" + C + "1/change/", FORBIDDEN),
    Route(C + "<path:object_id>/", "GET", "/" + C + "1/", (302, 302, 302, 302, 302)),
    Route("admin/auth/group/", "GET", "/admin/auth/group/", FORBIDDEN),
    Route("admin/auth/group/add/", "GET", "/admin/auth/group/add/", FORBIDDEN),
    Route("admin/auth/group/<path:object_id>/history/", "GET", "/admin/auth/group/1/history/", FORBIDDEN),
    Route("admin/auth/group/<path:object_id>/delete/", "GET", "/admin/auth/group/1/delete/", FORBIDDEN),
    Route("admin/auth/group/<path:object_id>/change/", "GET", "/admin/auth/group/1/change/", FORBIDDEN),
    Route("admin/auth/group/<path:object_id>/change/", "POST", "/admin/auth/group/1/change/", FORM_FORBIDDEN, {"name": "all"}),
    Route("admin/auth/group/<path:object_id>/", "GET", "/admin/auth/group/1/", (302, 302, 302, 302, 302)),
    Route("admin/^(?P<app_label>project|pipeline|gallery|moderation|auth)/$", "GET", "/admin/gallery/", MODERATED),
    Route("admin/(?P<url>.*)$", "GET", "/admin/project/none/", (302, 302, 302, 302, 404)),
]  # fmt: skip

# django-allauth's API knows no bearer token, and a guest has not signed in; what changes something needs the page's token.
# What an account gets there: tests/integration/project/accounts/.
V = "_allauth/browser/v1/"
NOBODY: Row = (401, 401, 401, 401, 401)
ASKED: Row = (403, 403, 401, 403, 401)
ASKED_BADLY: Row = (403, 403, 400, 403, 400)
NOT_BEGUN: Row = (403, 403, 409, 403, 409)
ACCOUNTS = [
    Route(V + "config", "GET", "/" + V + "config", PUBLIC),
    Route("_allauth/openapi.json", "GET", "/_allauth/openapi.json", PUBLIC),
    Route("_allauth/openapi.yaml", "GET", "/_allauth/openapi.yaml", PUBLIC),
    Route(V + "auth/session", "GET", "/" + V + "auth/session", NOBODY),
    Route(V + "auth/login", "POST", "/" + V + "auth/login", ASKED_BADLY, {"email": "a@b.example", "password": "x"}),
    Route(V + "auth/signup", "POST", "/" + V + "auth/signup", ASKED_BADLY, {"email": "nobody", "password": "x"}),
    Route(V + "auth/code/request", "POST", "/" + V + "auth/code/request", ASKED_BADLY, {}),
    Route(V + "auth/code/confirm", "POST", "/" + V + "auth/code/confirm", NOT_BEGUN, {"key": "x", "code": "x"}),
    Route(V + "auth/code/resend", "POST", "/" + V + "auth/code/resend", NOT_BEGUN, {"key": "x", "code": "x"}),
    Route(V + "auth/email/verify", "POST", "/" + V + "auth/email/verify", NOT_BEGUN, {"key": "x", "code": "x"}),
    Route(V + "auth/email/verify/resend", "POST", "/" + V + "auth/email/verify/resend", NOT_BEGUN, {"key": "x", "code": "x"}),
    Route(V + "auth/password/reset", "POST", "/" + V + "auth/password/reset", NOT_BEGUN, {"key": "x", "code": "x"}),
    Route(V + "auth/password/request", "POST", "/" + V + "auth/password/request", ASKED_BADLY, {}),
    Route(V + "auth/reauthenticate", "POST", "/" + V + "auth/reauthenticate", ASKED, {"password": "x"}),
    Route(V + "auth/reauthenticate/code/request", "POST", "/" + V + "auth/reauthenticate/code/request", ASKED, {"password": "x"}),
    Route(V + "auth/reauthenticate/code/confirm", "POST", "/" + V + "auth/reauthenticate/code/confirm", ASKED, {"password": "x"}),
    Route(V + "auth/reauthenticate/code/resend", "POST", "/" + V + "auth/reauthenticate/code/resend", ASKED, {"password": "x"}),
    Route(V + "auth/2fa/authenticate", "POST", "/" + V + "auth/2fa/authenticate", ASKED, {"password": "x"}),
    Route(V + "auth/2fa/reauthenticate", "POST", "/" + V + "auth/2fa/reauthenticate", ASKED, {"password": "x"}),
    Route(V + "auth/webauthn/authenticate", "POST", "/" + V + "auth/webauthn/authenticate", ASKED, {"password": "x"}),
    Route(V + "auth/webauthn/reauthenticate", "POST", "/" + V + "auth/webauthn/reauthenticate", ASKED, {"password": "x"}),
    Route(V + "account/password/change", "POST", "/" + V + "account/password/change", ASKED, {"password": "x"}),
    Route(V + "account/email", "POST", "/" + V + "account/email", NOT_BEGUN, {"password": "x"}),
    Route(V + "account/authenticators/recovery-codes", "POST", "/" + V + "account/authenticators/recovery-codes", ASKED, {"password": "x"}),
    Route(V + "account/authenticators/webauthn", "POST", "/" + V + "account/authenticators/webauthn", ASKED, {"password": "x"}),
    Route(V + "account/authenticators/totp", "POST", "/" + V + "account/authenticators/totp", ASKED, {"code": "x"}),
    Route(V + "auth/webauthn/signup", "POST", "/" + V + "auth/webauthn/signup", ASKED_BADLY, {"email": "nobody"}),
    Route(V + "auth/webauthn/signup", "PUT", "/" + V + "auth/webauthn/signup", NOT_BEGUN, {"credential": {}}),
    Route(V + "auth/webauthn/login", "POST", "/" + V + "auth/webauthn/login", ASKED_BADLY, {}),
    Route(V + "account/email", "GET", "/" + V + "account/email", NOBODY),
    Route(V + "account/authenticators", "GET", "/" + V + "account/authenticators", NOBODY),
    Route(V + "account/authenticators/totp", "GET", "/" + V + "account/authenticators/totp", NOBODY),
    Route(V + "account/authenticators/recovery-codes", "GET", "/" + V + "account/authenticators/recovery-codes", NOBODY),
    Route(V + "account/authenticators/webauthn", "GET", "/" + V + "account/authenticators/webauthn", NOBODY),
    Route(V + "auth/sessions", "GET", "/" + V + "auth/sessions", NOBODY),
    Route(V + "auth/provider/redirect", "POST", "/" + V + "auth/provider/redirect", (403, 403, 200, 403, 200), {}),
    Route(V + "auth/provider/signup", "POST", "/" + V + "auth/provider/signup", NOT_BEGUN, {}),
    Route(V + "account/providers", "GET", "/" + V + "account/providers", NOBODY),
    Route(V + "auth/sessions", "DELETE", "/" + V + "auth/sessions", ASKED, {"sessions": [1]}),
    Route(V + "auth/session", "DELETE", "/" + V + "auth/session", ASKED),  # the last one: it signs out
]  # fmt: skip
# Where it is not what a guest gets: the body is refused (400), nothing has been begun (409), nothing is set up (404).
OF_ACCOUNTS: dict[tuple[str, str], int] = {
    ("GET", V + "auth/session"): 200,
    ("GET", V + "account/email"): 200,
    ("GET", V + "account/authenticators"): 200,
    ("GET", V + "auth/sessions"): 200,
    ("GET", V + "account/providers"): 200,
    ("POST", V + "auth/reauthenticate"): 400,
    ("POST", V + "auth/reauthenticate/code/request"): 400,
    ("POST", V + "auth/2fa/reauthenticate"): 400,
    ("POST", V + "auth/webauthn/reauthenticate"): 400,
    ("POST", V + "account/email"): 400,
    ("POST", V + "account/authenticators/recovery-codes"): 400,
    ("POST", V + "account/authenticators/webauthn"): 400,
    ("POST", V + "account/authenticators/totp"): 400,
    ("DELETE", V + "auth/sessions"): 400,
    ("POST", V + "auth/reauthenticate/code/confirm"): 409,
    ("POST", V + "auth/reauthenticate/code/resend"): 409,
    ("GET", V + "account/authenticators/totp"): 404,
    ("GET", V + "account/authenticators/recovery-codes"): 404,
}

ROUTES = [*API, *PAGES, *MODERATION, *ACCOUNTS]


class Command(NamedTuple):
    """`asked` on the owner's session, and `named`: the same command on a session of one's own, naming the owner's things."""

    type: str
    fields: dict[str, Any]
    named: str  # what others get: "ok", or the error's code


# On the owner's session the owner gets "ok", nobody else even gets to ask: 4404, and 4401 without a key.
COMMANDS = [
    Command("message.send", {"client_id": "c1", "content": "a sea"}, "ok"),
    Command("message.send", {"client_id": "c2", "content": "bluer", "source_image_id": "{image}"}, "not_found"),
    Command("message.send", {"client_id": "c3", "content": "bluer", "mask_image_id": "{mask}"}, "not_found"),
    Command("message.send", {"client_id": "c4", "content": "a sea", "variation_of": "{message}"}, "not_found"),
    Command("message.send", {"client_id": "c5", "content": "a sea", "variation_of": "{client_id}"}, "not_found"),
    Command("message.cancel", {"message_id": "{message}"}, "not_found"),
    Command("message.retry", {"message_id": "{message}"}, "not_found"),
    Command("session.sync", {"known": {"{message}": 0}}, "ok"),  # and nothing of the owner's in it
    Command("ping", {}, "ok"),
]
