"""The bounds that the tools keep, on small pictures: `make quality` has the figures for all of them."""

from statistics import mean

import numpy as np
import pytest

from pipeline.providers.base import STYLES
from pipeline.providers.offline.photo.enhance import enhance, noise_of
from pipeline.providers.offline.photo.inpaint import remove_object
from tests.programs.quality import figures, measures
from tests.programs.quality.photos import composed, holes, outlined, photo
from tests.support.listener import ignore


def test_subjects_are_told_from_plain_and_from_textured_backgrounds() -> None:
    subjects = composed()
    chosen = {name: subjects[name] for name in ("horse, gradient", "horse, grass", "person, gravel")}
    for figure in figures.background({**chosen, "coffee": outlined()["coffee"]}):
        assert figure.values["IoU"] > 0.92, figure.picture


def test_holes_are_filled_better_than_by_opencv_alone() -> None:
    found = [figure.values for figure in figures.filling(["brick", "coffee"], radii=[12], side=280)]
    for name in ("PSNR", "SSIM"):
        ours, *others = (mean(values[f"{name} {by}"] for values in found) for by in ("ours", "Telea", "Navier-Stokes"))
        assert ours > max(others), name


@pytest.mark.parametrize(("height", "width", "radius", "scratch"), [(160, 240, 14, 20), (100, 150, 9, 10)])
def test_what_lies_under_the_mask_has_no_say(height: int, width: int, radius: int, scratch: int) -> None:
    """Neither in its own place nor, as something to learn from, in another hole, however near."""
    whole = photo("brick")[:height, :width]
    mask = holes(whole.shape, radius, seed=2).astype(np.uint8) * 255
    mask[scratch : scratch + 3, 12 : width - 26] = 255
    made = [remove_object(np.where(mask[..., None], junk, whole).astype(np.uint8), mask, ignore) for junk in (0, 110)]
    assert (made[0] == made[1]).all()


def test_a_scratch_is_drawn_together() -> None:
    whole = photo("coffee")[100:260, 200:440]
    mask = np.zeros(whole.shape[:2], np.uint8)
    mask[40:43, 20:220] = 255
    broken = np.where(mask[..., None] > 0, 0, whole).astype(np.uint8)
    assert measures.psnr(whole, remove_object(broken, mask, ignore), mask > 0) > 27


@pytest.mark.parametrize("name", ["chelsea", "camera"])
def test_twice_the_size_is_nearer_to_the_original_than_bicubic(name: str) -> None:
    (figure,) = figures.upscaling([name])
    assert figure.values["PSNR ours"] > figure.values["PSNR bicubic"] + 0.15
    assert figure.values["SSIM ours"] > figure.values["SSIM bicubic"] + 0.005


@pytest.mark.parametrize("name", ["chelsea", "rocket"])
def test_a_dull_photograph_gains_contrast_and_loses_noise_and_nothing_is_clipped(name: str) -> None:
    (figure,) = figures.enhancing([name])
    assert figure.values["contrast"] > 1.3
    assert figure.values["clipped after"] <= figure.values["clipped before"] + 0.001
    assert figure.values["noise after"] > figure.values["noise before"] + 2


def test_a_photograph_with_all_its_range_is_not_clipped_by_enhancing() -> None:
    pixels = photo("coffee")
    assert (
        measures.clipped(enhance(pixels, ["denoise", "contrast", "sharpness"], ignore))
        <= measures.clipped(pixels) + 0.001
    )


def test_sharpening_sharpens_and_a_clean_picture_is_not_denoised() -> None:
    pixels = photo("camera")[:256, :256]
    soft = enhance(enhance(pixels, ["upscale"], ignore), ["sharpness"], ignore)
    plain = enhance(pixels, ["upscale"], ignore)
    assert np.abs(np.diff(soft.astype(int), axis=1)).mean() > 1.15 * np.abs(np.diff(plain.astype(int), axis=1)).mean()
    clean = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2).repeat(64, 0)
    assert (enhance(clean, ["denoise"], ignore) == clean).all()


@pytest.mark.parametrize("level", [3, 8, 15])
def test_the_noise_of_a_photograph_is_estimated(level: int) -> None:
    """Of its light, which is a mixture of three channels with noise of their own: 0.67 of theirs."""
    clean = enhance(photo("coffee"), ["denoise"], ignore)
    noisy = np.clip(clean + np.random.default_rng(1).normal(0, level, clean.shape), 0, 255).astype(np.uint8)
    assert noise_of(noisy) == pytest.approx(0.67 * level, rel=0.35)


def test_in_every_style_the_picture_is_another_and_still_to_be_recognised() -> None:
    for figure in figures.restyling(["coffee"], STYLES):
        assert figure.values["likeness"] > 0.5, figure.picture
        assert figure.values["difference"] > 8, figure.picture
    assert measures.likeness(photo("coffee"), photo("rocket")[:400, :600]) < 0.3  # what a stranger gets
