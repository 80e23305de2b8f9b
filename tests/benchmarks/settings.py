"""Settings of the benchmarks: those of the tests, set up as a project in production would be."""

from __future__ import annotations

from tests.settings import *  # noqa: F403
from tests.settings import WEBSOCKETS as WEBSOCKETS_OF_THE_TESTS

ROOT_URLCONF = "tests.benchmarks.urls"
WEBSOCKETS = {**WEBSOCKETS_OF_THE_TESTS, "gateway_secret": "s" * 32}
