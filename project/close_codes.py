"""Of the process; those of the protocol are in `chat.consumers`."""

OUR_ERROR = 1011
SERVICE_RESTART = 1012  # connect again
