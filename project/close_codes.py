"""WebSocket close codes that the process itself gives; `chat.consumers` has those of the protocol."""

OUR_ERROR = 1011
SERVICE_RESTART = 1012  # connect again
