"""Settings of a site whose tasks are rows, which a worker of its own runs."""

from __future__ import annotations

import os

from tests.management.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_tasks_db"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
WEBSOCKETS = {"endpoint_url": os.environ["SITE_ENDPOINT"]}
