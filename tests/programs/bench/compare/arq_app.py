"""The studio's work in FastAPI and arq: a socket, a queue in Redis, a worker whose stages do nothing, news by Redis.

`uvicorn arq_app:app`, and `arq arq_app.Worker`; REDIS_URL says where. It speaks as the studio's socket does, and keeps nothing.
"""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from arq import create_pool
from arq.connections import RedisSettings
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from picture import PICTURE, STAGES

SETTINGS = RedisSettings.from_dsn(os.environ["REDIS_URL"])
URL = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
sockets: dict[str, WebSocket] = {}


async def work(context: dict[str, Any], client: str, message: dict[str, Any]) -> None:
    for stage in STAGES:
        await _tell(context, client, message | {"status": "PROCESSING", "stage": stage})
    await _tell(context, client, message | {"status": "DONE", "image_url": URL})


async def _tell(context: dict[str, Any], client: str, message: dict[str, Any]) -> None:
    news = json.dumps({"type": "message.changed", "message": message}, separators=(",", ":"))
    await context["redis"].publish("news", f"{client} {news}")


class Worker:
    functions = [work]
    redis_settings = SETTINGS
    max_jobs = 100
    poll_delay = 0.01  # seconds; half a second otherwise, which would be all that there is to measure
    keep_result = 0


async def _pass_on(redis: Any) -> None:
    news = redis.pubsub()
    await news.subscribe("news")
    async for entry in news.listen():
        if entry["type"] == "message":
            client, _, text = entry["data"].decode().partition(" ")
            if socket := sockets.get(client):
                await socket.send_text(text)


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    app.state.redis = await create_pool(SETTINGS)
    passing = asyncio.create_task(_pass_on(app.state.redis))
    yield
    passing.cancel()


app = FastAPI(lifespan=_running)


@app.websocket("/ws/{client}")
async def serve(socket: WebSocket, client: str) -> None:
    await socket.accept()
    sockets[client] = socket
    try:
        while True:
            command = await socket.receive_json()
            message = {"client_id": command["client_id"], "content": command["content"]}
            await app.state.redis.enqueue_job("work", client, message)
            await socket.send_text(json.dumps({"id": command["id"], "ok": {"message": message}}, separators=(",", ":")))
    except WebSocketDisconnect:
        del sockets[client]
