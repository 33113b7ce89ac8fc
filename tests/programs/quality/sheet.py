"""Before and after, on one sheet: docs/quality.webp, at most 200 kB."""

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tests.programs.quality.figures import Figure
from tests.programs.quality.photos import Pixels

MAX_SHEET_BYTES = 200_000  # bytes
PAIRS = {  # what is shown → its caption
    ("remove background", "horse, grass"): "remove background",
    ("remove background", "coffee"): "remove background",
    ("remove background", "astronaut"): "remove background",
    ("remove object", "brick, 32 px"): "remove object: what is white",
    ("remove object", "coffee, 32 px"): "remove object: what is white",
    ("enhance", "rocket"): "enhance",
}
_TILE, _MARGIN, _CAPTION = (196, 160), 8, 22


def write(figures: Sequence[Figure], path: Path) -> int:
    """Its bytes."""
    by_name = {(figure.tool, figure.picture): figure for figure in figures}
    tiles = [tile for key, said in PAIRS.items() for tile in _pair(by_name[key].pictures, said)]
    tiles += [(figure.pictures[1], figure.picture) for figure in figures if figure.tool == "style"]
    data = _packed(_grid(tiles, columns=4))
    path.write_bytes(data)
    return len(data)


def _pair(pictures: tuple[Pixels, ...], said: str) -> list[tuple[Pixels, str]]:
    return [(pictures[0], ""), (pictures[1], said)]


def _grid(tiles: list[tuple[Pixels, str]], columns: int) -> Image.Image:
    rows = -(-len(tiles) // columns)
    step = _TILE[0] + _MARGIN, _TILE[1] + _CAPTION + _MARGIN
    sheet = Image.new("RGB", (columns * step[0] + _MARGIN, rows * step[1] + _MARGIN), "#16171a")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12)
    for number, (pixels, said) in enumerate(tiles):
        left, top = _MARGIN + number % columns * step[0], _MARGIN + number // columns * step[1]
        sheet.paste(ImageOps.fit(Image.fromarray(pixels), _TILE, Image.Resampling.LANCZOS), (left, top))
        draw.text((left, top + _TILE[1] + 3), said, "#c9ccd2", font)
    return sheet


def _packed(sheet: Image.Image) -> bytes:
    for quality in range(84, 20, -8):
        buffer = io.BytesIO()
        sheet.save(buffer, "WEBP", quality=quality, method=6)
        if buffer.tell() <= MAX_SHEET_BYTES:
            break
    return buffer.getvalue()
