"""How much of the trail of an ordinary account the command writes a line of."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[1] / "bench"
RECORDS = 96_000
# Of the records. What is informational is one line for each principal, detector and day.
MOST = 0.02


@pytest.fixture(scope="module")
def realistic():
    """The program that makes the account's records."""
    sys.path.insert(0, str(BENCH))
    try:
        import realistic
    finally:
        sys.path.remove(str(BENCH))
    return realistic


def written(binary, lines, file: Path) -> list[dict]:
    """What the command writes of these records, with its defaults."""
    with file.open("w", encoding="utf-8") as records:
        records.writelines(f"{line}\n" for line in lines)
    run = subprocess.run([binary, "detect", "--quiet", "--format", "jsonl", file], capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_few_records_make_a_line(binary, realistic, tmp_path):
    found = written(binary, realistic.lines(RECORDS), tmp_path / "account.jsonl")
    assert 0 < len(found) <= MOST * RECORDS


def test_nothing_is_high_where_nobody_attacks(binary, realistic, tmp_path):
    found = written(binary, realistic.lines(RECORDS, attacks=0), tmp_path / "quiet.jsonl")
    assert 0 < len(found) <= MOST * RECORDS
    assert [one for one in found if one["severity"] in ("high", "critical")] == []
