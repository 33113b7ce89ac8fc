"""What the tools once got wrong on real photographs: the figures of `make quality`, on a few pictures each."""

import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.providers.arithmetic import BRIGHTER, COOLER, WARMER, exposed, tinted
from pipeline.providers.offline.arrays import Floats
from pipeline.providers.offline.networks import subject
from pipeline.providers.offline.photo import inpaint
from pipeline.providers.offline.photo.enhance import enhance
from pipeline.providers.offline.photo.styles import restyle
from tests.programs.quality import failings, measures
from tests.programs.quality.photos import Pixels, composed, photo, untuned
from tests.support.listener import ignore


def enhanced(pixels: Pixels) -> Pixels:
    return enhance(pixels, ["denoise", "contrast", "sharpness"], ignore)


@pytest.mark.parametrize("name", ["motorcycle", "boats", "coins"])
def test_enhancing_lays_no_halo_beside_an_edge(name: str) -> None:
    pixels = untuned()[name]
    assert measures.halo(pixels, enhanced(pixels)) < 3
    assert measures.halo(pixels, enhanced(pixels)) < measures.halo(pixels, failings._equalized(pixels)) / 2


def test_enhancing_leaves_a_white_sky_white() -> None:
    pixels = untuned()["boats"]
    assert np.median(enhanced(pixels)) > np.median(pixels) - 25


@pytest.mark.parametrize("tint", [WARMER, COOLER])
def test_warmer_and_cooler_turn_no_grey_green_or_purple(tint: tuple[float, float, float]) -> None:
    red, green, blue = (np.array(tinted(2 * amount)) for amount in tint)
    assert np.abs(green - (red + blue) / 2)[:250].max() <= 2


def test_much_brighter_burns_nothing_out() -> None:
    levels = exposed(2 * BRIGHTER)
    assert levels[128] > 170
    assert (levels[0], levels[255]) == (0, 255)
    assert len(set(levels[200:])) > 20  # of 56 levels of a sky


def test_leaves_become_no_black_blobs_in_cartoon_and_ink() -> None:
    for style in ("cartoon", "ink"):
        assert measures.blobs(untuned()["forest"], restyle(untuned()["forest"], style, ignore)) < 0.001


def test_a_poster_keeps_a_small_red_thing_red_and_forms_in_the_shadows() -> None:
    pixels = untuned()["motorcycle"]
    poster = restyle(pixels, "poster", ignore)
    assert measures.red_kept(pixels, poster) > 0.85
    for name in ("motorcycle", "meadow"):
        whole = untuned()[name]
        kept = measures.shadow_detail(whole, restyle(whole, "poster", ignore))
        assert kept > measures.shadow_detail(whole, failings._posterized(whole)), name


def test_oil_lays_no_ripples_on_a_sky() -> None:
    sky = np.repeat(np.linspace(120, 230, 240, dtype=np.uint8)[:, None, None], 640, 1).repeat(3, 2)
    assert measures.ripples(sky, restyle(sky, "oil", ignore)) < 3


def test_a_large_hole_is_no_smear() -> None:
    whole = photo("chelsea")
    hole = failings._disc(whole, *failings.HOLES["chelsea"])
    broken = np.where(hole[..., None], 255, whole).astype(np.uint8)
    made = inpaint.remove_object(broken, hole.astype(np.uint8) * 255, ignore)
    flat = np.asarray(cv2.inpaint(broken, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)
    assert measures.texture_kept(whole, made, hole) > 2 * measures.texture_kept(whole, flat, hole)


def test_a_hole_that_is_filled_on_a_reduced_copy_has_the_detail_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inpaint, "HOLE_PIXELS", 2_000)
    whole = untuned()["meadow"]
    hole = failings._disc(whole, *failings.HOLES["forest"])
    made = inpaint.remove_object(whole, hole.astype(np.uint8) * 255, ignore)
    assert measures.texture_kept(whole, made, hole) > 0.7


def filled_on_a_reduced_copy(pixels: Pixels, monkeypatch: pytest.MonkeyPatch) -> Floats:
    """What is inside of a hole of 260 pixels, without its rim."""
    monkeypatch.setattr(inpaint, "HOLE_PIXELS", 2_000)
    down, across = np.ogrid[:600, :800]
    mask = ((down - 300) ** 2 + (across - 400) ** 2 < 130**2) * np.uint8(255)
    return inpaint.remove_object(pixels, mask, ignore)[220:380, 320:480].astype(np.float32)


def test_a_hole_in_a_smooth_ground_has_no_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    y, x = np.mgrid[:600, :800]
    ground = np.dstack([60 + y * 0.2, 90 + x * 0.1, 200 - y * 0.1 - x * 0.05]).astype(np.uint8)
    made = filled_on_a_reduced_copy(ground, monkeypatch)
    assert np.abs(cv2.Laplacian(made, cv2.CV_32F)).max() < 10  # the ground's own is 4


def test_a_hole_in_a_grainy_sky_shows_no_grain_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.mgrid[:600, :800][1]
    grain = np.random.default_rng(3).normal(0, 8, (600, 800, 1))
    sky = np.clip(np.dstack([60 + x * 0.3, 90 + x * 0.3, 200 - x * 0.1]) + grain, 0, 255).astype(np.uint8)
    green = filled_on_a_reduced_copy(sky, monkeypatch)[..., 1]
    fine = green - cv2.GaussianBlur(green, (0, 0), 6)
    alike = [np.corrcoef(fine[:-apart].ravel(), fine[apart:].ravel())[0, 1] for apart in range(3, 30)]
    assert max(alike) < 0.13


def test_a_hole_at_the_rim_of_a_saucer_has_no_specks() -> None:
    whole = cv2.resize(photo("coffee"), (900, 900), interpolation=cv2.INTER_CUBIC)
    y, x = np.ogrid[:900, :900]
    hole = (y - 450) ** 2 + (x - 300) ** 2 < 140**2
    made = inpaint.remove_object(whole, hole * np.uint8(255), ignore)
    apart = np.abs(made.astype(int) - cv2.medianBlur(made, 3)).max(2)
    assert (apart[hole] > 40).mean() < 2e-4  # of the photo: 3.6e-4


# The second is larger than what is left behind the ball.
@pytest.mark.parametrize("hole", [np.s_[60:140, 152:230], np.s_[10:, 130:290]])
def test_what_is_removed_behind_a_subject_is_filled_with_nothing_of_it(
    hole: tuple[slice, slice], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A red ball before grey stripes, and a hole that touches it."""
    pixels = np.full((200, 300, 3), 120, np.uint8)
    pixels[:, ::8] = 160
    down, across = np.ogrid[:200, :300]
    ball = (down - 100) ** 2 + (across - 90) ** 2 < 60**2
    pixels[ball] = (200, 30, 30)
    seen = Image.fromarray(ball)
    monkeypatch.setattr(inpaint, "subject_seen", lambda small: np.asarray(seen.resize(small.shape[1::-1]), np.float32))
    mask = np.zeros((200, 300), np.uint8)
    mask[hole] = 255
    made = inpaint.remove_object(pixels, mask, ignore)
    assert (made[mask > 0].astype(int)[:, 0] - made[mask > 0][:, 1] < 40).mean() > 0.97


def test_what_is_removed_behind_a_person_leaves_no_torn_edges() -> None:
    pictures = composed()
    chosen = {name: pictures[name] for name in ("horse, gradient", "person, plain", "person, brick")}
    for name, (ours, plain) in zip(chosen, failings.behind_subjects(chosen), strict=True):
        assert ours > plain, name


def test_without_the_network_holes_are_filled_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inpaint, "subject_seen", lambda small: None)
    mask = np.zeros((100, 120), np.uint8)
    mask[40:60, 40:70] = 255
    assert inpaint.remove_object(photo("brick")[:100, :120], mask, ignore).shape == (100, 120, 3)
    assert subject.subject_seen(photo("brick")) is not None
