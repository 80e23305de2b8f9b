"""A file that keeps what is provisioned, so that it outlives the process."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ..exceptions import WebSocketError
from .archive import pack, unpack
from .store import Store

__all__ = ["StateError", "StateFile"]

_FORMAT: Final = "local WebSocket gateway"
_VERSION: Final = 1

_OWNER_ONLY: Final = 0o600
"""Integrations map the secret by which Django knows the gateway."""


class StateError(WebSocketError):
    """A state file that cannot be used.

    Args:
        path: the file.
        problem: what is wrong with it, as the end of a sentence.
    """

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"The state file {self.path} {self.problem}."


class StateFile:
    """Reads what is provisioned and writes it, as a whole or not at all.

    Args:
        path: the file. Where it is a link, what it leads to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(os.path.realpath(path))

    def open(self) -> Store:
        """Return what the file holds; a file that is missing is made.

        Raises:
            StateError: it cannot be read or written, is damaged, or is none of ours.
        """
        store = self._load()
        self.save(store)
        return store

    def save(self, store: Store) -> None:
        """Write what is provisioned.

        Raises:
            StateError: it cannot be written; the file is as it was.
        """
        content = pack(store)
        document = {"format": _FORMAT, "version": _VERSION, "sha256": _digest(content)}
        data = json.dumps({**document, "content": content}, indent=1).encode()
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            _write(temporary, data)
            temporary.replace(self.path)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise StateError(self.path, f"cannot be written: {error.strerror}") from error

    def _load(self) -> Store:
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return Store()
        except OSError as error:
            raise StateError(self.path, f"cannot be read: {error.strerror}") from error
        return unpack(self._content(data))

    def _content(self, data: bytes) -> Mapping[str, Any]:
        """Return what a file holds, after a look at who wrote it."""
        try:
            document = json.loads(data)
        except ValueError as error:
            raise self._unusable(ours=_FORMAT.encode() in data) from error
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise self._unusable(ours=False)
        if document.get("version") != _VERSION:
            problem = f"has version {document.get('version')!r}, and this one reads {_VERSION}"
            raise StateError(self.path, problem)
        content: Mapping[str, Any] = document.get("content", {})
        if document.get("sha256") != _digest(content):
            raise self._unusable(ours=True)
        return content

    def _unusable(self, *, ours: bool) -> StateError:
        if ours:
            return StateError(self.path, "is damaged or was edited; delete it to begin anew")
        return StateError(self.path, "was not written by the local gateway; name another one")


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write(path: Path, data: bytes) -> None:
    """Write a new file down to the disk, for its owner alone."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
