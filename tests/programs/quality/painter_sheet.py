"""Ten named prompts on one sheet: `python -m tests.programs.quality.painter_sheet docs/painter.webp`."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline.providers.offline.painter.paint import paint
from pipeline.providers.offline.reader.scenes import read
from tests.support.listener import ignore

PROMPTS = {  # what the picture shows → the prompt and its seed
    "sunset": ("Create a sunset landscape", 2),
    "city": ("A city at night under the moon", 7),
    "sea": ("Sea and mountains at sunset", 7),
    "aurora": ("Aurora and stars over a lake with a forest", 12),
    "desert": ("A desert at dawn with birds", 7),
    "meadow": ("A meadow with hills and the sun", 11),
    "winter": ("A snowy forest with mountains at dawn", 3),
    "fog": ("Thanh pho trong suong mu luc binh minh", 2),
    "ink": ("Mountains and a forest in fog, ink wash", 3),
    "oil": ("A lake and a forest at sunset, oil painting", 4),
}
WIDTH, HEIGHT = 1024, 768  # pixels a picture is painted at
SHOWN, CAPTION, MARGIN, COLUMNS = (480, 360), 30, 12, 2


def sheet() -> Image.Image:
    """All the pictures in a grid, each over its prompt."""
    rows = -(-len(PROMPTS) // COLUMNS)
    step_x, step_y = SHOWN[0] + MARGIN, SHOWN[1] + CAPTION + MARGIN
    image = Image.new("RGB", (COLUMNS * step_x + MARGIN, rows * step_y + MARGIN), "#16171a")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(16)
    for number, (prompt, seed) in enumerate(PROMPTS.values()):
        left, top = MARGIN + number % COLUMNS * step_x, MARGIN + number // COLUMNS * step_y
        pixels = paint(read(prompt).scene, WIDTH, HEIGHT, seed, ignore)
        image.paste(Image.fromarray(pixels).resize(SHOWN, Image.Resampling.LANCZOS), (left, top))
        draw.text((left, top + SHOWN[1] + 6), prompt, "#c9ccd2", font)
    return image


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet().save(target, quality=82, method=6)
