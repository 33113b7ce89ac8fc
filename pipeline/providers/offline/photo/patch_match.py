"""PatchMatch (Barnes et al.), coarse to fine."""

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from pipeline.providers.base import Progress

from ..arrays import Array, Flags, Floats, Pixels, Places, box_mean, grown, shrunk

RADIUS = 3  # pixels: a patch is 7 × 7
TEXTURE = 5  # pixels around, of which it is told how rough they are
ROUGH = 1.5  # what a level of roughness counts, beside one of colour
SMALLEST_SIDE = 20  # pixels, of the smallest copy
# Of search and vote. Fewer on the smallest copy leave much to chance.
FIRST_ROUNDS, LAST_ROUNDS = 16, 4  # there, and at full size


def fill(picture: Floats, hole: Flags, foreign: Flags, progress: Progress) -> tuple[Floats, Places]:
    """The picture, and where each pixel came from: (height, width, 2) offsets, 0 where too little is around the hole.
    What is `foreign` is not copied."""
    random = np.random.default_rng(1)
    picture = np.dstack([picture, _texture(picture, hole)])
    sizes = [hole.shape]
    while min(sizes[0]) > 2 * SMALLEST_SIDE:
        sizes.insert(0, (sizes[0][0] // 2, sizes[0][1] // 2))
    filled: tuple[Floats, Places] | None = None
    done, whole = 0.0, sum(height * width for height, width in sizes)
    for level, size in enumerate(sizes):
        start, done = done, done + size[0] * size[1] / whole
        small, small_hole = reduced(picture, hole, size)
        there = cv2.resize(foreign.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST) > 0
        match = _Match(small, small_hole, there, random)
        if not len(match.allowed) or not len(match.targets):
            continue
        guess, offsets = filled or (diffused(small, small_hole), None)
        match.start(cv2.resize(guess, size[::-1], interpolation=cv2.INTER_LINEAR), offsets)
        rounds = round(FIRST_ROUNDS + (LAST_ROUNDS - FIRST_ROUNDS) * level / max(len(sizes) - 1, 1))
        for turn in range(rounds):
            match.search(partial(progress, start + (done - start) * turn / rounds))
            match.vote()
        filled = match.picture[match.inner], match.offsets()
    if filled is None or filled[0].shape != picture.shape:
        filled = diffused(picture, hole), np.zeros((*hole.shape, 2), int)
    return filled[0][..., :3], filled[1]


def _texture(picture: Floats, hole: Flags) -> Floats:
    """How rough it is around each pixel (Newson et al.): else what is smooth is like everything."""
    known = (~grown(hole, 1)).astype(np.float32)
    rough = np.abs(cv2.Laplacian(picture.mean(2), cv2.CV_32F)) * known
    return ROUGH * box_mean(rough, TEXTURE) / np.maximum(box_mean(known, TEXTURE), 1e-3)


def reduced(picture: Array, hole: Flags, size: tuple[int, ...]) -> tuple[Floats, Flags]:
    """Without the colours of the hole."""
    known = cv2.resize((~hole).astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    sums = cv2.resize(picture * (~hole)[..., None], size[::-1], interpolation=cv2.INTER_AREA)
    return (sums / np.maximum(known, 1e-3)[..., None]).astype(np.float32), known < 0.5


def small_without(hole: Flags, picture: Pixels, side: int) -> Floats:
    return diffused(*reduced(picture, hole, shrunk(picture, side).shape[:2]))


def diffused(picture: Floats, hole: Flags) -> Floats:
    marked = hole.astype(np.uint8)
    return np.dstack([cv2.inpaint(plane, marked, 3, cv2.INPAINT_TELEA) for plane in cv2.split(picture)])


class _Match:
    """Padded by RADIUS; places are flat indices."""

    def __init__(self, picture: Floats, hole: Flags, foreign: Flags, random: np.random.Generator) -> None:
        self._random = random
        self._hole = np.pad(hole, RADIUS)
        self.picture = np.pad(picture, ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0)), mode="reflect")
        self._flat = self.picture.reshape(-1, picture.shape[2])
        height, self._width = self._hole.shape
        self.inner = slice(RADIUS, height - RADIUS), slice(RADIUS, self._width - RADIUS)
        near = grown(self._hole, RADIUS)
        inside = np.zeros_like(near)
        inside[self.inner] = True
        own = (inside & ~near).ravel()  # a source's whole patch is real
        self._is_allowed = own & ~grown(np.pad(foreign, RADIUS), RADIUS).ravel()
        if np.count_nonzero(self._is_allowed) < np.count_nonzero(hole):
            self._is_allowed = own
        self.allowed, self.targets = np.flatnonzero(self._is_allowed), np.flatnonzero(near & inside)
        self._number = np.full(near.size, -1)
        self._number[self.targets] = np.arange(len(self.targets))
        reach = np.arange(-RADIUS, RADIUS + 1)
        self._steps = (reach[:, None] * self._width + reach).ravel()
        # What is known counts more than guesses, and the more the nearer.
        depth = cv2.distanceTransform(self._hole.astype(np.uint8), cv2.DIST_L2, 3)
        self._trust = (1.6 ** -np.minimum(depth, 30)).astype(np.float32).ravel()

    def start(self, guess: Floats, offsets: Places | None) -> None:
        self.picture[self._hole] = guess[self._hole[self.inner]]
        self.sources = self._random.choice(self.allowed, len(self.targets))
        if offsets is not None:
            size, targets = np.array(guess.shape[:2]), self._places(self.targets)
            larger = cv2.resize(offsets.astype(np.float32), guess.shape[1::-1], interpolation=cv2.INTER_NEAREST)
            moves = np.rint(larger[tuple(targets.T)] * (size / offsets.shape[:2])).astype(int)
            flat = (np.clip(targets + moves, 0, size - 1) + RADIUS) @ (self._width, 1)
            self.sources = np.where(self._is_allowed[flat], flat, self.sources)

    def search(self, on_tick: Callable[[], None]) -> None:
        """Tries neighbours' sources, and random ones near by."""
        patches = self.targets[:, None] + self._steps
        self._wanted, self._weight = self._flat[patches], self._trust[patches]
        self._weight /= self._weight.sum(1, keepdims=True)
        self.cost = self._cost(self.sources, slice(None))
        for stride in (2, 1):
            for step in (1, self._width, -1, -self._width):
                on_tick()
                neighbour = self._number[self.targets + step * stride]
                self._try(np.where(neighbour >= 0, self.sources[neighbour] - step * stride, self.sources))
            far = max(self._hole.shape)
            while far >= 2:
                on_tick()
                jump = self._random.integers(-far, far + 1, (len(self.sources), 2))
                self._try(self.sources + jump @ (self._width, 1))
                far //= 3

    def _try(self, candidates: Places) -> None:
        candidates = np.clip(candidates, 0, len(self._is_allowed) - 1)
        which = np.flatnonzero(self._is_allowed[candidates] & (candidates != self.sources))
        costs = self._cost(candidates[which], which)
        better = costs < self.cost[which]
        self.sources[which[better]], self.cost[which[better]] = candidates[which[better]], costs[better]

    def _cost(self, sources: Places, which: Places | slice) -> Floats:
        seen = self._flat[sources[:, None] + self._steps] - self._wanted[which]
        return np.einsum("np,np->n", np.einsum("npc,npc->np", seen, seen), self._weight[which])

    def vote(self) -> None:
        """The mean of the patches over a pixel, weighted by how good they are."""
        spread = max(float(np.percentile(self.cost, 75)), 1e-6)
        weight = np.repeat(np.exp(-self.cost / (2 * spread)), len(self._steps))
        places = (self.targets[:, None] + self._steps).ravel()
        shown = self._flat[(self.sources[:, None] + self._steps).ravel()]
        total = np.maximum(np.bincount(places, weight, len(self._flat)), 1e-12)
        inside = np.flatnonzero(self._hole.ravel())
        for channel in range(self._flat.shape[1]):
            mean = np.bincount(places, weight * shown[:, channel], len(self._flat)) / total
            self._flat[inside, channel] = mean[inside]

    def offsets(self) -> Places:
        """(height, width, 2), unpadded; 0 where there is no target."""
        field = np.zeros((*self._hole.shape, 2), int)
        field.reshape(-1, 2)[self.targets] = self._places(self.sources) - self._places(self.targets)
        return field[self.inner]

    def _places(self, flat: Places) -> Places:
        return np.stack(np.divmod(flat, self._width), axis=1) - RADIUS
