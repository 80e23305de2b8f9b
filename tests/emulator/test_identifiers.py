"""The forms of identifiers."""

from __future__ import annotations

import re

import pytest

from django_aws_api_gateway_websockets.emulator.identifiers import (
    api_id_for,
    is_connection_id,
    new_event_id,
    new_resource_id,
    new_trace_id,
)


class TestApiId:
    """Ten letters and digits that depend on the name."""

    def test_is_the_same_for_the_same_name(self) -> None:
        """A page survives a restart of the emulator."""
        assert api_id_for("chat", []) == api_id_for("chat", [])
        assert re.fullmatch(r"[a-z0-9]{10}", api_id_for("chat", []))

    def test_differs_from_those_that_are_taken(self) -> None:
        """A second API of the same name gets an id of its own."""
        first = api_id_for("chat", [])

        second = api_id_for("chat", [first])

        assert second not in (first, api_id_for("other", []))


class TestEventIds:
    """Ids of connections, messages and requests."""

    def test_has_the_form_of_aws(self) -> None:
        """Eleven bytes are fifteen characters and an equals sign."""
        assert is_connection_id(new_event_id())
        assert new_event_id() != new_event_id()

    @pytest.mark.parametrize("text", ["", "abc", "Qyi07eCbtjMCJKw", "Qyi07eCbtjMCJ/w=", "a" * 16])
    def test_refuses_other_forms(self, text: str) -> None:
        """Anything else is malformed."""
        assert not is_connection_id(text)


class TestOtherIds:
    """Parts of an API, and traces."""

    def test_resource_id(self) -> None:
        """Seven letters and digits."""
        assert re.fullmatch(r"[a-z0-9]{7}", new_resource_id())

    def test_trace_id(self) -> None:
        """The time in hexadecimal and 24 digits."""
        assert re.fullmatch(r"Root=1-684edc80-[0-9a-f]{24}", new_trace_id(0x684EDC80 + 0.7))
