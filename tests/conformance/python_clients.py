"""Tries Python clients of Smartsheet on the sandbox, each in its own environment.

For each client, a program in tests/conformance/clients prints one line of JSON for each step.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.outcome import Outcome
from tests.conformance.places import ROOT, SCRATCH
from tests.conformance.processes import run as run_program
from tests.running_sandbox import RunningSandbox


@dataclass(frozen=True, slots=True)
class Client:
    """A package on PyPI. `program` is the module in tests/conformance/clients that calls the package."""

    package: str
    version: str
    program: str

    @property
    def folder(self) -> Path:
        """The virtual environment that has the package."""
        return SCRATCH / "clients" / f"{self.package}-{self.version}"

    @property
    def address(self) -> str:
        """The address of the package's page on PyPI."""
        return f"https://pypi.org/project/{self.package}/{self.version}/"


CLIENTS = {
    "Python SDK 3.5.5, typed models": Client("smartsheet-python-sdk", "3.5.5", "python_sdk"),
    "Python SDK 4.4.0, typed models": Client("smartsheet-python-sdk", "4.4.0", "python_sdk"),
    "smartsheet-dataframe 0.3.7": Client("smartsheet-dataframe", "0.3.7", "dataframe"),
    "simple-smartsheet 0.5.0": Client("simple-smartsheet", "0.5.0", "simple_smartsheet"),
    "smartsheet-tools 0.1.9": Client("smartsheet-tools", "0.1.9", "tools"),
    "RPA.Smartsheet of rpaframework 33.0.2": Client("rpaframework", "33.0.2", "rpa"),
}
# Suites whose client can't be installed, with the reason. Any other suite fails if its installation fails.
NOT_INSTALLABLE: dict[str, str] = {}


def run(sandbox: RunningSandbox, name: str) -> Outcome:
    """Install the client and run its program."""
    outcome, client = Outcome(name), CLIENTS[name]
    if problem := install(client):
        if name in NOT_INSTALLABLE:
            outcome.skip(NOT_INSTALLABLE[name])
        else:
            outcome.failed.append(f"it can't be installed: {problem}")
        return outcome
    command = [str(client.folder / "bin" / "python"), "-m", f"tests.conformance.clients.{client.program}"]
    command += [sandbox.api, sandbox.people()["alice"].token]
    _code, printed = run_program(command, log=client.folder.name, environment={}, folder=ROOT)
    outcome.read_steps(printed)
    return outcome


def install(client: Client) -> str:
    """Install a client below var/, unless it is already there. Returns the problem; "" if there is none."""
    done = client.folder / "installed"
    if done.exists():
        return ""
    shutil.rmtree(client.folder, ignore_errors=True)
    log = f"{client.folder.name}-pip"
    code, printed = run_program([sys.executable, "-m", "venv", str(client.folder)], log=log, environment={})
    if code:
        return printed.strip()[-200:] or f"exit code {code}"
    pip = [str(client.folder / "bin" / "pip"), "install", "--quiet", "--no-compile", "--disable-pip-version-check"]
    code, printed = run_program([*pip, f"{client.package}=={client.version}"], log=log, environment={})
    if code:
        return printed.strip()[-200:] or f"exit code {code}"
    done.touch()
    return ""
