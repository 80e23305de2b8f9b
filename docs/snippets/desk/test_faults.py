from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest

from django_aws_api_gateway_websockets.emulator import EmulatorThread


# begin: faults
@pytest.fixture
def emulator() -> Iterator[EmulatorThread]:
    with EmulatorThread(seed=7) as emulator:
        yield emulator


def test_here(emulator: EmulatorThread) -> None:
    with emulator.switchboard.on("message-delay=0.01-0.05", "disconnect-lost=0.5"):
        ...  # connect, send and leave; then look at the rows

    assert emulator.switchboard.settings() == {}


def test_in_another_process(emulator: EmulatorThread) -> None:
    fault = f"{emulator.url}/_emulator/faults/post-429"

    with urlopen(Request(fault, b'{"value": "2x"}', method="PUT"), timeout=5) as answer:
        state = json.load(answer)

    assert state == {"seed": 7, "faults": {"post-429": "2x"}}


# end: faults
