"""What botocore knows of AWS, without what a gateway on this machine has no use for."""

from __future__ import annotations

from typing import Any

from botocore.loaders import Loader

__all__ = ["LocalLoader"]

_ELSEWHERE = {
    "partition": "aws",
    "dnsSuffix": "amazonaws.com",
    "regions": {},
    "services": {},
    "defaults": {
        "hostname": "{service}.{region}.{dnsSuffix}",
        "protocols": ["https"],
        "signatureVersions": ["v4"],
    },
}
"""What botocore's addresses say of a region that is not among them."""


class LocalLoader(Loader):  # type: ignore[misc]  # botocore has no types
    """Loads what is asked for, but neither addresses of AWS nor a list of all its services.

    Both together are most of what a first client takes its time for. The addresses are a megabyte,
    and the region of a gateway on this machine is not among them.
    """

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Return what a file holds, and its path.

        Args:
            name: its path in a folder of data, without a suffix.

        Raises:
            botocore.exceptions.DataNotFoundError: there is none.
        """
        if name == "endpoints":
            return {"partitions": [_ELSEWHERE]}, name
        found: tuple[Any, str] = super().load_data_with_path(name)
        return found

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """Return a description of a service, without asking which others there are.

        Args:
            service_name: boto3's name of the service.
            type_name: what is described, for example ``service-2``.
            api_version: the newest if None.

        Raises:
            botocore.exceptions.DataNotFoundError: there is none.
        """
        version = api_version or self.determine_latest_version(service_name, type_name)
        return self.load_data(f"{service_name}/{version}/{type_name}")
