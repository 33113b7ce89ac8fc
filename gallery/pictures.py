"""Untrusted bytes become a picture that is safe to keep."""

import base64
import io
import os
import re
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageCms, UnidentifiedImageError

from gallery import heif
from gallery.errors import BadInput, StudioError, TooLarge
from gallery.snapshot import THUMBNAIL_SIDE
from gallery.translation import N_, _

FORMATS = ("JPEG", "PNG", "WEBP")  # by content, not by name; HEIC and AVIF are read elsewhere
MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 32_768  # pixels; a JPEG ends at 65,500
MIN_SIDE = 16
PLACEHOLDER_SIDE = 16
SKETCH_SIDE = 96
_WEBP_SIDE = 16_383  # pixels: the format's own limit
_MAX_SCANS = 100  # of a progressive JPEG; cameras write some ten
_MAX_PARTS = 10_000  # segments or chunks; a large PNG has some three thousand

# Process-wide: Pillow warns above it and refuses at twice as much.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# So large that freed blocks return to the system, unlike Pillow's own 16 MiB.
Image.core.set_block_size(64 * 1024 * 1024)  # type: ignore[attr-defined]

_UNREADABLE = N_("This is not a picture we can read: send a JPEG, PNG, WebP, HEIC or AVIF.")
_BROKEN = N_("This picture is broken or cut off.")


def _too_many_pixels() -> TooLarge:
    limit = MAX_PIXELS // 1_000_000
    return TooLarge(_("This picture has too many pixels: {limit} million is the most.").format(limit=limit))


_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Rendition:
    data: bytes
    mime: str
    extension: str
    width: int
    height: int
    thumbnail: bytes
    thumbnail_mime: str
    placeholder: str


def check(data: bytes) -> tuple[int, int]:
    """The upright width and height, from the header alone.

    Raises `BadInput` for anything but a still JPEG, PNG, WebP, HEIC or AVIF of reasonable size, `TooLarge` past our
    limits.
    """
    with _as_our_errors():
        image = _open(data)
        width, height = image.size
        return (height, width) if _orientation(image) >= 5 else (width, height)


def decode(data: bytes, at_most: int = MAX_BYTES) -> Image.Image:
    """Upright, in 8-bit sRGB: RGB, or RGBA where it is not opaque. Raises as `check`, and `BadInput` for one that is
    cut off. `at_most`: bytes."""
    with _as_our_errors():
        image = _upright(data, at_most)
        image = _in_srgb(image, image.info.get("icc_profile"))
        if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
            image = image.convert("RGB")
        return _bare(image)


def rendition(data: bytes) -> Rendition:
    """A JPEG; where it is not opaque a PNG, or a WebP if a PNG would pass MAX_BYTES. Raises as `decode`."""
    image = decode(data)
    with _as_our_errors():
        return _png(image) if image.mode == "RGBA" else _jpeg(image)


def sketch(data: bytes) -> str:
    """A data URL of a few kilobytes: a blurred view of a picture that is not kept. Raises as `decode`."""
    image = decode(data).convert("RGB")
    with _as_our_errors():
        return _data_url(_encode(_shrunk(image, SKETCH_SIDE), "WEBP", quality=40))


def preview(data: bytes, size: tuple[int, int]) -> bytes:
    """A JPEG of that size, on white. Raises as `check`, and `BadInput` for one that is cut off."""
    with _as_our_errors():
        image = _open(data)
        image.draft("RGB", size)  # a JPEG is not decoded larger than it has to be
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", size, "white"), image).convert("RGB")
        return _jpeg_data(_bare(image), {"quality": 85})


def mask(data: bytes) -> Rendition:
    """A PNG of one channel, white = change; transparent counts as black. Raises as `decode`."""
    image = decode(data)
    with _as_our_errors():
        if image.mode == "RGBA":
            image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
        return _png(image.convert("L"))


@contextmanager
def _as_our_errors() -> Iterator[None]:
    """On malformed bytes decoders raise nearly everything."""
    try:
        yield
    except StudioError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise BadInput(_UNREADABLE) from error
    except Exception as error:
        raise BadInput(_BROKEN) from error


def _open(data: bytes, at_most: int = MAX_BYTES) -> Image.Image:
    """Checks our limits. Only a HEIC or an AVIF is decoded here already."""
    if len(data) > at_most:
        raise TooLarge(_("This file is too large: {at_most} MiB is the most.").format(at_most=at_most // 1024**2))
    if heif.is_heif(data):
        return heif.read(data, _check_size)
    if _parts(data) >= _MAX_PARTS:
        raise BadInput(_BROKEN)
    image = Image.open(io.BytesIO(data), formats=FORMATS)
    # A camera's JPEG with a second view behind the picture.
    _check_size(image.width, image.height, 1 if image.format == "MPO" else getattr(image, "n_frames", 1))
    if image.format in ("JPEG", "MPO") and _scans(data) > _MAX_SCANS:
        raise BadInput(_BROKEN)
    return image


def _check_size(width: int, height: int, frames: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise BadInput(_("This picture is too small: {side} pixels a side is the least.").format(side=MIN_SIDE))
    if frames > 1:
        raise BadInput(_("This picture moves: send a still one."))


def _parts(data: bytes) -> int:
    """How many a JPEG has before its pixels, or a PNG, up to _MAX_PARTS. Bytes between them count too, because they are
    read one by one."""
    jpeg, at, parts = data[:2] == b"\xff\xd8", 2, 0
    if not jpeg:
        at = 8 if data[:8] == b"\x89PNG\r\n\x1a\n" else len(data)
    while at < len(data) and parts < _MAX_PARTS:
        parts += 1
        if not jpeg:
            at += 12 + int.from_bytes(data[at : at + 4], "big")
        elif data[at : at + 2] == b"\xff\xda":
            break
        elif data[at] == 0xFF and data[at + 1 : at + 2] not in (b"\x00", b"\xff"):
            at += 2 if b"\xd0" <= data[at + 1 : at + 2] <= b"\xd9" else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        else:
            at += 1
    return parts


_MARKER = re.compile(rb"\xff[^\x00\x01\xff\xd0-\xd8]")  # those with a length, and the end


def _scans(data: bytes) -> int:
    """Each scan of a JPEG is a pass over all pixels, and 20 MiB have room for 100,000."""
    scans, markers, marker = 0, 0, _MARKER.search(data)
    while marker and marker[0] != b"\xff\xd9" and markers < _MAX_PARTS:
        scans, markers = scans + (marker[0] == b"\xff\xda"), markers + 1
        at = marker.end()
        marker = _MARKER.search(data, at + int.from_bytes(data[at : at + 2], "big"))
    return scans if markers < _MAX_PARTS else _MAX_PARTS


def _orientation(image: Image.Image) -> int:
    """As in EXIF; 1 where that is missing or broken, as in browsers."""
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        value = exif.get(_ORIENTATION)
    except (SyntaxError, struct.error, ValueError, LookupError, TypeError, OSError):
        return 1
    return value if value in _UPRIGHT else 1


def _upright(data: bytes, at_most: int) -> Image.Image:
    image = _open(data, at_most)
    turn = _UPRIGHT.get(_orientation(image))
    return image if turn is None else image.transpose(turn)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Where the colour profile can be read and fits."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow's own conversion would clip
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert(wanted)
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, srgb, outputMode=wanted)
            image = converted or image
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken or unfitting profile is common: the colours count as sRGB
    return image.convert(wanted)


def _bare(image: Image.Image) -> Image.Image:
    """Pillow's writers would copy EXIF, comments and profiles from `info`."""
    image.info = {}
    return image


def _jpeg(image: Image.Image) -> Rendition:
    for quality in (92, 80, 60, 40):
        data = _jpeg_data(image, {"quality": quality, "subsampling": 0})
        if len(data) <= MAX_BYTES:
            break
    return _rendition(image, data, "image/jpeg", "jpg")


def _jpeg_data(image: Image.Image, options: dict[str, int]) -> bytes:
    try:
        return _encode(image, "JPEG", progressive=True, optimize=True, **options)
    except OSError:  # Pillow's buffer is too small for some progressive files; a plain one is streamed
        return _encode(image, "JPEG", **options)


def _png(image: Image.Image) -> Rendition:
    data = _encode(image, "PNG")
    if len(data) > MAX_BYTES and max(image.size) <= _WEBP_SIDE:
        return _rendition(image, _encode(image, "WEBP", quality=92, method=2), "image/webp", "webp")
    return _rendition(image, data, "image/png", "png")


def _rendition(image: Image.Image, data: bytes, mime: str, extension: str) -> Rendition:
    small = _shrunk(image, THUMBNAIL_SIDE)
    return Rendition(
        data=data,
        mime=mime,
        extension=extension,
        width=image.width,
        height=image.height,
        thumbnail=_encode(small, "WEBP", quality=82),
        thumbnail_mime="image/webp",
        placeholder=_data_url(_encode(_shrunk(small, PLACEHOLDER_SIDE), "WEBP", quality=50)),
    )


def _data_url(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode()}"


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return copy


def _encode(image: Image.Image, kind: str, **options: int) -> bytes:
    """Into a file of the system: for any other file object, Pillow holds the GIL for the whole JPEG."""
    with _file_in_memory() as file:
        image.save(file, kind, **options)
        file.seek(0)
        return file.read()


def _file_in_memory() -> IO[bytes]:
    if hasattr(os, "memfd_create"):  # Linux
        return os.fdopen(os.memfd_create("picture"), "w+b")
    return tempfile.TemporaryFile()
