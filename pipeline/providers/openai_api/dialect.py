"""What servers for images are asked for, whichever language they speak."""

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
    """For a server that says nothing of its progress. `began`: seconds since it began, of seconds since it was asked."""
    return Patience(
        lambda: control.progress(0.0),
        lambda seconds: control.billed_progress(guessed_share(began(seconds), USUAL_S)),
    )


def told(ask: Callable[[], T]) -> T:
    """What a server's answer says. Its rejections, and what cannot be read, are raised as errors of ours."""
    fault: StudioError
    try:
        return ask()
    except ValidationError:
        fault = ProviderDown(faults.UNREADABLE)
    except Rejected as rejected:
        fault = faults.of_rejected(rejected)
    raise fault  # here, without another error as context


def base64_png(image: Image.Image) -> str:
    return base64.b64encode(fitting.png(image)).decode()


def paid(pictures: Sequence[object]) -> Usage:
    """Of an answer without tokens: one picture was made, or none."""
    return ONE if pictures else Usage()


def made(pictures: Sequence[str]) -> Made:
    """The first one. Raises `NoImage`, and `ProviderDown` for what is no base64: that was made, and is paid for."""
    if not pictures:
        raise NoImage(faults.NO_IMAGE)
    with usage_on_errors(ONE):
        return Made(decoded(pictures[0]), ONE)


def decoded(text: str) -> bytes:
    """Some send a data URL."""
    try:
        return base64.b64decode(text.rpartition("base64,")[2])
    except (binascii.Error, ValueError):
        raise ProviderDown(_("The picture service sent something that is not a picture.")) from None
