"""Files that nobody's camera makes, built here and nowhere kept: what each is, its bytes, and whether it may come in.

`python -m tests.support.malformed_images`: what becomes of each of them, in one process, as JSON: CPU seconds, the
process's peak in MB.
"""

import io
import json
import struct
import time
import zlib
from collections.abc import Callable, Iterator

from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from gallery import pictures
from gallery.errors import StudioError
from tests.support.memory import peak_mb

register_heif_opener()  # so that Pillow writes HEIC, for these tests
PAYLOAD = b"<html><script>alert('crafted payload')</script></html>"
MEBIBYTE = 1024 * 1024


def photo() -> Image.Image:
    image = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    ImageDraw.Draw(image).ellipse((20, 10, 60, 50), fill="#c03020")
    return image


def encoded(kind: str, image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or photo()).save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, pixels: bytes, *before: bytes, depth: int = 8, colours: int = 2) -> bytes:
    """`pixels` packed as they go into IDAT, `before`: chunks that come first."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(before) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def nothing(size: int) -> bytes:
    """Compressed zeros, a thousandth of `size`, made without holding them all in memory."""
    pack = zlib.compressobj(9)
    parts = [pack.compress(bytes(min(MEBIBYTE, size - at))) for at in range(0, size, MEBIBYTE)]
    return b"".join([*parts, pack.flush()])


def small(*before: bytes) -> bytes:
    return png(64, 64, nothing(64 * (1 + 3 * 64)), *before)


def jpeg(*segments: bytes) -> bytes:
    data = encoded("JPEG")
    return data[:2] + b"".join(segments) + data[2:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    data = encoded("WEBP")
    more = b"".join(name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2) for name, body in chunks)
    return data[:4] + struct.pack("<I", len(data) - 8 + len(more)) + data[8:] + more


def exif(*entries: bytes, next_at: int = 0) -> bytes:
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", next_at)
    return b"II*\0\x08\0\0\0" + directory


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    return struct.pack("<HHII", tag, kind, count, value)


def zipped() -> bytes:
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("index.html", PAYLOAD)
    return buffer.getvalue()


def moving(kind: str) -> bytes:
    return encoded(kind, save_all=True, append_images=[photo().rotate(180)], duration=100)


def huge_exif() -> bytes:
    """Each entry claims a value of 4 GiB; the last directory names itself as the next one."""
    entries = [entry(tag, 2, 0xFFFFFFFF, 8) for tag in range(0x010E, 0x010E + 4000)]
    return exif(*entries, next_at=8)


REFUSED: dict[str, Callable[[], bytes]] = {
    "html.jpg": lambda: PAYLOAD,
    "svg.png": lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html first.jpg": lambda: PAYLOAD + encoded("JPEG"),
    "zip first.png": lambda: zipped() + encoded("PNG"),
    "moving.gif": lambda: moving("GIF"),
    "moving.webp": lambda: moving("WEBP"),
    "moving.png": lambda: moving("PNG"),
    "cut off.jpg": lambda: encoded("JPEG")[:-200],
    "cut off.webp": lambda: encoded("WEBP")[:-40],
    "moving.avif": lambda: moving("AVIF"),
    "cut off.heic": lambda: encoded("HEIF")[:-40],
    "cut off.avif": lambda: encoded("AVIF")[:-40],
    "boxes without end.heic": lambda: encoded("HEIF")[:24] + (struct.pack(">I", 8) + b"free") * 1_000_000,
    "a film.heic": lambda: b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + struct.pack(">I", 16) + b"moov" + bytes(8),
    "900 megapixels.heic": lambda: _saying(encoded("HEIF"), 30_000),
    "64 megapixels.avif": lambda: _saying(encoded("AVIF"), 8_000),
    "900 megapixels.png": lambda: png(30_000, 30_000, nothing(30_000 * 100), depth=1, colours=0),
    "900 megapixels.jpg": lambda: _claiming(encoded("JPEG"), b"\xff\xc0", 30_000),
    "long texts.png": lambda: small(chunk(b"zTXt", b"x\0\0" + nothing(64 * MEBIBYTE))),
    "long international text.png": lambda: small(chunk(b"iTXt", b"x\0\1\0\0\0" + nothing(64 * MEBIBYTE))),
    "many texts.png": lambda: small(*[chunk(b"zTXt", b"x\0\0" + nothing(MEBIBYTE - 1))] * 80),
    "large profile.png": lambda: small(chunk(b"iCCP", b"x\0\0" + nothing(96 * MEBIBYTE))),
    "a million chunks.png": lambda: small(*[chunk(b"teSt", b"")] * 1_000_000),
    "ten million bytes of nothing.jpg": lambda: jpeg(bytes(5_000_000), b"\xff" * 5_000_000),
    "a million tables.jpg": lambda: encoded("JPEG")[:-2] + segment(0xDB, b"") * 4_000_000 + b"\xff\xd9",
    "a million comments.jpg": lambda: jpeg(segment(0xFE, b"") * 4_000_000),
}

HARMLESS: dict[str, Callable[[], bytes]] = {
    "html behind.heic": lambda: encoded("HEIF") + PAYLOAD,
    "html inside.avif": lambda: encoded("AVIF", xmp=PAYLOAD),
    "html behind.jpg": lambda: encoded("JPEG") + PAYLOAD,
    "html inside.jpg": lambda: jpeg(segment(0xFE, PAYLOAD), segment(0xE5, PAYLOAD)),
    "zip behind.png": lambda: encoded("PNG") + zipped(),
    "html inside.png": lambda: small(chunk(b"tEXt", b"Comment\0" + PAYLOAD), chunk(b"heLo", PAYLOAD)),
    "html inside.webp": lambda: webp((b"XMP ", PAYLOAD), (b"JUNK", PAYLOAD)),
    "40 megapixels of one bit.png": lambda: png(8000, 5000, nothing(5000 * 1001), depth=1, colours=0),
    "40 megapixels of 16 bits.png": lambda: png(8000, 5000, nothing(5000 * 16_001), depth=16, colours=0),
    "more pixels than said.png": lambda: png(64, 64, nothing(128 * MEBIBYTE)),
    "endless exif.jpg": lambda: jpeg(segment(0xE1, b"Exif\0\0" + huge_exif())),
    "endless exif.png": lambda: small(chunk(b"eXIf", huge_exif())),
    "a profile in 255 pieces.jpg": lambda: jpeg(
        *(segment(0xE2, b"ICC_PROFILE\0" + bytes((n, 255)) + bytes(65_000)) for n in range(1, 256))
    ),
}


def _claiming(data: bytes, marker: bytes, side: int) -> bytes:
    at = data.index(marker) + 5
    return data[:at] + struct.pack(">HH", side, side) + data[at + 4 :]


def _saying(data: bytes, side: int) -> bytes:
    """A HEIC or an AVIF that claims this size."""
    at = data.index(b"ispe") + 8
    return data[:at] + struct.pack(">II", side, side) + data[at + 8 :]


def outcomes() -> Iterator[tuple[str, dict[str, object]]]:
    for name, build in (REFUSED | HARMLESS).items():
        data = build()
        began = time.process_time()
        try:
            stored = pictures.rendition(data)
            outcome = "kept, payload and all" if b"crafted payload" in stored.data + stored.thumbnail else "kept"
        except StudioError as error:
            outcome = error.code
        peak = peak_mb()
        yield name, {"outcome": outcome, "seconds": time.process_time() - began, "bytes": len(data), "peak": peak}


if __name__ == "__main__":
    print(json.dumps(dict(outcomes())))  # noqa: T201
