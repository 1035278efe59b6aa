"""Patching end to end: the operator's command and the deployed function's own program, before a scripted Systems Manager.

The function is killed after every call that changes something or writes down what is to be done, throttled, and called
twice at once: the machine is patched once, and the record says so.
"""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from command import Command
from deployed import Deployed
from fault_proxy import Call, Fault, Kill, Refuse
from processes import Programs
from runtime_api import Outcome, Process
from systems_manager import CVE, FIXED, OLD, PACKAGE, Machine, SystemsManager

SETTINGS = {"snapshot": True, "emergency": "act", "emergency_hours": 96}
TICK = {
    "version": "0", "id": "tick", "source": "aws.events", "detail-type": "Scheduled Event", "account": "123456789012",
    "region": "us-east-1", "time": "2026-01-02T03:04:05Z", "resources": [], "detail": {},
}
# Who dies after one of these has changed something, or written down what comes next.
WRITES = {"dynamodb:TransactWriteItems", "ec2:CreateSnapshot", "ssm:SendCommand", "sns:Publish"}


def machine(deployed: Deployed, ring: str = "dev", **how) -> Machine:
    """A machine in a ring."""
    tags = [{"Key": "ring", "Value": ring}, {"Key": "Name", "Value": "web"}]
    (instance,) = deployed.emulator.client("ec2").run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
    )["Instances"]
    return Machine(instance["InstanceId"], **how)


def patch(deployed: Deployed, manager: SystemsManager, *arguments: str) -> subprocess.CompletedProcess:
    """`riposte patch`, which waits for its commands."""
    command = Command(deployed.command.binary, deployed.emulator, manager.url)
    return subprocess.run([str(command.binary), "patch", *arguments], env=command.environment() | {"HOME": os.devnull},
                          capture_output=True, text=True, timeout=300)


def report(deployed: Deployed, manager: SystemsManager, machine: Machine) -> dict:
    """The newest run of a machine."""
    done = patch(deployed, manager, "report", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return next(run for run in map(json.loads, done.stdout.splitlines()) if run["node"] == machine.id)


# ---------------------------------------------------------------------------------------------------------- the command


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


# --------------------------------------------------------------------------------------------------------- the function


@pytest.fixture
def ticking(functions):
    """Has the function's program handle a tick before a scripted Systems Manager."""
    functions.deployed.set("/riposte/patch/settings", json.dumps(SETTINGS))

    def tick(manager: SystemsManager, name: str = "tick", kill: bool = False) -> Outcome:
        account = {"RIPOSTE_ACCOUNT_ID": functions.deployed.emulator.account, "AWS_ENDPOINT_URL": manager.url}
        environment = functions.roles["patcher"].environment() | account | {"RUST_LOG": "info"}
        with Process(functions.paths["patcher"], "patcher", environment) as process:
            if kill:
                manager.kill = process.kill
            return process.invoke(TICK | {"id": name}, 120.0)

    yield tick
    functions.deployed.unset("/riposte/patch/settings")


def _leases_end(deployed: Deployed) -> None:
    """The leases of who was killed end with its invocation; that time passes."""
    for lease in deployed.ledger("lease#"):
        deployed.emulator.client("dynamodb").delete_item(TableName=deployed.stack["LedgerTable"], Key={"pk": {"S": lease["pk"]}})


def _patched_once(functions: Programs, manager: SystemsManager, host: Machine) -> None:
    assert host.packages == {PACKAGE: FIXED}
    assert [manager.sent(stage) for stage in ("scan", "install", "query", "rescan")] == [1, 1, 1, 1]
    run = report(functions.deployed, manager, host)
    assert run["outcome"] == "patched" and run["deadline met"] == "met", run
    snapshots = functions.deployed.emulator.client("ec2").describe_snapshots(
        Filters=[{"Name": "tag:riposte:patch", "Values": [run["run"]]}])["Snapshots"]
    assert len(snapshots) == 1


def test_the_function_killed_after_every_write_patches_once(functions, ticking):
    host, killed = machine(functions.deployed), []

    def choose(call: Call) -> Fault:
        # The death of one process is enough for each call: the next process goes on after it.
        if call.name in WRITES and not killed_now:
            killed_now.append(call.name)
            return Kill()
        return None

    with SystemsManager(functions.deployed.emulator.url, [host], choose) as manager:
        for number in range(100):
            killed_now: list[str] = []
            outcome = ticking(manager, f"tick-{number}", kill=True)
            killed += killed_now
            if not killed_now:
                assert outcome.error is None, outcome
                break
            assert outcome.exit_code == -9, outcome
            _leases_end(functions.deployed)
        else:
            raise AssertionError(f"still under way after {len(killed)} deaths: {killed}")
        _patched_once(functions, manager, host)
    assert {name: killed.count(name) for name in ("ssm:SendCommand", "ec2:CreateSnapshot")} == {
        "ssm:SendCommand": 4, "ec2:CreateSnapshot": 1}
    assert killed.count("dynamodb:TransactWriteItems") > 10, killed


def test_the_function_throttled_and_called_twice_at_once_patches_once(functions, ticking):
    host, refused = machine(functions.deployed), set()

    def choose(call: Call) -> Fault:
        # The first of each call of the services that patch.
        if call.name in refused or call.name.split(":")[0] not in ("ssm", "ec2", "inspector2"):
            return None
        refused.add(call.name)
        return Refuse(400, "ThrottlingException" if call.name.startswith("ssm:") else "RequestLimitExceeded")

    with SystemsManager(functions.deployed.emulator.url, [host], choose) as manager, ThreadPoolExecutor(2) as pool:
        for number in range(20):
            # A tick that cannot go on ends in an error, and its queue brings it again.
            list(pool.map(lambda name: ticking(manager, name), (f"twice-{number}-a", f"twice-{number}-b")))
            if host.packages == {PACKAGE: FIXED} and report(functions.deployed, manager, host)["outcome"] == "patched":
                break
        _patched_once(functions, manager, host)
    assert {"ssm:SendCommand", "ssm:GetCommandInvocation", "ec2:DescribeInstances"} <= refused

