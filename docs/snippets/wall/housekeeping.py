from __future__ import annotations

import logging

from django_aws_api_gateway_websockets.models import reap_sessions

logger = logging.getLogger(__name__)


def reap() -> None:
    report = reap_sessions(probe=True)
    if report.nothing_heard:
        logger.error("AWS could not be asked: %s", report.failed)
