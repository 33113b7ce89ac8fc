"""People read our sentences; what a provider said goes to the log only."""

from collections.abc import Mapping
from typing import ClassVar


class StudioError(Exception):
    code: ClassVar[str] = "interrupted"
    retryable: ClassVar[bool] = False  # may it succeed later?
    status: ClassVar[int] = 500
    sentence: ClassVar[str] = "Something went wrong."

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


class NoImage(StudioError):
    code, status, sentence = "no_image", 422, "No picture came of this request."


class Quota(StudioError):
    code, retryable, status, sentence = "quota", True, 503, "The picture service has no quota left for now."


class TimedOut(StudioError):
    code, retryable, status, sentence = "timeout", True, 504, "The picture service took too long."


class BadInput(StudioError):
    code, status, sentence = "bad_input", 422, "This request cannot be read."


class TooLarge(StudioError):
    code, status, sentence = "too_large", 413, "This is too large."


class ProviderDown(StudioError):
    code, retryable, status, sentence = "provider_down", True, 503, "The picture service cannot be reached."


class Unusable(ProviderDown):
    """Until the operator changes something."""

    retryable, sentence = False, "The picture service cannot be used by this studio."


class StorageDown(StudioError):
    code, retryable, status, sentence = "storage_down", True, 503, "The storage cannot be reached."


class StorageFull(StudioError):
    """Retryable: the person may delete something."""

    code, retryable, status, sentence = "storage_full", True, 507, "There is no room for more pictures."


class Interrupted(StudioError):
    code, retryable, status, sentence = "interrupted", True, 503, "The work was interrupted."


class Conflict(StudioError):
    code, status, sentence = "conflict", 409, "This contradicts what is already there."


class NotFound(StudioError):
    code, status, sentence = "not_found", 404, "There is no such thing, or it is not yours."


class Unauthorized(StudioError):
    code, status, sentence = "unauthorized", 401, "Who are you?"


class ReadOnly(Unauthorized):
    status, sentence = 403, "This key may only read."


class Blocked(StudioError):
    code, status, sentence = "blocked", 403, "You are blocked."


class RateLimited(StudioError):
    code, retryable, status, sentence = "rate_limited", True, 429, "That was too fast."


ALL = (
    Refused, NoImage, Quota, TimedOut, BadInput, TooLarge, ProviderDown, Unusable, StorageDown, StorageFull,
    Interrupted, Conflict, NotFound, Unauthorized, Blocked, RateLimited,
)  # fmt: skip
