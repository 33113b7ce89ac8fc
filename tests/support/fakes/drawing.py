"""The parameters of every Stable Diffusion server, validated strictly, and the pictures that the fakes make."""

import base64
import io
from typing import Annotated

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field


class Drawing(BaseModel):
    """The studio sends only these fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: Annotated[str, Field(min_length=1, pattern=r"^[^<>|]*$")]
    width: Annotated[int, Field(multiple_of=64, ge=256, le=2048)]
    height: Annotated[int, Field(multiple_of=64, ge=256, le=2048)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]


def painted(drawing: Drawing, colour: str = "orange") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (drawing.width, drawing.height), colour).save(out, "PNG")
    return out.getvalue()


def decoded(text: str) -> Image.Image:
    """From base64; raises for anything but a PNG."""
    image = Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"])
    image.load()
    return image
