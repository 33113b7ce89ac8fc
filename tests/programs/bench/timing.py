"""How long requests take."""

import time
from statistics import median

import httpx

from tests.programs.bench.testbed import BenchStudio

GetRequest = tuple[str, str]  # a bearer token, a path


def medians_s(studio: BenchStudio, requests: list[GetRequest], times: int, *, filled: str = "items") -> list[float]:
    """Of each, in seconds; they are sent alternately. `filled`: the field of every answer that must not be empty."""
    taken: list[list[float]] = [[] for _ in requests]
    with httpx.Client(base_url=studio.url) as http:
        for _ in range(times):
            for (token, path), seconds in zip(requests, taken, strict=True):
                began = time.perf_counter()
                answer = http.get(path, headers={"Authorization": f"Bearer {token}"})
                seconds.append(time.perf_counter() - began)
                assert answer.json()[filled], answer.text
    return [median(seconds) for seconds in taken]


def times_as_long(
    studio: BenchStudio, one: GetRequest, other: GetRequest, times: int, *, filled: str = "items"
) -> float:
    """The other, compared with the one."""
    first, second = medians_s(studio, [one, other], times, filled=filled)
    return second / first
