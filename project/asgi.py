import gc
import os
import sys

import django
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, WebSocketScope

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
django.setup(set_prefix=False)  # before anything below is imported

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import get_resolver, re_path  # noqa: E402

from chat.consumers import NOT_FOUND  # noqa: E402
from chat.routing import websocket_urlpatterns  # noqa: E402
from project.close_codes import refuse  # noqa: E402
from project.daphne.application import Handler  # noqa: E402
from project.daphne.pacing import Paced, PacedAnswers  # noqa: E402
from project.daphne.shutdown import CloseOnShutdown  # noqa: E402
from project.http.language import SocketLanguage  # noqa: E402
from project.socket_auth import SocketAuth  # noqa: E402

if "daphne.server" in sys.modules:
    from project.daphne import requests

    requests.install()

SWITCH_S = 0.0005


async def no_such_socket(scope: WebSocketScope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    await receive()
    await refuse(send, NOT_FOUND)


# Channels uses Django's patterns, which are typed for views.
sockets = URLRouter([*websocket_urlpatterns, re_path("", no_such_socket)])  # type: ignore[arg-type]
application = CloseOnShutdown(
    ProtocolTypeRouter({"http": PacedAnswers(Handler()), "websocket": Paced(SocketLanguage(SocketAuth(sockets)))})
)

# Loads the routes now, so that the garbage collector need not scan them.
get_resolver().url_patterns  # noqa: B018
gc.freeze()
# How long a computing thread may make the event loop wait: Python's 5 ms delay pings.
sys.setswitchinterval(SWITCH_S)
