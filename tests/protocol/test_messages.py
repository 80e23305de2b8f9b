"""JSON within AWS's limits, and the envelopes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from hypothesis import given
from hypothesis import strategies as st

from django_aws_api_gateway_websockets.exceptions import PayloadTooLarge
from django_aws_api_gateway_websockets.protocol.messages import (
    close_envelope,
    decode_object,
    encode,
    error_envelope,
    is_ping,
    pong_envelope,
    reply_envelope,
    reply_id,
)

__all__ = ["TestDecoding", "TestEncoding", "TestEnvelopes"]

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # A surrogate alone is no character.
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda children: (
        st.lists(children, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), children, max_size=3)
    ),
    max_leaves=8,
)


class TestEncoding:
    """What is posted to a client."""

    def test_gives_utf8_json(self) -> None:
        """A value becomes JSON as bytes."""
        assert encode({"text": "pearl", "n": [1, None]}) == b'{"text": "pearl", "n": [1, null]}'

    def test_uses_the_encoder(self) -> None:
        """The encoder decides what else can be sent."""
        assert encode({1.5: {"a"}}, encoder=SetEncoder) == b'{"1.5": ["a"]}'

    def test_takes_as_much_as_aws(self) -> None:
        """A message of exactly 128 KB is sent."""
        assert len(encode("x" * 131_070)) == 131_072

    def test_refuses_more_than_aws_takes(self) -> None:
        """One byte more is refused, with both sizes."""
        with pytest.raises(PayloadTooLarge) as caught:
            encode("x" * 131_071)

        assert str(caught.value) == "Message exceeds AWS limit: 131073 of at most 131072 bytes"

    def test_counts_bytes_as_sent(self) -> None:
        """A character outside of ASCII takes the six bytes of its escape."""
        with pytest.raises(PayloadTooLarge, match="131078 of at most 131072 bytes"):
            encode("é" * 21_846)

    def test_refuses_unknown_types(self) -> None:
        """A type that the encoder does not know is an error of the caller."""
        with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
            encode(object(), encoder=DjangoJSONEncoder)

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_refuses_numbers_that_are_not_json(self, number: float) -> None:
        """A browser could not parse them."""
        with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
            encode({"n": number})

    def test_refuses_what_contains_itself(self) -> None:
        """A list inside of itself is an error of the caller."""
        endless: list[Any] = []
        endless.append(endless)

        with pytest.raises(ValueError, match="Circular reference detected"):
            encode(endless)

    def test_sends_half_a_character_as_its_escape(self) -> None:
        """A lone surrogate does not fail on its way to UTF-8."""
        assert encode("\ud800") == b'"\\ud800"'


class SetEncoder(json.JSONEncoder):
    """Takes sets."""

    def default(self, o: Any) -> Any:
        """Return a set as a list."""
        return sorted(o)


class TestDecoding:
    """What a client sent."""

    def test_reads_an_object(self) -> None:
        """A JSON object becomes a dictionary."""
        body = ' {"handler": "say", "text": "Zoë", "n": [1, 2.5, null]} '

        assert decode_object(body.encode()) == {
            "handler": "say",
            "text": "Zoë",
            "n": [1, 2.5, None],
        }

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"ping",
            b"null",
            b'"text"',
            b"7",
            b'[{"a": 1}]',
            b'{"a": 1',
            b"{'a': 1}",
            b'{"a": 1} {"b": 2}',
            b'{"a": "\x00"}',
        ],
    )
    def test_anything_else_is_empty(self, body: bytes) -> None:
        """No JSON, and JSON of another type, read as an empty object."""
        assert decode_object(body) == {}

    @pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
    def test_refuses_numbers_that_are_none(self, value: str) -> None:
        """A number that no client could read back makes the message empty."""
        assert decode_object(f'{{"a": {value}}}'.encode()) == {}

    @pytest.mark.parametrize(
        "body",
        [
            b'{"a": "\xff"}',
            b'{"a": "\xed\xa0\x80"}',
            b'\xef\xbb\xbf{"a": 1}',
            '{"a": 1}'.encode("utf-16"),
            '{"a": 1}'.encode("utf-32-le"),
        ],
    )
    def test_refuses_other_encodings(self, body: bytes) -> None:
        """JSON in anything but plain UTF-8 reads as an empty object."""
        assert decode_object(body) == {}

    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"a": ['])
    def test_survives_any_depth(self, opening: bytes) -> None:
        """Nesting without end reads as an empty object."""
        assert decode_object(opening * 20_000) == {}

    def test_refuses_integers_that_take_long_to_read(self) -> None:
        """An integer of more digits than Python converts reads as an empty object."""
        assert decode_object(b'{"a": ' + b"9" * 5000 + b"}") == {}

    def test_last_of_equal_keys_counts(self) -> None:
        """Of two values under one key the last one is read."""
        assert decode_object(b'{"handler": "a", "handler": "b"}') == {"handler": "b"}

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (r"\ud83d\ude00", "\N{GRINNING FACE}"),
            (r"\uD83D\uDE00", "\N{GRINNING FACE}"),
            (r"\ud83d", "\ufffd"),
            (r"\ude00\ud83d", "\ufffd\ufffd"),
            (r"\ud83d\ud83d\ude00", "\ufffd\N{GRINNING FACE}"),
            (r"\ud83d\n", "\ufffd\n"),
            (r"\\ud83d", r"\ud83d"),
            (r"\\\ud83d", "\\\ufffd"),
        ],
    )
    def test_completes_half_characters(self, text: str, expected: str) -> None:
        """A lone surrogate becomes U+FFFD; pairs and escaped backslashes stay."""
        assert decode_object(f'{{"a": "{text}"}}'.encode()) == {"a": expected}

    def test_half_characters_in_keys_too(self) -> None:
        """A lone surrogate in a key becomes U+FFFD."""
        assert decode_object(rb'{"\ud800": 1}') == {"\ufffd": 1}

    def test_takes_as_much_as_aws(self) -> None:
        """By default an object of exactly 128 KB is read."""
        assert decode_object(b'{"a": 1}'.ljust(131_072)) == {"a": 1}

    def test_refuses_more_than_aws_takes(self) -> None:
        """By default a longer one reads as an empty object."""
        assert decode_object(b'{"a": 1}'.ljust(131_073)) == {}

    def test_limit_can_be_lower(self) -> None:
        """A view may read less."""
        assert decode_object(b'{"a": 1}', max_bytes=7) == {}

    @given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), VALUES, max_size=4))
    def test_reads_what_encode_wrote(self, data: dict[str, Any]) -> None:
        """An object survives the way there and back."""
        assert decode_object(encode(data)) == data

    @given(st.binary() | st.text().map(lambda text: f'{{"a": "{text}"}}'.encode(errors="replace")))
    def test_any_bytes_are_answered(self, body: bytes) -> None:
        """No bytes raise, and what is read can be written as UTF-8."""
        assert json.dumps(decode_object(body), ensure_ascii=False).encode()


class TestEnvelopes:
    """The objects under the key ``ws``."""

    def test_id_awaits_a_reply(self) -> None:
        """A text of up to 128 characters is an id."""
        assert reply_id({"id": "c" * 128}) == "c" * 128

    @pytest.mark.parametrize("value", [None, "", 7, True, ["c7"], {"c": 7}, "c" * 129])
    def test_other_ids_await_none(self, value: object) -> None:
        """Anything else under ``id`` is the application's own."""
        assert reply_id({"id": value}) is None

    def test_without_id(self) -> None:
        """A message without ``id`` awaits no reply."""
        assert reply_id({}) is None

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ({"ws": "ping"}, True),
            ({"ws": "ping", "action": "chat"}, True),
            ({"ws": "pong"}, False),
            ({"ws": ["ping"]}, False),
            ({"ping": True}, False),
            ({}, False),
        ],
    )
    def test_recognises_a_ping(self, body: dict[str, Any], expected: bool) -> None:
        """Only ``ws`` with the text ``ping`` is a ping."""
        assert is_ping(body) is expected

    def test_reply(self) -> None:
        """A reply carries the request's id and the handler's result."""
        assert reply_envelope("c7", [1]) == {"ws": "reply", "id": "c7", "data": [1]}

    def test_error(self) -> None:
        """An error has a code for programs and a message for people."""
        assert error_envelope("c7", "failed", "It failed") == {
            "ws": "reply",
            "id": "c7",
            "error": {"code": "failed", "message": "It failed"},
        }

    def test_error_with_fields(self) -> None:
        """An error may say which parts of the request are at fault."""
        envelope = error_envelope("c7", "invalid", "n: No.", fields={"n": ["No."]})

        assert envelope["error"] == {
            "code": "invalid",
            "message": "n: No.",
            "fields": {"n": ["No."]},
        }

    def test_error_without_fields(self) -> None:
        """It does not say that there are none."""
        assert "fields" not in error_envelope("c7", "failed", "It failed", fields={})["error"]

    def test_pong(self) -> None:
        """A pong says nothing more."""
        assert pong_envelope() == {"ws": "pong"}

    @pytest.mark.parametrize("reconnect", [True, False])
    def test_close(self, reconnect: bool) -> None:
        """A close tells why, and whether to come back."""
        assert close_envelope("shutdown", reconnect=reconnect) == {
            "ws": "close",
            "code": "shutdown",
            "reconnect": reconnect,
        }

    def test_close_is_final_unless_said(self) -> None:
        """By default a client does not come back."""
        assert close_envelope("revoked")["reconnect"] is False
