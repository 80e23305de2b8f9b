"""Settings of the example project as browsers test it: with a strict CSP on every Django."""

from __future__ import annotations

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as _MIDDLEWARE

MIDDLEWARE = ["tests.browser.csp.strict_csp", *_MIDDLEWARE]
