"""The quotas of API Gateway WebSocket APIs, each with its unit and its source.

Sources: *guide* is the API Gateway Developer Guide, "Quotas for configuring and running a WebSocket
API" and "Amazon API Gateway quotas"; *model* is botocore's service description; *tags* is the page
"API Gateway resources that can be tagged".
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "ACCOUNT_BURST",
    "ACCOUNT_REQUESTS_PER_SECOND",
    "API_NAME_MAX_CHARS",
    "CONNECTIONS_PER_SECOND",
    "CONNECTION_LIFETIME_SECONDS",
    "CONNECT_URL_MAX_CHARS",
    "FRAME_MAX_BYTES",
    "HEADERS_MAX_BYTES",
    "IDLE_TIMEOUT_SECONDS",
    "INTEGRATIONS_PER_API",
    "INTEGRATION_TIMEOUT_MAX_MS",
    "INTEGRATION_TIMEOUT_MIN_MS",
    "MESSAGE_MAX_BYTES",
    "ROUTES_PER_API",
    "STAGES_PER_API",
    "TAGS_PER_RESOURCE",
    "TAG_KEY_MAX_CHARS",
    "TAG_VALUE_MAX_CHARS",
]

FRAME_MAX_BYTES: Final = 32_768
"""Bytes in one WebSocket frame; a larger one closes the connection with 1009 (guide: 32 KB)."""

MESSAGE_MAX_BYTES: Final = 131_072
"""Bytes in one message, sent by a client or posted to it (guide: 128 KB; model: ``Data`` max)."""

IDLE_TIMEOUT_SECONDS: Final = 600
"""Seconds without a message in either direction before the close with 1001 (guide: 10 minutes)."""

CONNECTION_LIFETIME_SECONDS: Final = 7_200
"""Seconds that any connection may last (guide: 2 hours)."""

INTEGRATION_TIMEOUT_MIN_MS: Final = 50
"""Milliseconds, the shortest integration timeout (guide)."""

INTEGRATION_TIMEOUT_MAX_MS: Final = 29_000
"""Milliseconds, the longest integration timeout and the default one (guide: 29 seconds)."""

CONNECT_URL_MAX_CHARS: Final = 4_096
"""Characters in the URL of a handshake (guide)."""

HEADERS_MAX_BYTES: Final = 10_240
"""Bytes of all header values together; stated for REST and HTTP APIs, assumed here (guide)."""

CONNECTIONS_PER_SECOND: Final = 500
"""New connections per second, account and region, all WebSocket APIs together (guide)."""

ACCOUNT_REQUESTS_PER_SECOND: Final = 10_000
"""Requests per second, account and region, posts to connections included (guide)."""

ACCOUNT_BURST: Final = 5_000
"""Requests that may come at once on top of the steady rate of the account (guide)."""

ROUTES_PER_API: Final = 300
"""Routes in one API (guide)."""

INTEGRATIONS_PER_API: Final = 300
"""Integrations in one API (guide)."""

STAGES_PER_API: Final = 10
"""Stages of one API (guide)."""

API_NAME_MAX_CHARS: Final = 128
"""Characters in the name of an API (model: ``StringWithLengthBetween1And128``)."""

TAGS_PER_RESOURCE: Final = 50
"""Tags of one API, stage or custom domain (tags)."""

TAG_KEY_MAX_CHARS: Final = 128
"""Characters in the key of a tag (tags)."""

TAG_VALUE_MAX_CHARS: Final = 256
"""Characters in the value of a tag (tags)."""
