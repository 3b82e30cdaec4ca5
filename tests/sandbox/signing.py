"""Signs in at the sandbox with plain requests, in place of a browser and an app."""

from __future__ import annotations

import hashlib
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.running_sandbox import Person, Sandbox

CLIENT_ID, SECRET = "practice", "practice-secret"
REDIRECT_URL = "http://127.0.0.1:9/back"


def register(sandbox: Sandbox, *, client_id: str = CLIENT_ID, redirect_url: str = REDIRECT_URL) -> None:
    app = {"clientId": client_id, "clientSecret": SECRET, "redirectUrl": redirect_url, "name": "Practice <app>"}
    sandbox.control("POST", "apps", app)


def ask(sandbox: Sandbox, **parameters: str) -> requests.Response:
    """Request the consent page by GET. A parameter given as "" is left out."""
    given = {"client_id": CLIENT_ID, "response_type": "code", "scope": "READ_SHEETS", "state": "a/b c"} | parameters
    given = {name: value for name, value in given.items() if value}
    return requests.get(f"{sandbox.url}/b/authorize", params=given, allow_redirects=False, timeout=10)


def hidden_fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))


def decide(sandbox: Sandbox, page: str, **fields: str) -> requests.Response:
    """Send the form of a consent page."""
    form = hidden_fields(page) | fields
    return requests.post(f"{sandbox.url}/b/authorize", data=form, allow_redirects=False, timeout=10)


def answer_of(response: requests.Response, *, redirect_url: str = REDIRECT_URL) -> dict[str, str]:
    """Return the query of a redirect to the client. Check that the redirect goes to `redirect_url`."""
    assert response.status_code == 302, response.text
    location = response.headers["Location"]
    assert location.startswith(redirect_url)
    return dict(parse_qsl(urlsplit(location).query, strict_parsing=True))


def code_for(sandbox: Sandbox, person: Person, *, scope: str = "READ_SHEETS") -> str:
    """Return an authorization code from the consent page."""
    page = ask(sandbox, scope=scope).text
    return answer_of(decide(sandbox, page, decision="allow", person=str(person.id)))["code"]


def digest(credential: str) -> str:
    return hashlib.sha256(f"{SECRET}|{credential}".encode()).hexdigest()


def token_request(sandbox: Sandbox, **parameters: str) -> requests.Response:
    """Send a token request as a form. Unless `grant_type` is given, the request exchanges an authorization code."""
    form = {"grant_type": "authorization_code", "client_id": CLIENT_ID} | parameters
    form = {name: value for name, value in form.items() if value}
    return requests.post(f"{sandbox.api}/token", data=form, timeout=10)


def sign_in(sandbox: Sandbox, person: Person, *, scope: str = "READ_SHEETS") -> dict[str, Any]:
    """Sign in completely. Returns the answer with the tokens."""
    code = code_for(sandbox, person, scope=scope)
    response = token_request(sandbox, code=code, hash=digest(code))
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def refresh(sandbox: Sandbox, refresh_token: str) -> requests.Response:
    return token_request(sandbox, grant_type="refresh_token", refresh_token=refresh_token, hash=digest(refresh_token))
