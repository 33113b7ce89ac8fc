"""The one pipeline of this process: loaded for the first picture, freed when it was not used for a while."""

import gc
import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gallery.errors import ProviderDown, StudioError, Unusable
from gallery.translation import _
from pipeline.providers import heard
from pipeline.providers.base import Control
from pipeline.providers.calls import taken
from pipeline.providers.diffusers.model import Model

log = logging.getLogger(__name__)

_REQUIRED = re.compile(r"requires the (\S+) library")
_NO_MEMORY = ("allocate memory", "out of memory", "not enough memory")


class Pipelines:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._turn = threading.Semaphore()  # of the pipeline and of its memory
        self._loaded: Any = None
        self._timer: threading.Timer | None = None

    @contextmanager
    def using(self, control: Control) -> Iterator[Any]:
        """The text-to-image pipeline, for one caller at a time. Raises `Unusable`, which says what is missing."""
        with taken(self._turn, lambda: control.progress(0.0)):
            try:
                self._keep()
                if self._loaded is None:
                    self._loaded = _load(self._model)
                yield self._loaded
            finally:
                self._free_later()

    def close(self) -> None:
        with self._turn:
            self._keep()
            self._free()

    def _keep(self) -> None:
        if self._timer:
            self._timer.cancel()

    def _free_later(self) -> None:
        self._timer = threading.Timer(self._model.idle_s, self._free_if_idle)
        self._timer.daemon = True
        self._timer.start()

    def _free_if_idle(self) -> None:
        if self._turn.acquire(blocking=False):  # otherwise it is in use again
            try:
                self._free()
            finally:
                self._turn.release()

    def _free(self) -> None:
        if self._loaded is None:
            return
        self._loaded = None
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        log.info("action=model_freed")


def _load(model: Model) -> Any:
    began = time.monotonic()
    fault: StudioError
    try:
        import torch
        from diffusers import AutoPipelineForText2Image
        from diffusers.utils import logging as of_diffusers
    except ImportError as error:
        raise _missing(error) from None
    of_diffusers.disable_progress_bar()
    device = _device(model.device)
    try:
        pipeline = AutoPipelineForText2Image.from_pretrained(
            model.path,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32 if device == "cpu" else torch.float16,
        ).to(device)
    except ImportError as error:
        fault = _missing(error)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, AttributeError, MemoryError) as error:
        if is_of_memory(error):
            fault = no_memory()
        else:
            log.warning("action=model_unusable path=%s error=%r", model.path, error)
            heard.note(repr(error))
            fault = Unusable(_("The image model of this studio cannot start: its files are missing or damaged."))
    else:
        pipeline.set_progress_bar_config(disable=True)
        log.info("action=model_loaded device=%s seconds=%.1f", device, time.monotonic() - began)
        return pipeline
    raise fault


def _missing(error: ImportError) -> Unusable:
    """diffusers needs some packages for certain models only, and names them in a sentence."""
    named = _REQUIRED.search(str(error))
    package = (error.name or "").partition(".")[0] or (named[1] if named else "diffusers")
    log.warning("action=model_unusable missing=%s", package)
    heard.note(str(error))
    return Unusable(
        _("The image model of this studio cannot start: {package} is not installed.").format(package=package)
    )


def _device(wanted: str) -> str:
    """Raises `Unusable` for one that is not there."""
    import torch

    if wanted:
        try:
            torch.empty(1, device=wanted)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            log.warning("action=model_unusable device=%s error=%r", wanted, error)
            heard.note(str(error))
            sentence = _("The image model of this studio cannot start: there is no GPU that torch can use.")
            raise Unusable(sentence) from None
        return wanted
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    log.warning("action=no_gpu: a picture takes minutes")
    return "cpu"


def is_of_memory(error: Exception) -> bool:
    """Without a GPU, only torch's words tell that memory is missing."""
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY)


def no_memory() -> ProviderDown:
    return ProviderDown(_("The image model of this studio has not enough memory for this picture."))
