import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup(set_prefix=False)  # before anything below is imported

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import get_resolver, re_path  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from project.auth import SocketAuth  # noqa: E402
from project.daphne.application import Handler  # noqa: E402
from project.daphne.pacing import Paced, PacedAnswers  # noqa: E402
from project.daphne.shutdown import CloseOnShutdown  # noqa: E402

if "daphne.server" in sys.modules:
    from project.daphne import requests

    requests.install()

SWITCH_S = 0.0005


async def no_such_socket(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Accepts first: a page cannot see why a handshake is refused."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4404})


# Channels uses Django's patterns, which are typed for views.
sockets = URLRouter([*websocket_urlpatterns, re_path("", no_such_socket)])  # type: ignore[arg-type]
application = CloseOnShutdown(
    ProtocolTypeRouter({"http": PacedAnswers(Handler()), "websocket": Paced(SocketAuth(sockets))})
)

# Loads the routes now: what is loaded here the garbage collector need not scan, 0.1 s each time.
get_resolver().url_patterns  # noqa: B018
gc.freeze()
# So long a computing thread can keep the event loop waiting; Python's own 5 ms delay pings.
sys.setswitchinterval(SWITCH_S)
