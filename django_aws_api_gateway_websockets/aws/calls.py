"""How the control plane is called: page by page, and again when AWS says that it was too fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..exceptions import ProvisioningError
from .errors import translate_errors

__all__ = ["Calls"]

#: Items of one page of a list, the most that AWS gives.
PAGE_SIZE = "100"

#: Seconds to wait before a throttled call is repeated: CreateDeployment is one per 5 seconds.
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
THROTTLE_DELAYS = (1.0, 2.0, 5.0, 5.0)

#: The same for what is slower: these calls are one per 30 seconds.
SLOW_DELAYS = dict.fromkeys(
    ("create_domain_name", "delete_domain_name", "update_domain_name"), (5.0, 10.0, 20.0, 30.0)
)

#: What AWS answers to those who are too fast: API Gateway, and Route 53.
THROTTLED = frozenset(
    {
        "TooManyRequestsException",
        "LimitExceededException",
        "429",
        "Throttling",
        "PriorRequestNotComplete",
    }
)


#: What AWS says, under the code of conflicts that last, when two change one API at once.
CONCURRENT = "concurrent modification"


class Calls:
    """Makes calls of a service of AWS that are repeated while it is busy: throttled, or changing.

    Args:
        client: boto3's; one that repeats failed calls by itself may create things twice.
        sleep: waits a number of seconds.
    """

    def __init__(self, client: Any, *, sleep: Callable[[float], object] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def _pages(self, method: str, **parameters: Any) -> Iterator[Mapping[str, Any]]:
        token: dict[str, str] = {}
        while True:
            page = self._call(method, MaxResults=PAGE_SIZE, **parameters, **token)
            yield from page.get("Items", ())
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def _call(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        for delay in SLOW_DELAYS.get(method, THROTTLE_DELAYS):
            try:
                return self._call_once(method, **parameters)
            except ProvisioningError as error:
                if not _passes(error):
                    raise
            self._sleep(delay)
        return self._call_once(method, **parameters)

    def _call_once(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        with translate_errors(operation=self._client.meta.method_to_api_mapping[method]):
            answer: Mapping[str, Any] = getattr(self._client, method)(**parameters)
            return answer


def _passes(error: ProvisioningError) -> bool:
    """Return whether a call was refused for a reason that is gone after a while."""
    return error.code in THROTTLED or CONCURRENT in str(error.__cause__)
