"""What is the same for all image servers, whichever API they have."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from PIL import Image
from pydantic import ValidationError

from gallery.errors import NoImage, ProviderDown, StudioError
from gallery.translation import _
from pipeline.providers import fitting
from pipeline.providers.base import Control, Usage
from pipeline.providers.calls import Patience, guessed_share, usage_on_errors
from pipeline.providers.metering import Call, Payment
from pipeline.providers.openai_api import faults
from pipeline.providers.openai_api.faults import Rejected
from pipeline.providers.orders import Order
from pipeline.providers.prices import size_name
from pipeline.providers.text import Size

T = TypeVar("T")

NAME = "images"
ONE = Usage(pictures=1)
USUAL_S = 30.0  # for the progress bar


@dataclass(frozen=True)
class Made:
    data: bytes
    usage: Usage


class Dialect(Protocol):
    def make(self, order: Order, control: Control) -> Made:
        """Raises the errors of `gallery.errors`, with their usage, and what `control` raises."""


def payment(model: str, box: Size, at_most: Usage = ONE) -> Payment:
    return Payment(Call(NAME, model, at_most, size_name(box[0] * box[1])))


def patience(control: Control, began: Callable[[float], float] = lambda seconds: seconds) -> Patience:
    """For a server that reports no progress. `began`: gives the seconds since it began, from those since it was asked."""
    return Patience(
        lambda: control.progress(0.0),
        lambda seconds: control.billed_progress(guessed_share(began(seconds), USUAL_S)),
    )


def told(ask: Callable[[], T]) -> T:
    """Parses a server's answer. Rejections, and answers that cannot be parsed, are raised as errors of `gallery.errors`."""
    fault: StudioError
    try:
        return ask()
    except ValidationError:
        fault = ProviderDown(faults.UNREADABLE)
    except Rejected as rejected:
        fault = faults.of_rejected(rejected)
    raise fault  # here, so that no other error is its context


def base64_png(image: Image.Image) -> str:
    return base64.b64encode(fitting.png(image)).decode()


def paid(pictures: Sequence[object]) -> Usage:
    """The usage of an answer that counts no tokens: one picture, or none."""
    return ONE if pictures else Usage()


def made(pictures: Sequence[str]) -> Made:
    """The first picture. Raises `NoImage`, and `ProviderDown` for invalid base64, whose picture is paid for all the same."""
    if not pictures:
        raise NoImage(faults.NO_IMAGE)
    with usage_on_errors(ONE):
        return Made(decoded(pictures[0]), ONE)


def decoded(text: str) -> bytes:
    """Base64; some servers send a data URL."""
    try:
        return base64.b64decode(text.rpartition("base64,")[2])
    except (binascii.Error, ValueError):
        raise ProviderDown(_("The picture service sent something that is not a picture.")) from None
