"""What the bytes of a post cost without a socket: its path, its signature, the request, the answer.

``python -m tests.benchmarks.wire`` prints JSON: for an identity that lasts and for a passing one,
which has a session token, the microseconds of CPU of each step and of all together. A figure is
that of the quickest of many rounds, so that it bears a busy machine.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from time import process_time

from django_aws_api_gateway_websockets.protocol.endpoints import connection_part
from django_aws_api_gateway_websockets.protocol.http1 import Connection
from django_aws_api_gateway_websockets.protocol.posts import PostEncoder
from django_aws_api_gateway_websockets.protocol.sigv4 import Credentials, Signer

__all__ = ["IDENTITIES", "main"]

HOST = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
CONNECTIONS = "/production/@connections"
CONNECTION_ID = "L0SM9cOFvHcCIhw="
PART = connection_part(CONNECTION_ID)
BODY = b'{"text": "Hello, world.", "handler": "say"}'
MOMENT = 1_795_737_600.0
ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Fri, 27 Nov 2026 00:00:00 GMT\r\nContent-Length: 0\r\n"
    b"Content-Type: application/json\r\nConnection: keep-alive\r\n"
    b"x-amzn-RequestId: 5f2c1111-2222-3333-4444-555555555555\r\nx-amz-apigw-id: L0SM9cOFvHc=\r\n"
    b"X-Amzn-Trace-Id: Root=1-6927a8ff-000000000000000000000000\r\n\r\n"
)
IDENTITIES = {
    "lasting": Credentials(access_key="AKIDEXAMPLE", secret_key="s" * 40),
    "passing": Credentials(access_key="ASIAEXAMPLE", secret_key="s" * 40, session_token="t" * 700),
}
POSTS = 500
"""Posts in a round."""


def main(arguments: list[str]) -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description="Measure what the bytes of a post cost.")
    parser.add_argument("--rounds", type=int, default=200, help="of each step")
    rounds = parser.parse_args(arguments).rounds
    figures = {name: _measure(identity, rounds) for name, identity in IDENTITIES.items()}
    print(json.dumps({"python": platform.python_version(), "microseconds": figures}, indent=2))


def _measure(credentials: Credentials, rounds: int) -> dict[str, float]:
    signer = Signer(credentials, "eu-west-1")
    encoder = PostEncoder(host=HOST, connections=CONNECTIONS, body=BODY, signer=signer)
    connection = Connection()

    def exchange() -> None:
        connection.begin()
        encoder.encode(PART, MOMENT)
        connection.receive_data(ANSWER)

    steps: dict[str, Callable[[], object]] = {
        "path": lambda: connection_part(CONNECTION_ID),
        "request": lambda: encoder.encode(PART, MOMENT),
        "request_and_answer": exchange,
    }
    figures = {name: _time(step, rounds) for name, step in steps.items()}
    return {**figures, "post": round(figures["path"] + figures["request_and_answer"], 2)}


def _time(step: Callable[[], object], rounds: int) -> float:
    """Return the microseconds that a step takes."""
    return round(min(_round(step) for _ in range(rounds)) / POSTS * 1e6, 2)


def _round(step: Callable[[], object]) -> float:
    started = process_time()
    for _ in range(POSTS):
        step()
    return process_time() - started


if __name__ == "__main__":
    main(sys.argv[1:])
