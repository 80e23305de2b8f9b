"""The file that keeps what is provisioned."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from django_aws_api_gateway_websockets.emulator import StateError
from django_aws_api_gateway_websockets.emulator.state import StateFile
from django_aws_api_gateway_websockets.emulator.store import Store

from .samples import make_store

DAMAGED = "is damaged or was edited; delete it to begin anew"
FOREIGN = "was not written by the local gateway; name another one"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a state file may be."""
    return tmp_path / "state.json"


@pytest.fixture
def written(path: Path) -> Path:
    """Return a state file with an API in it."""
    StateFile(path).save(make_store("chat"))
    return path


def refusal(path: Path) -> str:
    """Return why a file is refused, without its name; what it holds stays as it is."""
    before = path.read_bytes()
    with pytest.raises(StateError) as caught:
        StateFile(path).open()

    assert caught.value.path == path
    assert path.read_bytes() == before
    assert str(caught.value) == f"The state file {path} {caught.value.problem}."
    return caught.value.problem


class TestKeeping:
    """What one process writes, another one reads."""

    def test_reads_what_was_written(self, written: Path) -> None:
        """The same APIs."""
        assert StateFile(written).open().apis == make_store("chat").apis

    def test_begins_empty(self, path: Path) -> None:
        """A file that is missing is made."""
        store = StateFile(path).open()

        assert store.apis == {}
        assert StateFile(path).open().apis == {}

    def test_is_for_its_owner_alone(self, written: Path) -> None:
        """It holds secrets; a file that others could read is no longer so."""
        written.chmod(0o644)

        StateFile(written).open()

        assert stat.S_IMODE(written.stat().st_mode) == 0o600

    def test_leaves_nothing_beside_it(self, written: Path) -> None:
        """What was written first, to be put in its place, is gone."""
        StateFile(written).save(Store())

        assert list(written.parent.iterdir()) == [written]

    def test_keeps_a_link(self, written: Path, tmp_path: Path) -> None:
        """It is what the link leads to that is written."""
        link = tmp_path / "link"
        link.symlink_to(written)

        StateFile(link).save(Store())

        assert link.is_symlink()
        assert StateFile(written).open().apis == {}


class TestRefusing:
    """A file that is not as it was written is left alone."""

    @pytest.mark.parametrize("text", ["", "SECRET_KEY = 1", "[]", "{}", '{"format": "x"}'])
    def test_foreign(self, path: Path, text: str) -> None:
        """What somebody else wrote, in JSON or not."""
        path.write_text(text)

        assert refusal(path) == FOREIGN

    def test_not_even_text(self, path: Path) -> None:
        """Bytes that are no UTF-8."""
        path.write_bytes(b"\xff\xfe\x00")

        assert refusal(path) == FOREIGN

    def test_cut_off(self, written: Path) -> None:
        """A half of it is not enough."""
        written.write_bytes(written.read_bytes()[:-20])

        assert refusal(written) == DAMAGED

    def test_edited(self, written: Path) -> None:
        """Nor is it what it was with another word in it."""
        written.write_text(written.read_text().replace("HTTP_PROXY", "HTTP"))

        assert refusal(written) == DAMAGED

    def test_another_version(self, written: Path) -> None:
        """One that this package cannot know yet."""
        written.write_text(json.dumps({**json.loads(written.read_text()), "version": 2}))

        assert refusal(written) == "has version 2, and this one reads 1"

    def test_directory(self, tmp_path: Path) -> None:
        """It cannot be read."""
        with pytest.raises(StateError, match=r"cannot be read: Is a directory\.$"):
            StateFile(tmp_path).open()

    def test_no_directory(self, tmp_path: Path) -> None:
        """It cannot be made, and the first try says so."""
        with pytest.raises(StateError, match=r"cannot be written: No such file or directory\.$"):
            StateFile(tmp_path / "none" / "state.json").open()
