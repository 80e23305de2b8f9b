"""Errors as boto3 shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError


def error_of(call: Callable[..., Any], **params: Any) -> tuple[int, str, str]:
    """Return status, code and message of the error that a call ends in."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def outcome(call: Callable[..., Any], **params: Any) -> dict[str, Any]:
    """Return a call's answer without its metadata."""
    answer: dict[str, Any] = call(**params)
    del answer["ResponseMetadata"]
    return answer
