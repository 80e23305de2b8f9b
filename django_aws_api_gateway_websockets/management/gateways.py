"""What the commands about gateways have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import CommandError

from ..aws.errors import AWS_ERRORS, describe_error
from ..exceptions import WebSocketError
from ..models import ApiGateway

__all__ = ["command_errors", "get_gateway"]


def get_gateway(pk: int) -> ApiGateway:
    """Return a gateway by its primary key.

    Raises:
        CommandError: there is no such row.
    """
    gateway = ApiGateway.objects.filter(pk=pk).first()
    if gateway is None:
        raise CommandError(f"There is no ApiGateway with the primary key {pk}.")
    return gateway


@contextmanager
def command_errors(subject: object) -> Iterator[None]:
    """Turn what the models may raise into an error of the command line.

    Args:
        subject: what the message begins with: a gateway, or the id of an API.

    Raises:
        CommandError: the message names the subject and the error.
    """
    try:
        yield
    except (*AWS_ERRORS, WebSocketError) as error:
        raise CommandError(f"{subject}: {describe_error(error)}") from error
    except ValidationError as error:
        raise CommandError(f"{subject}: {_in_one_line(error)}") from error
    except (ImproperlyConfigured, RuntimeError, ValueError) as error:
        raise CommandError(f"{subject}: {error}") from error


def _in_one_line(error: ValidationError) -> str:
    return "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
