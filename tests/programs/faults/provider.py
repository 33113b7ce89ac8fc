"""A provider across the network, like a paid one: the harness answers its calls, and counts them."""

import os

import httpx

from gallery.errors import ProviderDown, TimedOut
from pipeline.providers.base import (
    Control,
    Intent,
    Picture,
    PictureRequest,
    PlanForm,
    RefinedRequest,
    Refinement,
    RefineRequest,
    Usage,
)
from pipeline.providers.metering import Call, Payment
from pipeline.providers.table import IMAGES
from tests.programs.faults.breaking import switched
from tests.support.studio import NO_KEEPALIVE

PATIENCE_S = float(os.environ.get("STUDIO_FAULTS_PATIENCE_S", 1.0))

NAME = "fake"
PICTURE = Usage(pictures=1)  # at the price of `images`


class FakeProvider:
    """Satisfies `Refiner` and `Provider` of `pipeline.providers.base`."""

    name = NAME
    max_pictures = 1
    resolutions: tuple[str, ...] = ()

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=PATIENCE_S, limits=NO_KEEPALIVE, verify=False)

    def unsupported_reason(self, refined: RefinedRequest) -> None:
        return None

    def refine(self, request: RefineRequest) -> Refinement:
        answer = self._ask("refine", request.content)
        try:
            prompt = answer.json()["prompt"]
        except (ValueError, KeyError, TypeError) as error:
            raise ProviderDown("The fake spoke nonsense.") from error
        edits = request.content.startswith("make it")
        intent, side = (Intent.EDIT, None) if edits else (Intent.GENERATE, 128)
        return Refinement(intent, str(prompt), "A fake's title", None, side, side, None, NAME, repeatable=_repeats())

    def size(
        self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None
    ) -> tuple[int, int]:
        return source

    def make(self, request: PictureRequest, control: Control) -> Picture:
        control.progress(0.1)
        if _repeats():
            return Picture(self._ask("make", request.content).content, NAME, repeatable=True)
        payment = Payment(Call(IMAGES, "", PICTURE))
        payment.begin()
        try:
            data = self._ask("make", request.content).content
        except ProviderDown as error:
            if isinstance(error.__cause__, httpx.HTTPStatusError):  # an error that was answered costs nothing
                payment.end()
            raise
        payment.end(PICTURE)
        return Picture(data, NAME, PICTURE)

    def _ask(self, what: str, content: str) -> httpx.Response:
        try:
            return self._http.post(what, content=content.encode()).raise_for_status()
        except httpx.TimeoutException as error:
            raise TimedOut from error
        except httpx.HTTPError as error:
            raise ProviderDown from error


def _repeats() -> bool:
    """Free and repeatable, or paid."""
    return bool(switched("provider repeats"))
