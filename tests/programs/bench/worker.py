"""A worker whose stages do nothing: its provider answers at once, so that what is measured is the pipeline around it."""

import os
import sys
from io import BytesIO

from django.core.management import execute_from_command_line
from PIL import Image

from pipeline.providers import registry
from pipeline.providers.base import (
    Control,
    Intent,
    Picture,
    PictureRequest,
    PlanForm,
    RefinedRequest,
    Refinement,
    RefineRequest,
)

SIDE = 16  # pixels


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (SIDE, SIDE), "teal").save(out, "PNG")
    return out.getvalue()


class Idle:
    name = "idle"
    max_pictures = 1
    resolutions: tuple[str, ...] = ()
    _data = _picture()

    def unsupported_reason(self, refined: RefinedRequest) -> None:
        return None

    def refine(self, request: RefineRequest) -> Refinement:
        return Refinement(Intent.GENERATE, request.content, "", None, SIDE, SIDE, None, self.name, repeatable=True)

    def size(
        self, intent: Intent, prompt: str, source: tuple[int, int], plan: PlanForm | None = None
    ) -> tuple[int, int]:
        return source

    def make(self, request: PictureRequest, control: Control) -> Picture:
        return Picture(self._data, self.name, repeatable=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    idle = Idle()
    registry.refiner = lambda: idle
    registry.provider_for = lambda intent: idle
    execute_from_command_line(["manage.py", "run_huey", *sys.argv[1:]])
