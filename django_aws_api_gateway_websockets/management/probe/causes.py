"""What the failures of a probe mean: for each a fact, and the likely cause with what to do.

Pure: nothing here asks anybody, and nothing of what is returned is secret.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from ...exceptions import (
    AccessDenied,
    ConnectionGone,
    EndpointUnreachable,
    Throttled,
)
from ...protocol.endpoints import is_loopback, region_from_endpoint
from ...provisioning.iam import connections_arn

__all__ = [
    "REFUSALS",
    "explain_closed",
    "explain_connection",
    "explain_frame",
    "explain_name",
    "explain_sending",
    "explain_status",
    "explain_tls",
    "manage_connections_arn",
]

Explained = tuple[str, str]

# OpenSSL's numbers: x509_vfy.h.
_CERTIFICATES: Mapping[int, Explained] = {
    9: ("is not valid yet", "Set the clock of this machine, or wait."),
    10: ("has expired", "Renew it; ACM does so by itself while its validation record is in DNS."),
    18: ("is signed by itself", "Install one that an authority has issued."),
    19: (
        "is of an issuer that is not known here",
        "Install the whole chain on the server, or, for an authority of your own, name its file "
        "in the environment variable SSL_CERT_FILE.",
    ),
    62: (
        "is for another host name",
        "Use a certificate that has this name, or correct domain_name of the row.",
    ),
    64: ("is for another address", "Use the host name that the certificate has."),
}
_SAME_ISSUER = (20, 21)

_NOT_REACHED = "API Gateway got no answer of Django at {uri}"

_STATUSES: Mapping[int, str] = {
    401: (
        "API Gateway asks for an identity: remove the authorizer or the IAM authorization of the "
        "$connect route, or the login that a server in front of Django asks for."
    ),
    404: (
        "{uri} is not found: include the package's URLs there, or correct target_base_endpoint and "
        "the integration of $connect."
    ),
    405: "Something other than this package's view answers at {uri}: correct target_base_endpoint.",
    426: "A proxy on the way drops the header Upgrade: let it pass WebSockets on.",
    429: (
        "Too many connections or requests at once: the limits are AWS's for the account (500 new "
        "connections per second), or those of the stage's throttling. Wait, or ask AWS for more."
    ),
}

#: What to do about a refusal of the handshake, by its code.
REFUSALS: Mapping[str, str] = {
    "additional_check": "Look at _additional_connection_checks() of the view.",
    "channel_denied": (
        "Change the channel's permission in the admin, or try --user or --channel with others."
    ),
    "connection_id_taken": "Two gateways cannot share one API id: look for a second row.",
    "event_type_mismatch": (
        "The integration of another route leads to this URL: correct the integrations."
    ),
    "host_not_allowed": "Add the host of target_base_endpoint to ALLOWED_HOSTS.",
    "invalid_channel": "Use a name that the view's CHANNEL_NAME_PATTERN takes.",
    "invalid_connection_id": (
        "Map integration.request.header.connectionId to context.connectionId, and deploy the stage."
    ),
    "invalid_secret": "Let the integrations send the first secret of the settings.",
    "invalid_token": "Look at the clocks, and at token_expiry_seconds.",
    "missing_connection_headers": (
        "Take what browsers do not send out of the view's required_connection_headers."
    ),
    "missing_headers": "Take what API Gateway does not send out of the view's required headers.",
    "no_login_session": "Until then no browser can connect with a login.",
    "origin_not_allowed": (
        'Add the page\'s origin to WEBSOCKETS["allowed_origins"], or let target_base_endpoint have '
        "the page's host; --origin tries another page."
    ),
    "permission_denied": "Give the user what the view asks for, or try --user with another.",
    "rate_limited": "Wait for the end of the window, or raise rate_limit_max_attempts.",
    "unexpected_useragent": "Set CHECK_CONNECT_USERAGENT of the view to False.",
    "unknown_gateway": "The view serves another API alone: correct its aws_api_gateway_id.",
}


def explain_name(host: str, error: Exception, timeout: float) -> Explained:
    """Explain why a host has no address."""
    if isinstance(error, TimeoutError):
        return (
            f"the name {host} was not resolved within {timeout:g} s",
            "Look at the name servers of this machine.",
        )
    return (
        f"the name {host} cannot be resolved",
        "Look whether the API still exists, whether its region is that of the row, and, for a "
        "custom domain, whether DNS has its record.",
    )


def explain_connection(place: str, error: OSError, timeout: float) -> Explained:
    """Explain why nobody takes a TCP connection."""
    if isinstance(error, TimeoutError):
        return (
            f"{place} did not answer within {timeout:g} s",
            "A firewall, or a network that reaches the Internet through a proxy alone, is likely.",
        )
    if isinstance(error, ConnectionRefusedError):
        return (
            f"nothing listens on {place}",
            "Start the local gateway (manage.py runapigateway), or correct api_endpoint.",
        )
    return f"{place} cannot be reached", f"{error.strerror}: look at the network of this machine."


def explain_tls(place: str, error: Exception, timeout: float) -> Explained:
    """Explain why there is no TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = 19 if error.verify_code in _SAME_ISSUER else error.verify_code
        fallback = ("is not accepted", f"OpenSSL says: {error.verify_message}.")
        what, advice = _CERTIFICATES.get(code, fallback)
        return f"the certificate of {place} {what}", advice
    if isinstance(error, TimeoutError):
        return (
            f"{place} did not finish the TLS handshake within {timeout:g} s",
            "Something other than a TLS server is likely to listen there.",
        )
    return (
        f"{place} does not speak TLS as it should",
        "Look at what listens there; a gateway without TLS has an api_endpoint with ws://.",
    )


def explain_status(status: int, uri: str, *, is_local: bool) -> Explained:
    """Explain a refused handshake by its status alone.

    Args:
        status: 0 for an answer that is none to a handshake.
        uri: of the $connect integration.
        is_local: whether the gateway is on this machine.
    """
    if status == 0:
        return (
            "the answer to the handshake is not one of a WebSocket server",
            "Look at what listens at connection_url.",
        )
    fact = f"the handshake was refused with {status}"
    if status in (500, 502, 503, 504):
        cause = f"{_NOT_REACHED.format(uri=uri)}, or an error."
        return fact, f"{cause} {_how_to_reach(uri, is_local=is_local)}"
    if 300 <= status < 400:
        return fact, (
            f"{uri} redirects, and API Gateway follows no redirect: let target_base_endpoint be "
            "the URL that answers (https://, with the host that the site prefers)."
        )
    fallback = "Look at the log of Django, and of whatever stands before it at {uri}."
    return fact, _STATUSES.get(status, fallback).format(uri=uri)


def _how_to_reach(uri: str, *, is_local: bool) -> str:
    if is_local:
        return "Look whether Django runs there, and at its log."
    if is_loopback(uri):
        return (
            "AWS cannot reach this machine: let target_base_endpoint be a public URL, or use the "
            "local gateway."
        )
    return (
        "Look whether Django runs there, whether AWS may reach it, whether its certificate is "
        "valid, and at its log."
    )


def explain_frame(frame: Mapping[str, object], route: str, uri: str) -> Explained:
    """Explain a frame by which API Gateway says that a message failed."""
    message = str(frame["message"])[:100]
    fact = f"API Gateway answered the message with {message!r}"
    if message == "Forbidden":
        return fact, (
            f"The stage has no route {route}: create it with its integration and deploy the stage."
        )
    return fact, f"{_NOT_REACHED.format(uri=uri)}: correct the integration of {route}."


def explain_sending(error: Exception, management_url: str, api_id: str, stage: str) -> Explained:
    """Explain why something could not be done to the connection.

    Args:
        management_url: where it was tried.
        stage: of the row.
    """
    detail = getattr(error, "detail", "")
    fact = f"{management_url} answered: {detail or error}"
    if isinstance(error, AccessDenied):
        return fact, (
            "Let the AWS identity of this process have execute-api:ManageConnections on "
            f"{manage_connections_arn(management_url, api_id, stage)}, and see that it has keys."
        )
    if isinstance(error, ConnectionGone):
        return fact, (
            "The connection is open and not known there: look at region, stage_name and "
            "api_endpoint of the row; the URL of a custom domain has no stage."
        )
    if isinstance(error, Throttled):
        return fact, "The account's requests per second are used up: wait, or ask AWS for more."
    if isinstance(error, EndpointUnreachable):
        return fact, "Look at the network and at api_endpoint; the stage must have HTTPS in AWS."
    if isinstance(error, TimeoutError):
        return f"{management_url} did not answer in time", "Look at the network of this machine."
    return fact, "Look at the AWS settings of this process."


def explain_closed(code: int) -> Explained:
    """Explain why the socket ended too early."""
    return (
        f"the socket was closed with {code}",
        "Look at the logs: the stage may have been deleted, or Django has closed the connection.",
    )


def manage_connections_arn(management_url: str, api_id: str, stage: str) -> str:
    """Return the pattern of the ARN that an identity needs to post and to close."""
    region = region_from_endpoint(management_url) or "*"
    return connections_arn(region=region, api_id=api_id or "*", stage_name=stage)
