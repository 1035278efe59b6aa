"""Patching end to end by the operator's command, before a scripted Systems Manager."""

from __future__ import annotations

import json

import pytest
from deployed import Deployed, set_up
from patching import machine, patch, report
from systems_manager import CVE, FIXED, OLD, PACKAGE, SystemsManager


@pytest.fixture(scope="module")
def live(emulator, zips, binary) -> Deployed:
    """Riposte in live mode, whose own ticks do not come between: the emulator that they ask has no Systems Manager."""
    return set_up(emulator, zips, binary, PatchRate="rate(1 day)")


def test_a_person_patches_what_is_named_and_takes_it_back(live):
    host, other = machine(live), machine(live)
    with SystemsManager(live.emulator.url, [host, other]) as manager:
        plan = patch(live, manager, "plan", "--target", host.id, "--format", "jsonl")
        (line,) = map(json.loads, plan.stdout.splitlines())
        assert line["installs"] == f"{PACKAGE} to {FIXED}" and CVE in line["why"], line
        shown = patch(live, manager, "run", "--target", host.id, "--dry-run")
        assert shown.returncode == 0 and "would run AWS-RunPatchBaseline" in shown.stdout, shown
        assert not manager.commands

        done = patch(live, manager, "run", "--target", host.id, "--yes", "--reason", "CHG-1")
        assert done.returncode == 0, (done.stdout, done.stderr)
        assert (host.packages, other.packages) == ({PACKAGE: FIXED}, {PACKAGE: OLD})
        assert [manager.sent(stage) for stage in ("scan", "install", "query", "rescan")] == [1, 1, 1, 1]
        run = report(live, manager, host)
        assert run["outcome"] == "patched" and run["decided by"].endswith("CHG-1"), run
        again = patch(live, manager, "run", "--target", host.id, "--yes")
        assert again.returncode == 1 and "nothing that is named needs a patch" in again.stderr, again

        back = patch(live, manager, "rollback", "--target", host.id, "--yes")
        assert back.returncode == 0, (back.stdout, back.stderr)
        assert host.packages == {PACKAGE: OLD} and report(live, manager, host)["outcome"] == "rolled-back"


def test_a_success_that_is_none_is_told_and_not_believed(live):
    host = machine(live, installs="lies")
    with SystemsManager(live.emulator.url, [host]) as manager:
        done = patch(live, manager, "run", "--target", host.id, "--yes")
        assert done.returncode == 1 and "1 of 1 were not patched as they should" in done.stderr, done
        run = report(live, manager, host)
        assert run["outcome"] == "not-patched" and f"{PACKAGE} is {OLD}" in run["why"], run


def test_a_ring_with_a_typing_error_is_told_and_nothing_is_patched(live):
    host = machine(live, ring="prdo")
    with SystemsManager(live.emulator.url, [host]) as manager:
        named = patch(live, manager, "run", "--target", "ring:prdo", "--yes")
        assert named.returncode == 2 and "is `prod` meant?" in named.stderr, named
        tagged = patch(live, manager, "run", "--target", host.id, "--yes")
        assert tagged.returncode == 1 and "its tag `ring` says `prdo`" in tagged.stdout, tagged
        assert not manager.commands and host.packages == {PACKAGE: OLD}
