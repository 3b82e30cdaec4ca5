"""HTTP to Smartsheet's sign-in that ends in time: one deadline for all requests of one sign-in."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 2**20  # bytes; a profile has some 2 KB


class Deadline:
    """The moment, `seconds` from now, at which everything must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds

    def left(self) -> float:
        """The seconds left; raises requests.Timeout when there are none."""
        left = self._at - monotonic()
        if left <= 0:
            raise requests.Timeout("The time for this sign-in is over.")
        return left


class BoundedAdapter(HTTPAdapter):
    """Reads each answer whole before giving it on, within the deadline and a largest size.

    requests' own timeout counts from byte to byte: a server that drips would keep a person waiting for ever.
    """

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
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
        bound: Any = Timeout(connect=min(CONNECT_SECONDS, left), total=left)  # requests takes it, its types do not
        response = super().send(request, stream=True, timeout=bound, verify=verify, cert=cert, proxies=proxies)
        try:
            response._content = self._body(response)
        except HTTPError:
            raise requests.ConnectionError("The answer broke off.") from None
        finally:
            response.close()
        return response

    def _body(self, response: requests.Response) -> bytes:
        body = b""
        while chunk := response.raw.read1(2**16, decode_content=True):
            body += chunk
            self._deadline.left()
            if len(body) > LARGEST_ANSWER:
                raise requests.ConnectionError("The answer is too large.")
        return body
