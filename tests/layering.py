"""The rule that a module imports only what stands below it, as a check of source files."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LAYERS", "check_package"]

# Lowest first. A module imports from lower layers and from what stands before it in its own layer.
# A package's own name stands for its `__init__`; a name that ends in `.*` for all modules of a
# package, in any order. What is missing here has no place yet, and the check says so.
LAYERS = (
    ("exceptions", "rules", "conf", "signals"),
    (
        "protocol.limits",
        "protocol.endpoints",
        "protocol.routes",
        "protocol.messages",
        "protocol.events",
        "protocol.origins",
        "protocol.csp",
        "protocol.sigv4",
        "protocol.heads",
        "protocol.signatures",
        "protocol.http1",
        "protocol.posts",
        "protocol",
    ),
    (
        "aws.descriptions",
        "aws.clients",
        "aws.errors",
        "aws.resources",
        "aws.records",
        "aws.calls",
        "aws.dns",
        "aws.domains",
        "aws.control",
        "aws.direct",
        "aws",
        "transports.breaker",
        "transports.base",
        "transports.fanout.window",
        "transports.fanout.turns",
        "transports.fanout.streams",
        "transports.fanout.batches",
        "transports.fanout.connections",
        "transports.fanout.pool",
        "transports.fanout.loop",
        "transports.fanout.lanes",
        "transports.fanout",
        "transports.deliveries",
        "transports.apigateway",
        "transports.locmem",
        "transports.console",
        "transports",
    ),
    (
        "provisioning.headers",
        "provisioning.state",
        "provisioning.steps",
        "provisioning.domains",
        "provisioning.plan",
        "provisioning.selection",
        "provisioning.domain_run",
        "provisioning.reading",
        "provisioning.run",
        "provisioning.removal",
        "provisioning.iam",
        "provisioning",
    ),
    (
        "models.primary",
        "models.ages",
        "models.batches",
        "models.opening",
        "models.validators",
        "models.synced",
        "models.operations.desired",
        "models.operations.progress",
        "models.operations.creation",
        "models.operations.domains",
        "models.operations.syncing",
        "models.operations.renewal",
        "models.operations.pulling",
        "models.operations.adoption",
        "models.operations.pushing",
        "models.operations.removal",
        "models.operations",
        "models.gateway_row",
        "models.gateway_addresses",
        "models.gateways",
        "models.routes",
        "models.sending.payloads",
        "models.sending.pacing",
        "models.sending.delivery",
        "models.sending.patience",
        "models.sending.recipients",
        "models.sending.broadcasts",
        "models.sending",
        "models.queueing.task_framework",
        "models.queueing.deliveries",
        "models.queueing.enqueueing",
        "models.queueing",
        "models.tokens",
        "models.closing",
        "models.session_queryset",
        "models.sessions",
        "models.shards",
        "models.asking",
        "models.reaping",
        "models.channels",
        "models.limits.claims",
        "models.limits.purging",
        "models.limits.token_limits",
        "models.limits.rate_limits",
        "models.limits",
        "models.aliases",
        "models",
    ),
    (
        "background",
        "trust",
        "attempts",
        "handshake",
        "schemas",
        "dispatch",
        "answers",
        "workers",
        "closing",
        "logins",
        "admissions",
        "receivers",
    ),
    (
        "views.alerts",
        "views.decorators",
        "views.requests",
        "views.responses",
        "views.base",
        "views.replies",
        "views.events",
        "views.websocket",
        "views.tokens",
        "views",
        "mixins",
        "templatetags.websockets",
        "templatetags",
        "urls",
    ),
    (
        "migrations.*",
        "admin.*",
        "checks.messages",
        "checks.routing",
        "checks.settings",
        "checks.views",
        "checks.gateways",
        "checks.policies",
        "checks.tasks",
        "checks",
        "apps",
        "management.*",
        "sync",
    ),
)

# Side rooms, each with all that it may import from the package and with who may import it.
SIDE_ROOMS = {
    "emulator": (
        ("emulator", "exceptions", "protocol"),
        ("emulator", "management", "testing.live"),
    ),
    "testing": (("",), ("testing",)),
}

# Who may import which distribution; the empty name stands for every module.
IMPORTERS = {
    "aiohttp": ("emulator",),
    "asgiref": ("",),
    "boto3": ("aws",),
    "botocore": ("aws", "emulator", "testing"),
    "django": ("",),
    "pytest": ("testing",),
    "websockets": ("emulator", "management.probe"),
}

# Nothing but the standard library and other modules of the package.
PURE = (
    "protocol",
    "provisioning.headers",
    "provisioning.state",
    "provisioning.steps",
    "provisioning.domains",
    "provisioning.plan",
    "provisioning.selection",
)
WITHOUT_DJANGO = ("emulator", *PURE)

# Django needs the app registry before models can be imported.
LATE_IMPORTERS = ("apps",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """One imported module: its dotted name, line, and in which context it is imported."""

    target: str
    line: int
    in_function: bool
    for_types: bool


def check_package(root: Path) -> list[str]:
    """Return one sentence per broken rule in the package at ``root``, in file order."""
    names = {_module_name(root, path): path for path in sorted(root.rglob("*.py"))}
    return [
        f"{path.relative_to(root.parent)}:{problem}"
        for name, path in names.items()
        for problem in _check_module(root.name, name, path, frozenset(names))
    ]


def _module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _check_module(package: str, name: str, path: Path, names: frozenset[str]) -> Iterator[str]:
    if not _has_place(name):
        yield f"1: {name} has no place in LAYERS"
        return
    parent = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for found in _imports(tree, package, parent, names):
        problems = _check_import(package, name, found) if name else _check_root(found)
        yield from (f"{found.line}: {problem}" for problem in problems)


def _check_root(found: Import) -> Iterator[str]:
    if found.target.partition(".")[0] not in sys.stdlib_module_names:
        yield f"the package's __init__ may not import {found.target}"


def _has_place(name: str) -> bool:
    return name == "" or _side_room(name) is not None or _place(name) is not None


def _side_room(name: str) -> str | None:
    room = name.partition(".")[0]
    return room if room in SIDE_ROOMS else None


def _place(name: str) -> tuple[int, int] | None:
    for level, layer in enumerate(LAYERS):
        for position, entry in enumerate(layer):
            if name == entry or (entry.endswith(".*") and _is_within(name, entry[:-2])):
                return level, position
    return None


def _is_within(name: str, room: str) -> bool:
    return room == "" or name == room or name.startswith(f"{room}.")


def _imports(
    tree: ast.Module, package: str, parent: str, names: frozenset[str]
) -> Iterator[Import]:
    for node, in_function, for_types in _walk(tree, in_function=False, for_types=False):
        for target in _targets(node, package, parent, names):
            yield Import(
                target=target, line=node.lineno, in_function=in_function, for_types=for_types
            )


def _walk(
    node: ast.AST, *, in_function: bool, for_types: bool
) -> Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, in_function, for_types
            continue
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from _walk(
            child,
            in_function=in_function or is_function,
            for_types=for_types or _is_type_checking(child),
        )


def _is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in (
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    )


def _targets(
    node: ast.Import | ast.ImportFrom, package: str, parent: str, names: frozenset[str]
) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = _absolute(node, package, parent)
    candidates = [f"{base}.{alias.name}" for alias in node.names]
    own = [name for name in candidates if name.removeprefix(f"{package}.") in names]
    return own if len(own) == len(candidates) else [base, *own]


def _absolute(node: ast.ImportFrom, package: str, parent: str) -> str:
    if not node.level:
        return node.module or ""
    here = [package, *filter(None, parent.split("."))]
    base = here[: len(here) - node.level + 1]
    return ".".join([*base, *filter(None, [node.module])])


def _check_import(package: str, name: str, found: Import) -> Iterator[str]:
    if found.in_function and name not in LATE_IMPORTERS:
        yield f"{name} imports {found.target} inside a function"
    if _is_within(found.target, package):
        yield from _check_own(name, found.target.removeprefix(package).lstrip("."), found)
    elif not found.for_types:
        yield from _check_foreign(name, found.target.partition(".")[0])


def _check_own(name: str, target: str, found: Import) -> Iterator[str]:
    room, target_room = _side_room(name), _side_room(target)
    if target_room is not None and not _is_any(name, SIDE_ROOMS[target_room][1]):
        yield f"{name} may not import {target}: {target_room} is a side room"
    elif room is not None and not _is_any(target, SIDE_ROOMS[room][0]):
        yield f"{name} may not import {target}: {room} is a side room"
    elif (
        room is None
        and target_room is None
        and not _is_below(name, target, for_types=found.for_types)
    ):
        yield f"{name} may not import {target}, which does not stand below it"


def _is_any(name: str, rooms: tuple[str, ...]) -> bool:
    return any(_is_within(name, room) for room in rooms)


def _is_below(name: str, target: str, *, for_types: bool) -> bool:
    if target == "":
        return True
    here, there = _place(name), _place(target)
    if here is None or there is None:
        return False
    if for_types:
        return there[0] <= here[0]
    return there < here or (there == here and name != target)


def _check_foreign(name: str, distribution: str) -> Iterator[str]:
    if distribution in sys.stdlib_module_names:
        return
    allowed = _is_any(name, IMPORTERS.get(distribution, ())) and not _is_any(name, PURE)
    if not allowed or (distribution == "django" and _is_any(name, WITHOUT_DJANGO)):
        yield f"{name} may not import {distribution}"
