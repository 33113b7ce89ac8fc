from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Model:
    path: Path  # a folder with model_index.json and weights as safetensors
    pixels: int = 1024 * 1024  # the most that it makes well
    steps: int = 30
    device: str = ""  # as torch calls it, such as "cuda:1"; "": the first GPU, else the processor
    idle_s: float = 300.0  # until it leaves the memory
