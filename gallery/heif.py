"""HEIC and AVIF hold a video codec's picture. Another process decodes them, with bounds on memory and time."""

import json
import os
import re
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from PIL import Image, UnidentifiedImageError

_READER = Path(__file__).with_name("heif_reader.py")
_BRANDS = re.compile(rb"[\s\S]{4}ftyp(heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)")
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG")  # no keys or passwords
_MAX_LINE = 32 * 1024**2  # bytes
_CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


class Broken(Exception):
    pass


def is_heif(data: bytes) -> bool:
    return bool(_BRANDS.match(data[:12]))


def read(data: bytes, check: Callable[[int, int, int], None]) -> Image.Image:
    """`check(width, height, frames)` may raise before it is decoded. Raises `UnidentifiedImageError`, `Broken`."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with _reader(file) as process:
            assert process.stdout
            try:
                return _receive(process.stdout, check)
            finally:
                process.kill()


def _reader(file: IO[bytes]) -> "subprocess.Popen[bytes]":
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    command = [sys.executable, "-I", str(_READER)]
    return subprocess.Popen(  # noqa: S603  nothing of it comes from outside
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    )


def _receive(output: IO[bytes], check: Callable[[int, int, int], None]) -> Image.Image:
    header = _line(output)
    if "error" in header:
        raise UnidentifiedImageError
    width, height = header["size"]
    check(width, height, header["frames"])
    picture = _line(output)
    width, height = picture["size"]
    check(width, height, 1)  # decoding may change the size
    length = width * height * _CHANNELS[picture["mode"]]
    pixels = output.read(length)
    if len(pixels) != length:
        raise Broken
    image = Image.frombytes(picture["mode"], (width, height), pixels)
    image.info = {"exif": b64decode(picture["exif"]), "icc_profile": b64decode(picture["icc"])}
    return image


def _line(output: IO[bytes]) -> dict[str, Any]:
    line = output.readline(_MAX_LINE)
    if not line.endswith(b"\n"):
        raise Broken
    return dict(json.loads(line))
