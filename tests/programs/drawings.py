"""Draws the page's own small pictures: previews of the styles, and the installed page's icons.

`python -m tests.programs.drawings`
"""

import io
from pathlib import Path

from PIL import Image, ImageDraw

from gallery import pictures
from pipeline.providers.base import STYLES, Intent, PictureRequest
from pipeline.providers.offline.provider import OfflineProvider
from tests.support.listener import Listener

STUDIO = Path(__file__).parents[2] / "static/studio"
SCENE = "a sunset over a lake with mountains and a boat"
SIDE = 96  # pixels of a preview, twice what a menu shows
GROUND, SUN, LAND = "#1a1816", "#e8864a", "#f1ece4"  # as in favicon.svg
ICONS = {
    "icon-192.png": (192, 0.0),
    "icon-512.png": (512, 0.0),
    "icon-maskable.png": (512, 0.1),
    "icon-apple.png": (180, 0.06),
}


def scene() -> bytes:
    """Painted by the studio, cropped to a square."""
    request = PictureRequest(Intent.GENERATE, SCENE, SCENE, 576, 384, None, 11, None, None)
    whole = pictures.decode(OfflineProvider().make(request, Listener()).data)
    out = io.BytesIO()
    whole.crop((160, 60, 448, 348)).save(out, "PNG")
    return out.getvalue()


def preview(style: str, source: bytes) -> bytes:
    request = PictureRequest(Intent.STYLE_TRANSFER, f"in {style} style", "", None, None, style, 1, source, None)
    image = pictures.decode(OfflineProvider().make(request, Listener()).data).convert("RGB")
    out = io.BytesIO()
    image.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "WEBP", quality=72, method=6)
    return out.getvalue()


def icon(side: int, margin: float) -> bytes:
    """favicon.svg on a full square, of which systems cut the corners themselves. `margin`: the share that they cut."""
    fine = 4 * side
    image = Image.new("RGB", (fine, fine), GROUND)
    draw = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [
            (fine * (margin + x / 32 * (1 - 2 * margin)), fine * (margin + y / 32 * (1 - 2 * margin)))
            for x, y in points
        ]

    draw.ellipse(at((16, 7.5), (25, 16.5)), fill=SUN)
    draw.polygon(at((5, 24.5), (12.5, 14), (18, 21), (21, 17.5), (27, 24.5)), fill=LAND)
    out = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    source = scene()
    for style in STYLES:
        (STUDIO / f"picture/styles/{style}.webp").write_bytes(preview(style, source))
    for name, (side, margin) in ICONS.items():
        (STUDIO / f"ui/{name}").write_bytes(icon(side, margin))


if __name__ == "__main__":
    main()
