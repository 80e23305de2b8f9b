"""Messages made of frames."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from django_aws_api_gateway_websockets.emulator.assembly import Assembler, Unacceptable, in_frames


class TestTexts:
    """What the gateway takes."""

    def test_a_frame_is_a_message(self) -> None:
        """Most messages are one frame."""
        frames = [Frame(Opcode.TEXT, "h\xe9".encode()), Frame(Opcode.TEXT, b"")]

        assert list(Assembler().take(frames)) == ["h\xe9", ""]

    def test_frames_are_joined(self) -> None:
        """A character may be split, and a ping may stand between."""
        assembler = Assembler()
        first = [Frame(Opcode.TEXT, b"h\xc3", fin=False), Frame(Opcode.PING, b"x")]

        assert list(assembler.take(first)) == []
        assert list(assembler.take([Frame(Opcode.CONT, b"\xa9")])) == ["h\xe9"]


class TestRefusals:
    """What ends the connection."""

    @pytest.mark.parametrize(
        ("frame", "code"),
        [
            (Frame(Opcode.BINARY, b"x"), 1003),
            (Frame(Opcode.BINARY, b"x", fin=False), 1003),
            (Frame(Opcode.TEXT, b"\xff"), 1007),
        ],
    )
    def test_has_its_close_code(self, frame: Frame, code: int) -> None:
        """Messages that were complete before are not lost."""
        messages = Assembler().take([Frame(Opcode.TEXT, b"before"), frame])

        assert next(messages) == "before"
        with pytest.raises(Unacceptable) as caught:
            next(messages)
        assert caught.value.code == code


class TestFrames:
    """A message on its way to a client."""

    @pytest.mark.parametrize(
        ("size", "sizes"), [(0, [0]), (32_768, [32_768]), (65_537, [32_768, 32_768, 1])]
    )
    def test_are_of_the_largest_size(self, size: int, sizes: list[int]) -> None:
        """The last one has the rest, and there is always one."""
        assert [len(part) for part in in_frames(b"x" * size)] == sizes
