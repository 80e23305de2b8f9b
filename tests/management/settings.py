"""Settings of the site on which commands run as processes of their own."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403
from tests.settings import database

_in_file = database("sqlite")
_in_file["NAME"] = os.environ["SITE_DATABASE"]
DATABASES = {"default": _in_file}
DEBUG = True
ROOT_URLCONF = os.environ.get("SITE_URLCONF", "tests.e2e.urls")
WEBSOCKETS = {"gateway_secret": "s" * 40}
