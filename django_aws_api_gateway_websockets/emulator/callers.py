"""Which requests to the emulator itself come from where they should not: from pages of other sites.

No SDK sends an Origin. A page need not send one to its own host, and the name of that may lead
here: https://en.wikipedia.org/wiki/DNS_rebinding
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from ..protocol.endpoints import is_loopback
from .answers import Answer, error_answer, forbidden
from .heads import RequestHead
from .panel import PANEL_PREFIX

__all__ = ["refuse_caller"]

_INSPECTOR_PREFIX: Final = f"{PANEL_PREFIX}inspector/"

_OTHER_HOST: Final = (
    "This gateway listens on a loopback address, and answers only requests for localhost, for a "
    "loopback address or for one of its custom domains."
)
_OTHER_NAME: Final = "Open this page by an address, not by a name: any name may lead here."


def refuse_caller(head: RequestHead, *, custom_domain: bool, any_host: bool) -> Answer | None:
    """Return the answer to a request of another site's page, else None.

    Args:
        head: the request.
        custom_domain: whether it asks for a custom domain.
        any_host: whether requests may ask for any host, as those from other machines do.
    """
    own = _comes_from_own_page(head)
    if head.header("origin") and not own:
        return forbidden()
    if custom_domain or is_loopback(f"//{head.host}"):
        return None
    if not any_host:
        return _misdirected(_OTHER_HOST)
    shows = own or head.path.startswith(_INSPECTOR_PREFIX)
    return _misdirected(_OTHER_NAME) if shows and not _is_address(head.host) else None


def _comes_from_own_page(head: RequestHead) -> bool:
    """Tell whether a page of the same host and port asks for something of the panel."""
    origins = (f"http://{head.host}", f"https://{head.host}")
    return head.path.startswith(PANEL_PREFIX) and head.header("origin") in origins


def _is_address(host: str) -> bool:
    """Tell whether a Host header is an IP address."""
    try:
        ipaddress.ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True


def _misdirected(message: str) -> Answer:
    return error_answer(421, "MisdirectedRequestException", message)
