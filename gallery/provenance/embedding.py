"""XMP into a picture on its way out: the pixels are not touched, and nothing is read whole into memory."""

import io
import zlib

from gallery.errors import StorageDown
from gallery.storage.base import Stream

HEAD = 64  # bytes: enough of each format to know where XMP goes
PIECE = 64 * 1024
JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
PNG_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"  # not compressed, no language
HAS_XMP, HAS_ALPHA = 0x04, 0x10  # flags of a WebP


def marked(file: Stream, packet: bytes) -> Stream:
    """The same picture with XMP. As it is where it is none of our formats. Raises `StorageDown`."""
    head = b""
    while len(head) < HEAD and (piece := file.read(HEAD - len(head))):
        head += piece
    begin, end = _with_xmp(head, packet)
    size = None if file.size is None else file.size - len(head) + len(begin) + len(end)
    return _Marked(begin, file, end, size)


def embedded(data: bytes, packet: bytes) -> bytes:
    file = marked(InMemory(data), packet)
    return b"".join(iter(lambda: file.read(PIECE), b""))


def _with_xmp(head: bytes, packet: bytes) -> tuple[bytes, bytes]:
    """What comes in the place of the first bytes, and what after the last."""
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head, packet), b""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(head, packet), b""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head, packet)
    return head, b""


def _jpeg(head: bytes, packet: bytes) -> bytes:
    """Behind JFIF's segment, which has to be the first."""
    at = 4 + int.from_bytes(head[4:6], "big") if head[2:4] == b"\xff\xe0" else 2
    said = JPEG_XMP + packet
    return head[:at] + b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said + head[at:]


def _png(head: bytes, packet: bytes) -> bytes:
    """Behind the header."""
    said = b"iTXt" + PNG_XMP + packet
    chunk = (len(said) - 4).to_bytes(4, "big") + said + zlib.crc32(said).to_bytes(4, "big")
    return head[:33] + chunk + head[33:]


def _webp(head: bytes, packet: bytes) -> tuple[bytes, bytes]:
    """At the end, in the extended form, which says first what there is."""
    end = b"XMP " + len(packet).to_bytes(4, "little") + packet + b"\0" * (len(packet) % 2)
    if head[12:16] == b"VP8X":
        chunks = head[12:20] + bytes([head[20] | HAS_XMP]) + head[21:]
    else:
        width, height, alpha = _webp_size(head)
        sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
        chunks = b"VP8X" + (10).to_bytes(4, "little") + bytes([HAS_XMP | alpha, 0, 0, 0]) + sides + head[12:]
    size = int.from_bytes(head[4:8], "little") + len(chunks) - len(head[12:]) + len(end)
    return b"RIFF" + size.to_bytes(4, "little") + b"WEBP" + chunks, end


def _webp_size(head: bytes) -> tuple[int, int, int]:
    """Width, height, and the flag of its alpha, of the simple forms."""
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, HAS_ALPHA if bits >> 28 & 1 else 0
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    return width, height, 0


class _Marked:
    def __init__(self, begin: bytes, file: Stream, end: bytes, size: int | None) -> None:
        self._begin, self._file, self._end, self.size = begin, file, end, size

    def read(self, size: int, /) -> bytes:
        if self._begin:
            piece, self._begin = self._begin[:size], self._begin[size:]
            return piece
        if piece := self._file.read(size):
            return piece
        piece, self._end = self._end[:size], self._end[size:]
        return piece

    def skip(self, size: int, /) -> None:
        while size > 0:
            piece = self.read(min(size, PIECE))
            if not piece:
                raise StorageDown
            size -= len(piece)

    def close(self) -> None:
        self._file.close()


class InMemory(io.BytesIO):
    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size: int | None = len(data)

    def skip(self, size: int, /) -> None:
        self.seek(size, io.SEEK_CUR)
