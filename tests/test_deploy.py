"""The instructions in docs/deploy.md work: the nginx configuration, the systemd units, and backup and restore. nginx
keeps slow clients away from the app.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests
import trustme
from django.db import connection

from audit.proof import seals
from tests.audit.edits import saved
from tests.audit.test_killed_process import database_url
from tests.crowd import SERVER, free_port
from tests.running_sandbox import RunningSandbox
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parent.parent
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
HAS_IPV6 = Path("/proc/net/if_inet6").exists()
needs_ipv6 = pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
RESTORED = f"byline_restored_{os.getpid()}"
SLOW_BODIES, HALF_HEADS = 20, 40
HEAD = "POST /identity/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@dataclass(frozen=True, slots=True)
class Site:
    """The app behind nginx, with the configuration file of this repository."""

    port: int
    plain_port: int
    ca: str

    def connect(self, address: str = "127.0.0.1") -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.ca)
        return context.wrap_socket(socket.create_connection((address, self.port)), server_hostname="127.0.0.1")

    def get(self, path: str) -> requests.Response:
        return requests.get(f"https://127.0.0.1:{self.port}{path}", verify=self.ca, timeout=5)

    def is_there(self) -> bool:
        try:
            return self.get("/healthz").status_code == 200
        except OSError:
            return False


@pytest.fixture
def site(tmp_path: Path, sandbox: RunningSandbox, transactional_db: None) -> Iterator[Site]:
    """gunicorn and nginx, started as in docs/deploy.md, on free ports and with a test certificate."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    port, plain = free_port(), free_port()
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for there, here in {
        "/etc/letsencrypt/live/byline.example.com/fullchain.pem": f"{tmp_path}/server.pem",
        "/etc/letsencrypt/live/byline.example.com/privkey.pem": f"{tmp_path}/server.pem",
        "/var/log/nginx/byline.log": f"{tmp_path}/access.log",
        "/run/byline/web.sock": f"{tmp_path}/web.sock",
        "byline.example.com": "127.0.0.1",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen [::]:80;": f"listen [::1]:{plain};" if HAS_IPV6 else "",
        "listen [::]:443 ssl http2;": f"listen [::1]:{port} ssl http2;" if HAS_IPV6 else "",
    }.items():
        assert there in text
        text = text.replace(there, here)
    temporary = "".join(
        f"{name}_temp_path {tmp_path}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"pid {tmp_path}/nginx.pid; error_log {tmp_path}/error.log; daemon off; user root;\n"
    whole = whole if os.geteuid() == 0 else whole.replace(" user root;", "")
    (tmp_path / "nginx.conf").write_text(f"{whole}events {{}} http {{ {temporary}\n{text} }}")
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SMARTSHEET_API_BASE": sandbox.api,
        "BASE_URL": f"https://127.0.0.1:{port}",
        "TRUSTED_PROXIES": "1",
        "LOG_LEVEL": "ERROR",
    }
    nginx = [str(NGINX), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "error.log")]
    tried = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    app = subprocess.Popen([*SERVER, "--bind", f"unix:{tmp_path}/web.sock"], cwd=ROOT, env=environment)
    proxy = subprocess.Popen(nginx)
    site = Site(port, plain, str(tmp_path / "ca.pem"))
    try:
        until(site.is_there, "the site", by=proxy)
        yield site
    finally:
        for process in (proxy, app):
            process.terminate()
            process.wait(PATIENCE)


@needs_nginx
def test_fault_26_slow_clients_do_not_stop_the_app(site: Site) -> None:
    slow = [site.connect() for _ in range(SLOW_BODIES + HALF_HEADS)]
    bodies, heads = slow[:SLOW_BODIES], slow[SLOW_BODIES:]
    for one in bodies:
        one.sendall(f"{HEAD}Content-Length: 10000\r\n\r\n".encode())
    for one in heads:
        one.sendall(HEAD.encode())
    begun = monotonic()
    while monotonic() - begun < 5:
        for one in bodies:
            one.sendall(b"x")
        assert site.get("/healthz").status_code == 200
        assert "Sign in with Smartsheet" in site.get("/").text
        sleep(2)
    for one in slow:
        one.close()


@needs_nginx
def test_fault_26_what_nginx_passes_on(site: Site, tmp_path: Path) -> None:
    answer = site.get("/identity/callback/?code=a-code&state=a-state")
    assert answer.status_code == 400
    until(lambda: "/identity/callback/" in (tmp_path / "access.log").read_text(), "the line")
    assert "a-code" not in (tmp_path / "access.log").read_text()
    cookie = site.get("/").headers.get("Set-Cookie", "Secure")
    assert "Secure" in cookie


@needs_nginx
@pytest.mark.parametrize("address", ["127.0.0.1", pytest.param("::1", marks=needs_ipv6)])
def test_nginx_answers_over_ipv4_and_ipv6(site: Site, address: str) -> None:
    request = b"GET /sheets/?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address, site.plain_port)) as over_http:
        over_http.sendall(request)
        assert b"\r\nLocation: https://127.0.0.1/sheets/?a=b\r\n" in over_http.makefile("rb").read()
    with site.connect(address) as over_https:
        over_https.sendall(request)
        assert b"\r\nReferrer-Policy: same-origin\r\n" in over_https.makefile("rb").read()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", ["byline-web.service", "byline-worker.service"])
def test_fault_26_systemd_reads_the_units(name: str, tmp_path: Path) -> None:
    text = (ROOT / "deploy" / name).read_text()
    text = text.replace("/srv/byline/.venv/bin/python", sys.executable).replace("/srv/byline", str(ROOT))
    (tmp_path / name).write_text(text.replace("=byline\n", "=root\n"))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if name in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", ["byline-web.service", "byline-worker.service"])
def test_the_units_leave_the_processes_few_rights(name: str) -> None:
    """systemd rates the rights of a unit's processes from 0 (none) to 10. The rating must not be above 2. The command's
    option counts in tenths, so its value is 20.
    """
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(ROOT / "deploy" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:]


def test_fault_26_commands_run_with_the_settings_of_the_services(tmp_path: Path) -> None:
    settings = tmp_path / "environment"
    settings.write_text("# a remark\nDEBUG=false\nDATABASE_URL=sqlite:///app\n")
    command = ["deploy/with-settings", sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"]
    for owner, expected in ("", "sqlite:///app"), ("sqlite:///owner", "sqlite:///owner"):
        environment = os.environ | {"SETTINGS_FILE": str(settings), "AS_OWNER": owner}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == expected


@pytest.fixture
def log_of_two_edits(transactional_db: None) -> None:
    saved()
    saved()
    seals.seal()


@pytest.mark.usefixtures("log_of_two_edits")
def test_fault_26_a_restored_backup_verifies(tmp_path: Path) -> None:
    restored = sqlite_restored(tmp_path) if connection.vendor == "sqlite" else postgresql_restored(tmp_path)
    try:
        done = manage("audit_verify", "--json", database=restored, AUDIT_VERIFIED_FILE=str(tmp_path / "verified.json"))
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["entries"] >= 4
        assert manage("check", "--database", "default", database=restored).returncode == 0
    finally:
        if connection.vendor == "postgresql":
            connection.close()
            subprocess.run(["dropdb", "--force", "--maintenance-db", server_of(restored), RESTORED], check=True)


def sqlite_restored(folder: Path) -> str:
    """Back up and restore SQLite as docs/deploy.md says, while the database is in use. Return the URL of the copy."""
    copy = folder / "byline.sqlite3"
    subprocess.run(["sqlite3", str(connection.settings_dict["NAME"]), f".backup '{copy}'"], check=True)
    return f"sqlite:///{copy}"


def postgresql_restored(folder: Path) -> str:
    dump, url = folder / "byline.dump", database_url()
    restored = f"{url.rpartition('/')[0]}/{RESTORED}"
    subprocess.run(["pg_dump", "--format=custom", f"--file={dump}", url], check=True)
    subprocess.run(["createdb", "--maintenance-db", server_of(url), RESTORED], check=True)
    subprocess.run(["pg_restore", "--exit-on-error", "--dbname", restored, str(dump)], check=True)
    return restored


def server_of(url: str) -> str:
    return f"{url.rpartition('/')[0]}/postgres"


def manage(*arguments: str, database: str, **environment: str) -> subprocess.CompletedProcess[str]:
    whole = os.environ | {"DATABASE_URL": database, "LOG_LEVEL": "ERROR"} | environment
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=whole, capture_output=True, text=True, check=False)
