"""How large a painted picture becomes: what the person chose, else what the words say, else the usual size."""

import re

from pipeline.providers.local.phrases import either

Size = tuple[int, int]

USUAL: Size = (1024, 768)  # pixels
LEAST, MOST = 128, 2048  # pixels a side

_PIXELS = re.compile(r"(?<!\w)(\d{2,5}) ?(?:px)? ?(?:x|×|\*|by) ?(\d{2,5})(?: ?(?:px|pixels?))?(?!\w)", re.IGNORECASE)
_RATIO = re.compile(r"(?<![\d:])(16:9|9:16|4:3|3:4|3:2|2:3|5:4|4:5|1:1|21:9)(?![\d:])")
_LONGEST = 1024  # pixels, of a ratio
_SHAPES: tuple[tuple[re.Pattern[str], Size], ...] = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), size)
    for words, size in (
        (f"square|{either('hình vuông, khung vuông, khổ vuông, ảnh vuông')}", (1024, 1024)),
        (f"portrait|upright|vertical|{either('khổ dọc, khung dọc, ảnh dọc, hình dọc')}", (768, 1024)),
        (f"panoramas?|panoramic|{either('toàn cảnh')}", (1536, 640)),
        (f"wide ?screen|wide|{either('khổ rộng, khổ ngang, khung ngang, màn hình rộng')}", (1280, 720)),
    )
)


def read(text: str) -> tuple[Size | None, str]:
    """The size that the text asks for, in pixels, if it does, and the text without those words."""
    if pixels := _PIXELS.search(text):
        return _allowed(int(pixels[1]), int(pixels[2])), _PIXELS.sub(" ", text)
    if ratio := _RATIO.search(text):
        across, down = map(int, ratio[1].split(":"))
        factor = _LONGEST / max(across, down)
        return _allowed(across * factor, down * factor), _RATIO.sub(" ", text)
    for pattern, size in _SHAPES:
        if pattern.search(text):
            return size, pattern.sub(" ", text)
    return None, text


def choose(width: int | None, height: int | None, said: Size | None) -> Size:
    """The final size, each side LEAST to MOST; a side that the person left open keeps the proportions of the words."""
    usual = said or USUAL
    if width and height:
        return width, height
    if width:
        return width, _side(width * usual[1] / usual[0])
    if height:
        return _side(height * usual[0] / usual[1]), height
    return usual


def _side(pixels: float) -> int:
    return min(max(round(pixels), LEAST), MOST)


def _allowed(width: float, height: float) -> Size:
    """The nearest allowed size; a larger one shrinks in proportion."""
    factor = min(1, MOST / max(width, height, 1))
    return _side(width * factor), _side(height * factor)
