from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import receiver

from django_aws_api_gateway_websockets.models import DeliveryReport, Payload, WebSocketSession
from django_aws_api_gateway_websockets.signals import delivery_finished

logger = logging.getLogger(__name__)


def announce(text: str) -> int:
    readers = WebSocketSession.objects.in_channel("shop")
    return readers.send_message({"announcement": text}).sent


def remind(user: User) -> None:
    WebSocketSession.objects.for_user(user).send_message({"reminder": "Your cart is waiting."})


def tell_others(speaker: WebSocketSession | None, text: str) -> None:
    others = WebSocketSession.objects.in_channel("shop").exclude_session(speaker)
    others.send_message({"text": text})


def rename(user: User, name: str) -> None:
    with transaction.atomic():
        user.first_name = name
        user.save(update_fields=["first_name"])
        WebSocketSession.objects.for_user(user).send_message_on_commit({"name": name})


def announce_to_all(text: str) -> None:
    WebSocketSession.objects.enqueue_message({"announcement": text})


def congratulate(winners: Iterable[User]) -> None:
    payload = Payload({"prize": "A basket of fruit"})
    for winner in winners:
        WebSocketSession.objects.for_user(winner).send_message(payload)


def announce_and_look(text: str) -> str:
    report = WebSocketSession.objects.in_channel("shop").send_message({"announcement": text})
    if report.reasons.get("AccessDenied"):
        return "The IAM policy lets this process send to nobody."
    return f"{report.sent} of {report.sent + report.failed} have it, {report.duration:.1f} s."


@receiver(delivery_finished)
def measure(report: DeliveryReport, **kwargs: Any) -> None:
    logger.info("%d sent in %.1f s", report.sent, report.duration)
