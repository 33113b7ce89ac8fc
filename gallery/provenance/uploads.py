"""What a file that comes in says of itself, before it is made anew without it."""

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
_SAID = re.compile(rb"newscodes/digitalsourcetype/([A-Za-z]{3,40})")
_BY_WEIGHT = (COMPOSITE_TRAINED, TRAINED, COMPOSITE_SYNTHETIC, ALGORITHMIC, ENHANCED, EDITED, CAPTURED)
_EXIF, _EXIF_BYTES = b"Exif\0\0", 65_536
_CAMERA = 0x010F  # its maker


def source_type(data: bytes) -> str:
    """The heaviest that it says; a photograph where a camera has signed; else nobody knows."""
    said = {name.decode() for name in _SAID.findall(data)}
    return next((each for each in _BY_WEIGHT if each in said), CAPTURED if _is_of_camera(data) else UNKNOWN)


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
