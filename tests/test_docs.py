"""What the documentation quotes is what the code says; its examples are files that tests run."""

from __future__ import annotations

import inspect
import json
import re
from argparse import ArgumentParser
from ast import literal_eval
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import load_command_class

from django_aws_api_gateway_websockets import checks, models
from django_aws_api_gateway_websockets.conf import DECLARED_SETTINGS, KNOWN_KEYS
from django_aws_api_gateway_websockets.emulator.faults.catalogue import CATALOGUE
from django_aws_api_gateway_websockets.emulator.faults.values import Chance, Nothing, Span
from django_aws_api_gateway_websockets.handshake import CHECKS
from django_aws_api_gateway_websockets.management.probe.causes import REFUSALS
from django_aws_api_gateway_websockets.models import batches, reaping
from django_aws_api_gateway_websockets.protocol import limits
from django_aws_api_gateway_websockets.provisioning.iam import (
    GatewayScope,
    provisioning_policy,
    runtime_policy,
)
from django_aws_api_gateway_websockets.rules import SECRET_RULE
from django_aws_api_gateway_websockets.views import WebSocketTokenView, WebSocketView
from django_aws_api_gateway_websockets.views.base import WebSocketViewBase

__all__ = [
    "TestChecks",
    "TestClient",
    "TestCommands",
    "TestExamples",
    "TestFaults",
    "TestFixtures",
    "TestLimits",
    "TestNames",
    "TestRefusals",
    "TestRequirements",
    "TestSettings",
    "TestTokenView",
    "TestViewAttributes",
]

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PACKAGE = "django_aws_api_gateway_websockets"
SOURCES = Path(models.__file__).parents[1]

# Trees whose files are run by a test: the project that the pages quote, and the example project.
TESTED_TREES = (DOCS / "snippets", ROOT / "example_project")


def read(page: str) -> str:
    """Return the source of a page."""
    return (DOCS / f"{page}.rst").read_text(encoding="utf-8")


def section(page: str, title: str) -> str:
    """Return a section of a page, up to the next heading."""
    _, found, rest = read(page).partition(f"\n{title}\n")
    assert found, title
    return re.split(r"\n[^\n]+\n([-~=])\1{3,}\n", rest.partition("\n")[2])[0]


def rows(text: str, columns: int) -> list[list[str]]:
    """Return the cells of the list tables in a text, without those of their headers."""
    cells = [" ".join(c.split()) for c in re.split(r"\n   (?:\* -|  -)(?= |\n)", text)[1:]]
    table = [cells[at : at + columns] for at in range(0, len(cells), columns)]
    return [row for row in table if "``" in row[0]]


def literals(text: str) -> list[str]:
    """Return what stands between double backquotes."""
    return re.findall(r"``([^`]+)``", text)


def source(pattern: str) -> str:
    """Return the text of the package's modules that match, one after the other."""
    paths = sorted(SOURCES.glob(pattern))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


class TestSettings:
    @pytest.mark.parametrize("name", DECLARED_SETTINGS)
    def test_has_default_rule_and_check(self, name: str) -> None:
        """Each key says what the declaration says."""
        fields = re.findall(
            r":(?:Default|Must be|Check): (.+)", section("reference/settings", f"``{name}``")
        )
        setting = DECLARED_SETTINGS[name]

        default, rule, check = (field.replace("``", "") for field in fields)

        assert (literal_eval(default), rule, check) == (
            setting.default,
            setting.expected,
            setting.check_id,
        )

    def test_has_the_rule_of_the_secret(self) -> None:
        """The one key that has no declaration has its rule too."""
        assert SECRET_RULE in section("reference/settings", "``gateway_secret``")

    def test_has_no_other_key(self) -> None:
        """Every heading in lower case is a key that the code knows."""
        assert set(re.findall(r"^``([a-z_]+)``$", read("reference/settings"), re.M)) == KNOWN_KEYS


class TestChecks:
    def test_has_every_id(self) -> None:
        """The table of checks has the ids of the code, each once."""
        declared = {setting.check_id for setting in DECLARED_SETTINGS.values()}
        used = set(re.findall(r'check_id\("([EIW]\d+)"\)', source("checks/*.py")))

        ids = [literals(row[0])[0] for row in rows(read("reference/checks"), 3)]

        assert ids == sorted(declared | used)

    @pytest.mark.parametrize("name", checks.__all__)
    def test_describes_functions_that_run(self, name: str) -> None:
        """Every check is a function of the module."""
        assert callable(getattr(checks, name))


class TestLimits:
    @pytest.mark.parametrize(
        "text",
        [
            f"* - One frame\n     - {limits.FRAME_MAX_BYTES:,} bytes",
            f"* - One message, in either direction\n     - {limits.MESSAGE_MAX_BYTES:,} bytes",
            f"without a message in either direction\n     - {limits.IDLE_TIMEOUT_SECONDS} seconds",
            f"* - Life of a connection\n     - {limits.CONNECTION_LIFETIME_SECONDS:,} seconds",
            f"* - Time for Django to answer\n     - {limits.INTEGRATION_TIMEOUT_MAX_MS:,} ms",
            f"* - URL of the handshake\n     - {limits.CONNECT_URL_MAX_CHARS:,} characters",
            f"* - All headers together\n     - {limits.HEADERS_MAX_BYTES:,} bytes",
            f"and region\n     - {limits.CONNECTIONS_PER_SECOND} per second",
            f"- {limits.ACCOUNT_REQUESTS_PER_SECOND:,} per second, burst {limits.ACCOUNT_BURST:,}",
            f"* - Routes in one API\n     - {limits.ROUTES_PER_API}",
            f"* - Integrations in one API\n     - {limits.INTEGRATIONS_PER_API}",
            f"* - Stages of one API\n     - {limits.STAGES_PER_API}",
        ],
    )
    def test_has_the_quota(self, text: str) -> None:
        """The table has the number that the code works with."""
        assert text in read("explanation/aws")

    def test_quotes_the_frame_in_the_client(self) -> None:
        """The largest message of the client is the frame."""
        assert f"at most {limits.FRAME_MAX_BYTES:,} bytes" in read("reference/client")


class TestRefusals:
    def test_has_every_code(self) -> None:
        """The two tables have the codes that the views refuse with."""
        raised = r'(?:Refused|refusal_type\(event\))\(\s*"([a-z_]+)"'
        codes = set(re.findall(raised, source("*.py") + source("views/*.py")))
        codes |= set(re.findall(r'_unknown_gateway.*?"([a-z_]+)"', source("trust.py"), re.S))
        page = read("reference/views").partition("Refusals of the handshake")[2]

        documented = set(re.findall(r"^   \* - ``([a-z_]+)``$", page, re.M))

        assert documented == codes

    def test_are_explained_by_the_command(self) -> None:
        """What the command advises covers every refusal of the handshake."""
        table = rows(section("reference/views", "Refusals of the handshake"), 4)

        assert {literals(row[0])[0] for row in table} == set(REFUSALS)

    def test_names_what_counts(self) -> None:
        """The last column says which refusals count as attempts to connect."""
        counted = "".join(inspect.getsource(check.run) for check in CHECKS if check.counts)
        codes = re.findall(r'ConnectionRefused\(\s*"([a-z_]+)"', counted)

        table = rows(section("reference/views", "Refusals of the handshake"), 4)

        marked = [literals(row[0])[0] for row in table if row[3] == "yes"]
        assert marked == ["rate_limited", *codes, "connection_id_taken"]


def documented_attributes(view: str = "WebSocketView") -> dict[str, Any]:
    """Return the attributes of a view that the reference lists, with their values."""
    found = re.findall(rf"\.\. attribute:: {view}\.(\w+)\n   :value: (.+)", read("reference/views"))
    names = {"frozenset": frozenset, "re": re}
    return {name: eval(value, names) for name, value in found}


def hooks() -> list[str]:
    """Return the methods that a project overrides."""
    methods = [name for name, value in vars(WebSocketViewBase).items() if callable(value)]
    return ["_additional_connection_checks", *(name for name in methods if name[0] != "_")]


class TestViewAttributes:
    @pytest.mark.parametrize(("name", "value"), documented_attributes().items())
    def test_has_the_default(self, name: str, value: object) -> None:
        """The default that is shown is the attribute's."""
        assert getattr(WebSocketView, name) == value

    def test_leaves_none_out(self) -> None:
        """Every attribute that a project sets is there."""
        state = {"api_gateway", "body", "debug_log", "view_is_async", "websocket_session"}
        own = {
            name
            for name, value in vars(WebSocketViewBase).items()
            if not name.startswith("_") and not callable(value)
        }

        assert set(documented_attributes()) == own - state

    @pytest.mark.parametrize("name", hooks())
    def test_has_the_hook(self, name: str) -> None:
        """Every method of the base class that a project overrides is there."""
        assert f"``{name}" in read("reference/views")


class TestTokenView:
    def test_has_the_attributes(self) -> None:
        """Every attribute that a project sets is there, with its default."""
        own = {
            name: value
            for name, value in vars(WebSocketTokenView).items()
            if isinstance(value, bool | str) and not name.startswith("_")
        }

        assert documented_attributes("WebSocketTokenView") == own

    @pytest.mark.parametrize("name", ["get_user", "get_gateways"])
    def test_has_the_hook(self, name: str) -> None:
        """Every method that a project overrides is there."""
        assert callable(getattr(WebSocketTokenView, name))
        assert f"``{name}(request)``" in section("reference/views", "WebSocketTokenView")


def public_names() -> list[tuple[str, str]]:
    """Return the modules of the public surface and their names."""
    modules = ["exceptions", "mixins", "signals", "testing", "transports", "views"]
    return [(m, name) for m in modules for name in import_module(f"{PACKAGE}.{m}").__all__]


class TestNames:
    @pytest.mark.parametrize(("module", "name"), public_names())
    def test_are_in_the_reference(self, module: str, name: str) -> None:
        """Every public name has an entry on the page of its module."""
        entry = rf"\.\. (?:auto)?(?:class|data|exception|function):: {name}\b"

        assert re.search(entry, read(f"reference/{module}"))

    @pytest.mark.parametrize(
        "name", [name for name in models.__all__ if isinstance(getattr(models, name), type)]
    )
    def test_of_models_are_in_the_reference(self, name: str) -> None:
        """Every class of the models has an entry."""
        assert re.search(rf"\.\. (?:auto)?class:: {name}\b", read("reference/models"))

    @pytest.mark.parametrize("module", ["models", "conf"])
    def test_that_stay_can_be_imported(self, module: str) -> None:
        """The upgrade notes promise no name that is not there."""
        text = section("howto/upgrade-from-4.1", "Names").partition(f"* ``{module}``:")[2]
        names = literals(re.split(r"\n\* |\n\n", text)[0])

        missing = [n for n in names if not hasattr(import_module(f"{PACKAGE}.{module}"), n)]

        assert names
        assert missing == []


class TestFixtures:
    def test_are_in_the_reference(self) -> None:
        """The table has the fixtures of the pytest plugin, and no other."""
        declared = re.findall(
            r"@pytest\.fixture\ndef (\w+)", source("testing/fixtures.py"), re.MULTILINE
        )

        table = rows(section("reference/testing", "The pytest plugin"), 2)

        assert sorted(literals(row[0])[0] for row in table) == sorted(declared)


def options_of(command: str) -> set[str]:
    """Return the arguments that a command has beyond those of every command."""
    parser = ArgumentParser()
    load_command_class(PACKAGE, command).add_arguments(parser)  # type: ignore[arg-type]  # Django's own only prints its help differently
    own = [action for action in parser._actions if action.dest != "help"]
    return {(action.option_strings or [action.dest])[0] for action in own}


class TestCommands:
    @pytest.mark.parametrize(
        "command",
        [
            "checkApiGateway",
            "cleanupWebSocketTokens",
            "clearWebSocketSessions",
            "createApiGateway",
            "createCustomDomain",
            "reapWebSocketSessions",
            "runapigateway",
            "syncApiGateway",
            "updateApiGatewayIntegrations",
            "websocketIamPolicy",
        ],
    )
    def test_has_every_option(self, command: str) -> None:
        """The reference lists the options that the command takes, and no other."""
        table = rows(section("reference/commands", f"``{command}``"), 2)

        assert {literals(row[0])[0].split()[0] for row in table} == options_of(command)

    @pytest.mark.parametrize(
        ("option", "default"),
        [
            ("--quiet SECONDS", reaping.QUIET_SECONDS),
            ("--rate NUMBER", reaping.REQUESTS_PER_SECOND),
            ("--batch ROWS", batches.BATCH_SIZE),
        ],
    )
    def test_has_the_default(self, option: str, default: int) -> None:
        """The reference says what the reaper does unless it is told otherwise."""
        table = rows(section("reference/commands", "``reapWebSocketSessions``"), 2)
        (meaning,) = [row[1] for row in table if literals(row[0]) == [option]]

        assert f"; {default}." in meaning

    def test_has_the_policy(self) -> None:
        """The guide shows what the command prints for its gateway."""
        shown = re.findall(r"code-block:: json\n\n(.*?)\n\n[^ ]", read("howto/iam"), re.S)[0]
        scope = GatewayScope(
            region="eu-west-1",
            account="123456789012",
            api_id="a1b2c3d4e5",
            stage_name="production",
        )

        assert json.loads(shown) == runtime_policy([scope])

    def test_has_every_statement(self) -> None:
        """The guide says what each statement of the other policy is for."""
        scope = GatewayScope(region="eu-west-1", domain_name="ws.example.com", hosted_zone_id="Z1")
        policy = provisioning_policy([scope])

        table = rows(section("howto/iam", "Who provisions"), 2)

        names = [literals(row[0])[0] for row in table]
        assert names == [statement["Sid"] for statement in policy["Statement"]]


class TestClient:
    def test_has_every_option(self) -> None:
        """The table has the names of ``Options`` in the declaration of the types."""
        body = re.findall(r"interface Options \{(.*?)\n\}", source("static/*/client.d.ts"), re.S)[0]
        declared = set(re.findall(r"^  (\w+)\?:", body, re.M))

        table = rows(section("reference/client", "Options"), 3)

        assert {name for row in table for name in literals(row[0])} == declared

    def test_has_every_default(self) -> None:
        """The table has the numbers that the declaration has."""
        types = source("static/*/client.d.ts")
        declared = dict(
            re.findall(r"Default ([\d,]+)\. \*/\n  (\w+)\?:", types)[at][::-1] for at in range(7)
        )

        table = rows(section("reference/client", "Options"), 3)

        shown = {literals(row[0])[0]: row[1].removesuffix(" ms") for row in table}
        assert declared == {name: shown[name] for name in declared}

    def test_has_every_error(self) -> None:
        """The table has the classes of the declaration."""
        declared = re.findall(
            r"export class (\w+Error) extends WebSocketClientError", source("static/*/client.d.ts")
        )

        table = rows(section("reference/client", "Errors"), 2)

        assert sorted(literals(row[0])[0] for row in table) == sorted(declared)

    def test_has_every_event(self) -> None:
        """The table has the events of the declaration."""
        types = source("static/*/client.d.ts")
        body = re.findall(r"interface ClientEventMap<.*?\{(.*?)\n\}", types, re.S)[0]

        table = rows(section("reference/client", "Events"), 2)

        names = {literals(row[0])[0] for row in table}
        assert names == set(re.findall(r"^  (\w+): CustomEvent", body, re.M))


def included_files() -> list[Path]:
    """Return the files that pages include, each once."""
    found = [
        (page.parent / name).resolve()
        for page in DOCS.rglob("*.rst")
        for name in re.findall(r"\.\. literalinclude:: (\S+)", page.read_text(encoding="utf-8"))
    ]
    return sorted(set(found))


class TestExamples:
    @pytest.mark.parametrize(
        "path", included_files(), ids=lambda path: path.relative_to(ROOT).as_posix()
    )
    def test_are_files_that_tests_run(self, path: Path) -> None:
        """Every included file exists, in a project that is under test."""
        assert path.is_file()
        assert any(path.is_relative_to(tree) for tree in TESTED_TREES)


class TestFaults:
    def test_are_all_described(self) -> None:
        """The reference says of each fault of the local gateway what the code says."""
        words = {Chance: "how often", Span: "seconds", Nothing: ""}

        table = rows(section("reference/emulator", "What goes wrong when told to"), 3)

        assert [[cell.replace("``", "") for cell in row] for row in table] == [
            [fault.value, words[kind.value], kind.effect] for fault, kind in CATALOGUE.items()
        ]


class TestRequirements:
    def test_are_those_of_the_package(self) -> None:
        """The upgrade notes name the oldest versions that are admitted."""
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        python = re.findall(r'requires-python = ">=([\d.]+)"', project)[0]
        django, boto3 = re.findall(r'"(?:Django|boto3)>=([\d.]+)"', project)

        sentence = f"Python {python}, Django {django}, boto3 {boto3}, or newer"

        assert sentence in read("howto/upgrade-from-4.1")
