"""The errors of servers. Their words are compared and not passed on, because they may quote our key."""

import math
from collections.abc import Mapping

import httpx2

from gallery.errors import BadInput, ProviderDown, Quota, Refused, StudioError, TimedOut, TooLarge, Unusable
from gallery.translation import N_, _

UNREADABLE = N_("The picture service sent something that cannot be read.")
KEY_REFUSED = N_("The picture service does not accept this studio's key.")
REFUSED = N_("The picture service refused this request.")
NO_IMAGE = N_("The picture service made no picture of this. Try to say more plainly what it should show.")
MAX_DELAY_S = 600.0
MAX_WORDS = 4000  # characters of an error that are looked at

RAISED = (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, OSError)
# Of OpenAI, and of those that copy its words.
_REFUSALS = ("moderation_blocked", "content_policy", "content_filter", "content policy", "safety system")


class Rejected(Exception):
    """An error that the server answered. An adapter may ask in another way, or raise what `of_rejected` returns."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(status)
        self.status = status
        self.delay = _delay(headers)
        self.said = body[:MAX_WORDS].decode("utf-8", "replace")
        self._words = self.said.lower()

    def mentions(self, *words: str) -> bool:
        return any(word in self._words for word in words)

    @property
    def is_complaint(self) -> bool:
        """Whether it is about what was asked."""
        return self.status in (400, 422)

    @property
    def is_refusal(self) -> bool:
        return self.status in (400, 403, 422) and self.mentions(*_REFUSALS)


def of_transport(error: Exception) -> StudioError:
    match error:
        case TimeoutError() | httpx2.TimeoutException():
            return TimedOut()
        case httpx2.DecodingError():
            return ProviderDown(UNREADABLE)
        case _:
            return ProviderDown()


def of_rejected(rejected: Rejected) -> StudioError:
    if rejected.is_refusal:
        return Refused(REFUSED)
    match rejected.status:
        case 401 | 403:
            return Unusable(KEY_REFUSED)
        case 402:
            return Unusable(_("The picture service does not work for this studio's account."))
        case 404 | 405 | 501:
            return Unusable(
                _("The picture service does not know the model that this studio asks for, or cannot do this.")
            )
        case 408 | 504:
            return TimedOut()
        case 413:
            return TooLarge(_("The picture service finds this too large."))
        case 429:
            return Quota(retry_after=rejected.delay)
        case status if 400 <= status < 500:
            return BadInput(_("The picture service cannot work with this request."))
        case _:
            return ProviderDown(retry_after=rejected.delay)


def _delay(headers: Mapping[str, str]) -> float | None:
    """Seconds, of OpenAI's header or the usual one."""
    for name, unit_s in (("Retry-After-Ms", 0.001), ("Retry-After", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit_s
        except ValueError:  # a date, or nothing
            continue
        if math.isfinite(seconds) and seconds > 0:
            return min(seconds, MAX_DELAY_S)
    return None
