"""People read our sentences; what a provider said goes to the log only."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple


class StudioError(Exception):
    code: ClassVar[str] = "interrupted"
    retryable: ClassVar[bool] = False  # may it succeed later?
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong."
    advice: ClassVar[str] = "A fault of the server's. Report it; sending the same again is unlikely to help."

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        """`message`: for the person; `retry_after`: seconds."""
        self.message = message or self.sentence
        self.retry_after = retry_after
        self.usage: Mapping[str, int] = {}  # of paid providers; not public
        super().__init__(self.message)

    def public(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
        }


class Refused(StudioError):
    code, status, sentence = "refused", 422, "This request was refused."
    advice = "Change the words or the picture: the provider refuses this request."


class NoImage(StudioError):
    code, status, sentence = "no_image", 422, "No picture came of this request."
    advice = "Read `detail`, which says what was answered instead of a picture, and ask for something else."


class Quota(StudioError):
    code, retryable, status, sentence = "quota", True, 503, "The picture service has no quota left for now."
    advice = "Wait for `retry_after` seconds, or a minute where it is null, and send the same again."


class TimedOut(StudioError):
    code, retryable, status, sentence = "timeout", True, 504, "The picture service took too long."
    advice = "Send the same again, or retry the message."


class FieldError(NamedTuple):
    """`place`: "body", "query", "path" or "header"; `detail`: a sentence."""

    place: str
    field: str
    detail: str


class BadInput(StudioError):
    code, status, sentence = "bad_input", 422, "This request cannot be read."
    advice = "Correct what `detail` names. `errors` lists every field that is wrong."

    def __init__(self, message: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        self.errors = errors
        super().__init__(message)


class TooLarge(StudioError):
    code, status, sentence = "too_large", 413, "This is too large."
    advice = "Send less: a smaller body, or a picture with fewer bytes or pixels."


class ProviderDown(StudioError):
    code, retryable, status, sentence = "provider_down", True, 503, "The picture service cannot be reached."
    advice = "Try again later, each time after a longer while; where `retryable` is false, only the operator can help."


class Unusable(ProviderDown):
    """Until the operator changes something."""

    retryable, sentence = False, "The picture service cannot be used by this studio."


class StorageDown(StudioError):
    code, retryable, status, sentence = "storage_down", True, 503, "The storage cannot be reached."
    advice = "A store cannot be reached. Send the same again in a few seconds, with the same `Idempotency-Key`."


class StorageFull(StudioError):
    """Retryable: the person may delete something."""

    code, retryable, status, sentence = "storage_full", True, 507, "There is no room for more pictures."
    advice = "Delete pictures for good, from the trash too, then send the same again."


class Interrupted(StudioError):
    code, retryable, status, sentence = "interrupted", True, 503, "The work was interrupted."
    advice = "Send the same again, or retry the message."


class Conflict(StudioError):
    code, status, sentence = "conflict", 409, "This contradicts what is already there."
    advice = "Look at the thing as it is now. An `Idempotency-Key` that stands for another request needs a new value."


class NotFound(StudioError):
    code, status, sentence = "not_found", 404, "There is no such thing, or it is not yours."
    advice = "Check the id. What belongs to somebody else, and what was deleted, answers in the same way."


class Unauthorized(StudioError):
    code, status, sentence = "unauthorized", 401, "Who are you?"
    advice = "Send `Authorization: Bearer …` with a token that is valid: `POST /api/v1/auth/guest/` gives one."


class ReadOnly(Unauthorized):
    status, sentence = 403, "This key may only read."
    advice = "Use a key that has the scope `write`."


class Blocked(StudioError):
    code, status, sentence = "blocked", 403, "You are blocked."
    advice = "`GET /api/v1/me/` says why, and until when. That, the export and leaving are still open."


class RateLimited(StudioError):
    code, retryable, status, sentence = "rate_limited", True, 429, "That was too fast."
    advice = "Wait for `retry_after` seconds. `RateLimit` says how many are left before it comes to this."


class Forbidden(StudioError):
    code, status, sentence = "forbidden", 403, "This is not allowed."
    advice = (
        "Whoever you are is known, and may not do this. A page sends its CSRF token with what it changes by cookie."
    )


class MethodNotAllowed(StudioError):
    code, status, sentence = "method_not_allowed", 405, "This path does not know that method."
    advice = "Use one of the methods that the header `Allow` names."


class UnsupportedMedia(StudioError):
    code, status, sentence = "unsupported_media_type", 415, "This path does not take a body of that type."
    advice = "Send JSON with `Content-Type: application/json`; a picture also as `multipart/form-data`."


ALL = (
    Refused, NoImage, Quota, TimedOut, BadInput, TooLarge, ProviderDown, Unusable, StorageDown, StorageFull,
    Interrupted, Conflict, NotFound, Unauthorized, Blocked, RateLimited,
    Forbidden, MethodNotAllowed, UnsupportedMedia,
)  # fmt: skip
