"""The switchboard's side of HTTP: faults are listed, set and cleared as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..answers import Answer, ServiceError
from ..panel import PanelHandler, PanelRequest, json_answer
from .catalogue import ACTS, CATALOGUE
from .switchboard import Switchboard

__all__ = ["switchboard_routes"]


def switchboard_routes(switchboard: Switchboard) -> Mapping[str, PanelHandler]:
    """Return what a panel serves of a switchboard."""
    desk = _Desk(switchboard)
    return {
        "GET faults": desk.list,
        "DELETE faults": desk.clear,
        "PUT faults/{name}": desk.set,
        "DELETE faults/{name}": desk.clear,
    }


class _Desk:
    def __init__(self, switchboard: Switchboard) -> None:
        self.switchboard = switchboard

    def list(self, _request: PanelRequest) -> Answer:
        """Return what is set, and what there is."""
        return json_answer({**self._state(), "known": _known()})

    def set(self, request: PanelRequest) -> Answer:
        """Set a fault; the body is empty, or has its value.

        Raises:
            ServiceError: there is no such fault, or it takes no such value.
        """
        return self._change(self.switchboard.set, request.names["name"], _value(request.body))

    def clear(self, request: PanelRequest) -> Answer:
        """Clear a fault, or all.

        Raises:
            ServiceError: there is no such fault.
        """
        return self._change(self.switchboard.clear, *request.names.values())

    def _change(self, verb: Any, *args: Any) -> Answer:
        try:
            verb(*args)
        except ValueError as error:
            raise ServiceError.bad_request(str(error)) from error
        return json_answer(self._state())

    def _state(self) -> dict[str, Any]:
        return {"seed": self.switchboard.seed, "faults": self.switchboard.settings()}


def _known() -> dict[str, Any]:
    """Return what there is, by name."""
    return {
        fault: {"takes": kind.value.FORM, "does": kind.effect, "once": fault in ACTS}
        for fault, kind in CATALOGUE.items()
    }


def _value(body: bytes) -> str | float:
    """Return the value in a body.

    Raises:
        ServiceError: it is not JSON of the right form.
    """
    if not body:
        return ""
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    value = document.get("value", "") if isinstance(document, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        message = 'The body must be empty, or JSON such as {"value": "0.5"}.'
        raise ServiceError.bad_request(message)
    return value
