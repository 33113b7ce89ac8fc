"""The close codes of the process; those of the protocol are in `chat.consumers`."""

from asgiref.typing import ASGISendCallable, WebSocketAcceptEvent, WebSocketCloseEvent

OUR_ERROR = 1011
SERVICE_RESTART = 1012  # connect again


async def refuse(send: ASGISendCallable, code: int) -> None:
    """Accepts first: a page cannot see why a handshake is refused."""
    await send(WebSocketAcceptEvent(type="websocket.accept", subprotocol=None, headers=()))
    await send(WebSocketCloseEvent(type="websocket.close", code=code, reason=None))
