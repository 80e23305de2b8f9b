"""What takes posts in place of AWS: TLS servers on this machine that answer every post with 200.

Each is a process of its own that ends with the one that started it.
"""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import trustme

from tests.management.site import free_port

__all__ = ["CHECKOUT", "HOST", "NGINX", "Sink", "nginx_sink", "python_sink"]

CHECKOUT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
NGINX = Path(which("nginx") or "/usr/sbin/nginx")

# An answer has the headers that AWS sends, and about as many bytes.
CONFIGURATION = """
daemon off;
error_log stderr notice;
pid pid;
worker_processes 1;
events { worker_connections 1000; }
http {
    access_log off;
    client_body_temp_path body;
    fastcgi_temp_path fastcgi;
    proxy_temp_path proxy;
    scgi_temp_path scgi;
    uwsgi_temp_path uwsgi;
    default_type application/json;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    server {
        listen %(host)s:%(port)d ssl backlog=1024;
        ssl_certificate certificate.pem;
        ssl_certificate_key certificate.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        add_header x-amzn-RequestId $request_id;
        add_header x-amz-apigw-id $request_id;
        location / { return 404; }
        location /production/@connections/ { return 200 ""; }
        location = /status { stub_status; }
    }
}
"""
STARTED = "start worker process "
STATUS = re.compile(r"requests\n \d+ \d+ (\d+)")


class Sink:
    """A server that takes posts.

    Attributes:
        port: on `HOST`.
        authority: the file with the root of its certificate; nobody else trusts it.
        management_url: where posts go.
    """

    def __init__(self, port: int, authority: Path) -> None:
        self.port = port
        self.authority = authority
        self.management_url = f"https://{HOST}:{port}/production"
        self._questions = 0

    def posts(self) -> int:
        """Return how many posts have come so far."""
        self._questions += 1
        context = ssl.create_default_context(cafile=self.authority)
        connection = HTTPSConnection(HOST, self.port, context=context, timeout=10)
        connection.request("GET", "/status")
        status = connection.getresponse().read().decode()
        connection.close()
        return int(STATUS.findall(status)[0]) - self._questions


@contextmanager
def nginx_sink(nginx: Path = NGINX) -> Iterator[Sink]:
    """Run nginx, which takes more posts a second than a process of Python can send.

    Raises:
        RuntimeError: it did not start.
    """
    with _certificates() as directory:
        sink = Sink(free_port(), directory / "authority.pem")
        configuration = directory / "nginx.conf"
        configuration.write_text(CONFIGURATION % {"host": HOST, "port": sink.port})
        command = [str(nginx), "-p", f"{directory}/", "-c", str(configuration), "-e", "stderr"]
        with subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command], stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                _await_line(process.stderr, STARTED)
                yield sink
            finally:
                process.terminate()


@contextmanager
def python_sink(module: str, *arguments: str) -> Iterator[Sink]:
    """Run a module that serves with a certificate, prints its port, and ends with its input.

    Args:
        module: its full name; its first argument is the file with the certificate and its key.
        arguments: the others.

    Raises:
        RuntimeError: it did not start.
    """
    with _certificates() as directory:
        command = [sys.executable, "-m", module, str(directory / "certificate.pem"), *arguments]
        with subprocess.Popen(
            command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            yield Sink(int(_await_line(process.stdout, "")), directory / "authority.pem")


@contextmanager
def _certificates() -> Iterator[Path]:
    """Make a directory with the root of a new authority and a certificate of it for `HOST`."""
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST).private_key_and_cert_chain_pem
    with TemporaryDirectory(prefix="sink-") as name:
        directory = Path(name)
        authority.cert_pem.write_to_path(directory / "authority.pem")
        certificate.write_to_path(directory / "certificate.pem")
        yield directory


def _await_line(stream: Iterable[str] | None, text: str) -> str:
    """Return the first line that has a text in it.

    Raises:
        RuntimeError: the stream ends before.
    """
    lines: list[str] = []
    for line in stream or ():
        lines.append(line)
        if text in line:
            return line
    raise RuntimeError(f"The sink did not start: {''.join(lines).strip()}")
