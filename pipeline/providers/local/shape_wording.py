"""Reads crops, flips, turns and sizes out of a clause."""

import re
from collections.abc import Callable

from pipeline.providers.local.edits import CropRatio, CropTo, Edit, Flip, Resize, Rotate, Scale, within
from pipeline.providers.local.phrases import IT, TURN, either, spoken

_OPPOSITE_HALF = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
_SIDES = {
    "top": spoken("top|upper", "trên"),
    "bottom": spoken("bottom|lower", "dưới"),
    "left": spoken("left", "trái"),
    "right": spoken("right", "phải"),
}
_CROP = spoken("crop|cropped|trim|cắt", "cắt ảnh, cắt hình, cắt vuông, cắt lấy, cắt nửa, xén")  # a bare "cat" mews
_AWAY = spoken("off|out|away", "cắt bỏ, bỏ đi")
_SQUARE = spoken("squared?", "vuông")
_PIXELS = re.compile(r"(?<!\d)(\d{2,5}) ?(?:px)? ?(?:x|×|\*|by) ?(\d{2,5})(?!\d)")
_RATIO = re.compile(r"(?<!\d)([1-9]\d?) ?: ?([1-9]\d?)(?!\d)")


def _crop(clause: str) -> Edit | None:
    if not _CROP.search(clause):
        return None
    if pixels := _PIXELS.search(clause):
        return _to_pixels(pixels)
    if ratio := _RATIO.search(clause):
        return CropRatio(int(ratio[1]), int(ratio[2]))
    if _SQUARE.search(clause):
        return CropRatio(1, 1)
    side = next((side for side, pattern in _SIDES.items() if pattern.search(clause)), None)
    if side is None:
        return CropTo("the centre")
    return CropTo(f"the {_OPPOSITE_HALF[side] if _AWAY.search(clause) else side} half")


def _to_pixels(match: re.Match[str]) -> Resize:
    width, height = within((int(match[1]), int(match[2])))
    return Resize(width, height)


_FLIP = spoken("flip|flipped|mirror|mirrored", "lật, soi gương")
_VERTICAL = spoken("vertical|vertically|upside|top", "dọc, trên, dưới, ngược")


def _flip(clause: str) -> Edit | None:
    if not _FLIP.search(clause):
        return None
    return Flip("vertically" if _VERTICAL.search(clause) else "horizontally")


_ROTATE = spoken(
    r"rotated?|spin|upside[ -]down|quay \d+"
    rf"|turn(?: {IT})?(?: by| to)?(?: the)? (?:-?\d+|left|right|clockwise|anti|counter|around|sideways)",
    "xoay, lộn ngược, quay ảnh, quay hình, quay trái, quay phải, quay sang, quay ngược",
)
_LEFTWARDS = spoken(r"left|counter\w*|anti\w*", "trái, ngược chiều")
_HALF_TURN = spoken("upside[ -]down|around|half", "lộn ngược, quay ngược")
_DEGREES = re.compile(r"-?\d{1,4}")


def _rotate(clause: str) -> Edit | None:
    if not _ROTATE.search(clause):
        return None
    number = _DEGREES.search(clause)
    degrees = int(number[0]) if number else 180 if _HALF_TURN.search(clause) else 90
    clockwise = (-degrees if _LEFTWARDS.search(clause) else degrees) % 360
    return Rotate(clockwise) if clockwise else None


_RESIZE = spoken(
    rf"resized?|scaled?|shrink|enlarge|size|{TURN}(?: to)? (?:half|twice|double|smaller|bigger|larger)"
    rf"|{TURN}(?: to)? \d{{1,5}} ?(?:px|pixels?|percent|wide|high|tall|[x×] ?\d+|(?=%))",
    "kích thước, kích cỡ, đổi cỡ, thu nhỏ, thu, phóng to, nhỏ hơn, nhỏ lại, to hơn, to lên, lớn hơn, lớn lên, gấp đôi",
)
_PERCENT = re.compile(rf"(\bby )?(?<![\d.])(\d{{1,4}})(?:\.\d+)? ?(?:%|percent\b|{either('phần trăm')}\b)")
_WIDE = re.compile(rf"(\d{{2,5}}) ?(?:px|pixels?)? wide\b|\b(?:width|{either('rộng')})(?: of| to)? (\d{{2,5}})")
_HIGH = re.compile(
    rf"(\d{{2,5}}) ?(?:px|pixels?)? (?:high|tall)\b|\b(?:height|{either('cao')})(?: of| to)? (\d{{2,5}})"
)
_SMALLER = spoken("smaller|shrink", "thu, nhỏ")
_FACTORS = (
    (spoken("half", "nửa"), 50),
    (_SMALLER, 50),
    (spoken("twice|double|bigger|larger|enlarge", "đôi, phóng to, to, lớn"), 200),
)


def _resize(clause: str) -> Edit | None:
    if not _RESIZE.search(clause):
        return None
    if pixels := _PIXELS.search(clause):
        return _to_pixels(pixels)
    if wide := _WIDE.search(clause):
        return Resize(within((int(wide[1] or wide[2]), 16))[0], None)
    if high := _HIGH.search(clause):
        return Resize(None, within((16, int(high[1] or high[2])))[1])
    if percent := _PERCENT.search(clause):
        change = int(percent[2])
        if percent[1]:
            change = 100 - change if _SMALLER.search(clause) else 100 + change
        return Scale(min(max(change, 1), 1000))
    return next((Scale(percent) for pattern, percent in _FACTORS if pattern.search(clause)), None)


_SHAPES: tuple[Callable[[str], Edit | None], ...] = (_crop, _flip, _rotate, _resize)


def read_shape(clause: str) -> Edit | None:
    """The one change of shape that the clause asks for, if it does."""
    return next(filter(None, (read(clause) for read in _SHAPES)), None)
