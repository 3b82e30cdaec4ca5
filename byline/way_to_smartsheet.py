"""Tests the connection to Smartsheet step by step: host name, connection, certificate, and a call without a token.

If one of these steps fails, a normal call to the API reports only that Smartsheet wasn't reached. A person who installs
the app needs to know which step failed.
"""

import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.utils import get_environ_proxies

from byline.findings import Finding, ok, to_do
from identity.conf import settings
from identity.connections import tls_context
from identity.regions import LOOPBACK, Region
from identity.transport import BoundedAdapter, Deadline

SECONDS = 5.0  # the most seconds for the connection, and the most for the call


def try_way(region: Region) -> Finding:
    """Try to reach the region's API from this machine, and return the result."""
    proxies = get_environ_proxies(region.api_base)
    url = urlsplit(region.api_base)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    if url.scheme not in proxies and (problem := _connect(host, port, is_tls=url.scheme == "https")):
        return problem
    return _call(region)


def _connect(host: str, port: int, *, is_tls: bool) -> Finding | None:
    """Return the reason why this machine can't connect, or None if it can."""
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return to_do(f"The host name {host} can't be found.", "Check api_base, and the name servers of this machine.")
    try:
        with socket.create_connection((host, port), timeout=SECONDS) as connection:
            if is_tls:
                tls_context(settings.SMARTSHEET_CA_BUNDLE).wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        advice = "If your proxy decrypts TLS connections, set SMARTSHEET_CA_BUNDLE to a file with its certificates."
        return to_do(f"The certificate of {host} isn't trusted: {error.verify_message}.", advice)
    except ssl.SSLError as error:
        advice = f"The server on port {port} may not use https: check api_base."
        return to_do(f"This machine and {host} can't agree on a TLS connection ({error.reason}).", advice)
    except TimeoutError:
        advice = f"Allow connections from this machine to {host}, TCP port {port}, in its firewall."
        return to_do(f"{host} did not answer within {SECONDS:g} seconds.", advice)
    except ConnectionRefusedError:
        is_here = host in LOOPBACK
        advice = "Start the sandbox: python -m sandbox." if is_here else "Check api_base, and the firewalls."
        return to_do(f"No program accepts connections at {host}, TCP port {port}.", advice)
    except OSError as error:
        advice = f"Allow connections from this machine to {host}, TCP port {port}."
        return to_do(f"There is no connection to {host}: {error.strerror or type(error).__name__}.", advice)
    return None


def _call(region: Region) -> Finding:
    """Call the API without a token. Smartsheet refuses this call with one of its own error codes. An answer without
    such a code comes from another server.
    """
    deadline = Deadline(SECONDS)
    try:
        with requests.Session() as session:
            session.mount(f"{urlsplit(region.api_base).scheme}://", BoundedAdapter(deadline))
            answer = session.get(region.profile_url, allow_redirects=False, timeout=SECONDS)
    except requests.RequestException as error:
        advice = "Check api_base, and the proxy in HTTPS_PROXY if there is one."
        return to_do(f"{region.api_base} gave no answer ({type(error).__name__}).", advice)
    if answer.status_code in {401, 403} and isinstance(_error_code(answer), int):
        return ok(f"Smartsheet answers at {region.api_base}.")
    advice = "Check api_base. If it is right, a proxy or firewall answers in Smartsheet's place."
    return to_do(
        f"{region.api_base} answers HTTP {answer.status_code}, but Smartsheet's API doesn't answer like this.", advice
    )


def _error_code(answer: requests.Response) -> Any:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found.get("errorCode") if isinstance(found, dict) else None
