"""Runs the sandbox as a program: `python -m sandbox`."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack

from sandbox.command_line import read_settings
from sandbox.http.server import BadCertificate, listening
from sandbox.model.state_file import Unreadable
from sandbox.settings import Settings
from sandbox.world import World


class CannotListen(Exception):
    """The port can't be used. The exception's message names the port and the reason."""


async def run(worlds: list[World]) -> None:
    """Serve until SIGINT or SIGTERM arrives. Prints one line on stdout for each region, with its address."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:  # on Windows, where Ctrl-C raises KeyboardInterrupt instead
            break
    async with AsyncExitStack() as stack:
        addresses = [await _enter(stack, world) for world in worlds]
        for world, address in zip(worlds, addresses, strict=True):
            print(f"listening on {address}{f' ({world.settings.region})' if worlds[1:] else ''}", flush=True)
        await stop.wait()


async def _enter(stack: AsyncExitStack, world: World) -> str:
    try:
        return await stack.enter_async_context(listening(world))
    except (OSError, OverflowError) as error:
        raise CannotListen(_cannot_listen(world.settings, error)) from error


def _cannot_listen(settings: Settings, error: OSError | OverflowError) -> str:
    reason = getattr(error, "strerror", None) or error
    return f"cannot listen on {settings.host}:{settings.port}: {reason}. Try another --port."


def main() -> int:
    """Run the program and return its exit code."""
    settings = read_settings()
    try:
        asyncio.run(run([World(each) for each in settings]))
    except (Unreadable, CannotListen, BadCertificate) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
