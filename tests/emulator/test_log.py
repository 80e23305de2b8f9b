"""Records and lines."""

from __future__ import annotations

import io
import re

import pytest

from django_aws_api_gateway_websockets.emulator.log import LineWriter, LogRecord, discard

RECORD = LogRecord(
    kind="message",
    at=0.0,
    api_id="abc",
    stage="dev",
    connection_id="Qyi07eCbtjMCJKw=",
    route_key="chat",
    status=200,
    size=14,
    seconds=0.0123,
)


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class TestLine:
    """One line per record."""

    def test_says_what_happened(self) -> None:
        """Time, kind, place, route, outcome, size and duration follow each other."""
        line = LineWriter(io.StringIO()).format(RECORD)

        assert re.fullmatch(
            r"\d\d:\d\d:\d\d message    abc/dev Qyi07eCbtjMCJKw= chat 200 14 bytes 12 ms", line
        )

    def test_leaves_out_what_is_unknown(self) -> None:
        """A record with a sentence alone is short."""
        line = LineWriter(io.StringIO()).format(LogRecord(kind="started", at=0.0, detail="here"))

        assert re.fullmatch(r"\S+ started    here", line)

    def test_cannot_be_broken_by_a_client(self) -> None:
        """Control characters do not reach the terminal."""
        record = LogRecord(kind="disconnect", at=0.0, status=1000, detail="a\n\x1b[2Jb")

        assert LineWriter(io.StringIO()).format(record).endswith("1000 a??[2Jb")

    def test_is_written_and_flushed(self) -> None:
        """A call writes one line."""
        stream = io.StringIO()

        LineWriter(stream)(RECORD)

        assert stream.getvalue().count("\n") == 1

    def test_goes_to_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without a stream it is printed."""
        LineWriter()(RECORD)

        assert capsys.readouterr().out.endswith("12 ms\n")


class TestColour:
    """Colours only where a person sees them."""

    def test_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each kind has its colour."""
        monkeypatch.delenv("NO_COLOR", raising=False)

        assert LineWriter(Terminal()).format(RECORD).startswith("\x1b[34m")

    def test_not_with_no_color(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The usual variable turns them off."""
        monkeypatch.setenv("NO_COLOR", "1")

        assert "\x1b" not in LineWriter(Terminal()).format(RECORD)

    @pytest.mark.parametrize(("status", "colour"), [(200, "32"), (403, "31"), (1001, "32")])
    def test_failures_are_red(self, status: int, colour: str) -> None:
        """An error status is red; a close code is not an error."""
        line = LineWriter(io.StringIO(), colour=True).format(
            LogRecord(kind="connect", at=0.0, status=status)
        )

        assert line.startswith(f"\x1b[{colour}m")

    def test_a_kind_without_a_colour(self) -> None:
        """Some lines are plain."""
        line = LineWriter(io.StringIO(), colour=True).format(LogRecord(kind="started", at=0.0))

        assert "\x1b" not in line


class TestDiscard:
    """No log at all."""

    def test_takes_anything(self) -> None:
        """A record goes nowhere."""
        discard(RECORD)
