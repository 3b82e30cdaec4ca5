"""`python -m sandbox`: the stand-in for Smartsheet as a program."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.catalogue import operations_table
from sandbox.persistence import Unreadable
from sandbox.server import serve
from sandbox.settings import Settings
from sandbox.world import World

DESCRIPTION = """\
A stand-in for Smartsheet's API 2.0 and its sign-in, for practice and tests. Point any Smartsheet client at
http://127.0.0.1:8001/2.0 and sign in at http://127.0.0.1:8001/b/authorize. It starts with a few people and
sheets, the same at every start, and keeps all in memory.
"""

EPILOG = """\
http://127.0.0.1:8001/_sandbox/ shows who can sign in, with an access token each.

  curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8001/2.0/users/me
  curl -X POST http://127.0.0.1:8001/_sandbox/reset
  curl -X POST http://127.0.0.1:8001/_sandbox/faults -d '{"method": "PUT", "status": 503, "times": 2}'
"""


class PrintOperations(argparse.Action):
    """--operations: like --help, it prints and ends."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> None:
        print(operations_table())
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """The command line."""
    default = Settings()
    parser = argparse.ArgumentParser(
        "python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default=default.host, help=f"address to listen on (default {default.host})")
    add("--port", type=int, default=default.port, help=f"port (default {default.port}; 0 picks a free one)")
    add("--state", type=Path, metavar="FILE", help="keep everything in this JSON file over restarts")
    add("--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="serve https with this certificate and key (PEM)")
    add("--rows", type=int, default=0, metavar="N", help='add a "Large sheet" with N rows')
    add("--columns", type=int, default=20, metavar="M", help="columns of the large sheet (default 20)")
    add("--redirect-url", default=default.redirect_url, metavar="URL", help="where the demo app wants people back")
    add(
        "--rate-limit",
        type=int,
        default=default.rate_limit,
        metavar="N",
        help=f"requests a minute for each token (default {default.rate_limit}; 0 = no limit)",
    )
    add("--attachment-mb", type=int, default=30, metavar="N", help="largest attached file (default 30; 0 = no limit)")
    add(
        "--file-url-seconds",
        type=int,
        default=default.file_url_seconds,
        metavar="N",
        help=f"how long the address of an attached file is good (default {default.file_url_seconds})",
    )
    _add_webhook_options(parser, default)
    add("--quiet", action="store_true", help="do not print each request on stderr")
    add("--operations", action=PrintOperations, nargs=0, help="print what is emulated as a Markdown table, and stop")
    return parser


def _add_webhook_options(parser: argparse.ArgumentParser, default: Settings) -> None:
    add = parser.add_argument_group("webhooks").add_argument
    add(
        "--webhook-debounce",
        type=float,
        default=default.webhook_debounce,
        metavar="SECONDS",
        help=f"how long events are gathered for one callback (default {default.webhook_debounce:g})",
    )
    add(
        "--webhook-retry-factor",
        type=float,
        default=default.webhook_retry_factor,
        metavar="F",
        help="multiplies the waits before retries: 15 s doubling to 16 min, then 3 h each (default 1)",
    )
    add(
        "--webhook-timeout",
        type=float,
        default=default.webhook_timeout,
        metavar="SECONDS",
        help=f"how long a callback may take (default {default.webhook_timeout:g})",
    )
    add(
        "--no-loopback-webhooks",
        action="store_true",
        help="refuse callback addresses of this machine, and http, as Smartsheet does",
    )


def read_settings(arguments: list[str] | None = None) -> Settings:
    """The settings that the command line asks for."""
    given = parser().parse_args(arguments)
    return Settings(
        host=given.host,
        port=given.port,
        state_file=given.state,
        tls=tuple(given.tls) if given.tls else None,
        rows=given.rows,
        columns=given.columns,
        redirect_url=given.redirect_url,
        rate_limit=given.rate_limit,
        attachment_bytes=given.attachment_mb * 2**20,
        file_url_seconds=given.file_url_seconds,
        webhook_debounce=given.webhook_debounce,
        webhook_retry_factor=given.webhook_retry_factor,
        webhook_timeout=given.webhook_timeout,
        loopback_webhooks=not given.no_loopback_webhooks,
        quiet=given.quiet,
    )


async def run(world: World) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM"):
        try:
            loop.add_signal_handler(getattr(signal, name), stop.set)
        except NotImplementedError:  # Windows has no such handlers: Ctrl-C arrives as KeyboardInterrupt
            break
    await serve(world, stop=stop)


def main() -> int:
    """Run the program; the exit code."""
    settings = read_settings()
    try:
        asyncio.run(run(World(settings)))
    except Unreadable as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        reason = error.strerror or error
        print(f"cannot listen on {settings.host}:{settings.port}: {reason}. Try another --port.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
