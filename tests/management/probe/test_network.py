"""The way to a gateway below WebSocket, against real listeners."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from django_aws_api_gateway_websockets.management.probe.network import (
    Address,
    Place,
    connect,
    parse_place,
    resolve,
    wrap,
)
from django_aws_api_gateway_websockets.management.probe.report import ProbeFailed

from ..site import free_port

__all__ = ["TestConnecting", "TestPlaces", "TestResolving", "TestTls"]

PATIENCE = 10.0


@contextmanager
def listening(context: ssl.SSLContext | None = None, said: bytes = b"") -> Iterator[int]:
    """Take one connection, speak TLS or say something, and wait for its end."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        thread = threading.Thread(target=_serve, args=(server, context, said))
        thread.start()
        yield server.getsockname()[1]
        thread.join(PATIENCE)


def _serve(server: socket.socket, context: ssl.SSLContext | None, said: bytes) -> None:
    peer, _ = server.accept()
    with peer:
        peer.settimeout(PATIENCE)
        peer.sendall(said)
        try:
            with context.wrap_socket(peer, server_side=True) if context else peer as stream:
                while stream.recv(65_536):
                    pass
        except OSError:
            pass  # the client does not like the certificate


def at(port: int, host: str = "localhost") -> Place:
    """Return a place of this machine."""
    return Place(host=host, port=port, is_secure=True)


def address(port: int) -> Address:
    """Return the address of a listener."""
    return Address(family=socket.AF_INET, sockaddr=("127.0.0.1", port))


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Return an authority that this machine trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


def served_by(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """Return what a server with a certificate needs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


class TestPlaces:
    @pytest.mark.parametrize(
        ("url", "place", "text"),
        [
            ("wss://a.example/live", ("a.example", 443, True), "a.example:443"),
            ("ws://127.0.0.1:9000/x/y", ("127.0.0.1", 9000, False), "127.0.0.1:9000"),
            ("ws://[::1]/x", ("::1", 80, False), "[::1]:80"),
        ],
    )
    def test_are_read_from_urls(self, url: str, place: tuple[str, int, bool], text: str) -> None:
        """The port is that of the scheme unless it is said."""
        found = parse_place(url)

        assert (found.host, found.port, found.is_secure) == place
        assert str(found) == text

    @pytest.mark.parametrize("url", ["abc/live", "https://a.example", "ws:///x", "ws://a:b/"])
    def test_are_not_read_from_anything_else(self, url: str) -> None:
        """What no browser opens is told."""
        with pytest.raises(ProbeFailed, match="is not the URL of a WebSocket"):
            parse_place(url)


class TestResolving:
    def test_finds_addresses(self) -> None:
        """A name has one address or more."""
        assert "127.0.0.1" in map(str, resolve(at(1, "127.0.0.1"), PATIENCE))

    @pytest.mark.parametrize("host", ["gateway.invalid", "a" * 70 + ".example"])
    def test_names_what_has_none(self, host: str) -> None:
        """A name that does not exist, or cannot, is told."""
        with pytest.raises(ProbeFailed, match=rf"^the name {host} cannot be resolved"):
            resolve(at(1, host), PATIENCE)


class TestConnecting:
    def test_takes_the_first_that_listens(self) -> None:
        """An address that refuses does not keep the next from its turn."""
        with listening() as port:
            connection = connect(at(port), [address(free_port()), address(port)], PATIENCE)

            connection.close()

    def test_names_a_port_without_a_listener(self) -> None:
        """What refuses is told with the place."""
        port = free_port()

        with pytest.raises(ProbeFailed, match=rf"^nothing listens on localhost:{port}"):
            connect(at(port), [address(port)], PATIENCE)

    def test_waits_no_longer_than_it_may(self) -> None:
        """When the time is up no further address is tried."""
        with pytest.raises(ProbeFailed, match="did not answer within 0 s"):
            connect(at(1), [address(1)], 0)


class TestTls:
    def test_trusts_what_the_machine_trusts(self, authority: trustme.CA) -> None:
        """A good certificate passes."""
        with listening(served_by(authority.issue_cert("localhost"))) as port:
            plain = connect(at(port), [address(port)], PATIENCE)

            with wrap(plain, at(port), PATIENCE) as secured:
                assert secured.version() == "TLSv1.3"

    @pytest.mark.parametrize(
        ("name", "days", "what"),
        [
            ("localhost", (-9, -2), "has expired"),
            ("localhost", (2, 9), "is not valid yet"),
            ("other.example", (-9, 9), "is for another host name"),
        ],
    )
    def test_names_what_is_wrong_with_a_certificate(
        self, authority: trustme.CA, name: str, days: tuple[int, int], what: str
    ) -> None:
        """Each reason has its words."""
        first, last = (datetime.now(UTC) + timedelta(days=number) for number in days)
        certificate = authority.issue_cert(name, not_before=first, not_after=last)

        with listening(served_by(certificate)) as port:
            plain = connect(at(port), [address(port)], PATIENCE)
            with pytest.raises(ProbeFailed, match=f"^the certificate of localhost:{port} {what}"):
                wrap(plain, at(port), PATIENCE)

    def test_names_an_unknown_issuer(self) -> None:
        """An authority that this machine does not know is told, and how to name it."""
        with listening(served_by(trustme.CA().issue_cert("localhost"))) as port:
            plain = connect(at(port), [address(port)], PATIENCE)
            with pytest.raises(ProbeFailed, match="an issuer that is not known here") as failure:
                wrap(plain, at(port), PATIENCE)

        assert "SSL_CERT_FILE" in failure.value.advice

    def test_names_what_speaks_no_tls(self) -> None:
        """A plain server is told as such."""
        with listening(said=b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
            plain = connect(at(port), [address(port)], PATIENCE)
            with pytest.raises(ProbeFailed, match="does not speak TLS as it should"):
                wrap(plain, at(port), PATIENCE)

    def test_names_what_says_nothing(self) -> None:
        """A server that waits for the client to go on is given up."""
        with listening() as port:
            plain = connect(at(port), [address(port)], PATIENCE)
            with pytest.raises(ProbeFailed, match=r"did not finish the TLS handshake within 0\.1"):
                wrap(plain, at(port), 0.1)
