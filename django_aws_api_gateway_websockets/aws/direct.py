"""What a post to a connection needs that goes to AWS without boto3: an identity, a region, roots.

All of it is what boto3 itself uses. Where boto3 would do more than sign and send, nothing is given.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.session import Session
from botocore.utils import get_environ_proxies

from ..conf import settings
from ..protocol.endpoints import is_loopback
from ..protocol.sigv4 import Credentials, Signer
from .clients import NO_PROFILE, get_client, get_credentials

__all__ = ["DirectAccess", "get_direct_access"]

_SIGNATURES = (None, "v4")


class DirectAccess:
    """Signs as the identity of a client, whose credentials botocore renews in time.

    Args:
        region: where the API is.
        credentials: botocore's.
        ca_bundle: a file of the authorities that are trusted, or None for those of the system.
    """

    def __init__(self, region: str, credentials: Any, ca_bundle: str | None) -> None:
        self.ca_bundle = ca_bundle
        self._region = region
        self._credentials = credentials
        self._frozen: Any = None
        self._signer: Signer | None = None

    def signer(self) -> Signer:
        """Return what signs with the credentials of this moment; may ask AWS for new ones.

        Raises:
            botocore.exceptions.BotoCoreError: new credentials cannot be had.
            ValueError: they have a character that no header can carry.
        """
        frozen = self._credentials.get_frozen_credentials()
        if self._signer is None or frozen != self._frozen:
            identity = Credentials(
                access_key=frozen.access_key,
                secret_key=frozen.secret_key,
                session_token=frozen.token,
            )
            self._signer, self._frozen = Signer(identity, self._region), frozen
        return self._signer


def get_direct_access(management_url: str, config: Config) -> DirectAccess | None:
    """Return how to post below a URL, or None where only boto3 will do.

    That is so behind a proxy, in FIPS mode, with a client certificate, with another signature than
    version 4, and where there are no credentials.

    Args:
        management_url: where posts go.
        config: of the client that would be used instead.

    Raises:
        RuntimeError: nothing names a region.
        ImproperlyConfigured: ``WEBSOCKETS["endpoint_url"]`` names another host.
        botocore.exceptions.BotoCoreError: the profile, or its credentials, are not usable.
        ValueError: the URL is not one.
    """
    client = get_client("apigatewaymanagementapi", endpoint_url=management_url, config=config)
    if not _is_plain(client.meta.config, management_url):
        return None
    credentials = get_credentials(management_url)
    if credentials is None:
        return None
    return DirectAccess(client.meta.region_name, credentials, _ca_bundle(management_url))


def _is_plain(config: Any, url: str) -> bool:
    """Return whether a client does no more than sign and send."""
    proxies = get_environ_proxies(url) if config.proxies is None else config.proxies
    return (
        urlsplit(url).scheme in ("http", "https")
        and config.signature_version in _SIGNATURES
        and not config.use_fips_endpoint
        and not config.client_cert
        and not proxies
    )


def _ca_bundle(url: str) -> str | None:
    """Return the file of the authorities that a client would be told to trust."""
    return (
        os.environ.get("AWS_CA_BUNDLE")
        or _configured_ca_bundle(settings.iam_profile, is_loopback(url))
        or os.environ.get("REQUESTS_CA_BUNDLE")
    )


@lru_cache(maxsize=8)  # reading AWS's configuration files takes milliseconds
def _configured_ca_bundle(profile: str | None, is_local: bool) -> str | None:
    session = Session(session_vars=NO_PROFILE) if is_local else Session(profile=profile)
    configured: str | None = session.get_config_variable("ca_bundle")
    return configured
