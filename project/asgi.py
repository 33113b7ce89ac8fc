"""The web process: HTTP to Django, sockets to the conversation."""

import os
import sys
from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django_application = get_asgi_application()  # sets Django up: before anything below is imported

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from project.auth import SocketAuth  # noqa: E402
from project.shutdown import CloseOnShutdown  # noqa: E402

if "daphne.server" in sys.modules:  # it is about to run us; another server has rules of its own
    from project import doorway

    doorway.install()


async def no_such_socket(scope: dict[str, Any], receive: Callable[..., Any], send: Callable[..., Any]) -> None:
    """Accepts first: of a refused handshake a browser tells its page no reason."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": 4404})


# Channels routes ASGI applications through Django's patterns, which are typed for views.
sockets = URLRouter([*websocket_urlpatterns, re_path("", no_such_socket)])  # type: ignore[arg-type]
application = CloseOnShutdown(ProtocolTypeRouter({"http": django_application, "websocket": SocketAuth(sockets)}))
