"""Say which lanes ran and how many tests passed; fail when a lane is missing, skipped or red."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

PYTEST_CLOSING_LINE = re.compile(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s", re.MULTILINE)
PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|error|skipped)")
NODE_COUNT = re.compile(r"^(?:#|\u2139) (pass|fail) (\d+)$", re.MULTILINE)
COLOURS = re.compile(r"\x1b\[[\d;]*m")
NODE_WORDS = {"pass": "passed", "fail": "failed"}


def count_tests(output: str) -> Counter[str]:
    """Return how many tests passed, failed or were skipped, as pytest or Node closed its run."""
    counts: Counter[str] = Counter()
    plain = COLOURS.sub("", output)
    for line in PYTEST_CLOSING_LINE.findall(plain)[-1:]:
        counts.update({word: int(number) for number, word in PYTEST_COUNT.findall(line)})
    counts.update({NODE_WORDS[word]: int(number) for word, number in NODE_COUNT.findall(plain)})
    counts["failed"] += counts.pop("error", 0)
    return counts


def read_lane(lane: dict[str, Any]) -> tuple[str, Counter[str]]:
    """Return what became of a lane that tox reports, and its counts."""
    commands = [run for run in lane.get("test", []) if run["run_id"].startswith("commands")]
    counts = sum((count_tests(run["output"]) for run in commands), Counter[str]())
    if "result" not in lane:
        return "missing", counts
    if not lane["result"]["success"]:
        return "failed", counts
    return "ok" if commands else "skipped", counts


def report(lanes: dict[str, Any], names: Iterable[str], *, other_failures: int) -> bool:
    """Print one line for each lane and the total; return whether everything is well."""
    total = Counter[str]()
    not_run = []
    for name in names:
        state, counts = read_lane(lanes.get(name, {}))
        if state != "ok":
            counts["failed"] = max(counts["failed"], 1)
        if state in ("missing", "skipped"):
            not_run.append(name)
        seconds = lanes.get(name, {}).get("result", {}).get("duration", 0.0)
        print(f"{name:16} {state:8} {seconds:6.1f} s  {counts['passed']:5} passed")
        total += counts
    if not_run:
        print(f"These lanes did not run on this machine: {', '.join(not_run)}")
    failed = total["failed"] or other_failures
    print(f"{total['passed']} passed, {failed} failed")
    return not failed


def main(path: str, status: str, *names: str) -> int:
    """Read tox's results from ``path``; ``status`` is the exit status of what ran so far."""
    results = json.loads(Path(path).read_text(encoding="utf-8")) if Path(path).exists() else {}
    lanes = results.get("testenvs", {})
    return 0 if report(lanes, names, other_failures=int(status != "0")) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
