"""What botocore knows of AWS, without what a gateway on this machine has no use for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader

__all__ = ["LocalFiles"]


class LocalFiles(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads all but the addresses of AWS's services.

    They are a megabyte, which is most of what a first client takes its time for, and the region of
    a gateway on this machine is not among them.
    """

    def load_file(self, file_path: str) -> Any:
        """Return what a file holds, or None when there is none.

        Args:
            file_path: without its suffix.
        """
        if Path(file_path).name == "endpoints":
            return {"partitions": []}
        return super().load_file(file_path)
