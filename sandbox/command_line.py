"""Defines the command line's options, and makes the settings from them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from sandbox.http.latency import PROFILES
from sandbox.http.operations_table import operations_table
from sandbox.model.web_address import is_address
from sandbox.settings import Settings

DESCRIPTION = """\
A local replacement for Smartsheet's API 2.0 and its sign-in, for practice and tests. Point a Smartsheet client at
http://127.0.0.1:8001/2.0 and sign in at http://127.0.0.1:8001/b/authorize. After every start, the sandbox has the
same few people and sheets. It stores all data in memory. With --state, it also stores the data in a file.
"""

EPILOG = """\
http://127.0.0.1:8001/_sandbox/ shows the people who can sign in, with their access tokens.

  curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:8001/2.0/users/me
  curl -X POST http://127.0.0.1:8001/_sandbox/reset
  curl -X POST http://127.0.0.1:8001/_sandbox/faults -d '{"method": "PUT", "status": 503, "times": 2}'
  curl -X POST http://127.0.0.1:8001/_sandbox/latency -d '{"profile": "slow"}'
  curl -X POST http://127.0.0.1:8001/_sandbox/clock -d '{"ahead": 604800}'
"""

REGIONS = ("com", "eu", "au", "gov")
LAST_PORT = 65_535
LIMITS = {
    "rate-limit": "maximum number of requests per minute, for each token",
    "heavy-cost": "each of these counts as this many requests: cell history, files, images, copying and publishing"
    " sheets",
    "rows-per-call": "maximum number of rows in one request",
    "rows-per-sheet": "maximum number of rows of a sheet",
    "columns-per-sheet": "maximum number of columns of a sheet",
    "cells-per-sheet": "maximum number of cells of a sheet",
}


class PrintOperations(argparse.Action):
    """The option `--operations`. It prints the operations, and the program exits."""

    def __call__(self, parser: argparse.ArgumentParser, *_given: object) -> None:
        try:
            print(operations_table(), flush=True)
        except (
            BrokenPipeError
        ):  # for example, `head` has closed the pipe; without dup2, Python would write to it at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            parser.exit(1)
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    default = Settings()
    parser = argparse.ArgumentParser(
        "python -m sandbox",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--host", default=default.host, help=f"address to listen on (default {default.host})")
    add("--port", type=_port, default=default.port, help=f"port (default {default.port}; 0 picks a free one)")
    add(
        "--regions",
        type=_regions,
        default=(),
        metavar="LIST",
        help=f"run several regions, such as {','.join(REGIONS)}: each with its own tokens, apps and data, on"
        " consecutive ports",
    )
    add(
        "--state",
        type=Path,
        metavar="FILE",
        help="store all data in this JSON file, and read it at the next start (with --regions: FILE.com and so on)",
    )
    add("--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="serve https with this certificate and key (PEM)")
    add("--rows", type=int, default=0, metavar="N", help='add a "Large sheet" with N rows')
    add("--columns", type=int, default=20, metavar="M", help="number of columns of the large sheet (default 20)")
    add("--quiet", action="store_true", help="do not print each request on stderr")
    add(
        "--operations",
        action=PrintOperations,
        nargs=0,
        help="print the tables of operations in Markdown, and exit",
    )
    _add_sign_in_options(parser, default)
    _add_limits(parser, default)
    _add_trouble_options(parser, default)
    _add_webhook_options(parser, default)
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return int(text)


def _regions(text: str) -> tuple[str, ...]:
    regions = tuple(part.strip() for part in text.split(","))
    if len(set(regions)) < len(regions) or not set(regions) <= set(REGIONS):
        raise argparse.ArgumentTypeError(f"choose from {','.join(REGIONS)}, each at most once")
    return regions


def _add_sign_in_options(parser: argparse.ArgumentParser, default: Settings) -> None:
    add = parser.add_argument_group("sign-in").add_argument
    add("--redirect-url", default=default.redirect_url, metavar="URL", help="redirect URL of the demo app")
    add(
        "--app",
        action="append",
        nargs=3,
        default=[],
        metavar=("ID", "SECRET", "URL"),
        help="register another client: its id, secret and redirect URL; can be repeated",
    )
    add(
        "--code-seconds",
        type=int,
        default=default.code_seconds,
        metavar="N",
        help=f"how many seconds an authorization code is valid (default {default.code_seconds})",
    )
    add(
        "--token-seconds",
        type=int,
        default=default.token_seconds,
        metavar="N",
        help=f"how many seconds an access token is valid (default {default.token_seconds})",
    )
    add(
        "--allow-hash-and-secret",
        action="store_true",
        help="accept token requests with both a hash and the client secret (otherwise error 1237)",
    )


def _add_limits(parser: argparse.ArgumentParser, default: Settings) -> None:
    group = parser.add_argument_group("limits", "The defaults are Smartsheet's own limits. 0 means no limit.")
    for name, meaning in LIMITS.items():
        usual = getattr(default, name.replace("-", "_"))
        group.add_argument(f"--{name}", type=int, default=usual, metavar="N", help=f"{meaning} (default {usual})")
    add = group.add_argument
    add(
        "--attachment-mb",
        type=int,
        default=30,
        metavar="N",
        help="maximum size of an attached file, in megabytes (default 30)",
    )
    add(
        "--file-url-seconds",
        type=int,
        default=default.file_url_seconds,
        metavar="N",
        help=f"how many seconds the download URL of a file is valid (default {default.file_url_seconds})",
    )
    add(
        "--concurrent-writes",
        action="store_true",
        help="allow parallel changes of a sheet with one token (otherwise error 4004)",
    )


def _add_trouble_options(parser: argparse.ArgumentParser, default: Settings) -> None:
    add = parser.add_argument_group("latency and faults").add_argument
    add(
        "--latency",
        choices=PROFILES,
        default=default.latency,
        metavar="PROFILE",
        help=f"how long requests wait: {', '.join(PROFILES)} (default {default.latency})",
    )
    add(
        "--seed",
        type=int,
        default=default.seed,
        metavar="N",
        help="seed of the random numbers for faults and latencies (default 0)",
    )


def _add_webhook_options(parser: argparse.ArgumentParser, default: Settings) -> None:
    add = parser.add_argument_group("webhooks").add_argument
    add(
        "--webhook-debounce",
        type=float,
        default=default.webhook_debounce,
        metavar="SECONDS",
        help=f"how many seconds to collect events for one callback (default {default.webhook_debounce:g})",
    )
    add(
        "--webhook-retry-factor",
        type=float,
        default=default.webhook_retry_factor,
        metavar="F",
        help="multiply the waits before retries by F (default 1). Without F, the waits are 15 s, doubling to 16 min,"
        " and then 3 h each",
    )
    add(
        "--webhook-timeout",
        type=float,
        default=default.webhook_timeout,
        metavar="SECONDS",
        help=f"how many seconds to wait for the answer to a callback (default {default.webhook_timeout:g})",
    )
    add(
        "--no-loopback-webhooks",
        action="store_true",
        help="refuse callback URLs that are on this machine or use http, as Smartsheet does",
    )


def read_settings(arguments: list[str] | None = None) -> list[Settings]:
    """Return the settings from the command line, one object for each region."""
    reader = parser()
    given = reader.parse_args(arguments)
    for url in (given.redirect_url, *(url for _client_id, _secret, url in given.app)):
        if not is_address(url):
            reader.error(f"{url} is not a valid redirect URL")
    settings = _settings(given)
    return [settings.in_region(name, place=place) for place, name in enumerate(given.regions)] or [settings]


def _settings(given: argparse.Namespace) -> Settings:
    return Settings(
        host=given.host,
        port=given.port,
        state_file=given.state,
        tls=tuple(given.tls) if given.tls else None,
        rows=given.rows,
        columns=given.columns,
        redirect_url=given.redirect_url,
        apps=tuple((client_id, secret, url) for client_id, secret, url in given.app),
        code_seconds=given.code_seconds,
        token_seconds=given.token_seconds,
        allow_hash_and_secret=given.allow_hash_and_secret,
        rate_limit=given.rate_limit,
        heavy_cost=given.heavy_cost,
        rows_per_call=given.rows_per_call,
        rows_per_sheet=given.rows_per_sheet,
        columns_per_sheet=given.columns_per_sheet,
        cells_per_sheet=given.cells_per_sheet,
        one_write_at_a_time=not given.concurrent_writes,
        attachment_bytes=given.attachment_mb * 2**20,
        file_url_seconds=given.file_url_seconds,
        webhook_debounce=given.webhook_debounce,
        webhook_retry_factor=given.webhook_retry_factor,
        webhook_timeout=given.webhook_timeout,
        loopback_webhooks=not given.no_loopback_webhooks,
        latency=given.latency,
        seed=given.seed,
        quiet=given.quiet,
    )
