from __future__ import annotations

import os

from .settings import *  # noqa: F403

WEBSOCKETS = {"gateway_secret": os.environ["GATEWAY_SECRETS"].split()}
