"""The figures as a table: the means, then every picture."""

from collections.abc import Iterable, Sequence
from statistics import mean

from tests.quality.figures import Figure
from tests.quality.large import Cost
from tests.quality.photos import outlined

Row = tuple[str, str, str]
HEAD = "| measured | ours | beside it, in the same run |\n| --- | ---: | --- |"


def summary(figures: Sequence[Figure], costs: dict[str, Cost], peak: float) -> str:
    rows = [*_background(figures), *_filling(figures), *_upscaling(figures), *_enhancing(figures), *_styles(figures)]
    return "\n".join([HEAD, *("| " + " | ".join(row) + " |" for row in [*rows, *_large(costs, peak)])])


def details(figures: Iterable[Figure]) -> str:
    return "\n".join(
        f"{figure.tool}, {figure.picture}: " + ", ".join(f"{name} {value:.3f}" for name, value in figure.values.items())
        for figure in figures
    )


def _of(figures: Sequence[Figure], tool: str) -> list[Figure]:
    return [figure for figure in figures if figure.tool == tool]


def _mean(figures: Iterable[Figure], name: str) -> float:
    return mean(figure.values[name] for figure in figures)


def _background(figures: Sequence[Figure]) -> Iterable[Row]:
    cut, photographs = _of(figures, "remove background"), outlined()
    known = [figure for figure in cut if figure.picture not in photographs]
    worst = min(known, key=lambda figure: figure.values["IoU"])
    label = f"remove background, {len(known)} composed pictures: IoU"
    yield label, f"{_mean(known, 'IoU'):.3f}", f"worst: {worst.picture}, {worst.values['IoU']:.3f}"
    for figure in cut:
        if figure.picture in photographs:
            yield f"remove background, {figure.picture}: IoU", f"{figure.values['IoU']:.3f}", "outlined by hand"


def _filling(figures: Sequence[Figure]) -> Iterable[Row]:
    filled = _of(figures, "remove object")
    for name, digits in (("PSNR", 2), ("SSIM", 3)):
        ours, telea, stokes = (_mean(filled, f"{name} {by}") for by in ("ours", "Telea", "Navier-Stokes"))
        beside = f"OpenCV's inpaint: {telea:.{digits}f} (Telea), {stokes:.{digits}f} (Navier-Stokes)"
        yield f"remove object, {len(filled)} pictures: {name} in the holes", f"{ours:.{digits}f}", beside


def _upscaling(figures: Sequence[Figure]) -> Iterable[Row]:
    grown = _of(figures, "upscale 2×")
    for name, digits in (("PSNR", 2), ("SSIM", 3)):
        ours, plain = _mean(grown, f"{name} ours"), _mean(grown, f"{name} bicubic")
        yield f"upscale 2×, {len(grown)} photographs: {name}", f"{ours:.{digits}f}", f"bicubic: {plain:.{digits}f}"


def _enhancing(figures: Sequence[Figure]) -> Iterable[Row]:
    better = _of(figures, "enhance")
    before, after = (100 * _mean(better, f"clipped {when}") for when in ("before", "after"))
    clipping = f"clipped: {before:.2f} % before, {after:.2f} % after"
    yield f"enhance, {len(better)} dull photographs: contrast", f"{_mean(better, 'contrast'):.2f} ×", clipping
    noise = f"as it came: {_mean(better, 'noise before'):.1f}"
    yield "enhance, their noise alone: PSNR", f"{_mean(better, 'noise after'):.1f}", noise


def _styles(figures: Sequence[Figure]) -> Iterable[Row]:
    for figure in _of(figures, "style"):
        like, apart = figure.values["likeness"], figure.values["difference"]
        yield f"style, {figure.picture}: likeness of outlines", f"{like:.2f}", f"differs by {apart:.0f} of 255 levels"


def _large(costs: dict[str, Cost], peak: float) -> Iterable[Row]:
    slowest = max(costs, key=lambda name: costs[name].seconds)
    gap = max(cost.gap for cost in costs.values())
    yield "12 megapixels, the slowest tool", f"{costs[slowest].seconds:.1f} s", f"of CPU: {slowest}; at most 10"
    yield "12 megapixels, memory", f"{peak:.0f} MB", "the worker's peak over all tools; at most 1,000"
    yield "12 megapixels, longest wait for a stop", f"{gap:.2f} s", "of CPU; at most 1"
