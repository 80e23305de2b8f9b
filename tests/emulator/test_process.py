"""The limit of open files."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from django_aws_api_gateway_websockets.emulator.process import raise_open_file_limit


class Limits(SimpleNamespace):
    """Stands for the standard library's module of that purpose."""

    RLIMIT_NOFILE = 7
    current = (1024, 4096)

    def getrlimit(self, which: int) -> tuple[int, int]:
        """Return the limits."""
        assert which == self.RLIMIT_NOFILE
        return self.current

    def setrlimit(self, which: int, limits: tuple[int, int]) -> None:
        """Set the limits."""
        assert which == self.RLIMIT_NOFILE
        self.current = limits


class TestRaising:
    """The soft limit becomes the hard one."""

    @pytest.mark.parametrize("current", [(1024, 4096), (4096, 4096)])
    def test_raises_the_soft_limit(self, current: tuple[int, int]) -> None:
        """Afterwards both limits are the same."""
        limits = Limits(current=current)

        assert raise_open_file_limit(limits) == 4096
        assert limits.current == (4096, 4096)

    def test_does_nothing_where_there_are_no_limits(self) -> None:
        """Windows has none."""
        assert raise_open_file_limit(None) is None
