"""The package keeps its layers, and the check that says so notices when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

import django_aws_api_gateway_websockets

from .layering import check_package

__all__ = ["TestBrokenRules", "TestKeptRules", "TestThePackage"]

PACKAGE = Path(django_aws_api_gateway_websockets.__file__).parent


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return an empty package called ``pkg``."""
    root = tmp_path / "pkg"
    root.mkdir()
    return root


def write(root: Path, sources: dict[str, str]) -> None:
    """Write modules, by their names below the package."""
    for name, source in sources.items():
        path = root / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")


class TestThePackage:
    def test_keeps_its_layers(self) -> None:
        """No module imports what stands above it."""
        assert check_package(PACKAGE) == []


class TestKeptRules:
    def test_allows_a_lower_layer(self, root: Path) -> None:
        """A view imports models."""
        write(root, {"exceptions": "", "mixins": "from .exceptions import WebSocketError"})

        assert check_package(root) == []

    def test_allows_a_sibling_above(self, root: Path) -> None:
        """A module imports what stands before it in its own layer."""
        write(root, {"models/gateways": "", "models/sessions": "from . import gateways"})

        assert check_package(root) == []

    def test_allows_any_order_among_admin_modules(self, root: Path) -> None:
        """A package listed with a star orders itself."""
        write(root, {"admin/actions": "", "admin/base": "from pkg.admin.actions import create"})

        assert check_package(root) == []

    def test_allows_a_sibling_below_for_annotations(self, root: Path) -> None:
        """Two modules of one layer may name each other's types."""
        guarded = "if TYPE_CHECKING:\n    from . import sessions"
        write(root, {"models/gateways": guarded, "models/sessions": ""})

        assert check_package(root) == []

    def test_allows_the_version_everywhere(self, root: Path) -> None:
        """The package's own module stands below all others."""
        write(root, {"conf": "from . import __version__"})

        assert check_package(root) == []

    def test_allows_late_imports_in_the_app_config(self, root: Path) -> None:
        """Models cannot be imported before the app registry is ready."""
        write(root, {"models/tokens": "", "apps": "def ready():\n    from .models import tokens"})

        assert check_package(root) == []

    def test_allows_the_standard_library_in_the_root(self, root: Path) -> None:
        """The package's own module imports no more than that."""
        write(root, {"__init__": "from __future__ import annotations"})

        assert check_package(root) == []

    def test_allows_testing_to_import_anything(self, root: Path) -> None:
        """Test helpers use the whole package, and pytest."""
        write(root, {"urls": "", "testing/client": "import pytest\nfrom .. import urls, VERSION"})

        assert check_package(root) == []

    def test_allows_the_emulator_to_read_what_botocore_knows(self, root: Path) -> None:
        """The emulator is driven by botocore's model of the service."""
        write(root, {"emulator/control": "import botocore.loaders\nfrom ..protocol import routes"})

        assert check_package(root) == []

    def test_allows_commands_to_start_the_emulator(self, root: Path) -> None:
        """The command line is the one door to the emulator."""
        write(root, {"emulator/server": "", "management/run": "from ..emulator import server"})

        assert check_package(root) == []


class TestBrokenRules:
    def test_refuses_a_higher_layer(self, root: Path) -> None:
        """Models know no view."""
        write(root, {"urls": "", "models/gateways": "import os\nfrom .. import urls"})

        assert check_package(root) == [
            "pkg/models/gateways.py:2: models.gateways may not import urls, "
            "which does not stand below it"
        ]

    def test_refuses_a_sibling_below(self, root: Path) -> None:
        """Siblings stand in one order."""
        write(root, {"conf": "", "exceptions": "import pkg.conf"})

        assert check_package(root) == [
            "pkg/exceptions.py:1: exceptions may not import conf, which does not stand below it"
        ]

    def test_refuses_the_own_package(self, root: Path) -> None:
        """A package's ``__init__`` collects its modules, so they do not import it."""
        write(root, {"models/__init__": "", "models/tokens": "from . import ApiGateway"})

        assert check_package(root) == [
            "pkg/models/tokens.py:1: models.tokens may not import models, "
            "which does not stand below it"
        ]

    def test_refuses_a_higher_layer_for_annotations(self, root: Path) -> None:
        """Naming a type of a higher layer is knowing it."""
        guarded = "import typing\nif typing.TYPE_CHECKING:\n    from .urls import urlpatterns"
        write(root, {"urls": "", "conf": guarded})

        assert check_package(root) == [
            "pkg/conf.py:3: conf may not import urls, which does not stand below it"
        ]

    def test_refuses_an_import_inside_a_function(self, root: Path) -> None:
        """Dependencies are visible at the top of a module."""
        write(root, {"conf": "class A:\n    async def b(self):\n        import json"})

        assert check_package(root) == ["pkg/conf.py:3: conf imports json inside a function"]

    def test_refuses_a_module_without_a_place(self, root: Path) -> None:
        """A new module is given its place first."""
        write(root, {"conf": "from . import helpers", "helpers": ""})

        assert check_package(root) == [
            "pkg/conf.py:1: conf may not import helpers, which does not stand below it",
            "pkg/helpers.py:1: helpers has no place in LAYERS",
        ]

    def test_refuses_boto3_outside_aws(self, root: Path) -> None:
        """One package speaks to AWS."""
        write(
            root, {"aws/clients": "import boto3", "transports/base": "from botocore import config"}
        )

        assert check_package(root) == [
            "pkg/transports/base.py:1: transports.base may not import botocore"
        ]

    def test_refuses_django_in_the_protocol(self, root: Path) -> None:
        """The protocol is plain Python."""
        write(root, {"protocol/routes": "import json\nimport django.conf\nimport asgiref.sync"})

        assert check_package(root) == [
            "pkg/protocol/routes.py:2: protocol.routes may not import django",
            "pkg/protocol/routes.py:3: protocol.routes may not import asgiref",
        ]

    def test_refuses_django_in_the_emulator(self, root: Path) -> None:
        """The emulator is AWS, which knows no Django."""
        write(root, {"emulator/server": "import django"})

        assert check_package(root) == [
            "pkg/emulator/server.py:1: emulator.server may not import django"
        ]

    def test_refuses_an_undeclared_distribution(self, root: Path) -> None:
        """What is not a dependency cannot be imported."""
        write(root, {"conf": "import requests"})

        assert check_package(root) == ["pkg/conf.py:1: conf may not import requests"]

    def test_refuses_models_in_the_emulator(self, root: Path) -> None:
        """The emulator knows the protocol and the errors alone."""
        write(root, {"models/tokens": "", "emulator/server": "from ..models import tokens"})

        assert check_package(root) == [
            "pkg/emulator/server.py:1: emulator.server may not import models.tokens: "
            "emulator is a side room"
        ]

    def test_refuses_test_helpers_inside(self, root: Path) -> None:
        """Nothing that runs in production needs ``testing``."""
        write(root, {"testing/client": "", "urls": "from .testing.client import GatewayClient"})

        assert check_package(root) == [
            "pkg/urls.py:1: urls may not import testing.client: testing is a side room"
        ]

    def test_refuses_anything_else_in_the_root(self, root: Path) -> None:
        """Importing the package touches nothing."""
        write(root, {"conf": "", "__init__": "import django\nfrom .conf import settings"})

        assert check_package(root) == [
            "pkg/__init__.py:1: the package's __init__ may not import django",
            "pkg/__init__.py:2: the package's __init__ may not import pkg.conf",
        ]
