"""Stable Diffusion in the worker, with a tiny model of random weights: its pictures are noise, everything else is real."""

import importlib.util
import json
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from gallery import pictures
from gallery.errors import Interrupted, NoImage, ProviderDown, Refused, StudioError, Unusable
from pipeline.providers.base import Intent, PictureRequest, Usage
from pipeline.providers.diffusers import pipelines as loading
from pipeline.providers.diffusers.model import Model
from pipeline.providers.diffusers.provider import DiffusersProvider
from tests.contracts.asking import png, to_make
from tests.support import tiny_diffusion
from tests.support.listener import Listener
from tests.support.studio import HANGS_S, eventually

pytestmark = pytest.mark.skipif(
    not (importlib.util.find_spec("torch") and importlib.util.find_spec("diffusers")),
    reason="torch and diffusers are 6 GB: `make .venv/diffusers.stamp` brings them",
)
PAINT = to_make(Intent.GENERATE, width=256, height=256, style=None)
STEPS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_diffusion.save(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return Model(folder, pixels=256 * 256, steps=STEPS)


@pytest.fixture(scope="module")
def drawing(model: Model) -> Iterator[DiffusersProvider]:
    with closing(DiffusersProvider(model)) as provider:
        yield provider


def made(provider: DiffusersProvider, request: PictureRequest) -> Image.Image:
    return pictures.decode(provider.make(request, Listener()).data)


def failure(model: Model) -> StudioError:
    with closing(DiffusersProvider(model)) as provider, pytest.raises(StudioError) as caught:
        provider.make(PAINT, Listener())
    return caught.value


# Pictures


def test_a_picture_has_the_size_that_was_chosen(drawing: DiffusersProvider) -> None:
    picture = drawing.make(replace(PAINT, width=300, height=200), Listener())
    assert pictures.decode(picture.data).size == (300, 200)
    assert (picture.provider, picture.usage) == ("diffusers", Usage(pictures=1))


def test_how_large_it_was_really_made_is_said(drawing: DiffusersProvider) -> None:
    assert "256 × 256" in (drawing.make(replace(PAINT, width=512, height=512), Listener()).note or "")


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_picture(drawing: DiffusersProvider) -> None:
    one, same, other = (drawing.make(replace(PAINT, seed=seed), Listener()).data for seed in (7, 7, 8))
    assert one == same != other


def test_a_change_begins_from_the_picture_and_keeps_its_shape(drawing: DiffusersProvider) -> None:
    black, white = (
        made(drawing, to_make(Intent.EDIT, source=png(Image.new("RGB", (200, 100), colour)), seed=7))
        for colour in ("black", "white")
    )
    assert black.width / black.height == pytest.approx(2, rel=0.02)
    assert ImageChops.difference(black, white).getbbox()


def test_nothing_changes_outside_of_the_mask(drawing: DiffusersProvider) -> None:
    before = Image.linear_gradient("L").resize((200, 150)).convert("RGB")
    mask = Image.new("L", before.size)
    mask.paste(255, (100, 0, 200, 150))
    after = made(drawing, to_make(Intent.REMOVE_OBJECT, source=png(before), mask=png(mask)))
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 * (value > 8)).getbbox()
    assert changed and changed[0] >= 100


def test_commands_are_taken_out_of_peoples_words(drawing: DiffusersProvider) -> None:
    plain = drawing.make(replace(PAINT, prompt="a lake"), Listener()).data
    assert drawing.make(replace(PAINT, prompt="a lake <lora:any:1>"), Listener()).data == plain
    with pytest.raises(NoImage):
        drawing.make(replace(PAINT, prompt="<lora:any:1>"), Listener())


# Progress, and giving up


def test_progress_is_told_at_every_step(drawing: DiffusersProvider) -> None:
    listener = Listener()
    drawing.make(PAINT, listener)
    assert listener.heard[-STEPS:] == [(step + 1) / STEPS for step in range(STEPS)]


@pytest.mark.parametrize("step", [1, 2])
def test_a_cancelled_picture_stops_at_the_next_step_and_the_next_one_is_made(
    drawing: DiffusersProvider, step: int
) -> None:
    listener = Listener(stop_at=step / STEPS)
    with pytest.raises(Interrupted):
        drawing.make(PAINT, listener)
    assert max(listener.heard) == step / STEPS
    assert drawing.make(PAINT, Listener()).data


def test_one_picture_at_a_time_and_who_waits_can_give_up(drawing: DiffusersProvider) -> None:
    entered, leave = threading.Event(), threading.Event()

    class Slow(Listener):
        def progress(self, fraction: float) -> None:
            if fraction > 0:
                entered.set()
                leave.wait(HANGS_S)

    thread = threading.Thread(target=drawing.make, args=(PAINT, Slow()))
    thread.start()
    try:
        assert entered.wait(HANGS_S)
        waiting = Listener(stop_after=3)
        with pytest.raises(Interrupted):
            drawing.make(PAINT, waiting)
        assert set(waiting.heard) == {0.0}
    finally:
        leave.set()
        thread.join(HANGS_S)
    assert not thread.is_alive()


# Memory


def test_the_model_leaves_the_memory_when_nobody_wants_it_and_comes_back(model: Model) -> None:
    with closing(DiffusersProvider(replace(model, idle_s=0.05))) as provider:
        provider.make(PAINT, Listener())
        eventually(lambda: provider._pipelines._loaded is None)
        assert provider.make(PAINT, Listener()).data


def test_the_model_is_loaded_once(drawing: DiffusersProvider) -> None:
    drawing.make(PAINT, Listener())
    loaded = drawing._pipelines._loaded
    drawing.make(to_make(Intent.EDIT), Listener())
    assert drawing._pipelines._loaded is loaded


def allocate_too_much() -> None:
    import torch

    torch.empty(2**45)  # without a GPU, a `RuntimeError`


def raise_memory_error() -> None:
    raise MemoryError


@pytest.mark.parametrize("fail", [allocate_too_much, raise_memory_error])
def test_too_little_memory_is_said(drawing: DiffusersProvider, monkeypatch: pytest.MonkeyPatch, fail: Any) -> None:
    def draws(*_: Any) -> Any:
        fail()

    monkeypatch.setattr(drawing, "_draw", draws)
    with pytest.raises(ProviderDown, match="not enough memory"):
        drawing.make(PAINT, Listener())


def test_what_the_models_own_check_flags_is_refused(
    drawing: DiffusersProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Flagged:
        nsfw_content_detected = [True]
        images = [Image.new("RGB", (256, 256))]

    monkeypatch.setattr(drawing, "_draw", lambda *_: Flagged)
    with pytest.raises(Refused):
        drawing.make(PAINT, Listener())


# What is missing


def test_too_little_memory_for_the_model_itself_is_said(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import AutoPipelineForText2Image

    def load(*_: Any, **__: Any) -> Any:
        allocate_too_much()

    monkeypatch.setattr(AutoPipelineForText2Image, "from_pretrained", load)
    assert "not enough memory" in failure(model).message


def test_a_package_that_this_model_needs_is_named(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import AutoPipelineForText2Image

    def load(*_: Any, **__: Any) -> Any:
        raise ImportError("\nStableDiffusionPipeline requires the transformers library but it was not found.")

    monkeypatch.setattr(AutoPipelineForText2Image, "from_pretrained", load)
    assert failure(model).message == "The image model of this studio cannot start: transformers is not installed."


@pytest.mark.parametrize("package", ["torch", "diffusers"])
def test_a_package_that_is_missing_is_named(model: Model, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    error = failure(model)
    assert type(error) is Unusable
    assert error.message == f"The image model of this studio cannot start: {package} is not installed."


def copied(folder: Path, to: Path) -> Path:
    shutil.copytree(folder, to)
    return to


def without_weights(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").unlink()


def with_pickled_weights(folder: Path) -> None:
    """Which could run code."""
    import torch

    without_weights(folder)
    torch.save({}, folder / "unet" / "diffusion_pytorch_model.bin")


def damaged(folder: Path) -> None:
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"no weights")


def with_code(folder: Path) -> None:
    """A component whose class lies beside the weights."""
    index = json.loads((folder / "model_index.json").read_text())
    index["unet"] = ["mine", "Mine"]
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "unet" / "mine.py").write_text("raise SystemExit('code was run')")


@pytest.mark.parametrize("harm", [without_weights, with_pickled_weights, damaged, with_code])
def test_files_that_are_missing_or_damaged_or_hold_code_are_not_loaded(folder: Path, tmp_path: Path, harm: Any) -> None:
    copy = copied(folder, tmp_path / "model")
    harm(copy)
    error = failure(Model(copy, pixels=256 * 256, steps=STEPS))
    assert type(error) is Unusable
    assert error.message == "The image model of this studio cannot start: its files are missing or damaged."


@pytest.mark.parametrize("device", ["cuda", "cuda:7", "mps", "xpu", "the best one"])
def test_a_gpu_that_is_not_there_is_said(model: Model, monkeypatch: pytest.MonkeyPatch, device: str) -> None:
    import torch

    if torch.accelerator.is_available():
        pytest.skip("there is a GPU")
    assert "no GPU" in failure(replace(model, device=device)).message
    assert loading._device("") == "cpu"
