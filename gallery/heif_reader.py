"""Started by `gallery.heif`: HEIC or AVIF at standard input, the picture at standard output.

First the header's {"size", "frames"}, then {"size", "mode", "exif", "icc"}, a line each, then the pixels. For what is
no picture, one line: {"error"}.
"""

import io
import json
import resource
import sys
from base64 import b64encode
from contextlib import suppress

MEMORY = 2 * 1024**3  # bytes of address space; 40 megapixels take half of it
CPU_S = 30  # 40 megapixels take three


def _bound() -> None:
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_CORE, 0)):
        with suppress(ValueError, OSError):  # not every system has every limit
            resource.setrlimit(what, (most, most))


def _write_line(**values: object) -> None:
    sys.stdout.buffer.write(json.dumps(values).encode() + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    from pi_heif import options, register_heif_opener
    from PIL import Image, UnidentifiedImageError

    register_heif_opener()
    options.DECODE_THREADS = 2
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=("AVIF", "HEIF"))
    except UnidentifiedImageError:
        return _write_line(error="unreadable")
    # A HEIC's other pictures do not matter; an AVIF of many frames is a film.
    _write_line(size=image.size, frames=getattr(image, "n_frames", 1) if image.format == "AVIF" else 1)
    exif, icc = (bytes(image.info.get(name) or b"") for name in ("exif", "icc_profile"))
    image.load()
    wanted = (
        image
        if image.mode in ("L", "LA", "RGB", "RGBA")
        else image.convert("RGBA" if "A" in image.getbands() else "RGB")
    )
    _write_line(size=wanted.size, mode=wanted.mode, exif=b64encode(exif).decode(), icc=b64encode(icc).decode())
    sys.stdout.buffer.write(wanted.tobytes())
    sys.stdout.buffer.flush()
    return None


if __name__ == "__main__":
    _bound()
    main()
