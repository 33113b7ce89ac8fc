"""Measures every tool on its pictures, compared with plain OpenCV. A figure is a row of the table."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import mean

import cv2
import numpy as np

from pipeline.providers.base import STYLES
from pipeline.providers.offline.photo.background import remove_background
from pipeline.providers.offline.photo.enhance import enhance
from pipeline.providers.offline.photo.inpaint import remove_object
from pipeline.providers.offline.photo.styles import restyle
from tests.programs.quality import measures
from tests.programs.quality.photos import Flags, Pixels, composed, holes, outlined, photo
from tests.support.listener import ignore

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "camera")


@dataclass(frozen=True)
class Figure:
    tool: str
    picture: str
    values: dict[str, float] = field(default_factory=dict)  # by name
    pictures: tuple[Pixels, ...] = ()  # before and after, for the contact sheet


def background(pictures: dict[str, tuple[Pixels, Flags]]) -> Iterable[Figure]:
    for name, (pixels, known) in pictures.items():
        cut, _ = remove_background(pixels, None, ignore)
        overlap = measures.overlap(cut[..., 3] > 127, known)
        yield Figure("remove background", name, {"IoU": overlap}, (pixels, checkered(cut)))


def filling(names: Iterable[str], radii: Iterable[int] = (8, 16), side: int = 400) -> Iterable[Figure]:
    for name in names:
        for radius in radii:
            whole = photo(name)[: side * 3 // 4, :side]
            where = holes(whole.shape, radius, seed=5)
            broken = np.where(where[..., None], 255, whole).astype(np.uint8)
            mask = where.astype(np.uint8) * 255
            made = remove_object(broken, mask, ignore)
            telea, stokes = (cv2.inpaint(broken, mask, 3, how) for how in (cv2.INPAINT_TELEA, cv2.INPAINT_NS))
            values = {}
            results = {
                "ours": made,
                "Telea": np.asarray(telea, np.uint8),
                "Navier-Stokes": np.asarray(stokes, np.uint8),
            }
            for label, result in results.items():
                values[f"PSNR {label}"] = measures.psnr(whole, result, where)
                values[f"SSIM {label}"] = measures.ssim(whole, result, where)
            yield Figure("remove object", f"{name}, {2 * radius} px", values, (broken, made))


def upscaling(names: Iterable[str]) -> Iterable[Figure]:
    for name in names:
        whole = photo(name)
        small = np.asarray(cv2.resize(whole, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)
        made = enhance(small, ["upscale"], ignore)
        plain = np.asarray(cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
        values = {}
        for label, result in (("ours", made), ("bicubic", plain)):
            values[f"PSNR {label}"] = measures.psnr(whole, result)
            values[f"SSIM {label}"] = measures.ssim(whole, result)
        yield Figure("upscale 2×", name, values, (plain, made))


def enhancing(names: Iterable[str]) -> Iterable[Figure]:
    """A photograph as in fog and with a cheap sensor: half its contrast, and noise."""
    for name in names:
        noise = np.random.default_rng(4).normal(0, 5, photo(name).shape)
        dull = np.clip(photo(name) * 0.5 + 60 + noise, 0, 255).astype(np.uint8)
        made = enhance(dull, ["denoise", "contrast", "sharpness"], ignore)
        values = {
            "contrast": measures.contrast(made) / measures.contrast(dull),
            "clipped before": measures.clipped(dull),
            "clipped after": measures.clipped(made),
        }
        clean = (photo(name) * 0.5 + 60).astype(np.uint8)
        values["noise before"] = measures.psnr(clean, dull)
        values["noise after"] = measures.psnr(clean, enhance(dull, ["denoise"], ignore))
        yield Figure("enhance", name, values, (dull, made))


def restyling(names: Iterable[str], styles: Iterable[str] = STYLES) -> Iterable[Figure]:
    for style in styles:
        made = {name: restyle(photo(name), style, ignore) for name in names}
        like = mean(measures.likeness(photo(name), result) for name, result in made.items())
        apart = mean(measures.difference(photo(name), result) for name, result in made.items())
        first = next(iter(made))
        yield Figure("style", style, {"likeness": like, "difference": apart}, (photo(first), made[first]))


def checkered(cut: Pixels) -> Pixels:
    """A picture with holes before a chequered board."""
    down, across = np.ogrid[: cut.shape[0], : cut.shape[1]]
    board = np.where(((down // 12 + across // 12) % 2)[..., None], 235, 200)
    alpha = cut[..., 3:] / 255
    return np.asarray(cut[..., :3] * alpha + board * (1 - alpha), np.uint8)


def everything() -> list[Figure]:
    return [
        *background({**composed(), **outlined()}),
        *filling((*PHOTOS, "brick", "grass")),
        *upscaling((*PHOTOS, "hubble_deep_field")),
        *enhancing(PHOTOS),
        *restyling(PHOTOS[:3]),
    ]
