"""A network that was made for whole numbers, in floating point: OpenCV 5 quantizes a convolution of one pixel wrongly.

An ONNX file is a protocol buffer: https://onnx.ai/onnx/repo-docs/IR.html, https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Callable, Iterator

GRAPH, NODE, STORED, STORED_NAME = 7, 1, 5, 8  # numbers of fields: in a model, in its graph, in a stored tensor
INPUT, OUTPUT, KIND = 1, 2, 4  # in a node
_FIXED = {1: 8, 5: 4}  # bytes of a value, by how it is written
_TEXT = 2


def floating(model: bytes) -> bytes:
    """What was computed stays as it is; what is stored in whole numbers is scaled as before."""
    return _changed(model, GRAPH, _graph)


def _graph(graph: bytes) -> bytes:
    stored = {_values(tensor, STORED_NAME)[0] for tensor in _values(graph, STORED)}

    def passed_on(node: bytes) -> bytes:
        kind, source = _values(node, KIND)[0], _values(node, INPUT)[:1]
        if kind != b"QuantizeLinear" and (kind != b"DequantizeLinear" or source[0] in stored):
            return node
        return _field(INPUT, source[0]) + _field(OUTPUT, _values(node, OUTPUT)[0]) + _field(KIND, b"Identity")

    return _changed(graph, NODE, passed_on)


def _changed(message: bytes, wanted: int, change: Callable[[bytes], bytes]) -> bytes:
    parts = _fields(message)
    return b"".join(_field(wanted, change(value)) if number == wanted else whole for number, whole, value in parts)


def _values(message: bytes, wanted: int) -> list[bytes]:
    return [value for number, _, value in _fields(message) if number == wanted]


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each one's number, all of it, and its value where that is text or a message."""
    at = 0
    while at < len(message):
        start, value = at, b""
        tag, at = _number(message, at)
        if tag & 7 == _TEXT:
            size, at = _number(message, at)
            value, at = message[at : at + size], at + size
        elif tag & 7 in _FIXED:
            at += _FIXED[tag & 7]
        else:
            _, at = _number(message, at)
        yield tag >> 3, message[start:at], value


def _field(number: int, value: bytes) -> bytes:
    return _written(number << 3 | _TEXT) + _written(len(value)) + value


def _number(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 128:
            return value, at


def _written(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])
