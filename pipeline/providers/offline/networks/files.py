"""Small networks in wheels that are installed for their data: none of those wheels' code is imported."""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import cv2
import numpy as np
import onnx

from ..arrays import Array, Floats

log = logging.getLogger(__name__)

Run = Callable[[Mapping[str, Array]], Floats]  # inputs by name → the first output


@dataclass(frozen=True)
class Network:
    package: str
    file: str  # beside the installed packages
    sha256: str

    def opened(self) -> Run | None:
        """None without its file. For one picture: kept, it would hold 250 MB, and it takes 0.15 s to load."""
        try:
            data = Path(str(distribution(self.package).locate_file(self.file))).read_bytes()
        except (PackageNotFoundError, OSError) as error:
            log.warning("action=network_missing file=%s error=%s", self.file, error)
            return None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            log.error("action=network_changed file=%s: it is not the one that was tried", self.file)
            return None
        network = cv2.dnn.readNetFromONNX(np.frombuffer(_in_floating_point(data), np.uint8))
        names = network.getUnconnectedOutLayersNames()

        def run(inputs: Mapping[str, Array]) -> Floats:
            for name, values in inputs.items():
                network.setInput(np.ascontiguousarray(values, np.float32), name)
            return network.forward(names)[0]

        return run


def _in_floating_point(model: bytes) -> bytes:
    """OpenCV 5 quantizes a convolution of one pixel wrongly. Stored whole numbers are scaled as before."""
    network = onnx.load_model_from_string(model)
    stored = {tensor.name for tensor in network.graph.initializer}
    for node in network.graph.node:
        if node.op_type == "QuantizeLinear" or (node.op_type == "DequantizeLinear" and node.input[0] not in stored):
            node.op_type = "Identity"
            del node.input[1:], node.attribute[:]
    return network.SerializeToString()
