"""Settings of the benchmarks: those of the tests, set up as a project in production would be."""

from __future__ import annotations

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.benchmarks.urls"
WEBSOCKETS = {"gateway_secret": "s" * 32}
