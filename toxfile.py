"""Inline tox plugin: skip what this machine cannot run, and end commands on SIGINT and SIGTERM."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from typing import TYPE_CHECKING

from tox.plugin import impl
from tox.tox_env.errors import Skip

if TYPE_CHECKING:
    from collections.abc import Callable

    from tox.config.sets import EnvConfigSet
    from tox.session.state import State
    from tox.tox_env.api import ToxEnv

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CONNECT_TIMEOUT_SECONDS = 3
NODE_MAJOR_MIN = 20  # package.json: engines

# tox ends the commands that it runs on SIGINT alone, which a shell script has what it starts with
# "&" ignore.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def _answers(host: str, port: str) -> bool:
    try:
        with socket.create_connection((host, int(port)), timeout=CONNECT_TIMEOUT_SECONDS):
            return True
    except OSError:
        return False


def _has_postgresql() -> bool:
    return _answers(os.environ.get("PGHOST", "127.0.0.1"), os.environ.get("PGPORT", "5432"))


def _has_mariadb() -> bool:
    host = os.environ.get("MYSQL_HOST", "127.0.0.1")
    return _answers(host, os.environ.get("MYSQL_TCP_PORT", "3306"))


def _has_chromium() -> bool:
    return any(shutil.which(name) for name in CHROMIUM_NAMES)


def _has_node() -> bool:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    return int(version.stdout.lstrip("v").partition(".")[0] or 0) >= NODE_MAJOR_MIN


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "chromium": (_has_chromium, "no Chromium is on PATH"),
    "mariadb": (_has_mariadb, "no MariaDB answers on MYSQL_HOST:MYSQL_TCP_PORT"),
    "node": (_has_node, f"no Node.js {NODE_MAJOR_MIN} with npm is on PATH"),
    "postgresql": (_has_postgresql, "no PostgreSQL answers on PGHOST:PGPORT"),
}


def _skip_unless_offered(tox_env: ToxEnv) -> None:
    for need in tox_env.conf["needs"]:
        is_offered, reason = NEEDS[need]
        if not is_offered():
            raise Skip(reason)


@impl
def tox_add_env_config(env_conf: EnvConfigSet, state: State) -> None:
    """Add the setting ``needs``: names of what an environment requires of the machine."""
    env_conf.add_config(
        keys="needs", of_type=list[str], default=[], desc="what the machine must offer"
    )


@impl
def tox_on_install(tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
    """Skip before time is spent on installing."""
    _skip_unless_offered(tox_env)


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Skip an environment that was installed by an earlier run."""
    _skip_unless_offered(tox_env)
