"""A copy of a site, in a virtual environment in which Byline's wheel is installed.

No folder of this repository is on the site's Python path.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from tests.hosts import inside
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PROJECT = ROOT / "pyproject.toml"
PACKAGES = tomllib.loads(PROJECT.read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

P = ParamSpec("P")
R = TypeVar("R")


def python() -> Path:
    """Return the path of the Python in a virtual environment with Byline's wheel. This Python can also import the
    project's dependencies. If Byline's packages haven't changed since the last call, the environment is reused.
    """
    place = ROOT / "var" / "hosts"
    place.mkdir(parents=True, exist_ok=True)
    home = place / _digest()
    executable = home / "bin" / "python"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "ready").exists():
            for old in place.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            _build(home, executable)
    return executable


def site_packages(executable: Path) -> Path:
    """Return the folder in which the wheel's packages are installed."""
    return executable.parent.parent / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"


def _build(home: Path, executable: Path) -> None:
    venv.create(home)
    (site_packages(executable) / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--no-deps", "-w", str(home), str(ROOT)], check=True, timeout=250)
    (wheel,) = home.glob("byline-*.whl")
    install = [*pip, "--python", str(executable), "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(install, check=True, timeout=250)
    (home / "ready").touch()


def _digest() -> str:
    """Return a hash of all files from which the wheel is built."""
    found = sha256(PROJECT.read_bytes())
    for path in (path for name in PACKAGES for path in sorted((ROOT / name).rglob("*"))):
        if path.is_file() and path.suffix != ".pyc":
            found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


@dataclass
class InstalledSite:
    """A copy of the site `name`, with its own database. `project` is the package with the site's settings."""

    name: str
    project: str
    folder: Path
    database: Mapping[str, Any]
    sandbox_url: str
    environment: Mapping[str, str] = field(default_factory=dict)  # variables of all its processes
    url: str = ""  # set while `serve` runs
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)
    _console: subprocess.Popen[str] | None = None

    def __post_init__(self) -> None:
        self.python = python()
        self.home = self.folder / self.name
        shutil.copytree(HERE / self.name, self.home, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(HERE / "inside.py", self.home)

    def attempt(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the site, such as attempt("manage.py", "check"). `more` has extra environment variables."""
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.home,
            env=self._environment(more),
            capture_output=True,
            text=True,
            timeout=250,
        )

    def run(self, *arguments: str, **more: str) -> str:
        """Run a program that must succeed. Return its output."""
        result = self.attempt(*arguments, **more)
        assert result.returncode == 0, result.stderr + result.stdout
        return result.stdout

    def prepare(self) -> None:
        """Create the site's tables, and collect its static files."""
        self.ask(inside.prepare)

    def ask(self, function: Callable[P, R], *arguments: P.args, **_none: P.kwargs) -> R:
        """Run a function of tests/hosts/inside.py in a process of the site. Return its result."""
        if self._console is None:
            self._console = self._start("-m", "inside", stdin=subprocess.PIPE)
        assert self._console.stdin is not None
        assert self._console.stdout is not None
        self._console.stdin.write(json.dumps([function.__name__, *arguments]) + "\n")
        self._console.stdin.flush()
        answer = json.loads(self._console.stdout.readline())
        assert "gives" in answer, answer["raises"]
        return answer["gives"]  # type: ignore[no-any-return] # as the function gives it

    def serve(self) -> None:
        """Serve the site's pages at `url`, until `stop` is called."""
        server = self._start("-u", "manage.py", "runserver", "127.0.0.1:0", "--noreload", "--nostatic")
        assert server.stdout is not None
        self.url = next(line.split()[4].rstrip("/") for line in server.stdout if "server at" in line)

    def stop(self) -> None:
        """End the site's processes."""
        for process in self._processes:
            process.terminate()
            process.wait(PATIENCE)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()

    def _start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [str(self.python), *arguments],
            cwd=self.home,
            env=self._environment({}),
            stdin=stdin,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        return process

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Return the environment variables that a site would have, and no others."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "DJANGO_SETTINGS_MODULE": f"{self.project}.settings_with_byline",
            "SITE_DATABASE": json.dumps(self.database),
            "SITE_FILES": str(self.folder),
            "SANDBOX_URL": self.sandbox_url,
        }
        return {**kept, **own, **self.environment, **more}
