"""The lower bound: `python -m tests.programs.bench.floor PORT` echoes with `websockets` alone."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve


async def _echo(socket: ServerConnection) -> None:
    async for frame in socket:
        await socket.send(frame)


async def main(port: int) -> None:
    async with serve(_echo, "127.0.0.1", port, compression=None) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
