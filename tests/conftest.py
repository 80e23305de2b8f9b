"""What every test can rely on: no AWS account within reach, and the same Hypothesis everywhere.

What uses the database bears the mark ``database``; lanes that differ in it alone run nothing else.
"""

from __future__ import annotations

import logging
import os

import pytest
from django.test import TransactionTestCase
from hypothesis import settings

__all__: list[str] = []

AWS_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)

for variable in AWS_VARIABLES:
    os.environ.pop(variable, None)
os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull

# On a busy machine asyncio's debug mode warns of slow callbacks, also in tests that look at logs.
logging.getLogger("asyncio").setLevel(logging.ERROR)

DATABASE_FIXTURES = {"db", "live_server", "transactional_db"}

settings.register_profile("tests", deadline=None, derandomize="CI" in os.environ, max_examples=50)
settings.load_profile("tests")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what uses the database; what opens one of its own says so itself."""
    if is_case(item) or is_marked(item) or has_fixture(item):
        item.add_marker("database")


def is_case(item: pytest.Item) -> bool:
    """Return whether a test belongs to one of Django's cases that have a database."""
    parent = item.getparent(pytest.Class)
    return parent is not None and issubclass(parent.obj, TransactionTestCase)


def is_marked(item: pytest.Item) -> bool:
    """Return whether a test asks for the database by pytest-django's mark."""
    return item.get_closest_marker("django_db") is not None


def has_fixture(item: pytest.Item) -> bool:
    """Return whether a test, or a fixture of it, asks for the database."""
    return isinstance(item, pytest.Function) and not DATABASE_FIXTURES.isdisjoint(item.fixturenames)
