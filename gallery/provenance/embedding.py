"""Adds XMP to a picture while it is sent: the pixels are not touched, and the file is never whole in memory."""

import io
import zlib

from gallery.storage.base import PIECE, Stream, read_past

HEAD = 64  # bytes: enough of each format to know where XMP goes
JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
PNG_XMP = b"XML:com.adobe.xmp\0\0\0\0\0"  # not compressed, no language
HAS_XMP, HAS_ALPHA = 0x04, 0x10  # flags of a WebP


def with_xmp(file: Stream, packet: bytes) -> Stream:
    """The same picture with XMP; unchanged if it is none of our formats. Raises `StorageDown`."""
    head = b""
    while len(head) < HEAD and (piece := file.read(HEAD - len(head))):
        head += piece
    begin, end = _wrap(head, packet)
    size = None if file.size is None else file.size - len(head) + len(begin) + len(end)
    return _Wrapped(begin, file, end, size)


def embedded(data: bytes, packet: bytes) -> bytes:
    file = with_xmp(InMemory(data), packet)
    return b"".join(iter(lambda: file.read(PIECE), b""))


def _wrap(head: bytes, packet: bytes) -> tuple[bytes, bytes]:
    """What replaces `head`, and what follows the last byte."""
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head, packet), b""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(head, packet), b""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head, packet)
    return head, b""


def _jpeg(head: bytes, packet: bytes) -> bytes:
    """After JFIF's segment, which has to be the first."""
    at = 4 + int.from_bytes(head[4:6], "big") if head[2:4] == b"\xff\xe0" else 2
    payload = JPEG_XMP + packet
    return head[:at] + b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload + head[at:]


def _png(head: bytes, packet: bytes) -> bytes:
    """After the header."""
    payload = b"iTXt" + PNG_XMP + packet
    chunk = (len(payload) - 4).to_bytes(4, "big") + payload + zlib.crc32(payload).to_bytes(4, "big")
    return head[:33] + chunk + head[33:]


def _webp(head: bytes, packet: bytes) -> tuple[bytes, bytes]:
    """At the end, in the extended form, whose header has a flag for it."""
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


class _Wrapped:
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
        read_past(self, size)

    def close(self) -> None:
        self._file.close()


class InMemory(io.BytesIO):
    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.size: int | None = len(data)

    def skip(self, size: int, /) -> None:
        self.seek(size, io.SEEK_CUR)
