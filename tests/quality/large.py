"""A photograph of twelve megapixels through every offline tool, in a process of its own: CPU time, memory, and how long the
tool works between two moments at which it could be stopped. `python -m tests.quality.large`: one JSON object."""

import io
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from pipeline.providers.base import Intent, PictureRequest
from pipeline.providers.local.provider import LocalProvider
from tests.memory import peak_mb

WIDTH, HEIGHT = 4000, 3000  # pixels
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
    size: tuple[int, int]  # pixels, of what was made
    bytes: int


class Clock:
    """Listens to a tool, and times its silences by the CPU: the machine may have other things to do."""

    def __init__(self) -> None:
        self.began = self.last = time.process_time()
        self.gap = 0.0

    def progress(self, fraction: float) -> None:
        now = time.process_time()
        self.gap, self.last = max(self.gap, now - self.last), now

    paid = progress


def photograph() -> bytes:
    """A JPEG: large forms, fine texture and a sensor's noise, so that nothing in it is easy to pack."""
    random = np.random.default_rng(12)
    coarse = Image.fromarray(random.integers(60, 200, (12, 16, 3), dtype=np.uint8)).resize((WIDTH, HEIGHT))
    ImageDraw.Draw(coarse).ellipse((1200, 700, 2600, 2500), fill="#b03020")
    pixels = np.array(coarse.filter(ImageFilter.GaussianBlur(2)))
    for top in range(0, HEIGHT, 250):  # in strips: what the tools are measured for must not be this one's memory
        noise = random.normal(0, 7, (250, WIDTH, 3)).astype(np.float32)
        pixels[top : top + 250] = np.clip(pixels[top : top + 250] + noise, 0, 255)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def mask() -> bytes:
    """Something large, and a scratch."""
    image = Image.new("L", (WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    draw.ellipse((2700, 1500, 3500, 2300), fill=255)
    draw.line((100, 100, 2000, 500), fill=255, width=5)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def cost(name: str, source: bytes) -> Cost:
    intent, prompt = REQUESTS[name]
    painted = mask() if intent is Intent.REMOVE_OBJECT else None
    request = PictureRequest(intent, prompt, prompt, None, None, None, 1, source, painted)
    clock = Clock()
    made = LocalProvider().make(request, clock).data
    size = Image.open(io.BytesIO(made)).size
    return Cost(time.process_time() - clock.began, clock.gap, size, len(made))


def measured(*names: str) -> tuple[dict[str, Cost], float]:
    """What each costs, and the most memory (MB) that the process which did all of it ever held."""
    command = [sys.executable, "-m", "tests.quality.large", *names]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {name: Cost(**{**values, "size": tuple(values["size"])}) for name, values in done["costs"].items()}, done[
        "peak"
    ]


if __name__ == "__main__":
    photo = photograph()
    costs = {name: asdict(cost(name, photo)) for name in sys.argv[1:] or REQUESTS}
    peak = peak_mb()
    print(json.dumps({"costs": costs, "peak": peak}))  # noqa: T201
