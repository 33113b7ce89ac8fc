"""Reads crops, flips, turns and sizes out of a clause."""

import re
from collections.abc import Callable

from pipeline.providers.local.edits import CropRatio, CropTo, Edit, Flip, Resize, Rotate, Scale, within
from pipeline.providers.local.phrases import IT, TURN, either

_OPPOSITE_HALF = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
_SIDES = {
    "top": re.compile(rf"\btop\b|\bupper\b|\b{either('trên')}\b"),
    "bottom": re.compile(rf"\bbottom\b|\blower\b|\b{either('dưới')}\b"),
    "left": re.compile(rf"\bleft\b|\b{either('trái')}\b"),
    "right": re.compile(rf"\bright\b|\b{either('phải')}\b"),
}
_CROP = re.compile(
    rf"\bcrop(?:ped)?\b|\btrim\b|\bcắt\b|\b{either('cắt ảnh, cắt hình, cắt vuông, cắt lấy, cắt nửa, xén')}\b"
)
_AWAY = re.compile(rf"\boff\b|\bout\b|\baway\b|\b{either('cắt bỏ, bỏ đi')}\b")
_SQUARE = re.compile(rf"\bsquared?\b|\b{either('vuông')}\b")
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


_FLIP = re.compile(rf"\bflip(?:ped)?\b|\bmirror(?:ed)?\b|\b{either('lật, soi gương')}\b")
_VERTICAL = re.compile(rf"\bvertical|\bupside\b|\btop\b|\b{either('dọc, trên, dưới, ngược')}\b")


def _flip(clause: str) -> Edit | None:
    if not _FLIP.search(clause):
        return None
    return Flip("vertically" if _VERTICAL.search(clause) else "horizontally")


_ROTATE = re.compile(
    rf"\brotated?\b|\bspin\b|\bupside[ -]down\b|\b{either('xoay, lộn ngược')}\b|\bquay (?:{either('ảnh, hình, trái, phải, sang, ngược')}|\d)"
    rf"|\bturn(?: {IT})?(?: by| to)?(?: the)? (?:-?\d|left|right|clockwise|anti|counter|around|sideways)"
)
_LEFTWARDS = re.compile(rf"\bleft\b|\bcounter|\banti|\b{either('trái, ngược chiều')}\b")
_HALFTURN = re.compile(rf"\bupside[ -]down\b|\baround\b|\bhalf\b|\b{either('lộn ngược, quay ngược')}\b")
_DEGREES = re.compile(r"-?\d{1,4}")


def _rotate(clause: str) -> Edit | None:
    if not _ROTATE.search(clause):
        return None
    number = _DEGREES.search(clause)
    degrees = int(number[0]) if number else 180 if _HALFTURN.search(clause) else 90
    clockwise = (-degrees if _LEFTWARDS.search(clause) else degrees) % 360
    return Rotate(clockwise) if clockwise else None


_RESIZE = re.compile(
    rf"\bresized?\b|\bscaled?\b|\bshrink\b|\benlarge\b|\bsize\b|\b{either('kích thước, kích cỡ, đổi cỡ, thu nhỏ, phóng to, thu')}\b"
    rf"|{TURN}(?: to)? (?:\d{{1,5}} ?(?:[x×%]|px|pixel|wide|high|tall|percent)|half|twice|double|smaller|bigger|larger)"
    rf"|\b{either('nhỏ hơn, nhỏ lại, to hơn, to lên, lớn hơn, lớn lên, gấp đôi')}\b"
)
_PERCENT = re.compile(rf"(\bby )?(?<![\d.])(\d{{1,4}})(?:\.\d+)? ?(?:%|percent\b|{either('phần trăm')}\b)")
_WIDE = re.compile(rf"(\d{{2,5}}) ?(?:px|pixels?)? wide\b|\b(?:width|{either('rộng')})(?: of| to)? (\d{{2,5}})")
_HIGH = re.compile(
    rf"(\d{{2,5}}) ?(?:px|pixels?)? (?:high|tall)\b|\b(?:height|{either('cao')})(?: of| to)? (\d{{2,5}})"
)
_SMALLER = rf"\bsmaller\b|\bshrink\b|\b{either('thu, nhỏ')}\b"
_FACTORS = (
    (re.compile(rf"\bhalf\b|\b{either('nửa')}\b|{_SMALLER}"), 50),
    (
        re.compile(rf"\btwice\b|\bdouble\b|\bbigger\b|\blarger\b|\benlarge\b|\b{either('đôi, phóng to, to, lớn')}\b"),
        200,
    ),
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
            change = 100 - change if re.search(_SMALLER, clause) else 100 + change
        return Scale(min(max(change, 1), 1000))
    return next((Scale(percent) for pattern, percent in _FACTORS if pattern.search(clause)), None)


_SHAPES: tuple[Callable[[str], Edit | None], ...] = (_crop, _flip, _rotate, _resize)


def read_shape(clause: str) -> Edit | None:
    """The one change of shape that the clause asks for, if it does."""
    return next(filter(None, (read(clause) for read in _SHAPES)), None)
