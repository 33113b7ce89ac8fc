"""PatchMatch (Barnes et al.): for every place in a hole, the place outside it whose surroundings look most alike.

The picture is filled again and again by what those places vote for (Wexler et al., "Space-Time Completion"), small first.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from pipeline.providers.local.tools.opencv import Flags, Floats, Places, cv2

RADIUS = 3  # pixels: a patch is 7 × 7
_SMALLEST = 20  # pixels of the shorter side of the smallest copy
_ROUNDS = (6, 4)  # of voting: at the smallest size, and at the full one


class Field:
    """Which place outside the hole each place in it looks like."""

    def __init__(self, picture: Floats, hole: Flags, random: np.random.Generator) -> None:
        pad = RADIUS
        around = ((pad, pad), (pad, pad))
        self._random = random
        self._hole = np.pad(hole, around)
        self.picture = np.pad(picture, (*around, (0, 0)), mode="reflect")
        height, width = self._hole.shape
        near = cv2.dilate(self._hole.astype(np.uint8), np.ones((2 * pad + 1, 2 * pad + 1), np.uint8)) > 0
        inner = np.zeros_like(near)
        inner[pad : height - pad, pad : width - pad] = True
        self.targets: Places = np.argwhere(near & inner).astype(np.int32)
        self._number = np.full(near.shape, -1, np.int32)
        self._number[tuple(self.targets.T)] = np.arange(len(self.targets))
        self._allowed = inner & ~near  # a source's whole patch is real
        self._free: Places = np.argwhere(self._allowed).astype(np.int32)
        reach = np.arange(-pad, pad + 1)
        self._steps = (reach[:, None] * width + reach[None]).ravel()
        # What is known counts more than what has been guessed, and the more the nearer it is to it.
        depth = cv2.distanceTransform(self._hole.astype(np.uint8), cv2.DIST_L2, 3)
        self._trust = (1.3 ** -np.minimum(depth, 30)).astype(np.float32).ravel()
        self.sources: Places = np.empty((0, 2), np.int32)

    @property
    def possible(self) -> bool:
        return len(self._free) > 0 and len(self.targets) > 0

    def start(self, offsets: Places | None) -> None:
        """From offsets (n, 2) for the targets, or from anywhere."""
        anywhere = self._free[self._random.integers(0, len(self._free), len(self.targets))]
        self.sources = anywhere
        if offsets is not None:
            wanted = self._inside(self.targets + offsets)
            good = self._allowed[tuple(wanted.T)]
            self.sources = np.where(good[:, None], wanted, anywhere)

    def search(self, times: int, heard: Callable[[], None]) -> None:
        """Better sources: the neighbours' ones, moved along, and others near the present one."""
        flat = self.picture.reshape(-1, 3)
        wanted = self._flat(self.targets)[:, None] + self._steps
        self._look, self._weight = flat[wanted], self._trust[wanted]
        self._weight /= self._weight.sum(1, keepdims=True)
        best = self._cost(self.sources, slice(None))
        for turn in range(times):
            for step in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                heard()
                move = np.array(step, np.int32) * (1 if turn % 2 else 2)
                neighbour = self._number[tuple(self._inside(self.targets + move).T)]
                self._try(np.where((neighbour >= 0)[:, None], self.sources[neighbour] - move, self.sources), best)
            far = max(self._hole.shape)
            while far >= 2:
                heard()
                jump = self._random.integers(-far, far + 1, self.sources.shape)
                self._try((self.sources + jump).astype(np.int32), best)
                far //= 3
        self.cost = best

    def _try(self, candidates: Places, best: Floats) -> None:
        candidates = self._inside(candidates)
        fair = self._allowed[tuple(candidates.T)] & (candidates != self.sources).any(1)
        which = np.flatnonzero(fair)
        costs = self._cost(candidates[which], which)
        better = costs < best[which]
        self.sources[which[better]], best[which[better]] = candidates[which[better]], costs[better]

    def _cost(self, sources: Places, which: Places | slice) -> Floats:
        seen = self.picture.reshape(-1, 3)[self._flat(sources)[:, None] + self._steps]
        seen -= self._look[which]
        squares = np.einsum("npc,npc->np", seen, seen)
        return np.einsum("np,np->n", squares, self._weight[which])

    def vote(self) -> None:
        """Every pixel in the hole becomes the mean of what the patches over it show, the good ones counting most."""
        flat = self.picture.reshape(-1, 3)
        spread = max(float(np.percentile(self.cost, 75)), 1e-6)
        weight = np.exp(-self.cost / (2 * spread))[:, None] * np.ones(len(self._steps), np.float32)
        places = (self._flat(self.targets)[:, None] + self._steps).ravel()
        shown = flat[(self._flat(self.sources)[:, None] + self._steps).ravel()]
        total = np.bincount(places, weight.ravel(), len(flat))
        inside = np.flatnonzero(self._hole.ravel())
        for channel in range(3):
            sums = np.bincount(places, weight.ravel() * shown[:, channel], len(flat))
            flat[inside, channel] = (sums / np.maximum(total, 1e-12))[inside]

    def offsets(self) -> Places:
        """(height, width, 2): from each target to its source; 0 elsewhere."""
        height, width = self._hole.shape
        field = np.zeros((height, width, 2), np.int32)
        field[tuple(self.targets.T)] = self.sources - self.targets
        return field[RADIUS : height - RADIUS, RADIUS : width - RADIUS]

    def filled(self) -> Floats:
        height, width = self._hole.shape
        return self.picture[RADIUS : height - RADIUS, RADIUS : width - RADIUS]

    def take(self, guess: Floats) -> None:
        """Fill the hole with `guess` (the picture's size) for now."""
        height, width = self._hole.shape
        inside = self.filled()
        hole = self._hole[RADIUS : height - RADIUS, RADIUS : width - RADIUS]
        inside[hole] = guess[hole]

    def _flat(self, places: Places) -> Places:
        return places[:, 0].astype(np.intp) * self._hole.shape[1] + places[:, 1]

    def _inside(self, places: Places) -> Places:
        height, width = self._hole.shape
        return np.clip(places, RADIUS, (height - RADIUS - 1, width - RADIUS - 1)).astype(np.int32)


def fill(picture: Floats, hole: Flags, progress: Callable[[float], None]) -> tuple[Floats, Places] | None:
    """The picture (3 channels, any unit) with its hole filled, and where each pixel came from: (height, width, 2) offsets.
    None where there is too little around the hole to learn from."""
    random = np.random.default_rng(1)
    sizes = _sizes(picture.shape[0], picture.shape[1])
    guess: Floats | None = None
    offsets: Places | None = None
    done, whole = 0.0, sum(h * w for h, w in sizes)
    for level, (height, width) in enumerate(sizes):
        start, done = done, done + height * width / whole
        small = _shrunk(picture, hole, height, width)
        field = Field(small[0], small[1], random)
        if not field.possible:
            continue
        before = guess if guess is not None else _diffused(*small)
        field.take(cv2.resize(before, (width, height), interpolation=cv2.INTER_LINEAR))
        field.start(_at(offsets, height, width, field.targets - RADIUS))
        _settle(field, _rounds(level, len(sizes)), start, done, progress)
        guess, offsets = field.filled(), field.offsets()
    return None if guess is None or offsets is None or guess.shape != picture.shape else (guess, offsets)


def _settle(field: Field, rounds: int, start: float, end: float, progress: Callable[[float], None]) -> None:
    for turn in range(rounds):
        heard = partial(progress, start + (end - start) * turn / rounds)
        field.search(2, heard)
        field.vote()


def _rounds(level: int, levels: int) -> int:
    first, last = _ROUNDS
    return round(first + (last - first) * level / max(levels - 1, 1))


def _sizes(height: int, width: int) -> list[tuple[int, int]]:
    sizes = [(height, width)]
    while min(sizes[-1]) > 2 * _SMALLEST:
        sizes.append((sizes[-1][0] // 2, sizes[-1][1] // 2))
    return sizes[::-1]


def _shrunk(picture: Floats, hole: Flags, height: int, width: int) -> tuple[Floats, Flags]:
    """Without a trace of what is in the hole."""
    if (height, width) == hole.shape:
        return picture.copy(), hole
    known = cv2.resize((~hole).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * (~hole)[..., None], (width, height), interpolation=cv2.INTER_AREA)
    return (sums / np.maximum(known, 1e-3)[..., None]).astype(np.float32), known < 0.5


def _diffused(picture: Floats, hole: Flags) -> Floats:
    lowest, wide = float(picture.min()), max(float(np.ptp(picture)), 1e-3)
    levels = ((picture - lowest) / wide * 255).astype(np.uint8)
    return (cv2.inpaint(levels, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA) / 255 * wide + lowest).astype(np.float32)


def _at(offsets: Places | None, height: int, width: int, places: Places) -> Places | None:
    """The smaller copy's offsets, for places at this size."""
    if offsets is None:
        return None
    scale = np.array([height / offsets.shape[0], width / offsets.shape[1]])
    small = np.minimum(places / scale, np.array(offsets.shape[:2]) - 1).astype(np.int32)
    return np.rint(offsets[tuple(small.T)] * scale).astype(np.int32)
