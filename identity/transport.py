"""HTTP for signing in with Smartsheet. All requests of one sign-in have the same deadline."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import requests
from urllib3.exceptions import HTTPError

from identity import capacity
from identity.conf import settings
from identity.connections import NotSent, TimedAdapter, until

LARGEST_ANSWER = 2**20  # the most bytes in an answer; a profile has about 2 KB


class Deadline:
    """A deadline, `seconds` after this object is created. `at` is the deadline in seconds, as time.monotonic() counts
    them.
    """

    def __init__(self, seconds: float) -> None:
        self.at = monotonic() + seconds

    def left(self) -> float:
        """Return how many seconds are left. Raises requests.Timeout if none are left."""
        left = self.at - monotonic()
        if left <= 0:
            raise requests.Timeout("This sign-in took too long.")
        return left


class BoundedAdapter(TimedAdapter):
    """Reads each answer as a whole before returning it. The answer must end before the deadline, and must not be larger
    than LARGEST_ANSWER.

    Each session opens its own connections. A refresh token can be used only once, so its request must not use an old
    connection that the server could be closing. All errors are exceptions of the library `requests`.
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
            raise requests.ConnectionError("No connection could be made.") from None
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
