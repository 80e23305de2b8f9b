"""Append directories to the end of the import path of the virtual environment that runs this."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path


def main(directories: list[str]) -> None:
    """Write a ``.pth`` file; what is installed in the environment still comes first."""
    target = Path(sysconfig.get_path("purelib"), "checkout.pth")
    target.write_text("".join(f"{directory}\n" for directory in directories), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
