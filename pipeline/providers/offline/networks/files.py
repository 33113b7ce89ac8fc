"""Small networks in wheels that are installed for their data: none of those wheels' code is imported."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import cv2
import numpy as np

from ..arrays import Array, Floats

OPERATION, COMMENT = b'"', b"2"  # tags of texts in a node, in an ONNX file, which is a protocol buffer
Run = Callable[[Mapping[str, Array]], Floats]  # inputs by name → the first output


@dataclass(frozen=True)
class Network:
    package: str
    file: str  # beside the installed packages
    sha256: str

    def opened(self) -> Run:
        """For one picture: kept, it would hold 250 MB, and it takes 0.15 s to load."""
        data = Path(str(distribution(self.package).locate_file(self.file))).read_bytes()
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise RuntimeError(f"{self.file} is not the file that was tried")
        network = cv2.dnn.readNetFromONNX(np.frombuffer(_floating(data), np.uint8))
        names = network.getUnconnectedOutLayersNames()

        def run(inputs: Mapping[str, Array]) -> Floats:
            for name, values in inputs.items():
                network.setInput(np.ascontiguousarray(values, np.float32), name)
            return network.forward(names)[0]

        return run


def _floating(model: bytes) -> bytes:
    """A network that was made for whole numbers, in floating point: OpenCV 5 quantizes a convolution of one pixel
    wrongly. Every node stays as long as it is, because its length stands before it."""
    passes_on = _text(OPERATION, b"Identity")
    model = model.replace(_text(OPERATION, b"QuantizeLinear"), passes_on + _text(COMMENT, b" " * 4))
    # What is stored in whole numbers is scaled as before: along an axis, which follows, but for one constant.
    computed = rb"(?<!/add/y_dequant)" + re.escape(_text(OPERATION, b"DequantizeLinear")) + rb"(?!\*)"
    return re.sub(computed, passes_on + _text(COMMENT, b" " * 6), model)


def _text(tag: bytes, value: bytes) -> bytes:
    return tag + bytes([len(value)]) + value
