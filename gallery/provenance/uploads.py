"""What an imported file says of itself: its metadata is not kept."""

import re
import struct

from PIL import Image

from gallery.provenance.source_types import (
    ALGORITHMIC,
    CAPTURED,
    COMPOSITE_SYNTHETIC,
    COMPOSITE_TRAINED,
    EDITED,
    ENHANCED,
    TRAINED,
    UNKNOWN,
)

# In XMP as in a C2PA manifest.
_NAMED = re.compile(rb"newscodes/digitalsourcetype/([A-Za-z]{3,40})")
_STRONGEST_FIRST = (COMPOSITE_TRAINED, TRAINED, COMPOSITE_SYNTHETIC, ALGORITHMIC, ENHANCED, EDITED, CAPTURED)
_EXIF, _EXIF_BYTES = b"Exif\0\0", 65_536
_CAMERA = 0x010F  # its maker


def source_type(data: bytes) -> str:
    """The strongest of those that it names; a photograph where EXIF names a camera; else unknown."""
    named = {name.decode() for name in _NAMED.findall(data)}
    return next((each for each in _STRONGEST_FIRST if each in named), CAPTURED if _is_of_camera(data) else UNKNOWN)


def _is_of_camera(data: bytes) -> bool:
    at = data.find(_EXIF)
    if at < 0:
        return False
    exif = Image.Exif()
    try:
        exif.load(data[at : at + _EXIF_BYTES])
        return bool(str(exif.get(_CAMERA) or "").strip("\0 "))
    except (SyntaxError, struct.error, ValueError, LookupError, TypeError, OSError):
        return False
