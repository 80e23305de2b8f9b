"""The command that checks a gateway, as a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..site import Site

__all__ = ["TestProcess"]

pytestmark = pytest.mark.django_db


class TestProcess:
    def test_names_the_extra(self, tmp_path: Path) -> None:
        """Without the client's library the message says what to install."""
        code = (
            "import sys; sys.modules['websockets'] = None\n"
            "from django.core.management import execute_from_command_line\n"
            "execute_from_command_line(['manage.py', 'checkApiGateway'])"
        )

        running = Site(tmp_path).start_python(code)

        assert running.wait() == 1
        assert running.output == (
            "CommandError: Opening a socket needs websockets: "
            'pip install "django-aws-api-gateway-websockets[local]"\n'
        )
