"""Requests of a page that are held back until the test lets them go, and answers that come late."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import APIResponse, Page, Route, WebSocketRoute

from tests.e2e.person import soon

# A later answer comes after what the page does with an earlier one.
LATER_ANSWER = "fetch('/healthz').then((answer) => answer.text())"


class HeldRequests:
    """All to one address, or the first `times` of them."""

    def __init__(self, page: Page, path: str | re.Pattern[str], times: int | None = None) -> None:
        self._page, self._routes = page, list[Route]()
        page.route(path, lambda route: self._routes.append(route), times=times)

    def __len__(self) -> int:
        return len(self._routes)

    def first(self) -> Route:
        """Waits for it."""
        assert soon(self._page, lambda: bool(self._routes))
        return self._routes[0]

    def let_go(self, answer: APIResponse | None = None) -> None:
        """The first one: the studio's answer to it, or the given one, has been handled by the page when this returns."""
        route = self.first()
        with self._page.expect_event("requestfinished", lambda request: request == route.request):
            if answer is None:
                route.continue_()
            else:
                route.fulfill(response=answer)
        self._page.evaluate(LATER_ANSWER)


class HeldFrames:
    """All that the studio sends to the page over its sockets, until they are let go."""

    def __init__(self, page: Page, path: str) -> None:
        self._held: list[tuple[WebSocketRoute, str | bytes]] | None = []
        page.route_web_socket(path, self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        socket.connect_to_server().on_message(lambda frame: self._take(socket, frame))

    def _take(self, socket: WebSocketRoute, frame: str | bytes) -> None:
        if self._held is None:
            socket.send(frame)
        else:
            self._held.append((socket, frame))

    def has_come(self) -> bool:
        return bool(self._held)

    def let_go(self) -> None:
        held, self._held = self._held or [], None
        for socket, frame in held:
            socket.send(frame)


@contextmanager
def late(page: Page, path: str) -> Iterator[Callable[[], None]]:
    """The next request there: the studio has answered it when the function returns, and the page gets the answer at the end."""
    requests, answers = HeldRequests(page, path, times=1), list[APIResponse]()
    yield lambda: answers.append(requests.first().fetch())
    requests.let_go(*answers)
