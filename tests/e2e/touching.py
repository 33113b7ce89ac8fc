"""Fingers on the screen, as the browser is told of them."""

from playwright.sync_api import Page

Point = tuple[float, float]


def fingers(page: Page, *ways: list[Point]) -> None:
    """Each finger goes its way, all of them step by step together."""
    screen = page.context.new_cdp_session(page)

    def touch(kind: str, points: list[Point]) -> None:
        spots = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    steps = [list(step) for step in zip(*ways, strict=True)]
    touch("touchStart", steps[0])
    for step in steps[1:]:
        touch("touchMove", step)
    touch("touchEnd", [])


def line(start: Point, end: Point, steps: int = 6) -> list[Point]:
    (x0, y0), (x1, y1) = start, end
    return [(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps) for i in range(steps + 1)]
