"""Each row of the fidelity tables has its test, and each test its row."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from django_aws_api_gateway_websockets.emulator import Assumptions

__all__ = ["TestAssumptions", "TestTables"]

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "reference" / "fidelity.rst").read_text(encoding="utf-8")
SUITE = ROOT / "tests" / "conformance"
OPTION = r"Open[^:]*: ``(\w+)``"
WORDS: dict[object, str] = {True: "yes", False: "no"}


def table_rows() -> list[list[str]]:
    """Return the cells of every row of three, without the headers."""
    rows = re.findall(
        r"^   \* - (.+?)\n     - (.+?)\n     - (.+?)(?=\n\n|\n   \* )", PAGE, re.M | re.S
    )
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    return [row for row in cells if row[-1] not in ("Test", "Meaning")]


def behaviours() -> list[list[str]]:
    """Return the rows of the fidelity tables."""
    return [row for row in table_rows() if "::" in row[2]]


def quoted(text: str) -> list[str]:
    """Return what stands between double backquotes."""
    return re.findall(r"``([^`]+)``", text)


def suite() -> Iterator[str]:
    """Yield the tests of the conformance suite as the tables name them."""
    for path in SUITE.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{path.stem.removeprefix('test_')}::{node.name.removeprefix('test_')}"


class TestTables:
    """Behaviour, source and test."""

    def test_have_a_test_in_each_row(self) -> None:
        """No row names a test that is not there, and none names nothing."""
        known = set(suite())

        wrong = [row for row in behaviours() if not set(quoted(row[2])) <= known]

        assert wrong == []
        assert len(behaviours()) + len(fields(Assumptions)) == len(table_rows())

    def test_have_a_row_for_each_test(self) -> None:
        """No test shows what the page does not tell, and no two have one name."""
        names = list(suite())
        shown = {name for row in behaviours() for name in quoted(row[2])}

        assert set(names) - shown == set()
        assert len(names) == len(set(names))

    def test_name_each_option(self) -> None:
        """The source of what an option decides is that option."""
        named = {name for row in behaviours() for name in re.findall(OPTION, row[1])}

        assert named == {field.name for field in fields(Assumptions)}


class TestAssumptions:
    """The options that decide what is open."""

    def test_have_their_defaults(self) -> None:
        """The last table has each option with its default, in the order of the code."""
        rows = [row for row in table_rows() if "::" not in row[2]]
        defaults = {field.name: field.default for field in fields(Assumptions)}

        shown = {quoted(row[0])[0]: row[1] for row in rows}

        assert list(shown) == list(defaults)
        assert shown == {name: WORDS.get(value, str(value)) for name, value in defaults.items()}
