"""A real HTTP server on a free port that records requests and gives the answers it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self

__all__ = ["DROPPED", "Answer", "Peer", "Received"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """One request as it came in; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One response; ``error`` is the header from which boto3 takes an exception's code."""

    status: int = 200
    body: bytes = b"{}"
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_headers(self) -> dict[str, str]:
        """Every header that is sent."""
        by_error = {"x-amzn-ErrorType": self.error} if self.error else {}
        return {"Content-Length": str(len(self.body)), **by_error, **self.headers}


#: Makes the server hang up without an answer.
DROPPED = Answer(status=0)


class Peer:
    """Gives ``answers`` in turn, the last of them for ever; is a plain HTTP proxy as well."""

    def __init__(self, *answers: Answer) -> None:
        self.received: list[Received] = []
        self._answers = list(answers or [Answer()])
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take_answer(self) -> Answer:
        """Return the next answer."""
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def handle_request(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                peer.received.append(
                    Received(
                        method=self.command,
                        target=self.path,
                        headers={name.lower(): value for name, value in self.headers.items()},
                        body=self.rfile.read(length),
                    )
                )
                self.give(peer.take_answer())

            def give(self, answer: Answer) -> None:
                if answer is DROPPED:
                    return
                self.send_response(answer.status)
                for name, value in answer.all_headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args: Any) -> None:
                """Keep quiet."""

        for method in ("GET", "POST", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.handle_request)
        return Handler
