"""The ways to post that are compared.

Each is given what ``measured.py`` was asked for, warms up so that what is done once per process is
done, and returns what the posts after that cost.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from argparse import Namespace
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django_aws_api_gateway_websockets.aws.clients import client_config, get_client
from django_aws_api_gateway_websockets.models import WebSocketSession

from .databases import use_database
from .limit import post_all, sign_all
from .meter import Meter
from .recipients import RECIPIENTS, WARM_UP, WARM_UP_POSTS, connection_ids

__all__ = ["Measurement", "boto3", "limit", "ours"]

MESSAGE = {"text": "Hello, world.", "handler": "say"}
BODY = json.dumps(MESSAGE).encode()
THREADS = 10
CONCURRENCIES = (16, 32, 64)
"""How many posts the limit has in flight; that with which it is quickest counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one way costs.

    Attributes:
        posts: that went well, in all.
        measured: those that the meter has seen.
        meter: what those cost.
    """

    posts: int
    measured: int
    meter: Meter


def boto3(options: Namespace) -> Measurement:
    """Post with boto3's client and threads."""
    config = client_config(max_pool_connections=THREADS)
    client = get_client("apigatewaymanagementapi", endpoint_url=options.url, config=config)
    meter = Meter()

    def post(connection_id: str) -> None:
        client.post_to_connection(ConnectionId=connection_id, Data=BODY)

    with ThreadPoolExecutor(THREADS) as pool:
        deque(pool.map(post, connection_ids(WARM_UP_POSTS)), maxlen=0)
        with meter.measuring():
            deque(pool.map(post, connection_ids(options.posts)), maxlen=0)
    return Measurement(posts=WARM_UP_POSTS + options.posts, measured=options.posts, meter=meter)


def limit(options: Namespace) -> Measurement:
    """Write what was signed before to as many connections as is best."""
    ids = connection_ids(options.posts)
    requests = sign_all(options.url, ids, BODY, moment=time.time())
    meters = {concurrency: Meter() for concurrency in CONCURRENCIES}
    for concurrency, meter in meters.items():
        posting = post_all(
            options.url,
            requests,
            authority=os.environ["AWS_CA_BUNDLE"],
            concurrency=concurrency,
            measuring=meter.measuring,
        )
        asyncio.run(posting)
    best = min(meters.values(), key=lambda meter: meter.seconds)
    return Measurement(posts=options.posts * len(meters), measured=options.posts, meter=best)


def ours(options: Namespace) -> Measurement:
    """Send a message to a channel, from the database on."""
    use_database(options.engine, options.database)
    meter = Meter()
    warm_up = WebSocketSession.objects.in_channel(WARM_UP).send_message(MESSAGE)
    with meter.measuring():
        report = WebSocketSession.objects.in_channel(RECIPIENTS).send_message(MESSAGE)
    return Measurement(posts=warm_up.sent + report.sent, measured=report.sent, meter=meter)
