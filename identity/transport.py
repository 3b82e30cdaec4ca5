"""HTTP to Smartsheet's sign-in that ends in time: one deadline for all requests of one sign-in."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from identity import capacity
from identity.conf import settings
from identity.connections import NotSent, TimedAdapter, until

LARGEST_ANSWER = 2**20  # bytes; a profile has some 2 KB


class Deadline:
    """The moment, `seconds` from now, at which everything must be over; `at` is of monotonic()."""

    def __init__(self, seconds: float) -> None:
        self.at = monotonic() + seconds

    def left(self) -> float:
        """The seconds left; raises requests.Timeout when there are none."""
        left = self.at - monotonic()
        if left <= 0:
            raise requests.Timeout("The time for this sign-in is over.")
        return left


class BoundedAdapter(TimedAdapter):
    """Reads each answer whole before giving it on, within the deadline and a largest size.

    It keeps no connection beyond its session: a refresh token is good for one use, so no request that carries one goes
    out on a connection that the server may be closing. Raises nothing but requests' own exceptions.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(settings.SMARTSHEET_CA_BUNDLE)
        self._deadline = deadline

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        left = self._deadline.left()
        try:
            with capacity.call_in_progress(), until(self._deadline.at):
                response = super().send(request, stream=True, timeout=left, proxies=proxies)
                try:
                    response._content = self._body(response)
                except (HTTPError, OSError):
                    raise requests.ConnectionError("The answer broke off.") from None
                finally:
                    response.close()
        except NotSent:
            raise requests.ConnectionError("No connection came about.") from None
        except capacity.Busy:
            raise requests.ConnectionError("Too many calls are in progress.") from None
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = b""
        while chunk := response.raw.read1(2**16, decode_content=True):
            body += chunk
            if len(body) > LARGEST_ANSWER:
                raise requests.ConnectionError("The answer is too large.")
        return body
