"""Our ping with a consumer of Channels' own, on the same channel layer: `daphne tests.programs.bench.stock:application`."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
get_asgi_application()

from channels.generic.websocket import AsyncJsonWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402


class Echo(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels has no types
    async def connect(self) -> None:
        await self.channel_layer.group_add("stock", self.channel_name)
        await self.accept()

    async def receive_json(self, content: dict[str, Any], **_: Any) -> None:
        await self.send_json({"id": content["id"], "ok": {}})


application = ProtocolTypeRouter({"websocket": Echo.as_asgi()})
