"""Tests of the addresses to which the log can be streamed."""

import pytest

from audit.stream.addresses import Address, NotAnAddress, address


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("stdout", Address("stdout", "stdout")),
        ("syslog://siem.example.com", Address("syslog", "syslog siem.example.com:601", "siem.example.com", 601)),
        (
            "syslog://siem.example.com?tls",
            Address("syslog", "syslog siem.example.com:6514", "siem.example.com", 6514, is_tls=True),
        ),
        ("syslog://10.0.0.1:514?tcp", Address("syslog", "syslog 10.0.0.1:514", "10.0.0.1", 514)),
        (
            "https://siem.example.com/in?source=byline",
            Address(
                "http",
                "http siem.example.com:443/in#5bd13f59",
                "siem.example.com",
                443,
                path="/in?source=byline",
                is_tls=True,
            ),
        ),
        ("http://localhost:8088/", Address("http", "http localhost:8088/", "localhost", 8088, path="/")),
    ],
    ids=["stdout", "syslog", "syslog over TLS", "syslog over TCP", "https", "loopback"],
)
def test_an_address_is_read(text: str, place: Address) -> None:
    assert address(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://siem.example.com/",
        "http://127.0.0.1.example.com/",
        "https://somebody:secret@siem.example.com/",
        "syslog://siem.example.com?udp",
        "syslog://siem.example.com/path",
        "syslog://",
        "https://siem.example.com:port/",
        "ftp://siem.example.com/",
        "https://somebody:secret@siem.example.com:port/",
        "htps://siem.example.com/?token=secret",
        "https://[::1/?token=secret",
        "https://siem.example.com/secret\u00f6",
        "https://siem.example.com/a secret",
        "https://siem.example.com/\x00secret",
    ],
)
def test_others_are_refused(text: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        address(text)
    assert "secret" not in str(refused.value)


def test_each_address_has_a_cursor_of_its_own_that_fits() -> None:
    """Each address has its own cursor, even if addresses are long and similar. A shared cursor would skip entries."""
    long = "https://siem.example.com/" + "in/" * 50
    texts = [
        "https://siem.example.com/?to=a",
        "https://siem.example.com/?to=b",
        long,
        long + "b",
        "https://siem.example.com/",
    ]
    names = [address(text).name for text in texts]
    assert len(set(names)) == len(texts)
    assert max(map(len, names)) <= 90
    assert not [name for name in names if "to=" in name]
