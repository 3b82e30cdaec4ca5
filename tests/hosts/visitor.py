"""A user of a site who gets pages with plain HTTP requests, without a browser."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests

from tests.hosts import inside
from tests.hosts.installed_site import InstalledSite
from tests.running_sandbox import Person, RunningSandbox
from tests.signing_in import decide
from tests.waiting import PATIENCE

PASSWORD = "correct horse"
CONNECT = "/smartsheet/identity/connect/"


class Visitor:
    """A person who visits the site. Redirects of the site are followed, but not redirects of Smartsheet."""

    def __init__(self, site: InstalledSite) -> None:
        self.site = site
        self.http = requests.Session()
        self.http.trust_env = False

    def log_in(self, name: str) -> None:
        """Create a user with this name, and log in with a password."""
        self.site.ask(inside.add_user, name, PASSWORD)
        form = self.get("/account/")
        answer = self.post(urlsplit(form.url).path + "?next=/account/", username=name, password=PASSWORD)
        assert f"Account of {name}" in answer.text, answer.text

    def connect(self, sandbox: RunningSandbox, person: Person) -> requests.Response:
        """Connect this person's Smartsheet account. Return the site's answer after the redirect from Smartsheet."""
        return self.get_whole(self.callback(sandbox, person))

    def callback(self, sandbox: RunningSandbox, person: Person) -> str:
        """Press Connect, and press Allow at Smartsheet. Return the address to which Smartsheet redirects."""
        self.get(CONNECT)
        asked = self.post(CONNECT, follow=False, next="/account/")
        return decide(sandbox, asked.headers["Location"], person)

    def get(self, path: str, *, follow: bool = True) -> requests.Response:
        return self.get_whole(self.site.url + path, follow=follow)

    def get_whole(self, url: str, *, follow: bool = True) -> requests.Response:
        return self.http.get(url, timeout=PATIENCE, allow_redirects=follow)

    def post(self, path: str, *, follow: bool = True, **fields: str) -> requests.Response:
        token = {"X-CSRFToken": self.http.cookies.get("csrftoken", default="")}
        url = self.site.url + path
        return self.http.post(url, data=fields, headers=token, timeout=PATIENCE, allow_redirects=follow)

    def close(self) -> None:
        self.http.close()
