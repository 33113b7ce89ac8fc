"""The service's own words are not passed on, because they may quote our key."""

import math

import httpx2
from google.genai.errors import APIError
from pydantic import BaseModel, Field, ValidationError

from gallery.errors import BadInput, ProviderDown, Quota, StudioError, TimedOut, TooLarge, Unusable
from gallery.translation import N_, _

UNREADABLE = N_("The picture service sent something that cannot be read.")
KEY_REFUSED = N_("The picture service does not accept this studio's key.")
MODEL_UNKNOWN = N_("The picture service does not know the model that this studio asks for.")
MAX_DELAY_S = 600.0

# The last ones are how the SDK fails on malformed answers.
RAISED = (
    APIError, httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError,
    ValueError, TypeError, LookupError, AttributeError, RecursionError,
)  # fmt: skip


class _Detail(BaseModel):
    reason: str = ""
    retry_delay: str = Field("", alias="retryDelay")  # such as "19s"


class _Body(BaseModel):
    status: str = ""
    details: list[_Detail] = []


class _Envelope(BaseModel):
    error: _Body = _Body()


def is_free(error: Exception) -> bool:
    """An error that the service answered costs nothing, and neither does what was never sent."""
    if isinstance(error, APIError):
        return error.code >= 400 and error.code not in (408, 504)
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)


def of(error: Exception) -> StudioError:
    match error:
        case APIError():
            return _of_answer(error)
        case TimeoutError() | httpx2.TimeoutException():
            return TimedOut()
        case httpx2.DecodingError():
            return ProviderDown(UNREADABLE)
        case httpx2.HTTPError() | httpx2.InvalidURL() | OSError():
            return ProviderDown()
        case _:
            return ProviderDown(UNREADABLE)


def _of_answer(error: APIError) -> StudioError:
    body = _body(error.details)
    reasons = {detail.reason for detail in body.details}
    match error.code:
        case 400 if "API_KEY_INVALID" in reasons:
            return Unusable(KEY_REFUSED)
        case 400 if body.status == "FAILED_PRECONDITION":  # no billing, or not from this country
            return Unusable(_("The picture service does not work for this studio's account."))
        case 401 | 403:
            return Unusable(KEY_REFUSED)
        case 404:
            return Unusable(MODEL_UNKNOWN)
        case 408 | 504:
            return TimedOut()
        case 413:
            return TooLarge(_("The picture service finds this too large."))
        case 429:
            return Quota(retry_after=_delay(error, body))
        case code if 400 <= code < 500:
            return BadInput(_("The picture service cannot work with this request."))
        case _:
            return ProviderDown()


def _body(details: object) -> _Body:
    try:
        return _Envelope.model_validate(details).error
    except ValidationError:  # a proxy's page, for instance
        return _Body()


def _delay(error: APIError, body: _Body) -> float | None:
    """Seconds, of RetryInfo or the header."""
    said = [detail.retry_delay for detail in body.details]
    headers = getattr(error.response, "headers", {})
    for text in (*said, headers.get("Retry-After", "")):
        try:
            seconds = float(text.removesuffix("s"))
        except ValueError:  # a date, or nothing
            continue
        if math.isfinite(seconds) and seconds > 0:
            return min(seconds, MAX_DELAY_S)
    return None
