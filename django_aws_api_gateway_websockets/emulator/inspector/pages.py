"""The files of the inspector's page, which are part of the package and need nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

from ..answers import Answer
from ..panel import PanelHandler, PanelRequest

__all__ = ["page_routes"]

_FOLDER: Final = Path(__file__).parents[1] / "static"

_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page_routes() -> Mapping[str, PanelHandler]:
    """Return what a panel serves of the page: itself at the root, and its files by their names."""
    names = [path.name for path in _FOLDER.iterdir()]
    files = {f"GET {name}": partial(_serve, name) for name in names}
    return {"GET ": partial(_serve, "inspector.html"), **files}


def _serve(name: str, _request: PanelRequest) -> Answer:
    path = _FOLDER / name
    headers = {**_HEADERS, "Content-Type": _TYPES[path.suffix]}
    return Answer(status=200, headers=headers, body=path.read_bytes())
