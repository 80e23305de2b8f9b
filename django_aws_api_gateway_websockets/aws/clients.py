"""Builds boto3 clients from the settings and keeps one of each per process."""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver

from ..conf import settings
from ..protocol.endpoints import is_loopback, region_from_endpoint
from .descriptions import LocalLoader

__all__ = [
    "CONNECT_TIMEOUT",
    "LOCAL_REGION",
    "MAX_RETRIES",
    "NO_PROFILE",
    "READ_TIMEOUT",
    "clear_client_cache",
    "client_config",
    "get_client",
    "get_credentials",
    "get_region_name",
]

#: Seconds to wait for a connection to AWS.
CONNECT_TIMEOUT = 5
#: Seconds to wait for an answer of AWS.
READ_TIMEOUT = 20
#: How often a request that failed for a passing reason is repeated at most.
MAX_RETRIES = 3

#: Region that requests to a gateway on this machine are signed for.
LOCAL_REGION = "local"
LOCAL_KEY = "local"
#: Signs requests to a gateway on this machine; a developer's own keys never do.
LOCAL_IDENTITY: Mapping[str, str | None] = {
    "region_name": LOCAL_REGION,
    "aws_access_key_id": LOCAL_KEY,
    "aws_secret_access_key": LOCAL_KEY,
    "aws_session_token": None,
}

LOCAL_CONFIG = Config(proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False)

#: Variables of a session that the profile of the shell (AWS_PROFILE) has no say in.
NO_PROFILE: Mapping[str, tuple[None, ...]] = {"profile": (None, None, None, None)}

NO_REGION = "AWS_GATEWAY_REGION_NAME or AWS_REGION_NAME must be set within settings.py"

_clients: dict[Hashable, Any] = {}
_locks: dict[int, threading.Lock] = {}


def client_config(
    *,
    connect_timeout: float = CONNECT_TIMEOUT,
    read_timeout: float = READ_TIMEOUT,
    max_retries: int = MAX_RETRIES,
    **options: Any,
) -> Config:
    """Return a botocore ``Config`` with our time-outs and botocore's standard retries.

    Args:
        connect_timeout: seconds to wait for a connection.
        read_timeout: seconds to wait for an answer.
        max_retries: how often a request that failed for a passing reason is repeated at most;
            botocore calls it ``max_attempts``.
        options: any other option of ``botocore.config.Config``.
    """
    return Config(
        connect_timeout=connect_timeout,
        read_timeout=read_timeout,
        retries={"mode": "standard", "max_attempts": max_retries},
        **options,
    )


DEFAULT_CONFIG = client_config()


def get_client(
    service: str, *, endpoint_url: str | None = None, config: Config | None = None, **kwargs: Any
) -> Any:
    """Return the client of an AWS service; equal arguments and settings share one per process.

    The identity is the profile, else the two key settings, else boto3's default chain. The region
    is the endpoint's, else the setting, else the profile's. A loopback endpoint gets the region
    ``local`` and static keys. A client that could not be built is not remembered.

    Args:
        service: boto3's name of the service, for example ``apigatewayv2``.
        endpoint_url: where requests go; by default ``WEBSOCKETS["endpoint_url"]``, else AWS.
        config: replaces the default time-outs and retries.
        kwargs: passed on to boto3.

    Raises:
        RuntimeError: nothing names a region.
        ImproperlyConfigured: ``WEBSOCKETS["endpoint_url"]`` names another host than the one asked
            for.
        botocore.exceptions.ProfileNotFound: the profile does not exist.
    """
    url = endpoint_url or settings.endpoint_url
    _refuse_other_host(url)
    config = config or DEFAULT_CONFIG
    key = (os.getpid(), service, url, *_identity(), _config_values(config), _freeze(kwargs))
    client = _clients.get(key)
    if client is None:
        with _lock():
            client = _clients.get(key) or _build(service, url, config, kwargs)
            _clients[key] = client
    return client


def get_credentials(endpoint_url: str) -> Any:
    """Return botocore's credentials of the clients of an endpoint, or None where there are none.

    Raises:
        botocore.exceptions.ProfileNotFound: the profile does not exist.
        botocore.exceptions.BotoCoreError: the credentials cannot be had.
    """
    if is_loopback(endpoint_url):
        return Credentials(LOCAL_KEY, LOCAL_KEY)
    if keys := _keys():
        return Credentials(keys["aws_access_key_id"], keys["aws_secret_access_key"])
    with _lock():  # a session looks once, but not for several threads
        return _session().get_credentials()


def clear_client_cache() -> None:
    """Close and forget every client, so that the next request builds a new one."""
    clients = list(_clients.values())
    _clients.clear()
    _profile_session.cache_clear()
    for client in clients:
        if isinstance(client, BaseClient):  # what stands in for one in a test need not close
            client.close()


@receiver(setting_changed, dispatch_uid="django_aws_api_gateway_websockets.clients")
def _forget_clients(*, setting: str, **kwargs: Any) -> None:
    if setting.startswith(("AWS_", "WEBSOCKETS")):
        clear_client_cache()


def get_region_name() -> str:
    """Return the region that the settings name.

    Raises:
        RuntimeError: neither setting names one.
    """
    if settings.region_name is None:
        raise RuntimeError(NO_REGION)
    return settings.region_name


def _lock() -> threading.Lock:
    return _locks.setdefault(os.getpid(), threading.Lock())


def _refuse_other_host(url: str | None) -> None:
    allowed = settings.endpoint_url
    if allowed is None or url is None or _host(url) == _host(allowed):
        return
    raise ImproperlyConfigured(
        f'WEBSOCKETS["endpoint_url"] is set to {_host(allowed)}, so nothing is sent to '
        f"{_host(url)}. Unset it to talk to AWS."
    )


def _host(url: str) -> str:
    return "this machine" if is_loopback(url) else urlsplit(url).hostname or url


def _identity() -> tuple[Hashable, ...]:
    return settings.iam_profile, settings.access_key, settings.region_name


@lru_cache(maxsize=64)  # every send asks, and a Config does not change
def _config_values(config: Config) -> Hashable:
    return _freeze({name: getattr(config, name) for name in Config.OPTION_DEFAULTS})


def _freeze(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple((name, _freeze(value[name])) for name in sorted(value))
    if isinstance(value, list | tuple):
        return tuple(_freeze(item) for item in value)
    hashable: Hashable = value
    return hashable


def _build(service: str, url: str | None, config: Config, kwargs: Mapping[str, Any]) -> Any:
    if url and is_loopback(url):
        return _build_local(service, url, config, kwargs)
    profile, session = settings.iam_profile, _session()
    region = (url and region_from_endpoint(url)) or settings.region_name
    options = {"region_name": region or (profile and session.region_name), **_keys(), **kwargs}
    if not options["region_name"]:
        _profile_session.cache_clear()  # it may name one the next time
        raise RuntimeError(NO_REGION)
    return session.client(service, endpoint_url=url, config=config, **options)


def _session() -> boto3.Session:
    if settings.iam_profile:
        return _profile_session(os.getpid(), settings.iam_profile)
    if boto3.DEFAULT_SESSION is None:
        boto3.setup_default_session()
    return boto3.DEFAULT_SESSION


@lru_cache(maxsize=8)
def _profile_session(process_id: int, profile: str) -> boto3.Session:
    return boto3.Session(profile_name=profile)


def _keys() -> dict[str, str]:
    if settings.iam_profile or settings.access_key is None:
        return {}
    key_id, secret = settings.access_key
    return {"aws_access_key_id": key_id, "aws_secret_access_key": secret}


def _build_local(service: str, url: str, config: Config, kwargs: Mapping[str, Any]) -> Any:
    # The shell has no say in a request to this machine: HTTP_PROXY, AWS_USE_FIPS_ENDPOINT.
    local_config = config.merge(LOCAL_CONFIG)
    options = {**kwargs, **LOCAL_IDENTITY}
    return _local_session().client(service, endpoint_url=url, config=local_config, **options)


@lru_cache(maxsize=1)
def _local_session() -> boto3.Session:
    # Nor has its profile, which need not even exist.
    session = botocore.session.Session(session_vars=NO_PROFILE)
    session.register_component("data_loader", LocalLoader())
    return boto3.Session(botocore_session=session)
