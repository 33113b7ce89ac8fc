"""What servers for images are asked for, whichever language they speak."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageOps

from gallery import pictures
from gallery.errors import ProviderDown
from gallery.translation import _
from pipeline.providers import fitting
from pipeline.providers.base import Control, Usage
from pipeline.providers.calls import Patience, guessed_share
from pipeline.providers.metering import Call, Payment
from pipeline.providers.prices import size_name
from pipeline.providers.text import Size

NAME = "images"
ONE = Usage(pictures=1)
USUAL_S = 30.0  # for the progress bar


@dataclass(frozen=True)
class Order:
    lead: str  # what kind of change it is, for models that follow instructions; "" for a new picture
    words: str  # without commands to a server, not empty
    shape: Size  # pixels, as wanted
    seed: int  # below 2^31
    source: bytes | None
    mask: bytes | None  # white = change

    @property
    def instruction(self) -> str:
        return "\n\n".join(filter(None, (self.lead, self.words)))

    def in_box(self, box: Size) -> tuple[Image.Image, Image.Image | None]:
        """Source and mask (mode L, 0 or 255) in the middle of the size that is asked for, so that the server neither cuts
        nor stretches."""
        assert self.source is not None
        old = pictures.decode(self.source)
        if self.mask is None:
            return _padded(old, box), None
        where = _padded(pictures.decode(self.mask).convert("L").resize(old.size), box)
        return _padded(old, box), where.point(lambda value: 255 * (value >= 128))


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


def base64_png(image: Image.Image) -> str:
    return base64.b64encode(fitting.png(image)).decode()


def decoded(text: str) -> bytes:
    """Some send a data URL."""
    try:
        return base64.b64decode(text.rpartition("base64,")[2])
    except (binascii.Error, ValueError):
        raise ProviderDown(_("The picture service sent something that is not a picture.")) from None


def _padded(image: Image.Image, box: Size) -> Image.Image:
    return image.resize(box, fitting.FINE) if fitting.alike(image.size, box) else ImageOps.pad(image, box, fitting.FINE)
