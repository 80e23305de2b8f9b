"""The kit is imported piece by piece, so that pytest can import its plugin at any time."""

from __future__ import annotations

import pytest

from django_aws_api_gateway_websockets import testing


class TestNames:
    """A name comes from the module that defines it."""

    @pytest.mark.parametrize("name", testing.__all__)
    def test_public(self, name: str) -> None:
        """Every public name does."""
        assert getattr(testing, name).__module__.startswith(f"{testing.__name__}.")

    def test_unknown(self) -> None:
        """Any other is missed as from any module."""
        with pytest.raises(AttributeError) as caught:
            testing.Clocks  # noqa: B018

        assert str(caught.value) == (
            "module 'django_aws_api_gateway_websockets.testing' has no attribute 'Clocks'"
        )
