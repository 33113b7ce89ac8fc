"""People read our sentences; what a provider said goes to the log only."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from gallery.translation import N_, _


class StudioError(Exception):
    code: ClassVar[str] = "interrupted"
    retryable: ClassVar[bool] = False  # may it succeed later?
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = N_("Something went wrong.")
    advice: ClassVar[str] = N_("A fault of the server's. Report it; sending the same again is unlikely to help.")

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        """`message`: for the person; `retry_after`: seconds."""
        self._message = message
        self.retry_after = retry_after
        self.usage: Mapping[str, int] = {}  # of paid providers; not public
        super().__init__(message or self.sentence)

    @property
    def message(self) -> str:
        """In the language of whoever reads it: several people may get the same error."""
        return _(self._message or self.sentence)

    def public(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
        }


class Refused(StudioError):
    code, status, sentence = "refused", 422, N_("This request was refused.")
    advice = N_("Change the words or the picture: the provider refuses this request.")


class NoImage(StudioError):
    code, status, sentence = "no_image", 422, N_("No picture came of this request.")
    advice = N_("Read `detail`, which says what was answered instead of a picture, and ask for something else.")


class Quota(StudioError):
    code, retryable, status, sentence = "quota", True, 503, N_("The picture service has no quota left for now.")
    advice = N_("Wait for `retry_after` seconds, or a minute where it is null, and send the same again.")


class TimedOut(StudioError):
    code, retryable, status, sentence = "timeout", True, 504, N_("The picture service took too long.")
    advice = N_("Send the same again, or retry the message.")


class FieldError(NamedTuple):
    """`place`: "body", "query", "path" or "header"; `detail`: a sentence."""

    place: str
    field: str
    detail: str


class BadInput(StudioError):
    code, status, sentence = "bad_input", 422, N_("This request cannot be read.")
    advice = N_("Correct what `detail` names. `errors` lists every field that is wrong.")

    def __init__(self, message: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        self.errors = errors
        super().__init__(message)


class TooLarge(StudioError):
    code, status, sentence = "too_large", 413, N_("This is too large.")
    advice = N_("Send less: a smaller body, or a picture with fewer bytes or pixels.")


class ProviderDown(StudioError):
    code, retryable, status, sentence = "provider_down", True, 503, N_("The picture service cannot be reached.")
    advice = N_(
        "Try again later, each time after a longer while; where `retryable` is false, only the operator can help."
    )


class Unusable(ProviderDown):
    """Until the operator changes something."""

    retryable, sentence = False, N_("The picture service cannot be used by this studio.")


class StorageDown(StudioError):
    code, retryable, status, sentence = "storage_down", True, 503, N_("The storage cannot be reached.")
    advice = N_("A store cannot be reached. Send the same again in a few seconds, with the same `Idempotency-Key`.")


class StorageFull(StudioError):
    """Retryable: the person may delete something."""

    code, retryable, status, sentence = "storage_full", True, 507, N_("There is no room for more pictures.")
    advice = N_("Delete pictures for good, from the trash too, then send the same again.")


class Budget(StudioError):
    """Retryable: it refills."""

    code, retryable, status, sentence = "budget", True, 402, N_("The budget for this is used up.")
    advice = N_(
        "Read `detail`, which says what is left. Wait for `retry_after` seconds, when it refills, or ask for less."
    )


class Interrupted(StudioError):
    code, retryable, status, sentence = "interrupted", True, 503, N_("The work was interrupted.")
    advice = N_("Send the same again, or retry the message.")


class Conflict(StudioError):
    code, status, sentence = "conflict", 409, N_("This contradicts what is already there.")
    advice = N_(
        "Look at the thing as it is now. An `Idempotency-Key` that stands for another request needs a new value."
    )


class NotFound(StudioError):
    code, status, sentence = "not_found", 404, N_("There is no such thing, or it is not yours.")
    advice = N_("Check the id. What belongs to somebody else, and what was deleted, answers in the same way.")


class Unauthorized(StudioError):
    code, status, sentence = "unauthorized", 401, N_("Who are you?")
    advice = N_("Send `Authorization: Bearer …` with a token that is valid: `POST /api/v1/auth/guest/` gives one.")


class ReadOnly(Unauthorized):
    status, sentence = 403, N_("This key may only read.")
    advice = N_("Use a key that has the scope `write`.")


class Blocked(StudioError):
    code, status, sentence = "blocked", 403, N_("You are blocked.")
    advice = N_("`GET /api/v1/me/` says why, and until when. That, the export and leaving are still open.")


class RateLimited(StudioError):
    code, retryable, status, sentence = "rate_limited", True, 429, N_("That was too fast.")
    advice = N_("Wait for `retry_after` seconds. `RateLimit` says how many are left before it comes to this.")


class Forbidden(StudioError):
    code, status, sentence = "forbidden", 403, N_("This is not allowed.")
    advice = N_(
        "Whoever you are is known, and may not do this. A page sends its CSRF token with what it changes by cookie."
    )


class MethodNotAllowed(StudioError):
    code, status, sentence = "method_not_allowed", 405, N_("This path does not know that method.")
    advice = N_("Use one of the methods that the header `Allow` names.")


class UnsupportedMedia(StudioError):
    code, status, sentence = "unsupported_media_type", 415, N_("This path does not take a body of that type.")
    advice = N_("Send JSON with `Content-Type: application/json`; a picture also as `multipart/form-data`.")


ALL = (
    Refused, NoImage, Quota, TimedOut, BadInput, TooLarge, ProviderDown, Unusable, StorageDown, StorageFull,
    Budget, Interrupted, Conflict, NotFound, Unauthorized, Blocked, RateLimited,
    Forbidden, MethodNotAllowed, UnsupportedMedia,
)  # fmt: skip
