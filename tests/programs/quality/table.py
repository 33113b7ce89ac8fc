"""The figures as a table: the means, then every picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from tests.programs.quality.failings import Failing
from tests.programs.quality.figures import Figure
from tests.programs.quality.large import Cost
from tests.programs.quality.photos import outlined
from tests.programs.quality.speed import SIZE, Times

Row = tuple[str, str, str]
HEAD = "| measured | before | now | beside it, in the same run |\n| --- | ---: | ---: | --- |"
MEASURED = Path("docs/measured.md")  # its last column of ours is "before"


@dataclass(frozen=True)
class Bounded:
    """A figure that must stay below its bound on any machine."""

    label: str
    value: float
    most: float
    form: str  # of the value, with its unit
    what: str

    @property
    def row(self) -> Row:
        return self.label, self.form.format(self.value), f"{self.what}; at most {self.most:,.0f}"


def summary(figures: Sequence[Figure], failings: Sequence[Failing], bounded: Sequence[Bounded]) -> str:
    rows = [*_background(figures), *_filling(figures), *_upscaling(figures), *_enhancing(figures), *_styles(figures)]
    rows += [(one.label, one.form.format(one.ours), f"{one.method}: {one.form.format(one.plain)}") for one in failings]
    rows += [figure.row for figure in bounded]
    known = _known()
    lines = [(label, known.get(label, ""), ours, beside) for label, ours, beside in rows]
    return "\n".join([HEAD, *("| " + " | ".join(line) + " |" for line in lines)])


def _known() -> dict[str, str]:
    rows = [line.strip("| ").split(" | ") for line in MEASURED.read_text().splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[-2].strip() for row in rows if len(row) in (3, 4)}


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


def large(costs: dict[str, Cost], peak: float) -> Iterable[Bounded]:
    slowest = max(costs, key=lambda name: costs[name].seconds)
    gap = max(cost.gap for cost in costs.values())
    yield Bounded("12 megapixels, the slowest tool", costs[slowest].seconds, 10, "{:.1f} s", f"of CPU: {slowest}")
    yield Bounded("12 megapixels, memory", peak, 1000, "{:.0f} MB", "the worker's peak over all tools")
    yield Bounded("12 megapixels, longest wait for a stop", gap, 1, "{:.2f} s", "of CPU")


def speed(paintings: Times, refused: Times, kept: Times) -> Iterable[Bounded]:
    size = "{} × {}".format(*SIZE)
    for label, times, most in (
        (f"a painting of {size}, the slowest of ten", paintings, 2),
        ("a crafted file that is refused, the slowest", refused, 1),
        ("a crafted file that is kept, the slowest", kept, 10),
    ):
        slowest = max(times, key=times.__getitem__)
        yield Bounded(label, times[slowest], most, "{:.2f} s", f"of CPU: {slowest}")
