"""A large photograph through every offline tool, in a process of its own: CPU time, memory, and how long the tool works
between two moments at which it could be stopped. `python -m tests.programs.quality.large 4000 3000`: one JSON object."""

import io
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.support.memory import peak_mb

Size = tuple[int, int]  # pixels
TWELVE_MEGAPIXELS: Size = (4000, 3000)
REQUESTS = {  # what is measured → intent and prompt
    "enhance": (Intent.ENHANCE, "enhance: denoise, contrast, sharpness, upscale"),
    "remove background": (Intent.REMOVE_BACKGROUND, "remove the background"),
    "remove object": (Intent.REMOVE_OBJECT, "remove what is painted over"),
    "watercolour": (Intent.STYLE_TRANSFER, "in watercolour style"),
    "pencil": (Intent.STYLE_TRANSFER, "in pencil style"),
    "oil": (Intent.STYLE_TRANSFER, "in oil style"),
    "cartoon": (Intent.STYLE_TRANSFER, "in cartoon style"),
    "pixel": (Intent.STYLE_TRANSFER, "in pixel style"),
    "sepia": (Intent.STYLE_TRANSFER, "in sepia style"),
    "ink": (Intent.STYLE_TRANSFER, "in ink style"),
    "poster": (Intent.STYLE_TRANSFER, "in poster style"),
    "edit": (Intent.EDIT, "warmer, sharper"),
}


@dataclass(frozen=True)
class Cost:
    seconds: float  # of CPU
    gap: float  # seconds of CPU: the longest between two moments at which the tool could be stopped
    moments: int  # of them
    size: Size  # of what was made
    bytes: int


class Clock:
    """A listener that measures the CPU time between two reports, which does not depend on other load."""

    def __init__(self) -> None:
        self.began = self.last = time.process_time()
        self.gap, self.moments = 0.0, 0

    def progress(self, fraction: float) -> None:
        now = time.process_time()
        self.gap, self.last = max(self.gap, now - self.last), now
        self.moments += 1

    billed_progress = progress

    def draft(self, data: bytes) -> None:
        """Ignored."""


def photograph(width: int, height: int) -> bytes:
    """A JPEG with large forms, fine texture and a sensor's noise, so that it compresses badly."""
    random = np.random.default_rng(12)
    coarse = Image.fromarray(random.integers(60, 200, (12, 16, 3), dtype=np.uint8)).resize((width, height))
    ImageDraw.Draw(coarse).ellipse(_box(width, height, 0.3, 0.23, 0.65, 0.83), fill="#b03020")
    pixels = np.array(coarse.filter(ImageFilter.GaussianBlur(2)))
    for top in range(0, height, 250):  # in strips, to keep the peak of memory below the tools' own
        strip = pixels[top : top + 250]
        strip[:] = np.clip(strip + random.normal(0, 7, strip.shape).astype(np.float32), 0, 255)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def mask(width: int, height: int) -> bytes:
    """A large area, and a scratch."""
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    draw.ellipse(_box(width, height, 0.675, 0.5, 0.875, 0.77), fill=255)
    draw.line(_box(width, height, 0.025, 0.03, 0.5, 0.17), fill=255, width=5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _box(width: int, height: int, *shares: float) -> list[float]:
    """Left, top, right, bottom."""
    return [share * side for share, side in zip(shares, (width, height) * 2, strict=True)]


def cost(name: str, source: bytes, size: Size) -> Cost:
    intent, prompt = REQUESTS[name]
    painted = mask(*size) if intent is Intent.REMOVE_OBJECT else None
    request = PictureRequest(intent, prompt, prompt, None, None, None, 1, source, painted)
    clock = Clock()
    made = OfflineProvider().make(request, clock).data
    made_size = Image.open(io.BytesIO(made)).size
    return Cost(time.process_time() - clock.began, clock.gap, clock.moments, made_size, len(made))


def measured(*names: str, size: Size = TWELVE_MEGAPIXELS) -> tuple[dict[str, Cost], float]:
    """The costs of each, and the peak of memory (MB) of the process that ran them all."""
    command = [sys.executable, "-m", "tests.programs.quality.large", *map(str, size), *names]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    costs = {name: Cost(**{**values, "size": tuple(values["size"])}) for name, values in done["costs"].items()}
    return costs, done["peak"]


if __name__ == "__main__":
    size = int(sys.argv[1]), int(sys.argv[2])
    photo = photograph(*size)
    costs = {name: asdict(cost(name, photo, size)) for name in sys.argv[3:] or REQUESTS}
    print(json.dumps({"costs": costs, "peak": peak_mb()}))  # noqa: T201
