"""The source is uploaded as an asset, which is deleted in the end whatever happens."""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from urllib.parse import urlsplit

from gallery import pictures
from gallery.errors import BadInput, NoImage, ProviderDown, Quota, StudioError, TimedOut, TooLarge, Unusable
from gallery.storage.cloudinary_client import Client, CloudinaryError
from gallery.translation import _
from pipeline.providers.base import Control, Intent, Picture, PictureRequest, PlanForm, RefinedRequest, Usage
from pipeline.providers.calls import usage_on_errors
from pipeline.providers.cloudinary import effects
from pipeline.providers.metering import NOTHING, Call, Payment

FOLDER = "studio/effects"
READY_S = 120.0  # of one effect
POLL_S = 1.0
HEARD_S = 0.2
TROUBLES = 10  # failures in a row, until the effect is given up
USUAL_S = 10.0  # for the progress bar

PAID = Usage(pictures=1)  # from the moment that an effect is begun

log = logging.getLogger(__name__)

_NAMES = {
    Intent.REMOVE_BACKGROUND: "background removal",
    Intent.REMOVE_OBJECT: "generative remove",
    Intent.ENHANCE: "enhancing and upscaling",
    Intent.STYLE_TRANSFER: "artistic effects",
}


class CloudinaryEffects:
    name = "cloudinary"
    max_pictures = 1
    resolutions: tuple[str, ...] = ()

    def __init__(self, client: Client, *, ready_s: float = READY_S, poll_s: float = POLL_S) -> None:
        self._client = client
        self._ready_s, self._poll_s = ready_s, poll_s

    def unsupported_reason(self, refined: RefinedRequest) -> str | None:
        return effects.unsupported_reason(refined)

    def size(
        self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None
    ) -> tuple[int, int]:
        return effects.size_after(intent, source)

    def make(self, request: PictureRequest, control: Control) -> Picture:
        """Raises `BadInput`; `NoImage` where the account does not have the effect, `Quota`, `TimedOut`, `TooLarge`,
        `ProviderDown`."""
        refined = RefinedRequest(
            request.intent, request.prompt, request.style, request.content, request.mask is not None
        )
        if reason := effects.unsupported_reason(refined):
            raise BadInput(reason)
        if request.source is None:
            raise BadInput(_("There is no picture to change."))
        opaque = request.source.startswith(b"\xff\xd8")
        asked = effects.transformation(refined, pictures.check(request.source), opaque=opaque)
        control.progress(0.0)
        with self._asset(request, asked) as public_id:
            return Picture(self._effect(public_id, request, asked, control), self.name, PAID)

    def _effect(self, public_id: str, request: PictureRequest, asked: str, control: Control) -> bytes:
        """Tried twice: a lost attempt at the same message, which has the same id, destroys the source when it ends."""
        source = request.source or b""
        with _as_our_errors(request.intent):
            url = self._begin(public_id, source, asked)
        with usage_on_errors(PAID), _as_our_errors(request.intent):
            try:
                return self._wait(public_id, url, control)
            except CloudinaryError as error:
                if error.status != 404:
                    raise
            return self._wait(public_id, self._begin(public_id, source, asked), control)

    @contextmanager
    def _asset(self, request: PictureRequest, asked: str) -> Iterator[str]:
        """Named after the request, so that the next attempt overwrites and deletes what a crash left."""
        what = hashlib.sha256(f"{request.seed}/{asked}/".encode() + (request.source or b"")).hexdigest()[:32]
        public_id = f"{FOLDER}/{what}"
        try:
            yield public_id
        finally:
            try:
                self._client.destroy(public_id)
            except CloudinaryError as error:
                log.warning("action=source_not_deleted asset=%s error=%s", public_id, error)

    def _begin(self, public_id: str, source: bytes, asked: str) -> str:
        """The URL where the picture will be."""
        payment = Payment(Call(self.name, "", PAID))
        payment.begin()
        try:
            answer = self._client.upload(public_id, source, overwrite=True, eager=asked, eager_async=True)
        except CloudinaryError as error:
            if error.status >= 400 or error.never_sent:  # an error that was answered costs nothing
                payment.end()
            raise
        payment.end(PAID if answer.eager else NOTHING)
        if not answer.eager:
            raise CloudinaryError(200, "no effect was begun")
        return answer.eager[0].secure_url

    def _is_theirs(self, url: str, public_id: str) -> bool:
        parts, account = urlsplit(url), self._client.account
        if f"{parts.scheme}://{parts.netloc}" == account.origin:
            return public_id in parts.path
        host = parts.hostname or ""
        known = host.endswith(".cloudinary.com") or (account.delivery != "" and host == account.delivery)
        return parts.scheme == "https" and known and public_id in parts.path

    def _wait(self, public_id: str, url: str, control: Control) -> bytes:
        if not self._is_theirs(url, public_id):
            raise CloudinaryError(200, "the picture is said to be somewhere else")
        begun, troubles = time.monotonic(), 0
        while True:
            try:
                return self._asked(url, control, begun)
            except CloudinaryError as error:
                troubles = troubles + 1 if _is_trouble(error) else 0
                if troubles > TROUBLES or not (troubles or error.status == 423 or error.timed_out):
                    raise
            if time.monotonic() - begun > self._ready_s:
                raise TimedOut(_("Cloudinary took too long over this picture."))
            self._pause(control, begun)

    def _asked(self, url: str, control: Control, begun: float) -> bytes:
        """In a thread of its own, which goes on if the caller is cancelled."""
        answer = futures.Future[bytes]()

        def ask() -> None:
            try:
                answer.set_result(self._client.get(url, pictures.MAX_BYTES))
            except BaseException as error:  # noqa: BLE001
                answer.set_exception(error)

        threading.Thread(target=ask, name="cloudinary", daemon=True).start()
        while not futures.wait([answer], timeout=HEARD_S).done:
            _tell(control, begun)
        return answer.result()

    def _pause(self, control: Control, begun: float) -> None:
        until = time.monotonic() + self._poll_s
        while (left := until - time.monotonic()) > 0:
            _tell(control, begun)
            time.sleep(min(HEARD_S, left))
        _tell(control, begun)


def _tell(control: Control, begun: float) -> None:
    waited = time.monotonic() - begun
    control.billed_progress(0.1 + 0.8 * waited / (waited + USUAL_S))


def _is_trouble(error: CloudinaryError) -> bool:
    """Whether the error may pass; the effect that is paid for goes on meanwhile."""
    return not error.timed_out and (error.status == 0 or error.status >= 500 or error.is_limit)


@contextmanager
def _as_our_errors(intent: Intent) -> Iterator[None]:
    try:
        yield
    except CloudinaryError as error:
        if error.is_our_fault:
            log.error("action=cloudinary_credentials_refused said=%r: check CLOUDINARY_URL", error.said)  # noqa: TRY400
        raise _ours(error, intent) from error


def _ours(error: CloudinaryError, intent: Intent) -> StudioError:
    said = error.said.lower()
    if "subscription" in said or "add-on" in said or "addon" in said:
        return NoImage(
            _(
                "This needs Cloudinary's {tool}, which the studio's account there does not have: its "
                "operator can add it in Cloudinary's console."
            ).format(tool=_NAMES[intent])
        )
    if error.is_our_fault:
        return Unusable(_("The picture service does not accept this studio's key."))
    if error.is_limit:
        return Quota(retry_after=error.retry_after)
    if error.timed_out:
        return TimedOut()
    if error.status == 413 or said.startswith("file size too large"):
        return TooLarge(_("This picture is larger than Cloudinary takes."))
    if error.status == 400:  # it understood, and cannot
        return NoImage(_("Cloudinary cannot do this with this picture."))
    return ProviderDown(retry_after=error.retry_after)
