"""The audit says what it must of an account of good and bad resources, of the kinds that audits get wrong."""

from __future__ import annotations

import json
from collections import defaultdict

import pytest
from audit_cases import Account, lay_out
from command import Command



@pytest.fixture(scope="module")
def account(emulator) -> Account:
    return lay_out(emulator)


@pytest.fixture(scope="module")
def findings(account, emulator, binary, tmp_path_factory) -> dict[tuple[str, str], str]:
    """The status of each check and resource, by the resource's ARN and by its id."""
    saved = tmp_path_factory.mktemp("audit") / "inventory.jsonl"
    command = Command(binary, emulator)
    done = command.run("audit", "--region", emulator.region, "--save", str(saved), "--format", "jsonl")
    assert done.returncode in (0, 3), done.stderr
    lines = account.remember([json.loads(line) for line in saved.read_text().splitlines()])
    saved.write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = command.run("audit", "--inventory", str(saved), "--format", "jsonl")
    assert done.returncode in (0, 3), done.stderr
    statuses = {}
    for finding in map(json.loads, done.stdout.splitlines()):
        for name in (finding["resource"], finding["resource_id"]):
            statuses[finding["check"], name] = finding["status"]
    return statuses


def test_every_expectation_holds(account, findings):
    wrong = defaultdict(list)
    for one in account.expected:
        status = findings.get((one.check, one.resource), "no finding")
        right = status == "FAIL" if one.status == "FAIL" else status == "PASS"
        if not right:
            wrong[one.check].append(f"{one.case} ({one.resource}): {status}, expected {one.status}")
    shown = "\n".join(f"{check}:\n  " + "\n  ".join(cases) for check, cases in sorted(wrong.items()))
    assert not wrong, f"{sum(map(len, wrong.values()))} of {len(account.expected)} expectations do not hold\n{shown}"


def test_there_are_enough_of_both(account):
    assert len({one.resource for one in account.expected}) >= 150
    for status in ("FAIL", "PASS"):
        assert sum(one.status == status for one in account.expected) >= 100
