from pathlib import Path

import pytest
import requests
import trustme

from tests.running_sandbox import RunningSandbox


def test_it_serves_https(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for certificate in issued.cert_chain_pems:
        certificate.write_to_path(tmp_path / "cert.pem", append=True)
    arguments = ("--tls", str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    with RunningSandbox(*arguments, ca_bundle=str(tmp_path / "ca.pem")) as sandbox:
        assert sandbox.url.startswith("https://127.0.0.1:")
        assert sandbox.call(sandbox.people()["alice"], "GET", "/users/me")["firstName"] == "Alice"
        sandbox.fault(drop="after")
        with pytest.raises(requests.ConnectionError):
            sandbox.http.get(f"{sandbox.api}/users/me", timeout=30)
