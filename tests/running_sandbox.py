"""Runs the sandbox for tests as a program in its own process, and uses its control plane."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can sign in to the sandbox. `token` is the person's personal access token."""

    id: int
    email: str
    name: str
    token: str


class Sandbox:
    """A sandbox at a URL, no matter how it was started."""

    def __init__(self, url: str, *, ca_bundle: str | None = None) -> None:
        self.url = url
        self.api = f"{url}/2.0"
        self.http = requests.Session()
        self.http.trust_env = False
        if ca_bundle is not None:
            self.http.verify = ca_bundle

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control plane below /_sandbox/ and return the JSON of its answer."""
        answer = self.http.request(method, f"{self.url}/_sandbox/{path}", json=body, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def reset(self) -> None:
        """Restore the initial state of people, sheets, tokens, faults and the journal."""
        self.control("POST", "reset")

    def people(self) -> dict[str, Person]:
        """Return all people by first name in lower case: people()["alice"]."""
        listed = self.control("GET", "people")
        people = [Person(id=p["id"], email=p["email"], name=p["name"], token=p["token"]) for p in listed]
        return {(person.name or person.email).split()[0].lower(): person for person in people}

    def register_app(self, *, redirect_url: str, client_id: str = "byline-demo") -> None:
        app = {"clientId": client_id, "clientSecret": f"{client_id}-secret", "redirectUrl": redirect_url}
        self.control("POST", "apps", app)

    def fault(self, **fault: Any) -> None:
        """Make the next matching request fail. docs/sandbox.md describes the keyword arguments."""
        self.control("POST", "faults", fault)

    def end_faults(self) -> None:
        """Remove all faults. If a fault was delaying a request, the request continues immediately."""
        self.control("DELETE", "faults")

    def has_used_faults(self) -> bool:
        """Whether the sandbox has used all faults. The sandbox uses a fault when it has received the whole request. The
        journal doesn't show this moment, because it lists a request as soon as the request begins.
        """
        return not self.control("GET", "faults")

    def requests(self, *, method: str | None = None, path: str = "") -> list[dict[str, Any]]:
        """Return the requests since the last reset. If `method` or `path` is given, return only requests with this
        method, or with this text in their path.
        """
        journal: list[dict[str, Any]] = self.control("GET", "requests")
        return [entry for entry in journal if (not method or entry["method"] == method) and path in entry["path"]]

    def forget_requests(self) -> None:
        self.control("DELETE", "requests")

    def call(self, person: Person, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox's API directly as this person, for example to check what is really stored."""
        headers = {"Authorization": f"Bearer {person.token}"}
        answer = self.http.request(method, f"{self.api}{path}", json=body, headers=headers, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def make_primary(self, person: Person, email: str) -> None:
        """Make one of the person's confirmed addresses the main address. The person must be a system admin."""
        known = self.call(person, "GET", f"/users/{person.id}/alternateemails")["data"]
        address = next(one["id"] for one in known if one["email"] == email)
        self.call(person, "POST", f"/users/{person.id}/alternateemails/{address}/makeprimary")

    def sheet(self, person: Person, name: str) -> dict[str, Any]:
        """Return the whole sheet with this name, as the person sees it."""
        listed = self.call(person, "GET", "/sheets?includeAll=true")["data"]
        sheet_id = next(sheet["id"] for sheet in listed if sheet["name"] == name)
        sheet: dict[str, Any] = self.call(person, "GET", f"/sheets/{sheet_id}?level=2&include=objectValue")
        return sheet


class RunningSandbox(Sandbox):
    """A context manager that starts `python -m sandbox` on a free port, and ends it."""

    def __init__(self, *arguments: str, ca_bundle: str | None = None) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--quiet", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        super().__init__(self.next_address(), ca_bundle=ca_bundle)

    def next_address(self) -> str:
        """Return the next URL that the program prints. It prints one URL for each region."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith("listening on "), f"the sandbox did not start: {line!r}"
        return line.split()[2]

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        self.http.close()
        self.process.terminate()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
