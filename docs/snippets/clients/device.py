from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from websockets.sync.client import connect


def report(token_url: str, key: str, celsius: float) -> Any:
    """Send one reading, and return the reply."""
    request = Request(token_url, method="POST", headers={"X-Api-Key": key})
    with urlopen(request) as response:
        answer = json.load(response)
    query = urlencode({"ws_token": answer["token"], "channel": "readings"})
    with connect(f"{answer['url']}?{query}") as socket:
        socket.send(json.dumps({"handler": "report", "id": "1", "celsius": celsius}))
        return json.loads(socket.recv())
