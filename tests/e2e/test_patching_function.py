"""Patching end to end by the function's own program, before a scripted Systems Manager: killed, throttled, called twice.

The program's clock is moved by the test (moved_clock.py), so that what it waits for comes at once, and what a killed process
held is free again. A tick ends where the program would wait for longer than its invocation lasts.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import events
import pytest
from deployed import Deployed, eventually, set_up
from emulator import SECRET
from fault_proxy import Call, Fault, Kill, Refuse
from moved_clock import MovedClock
from patching import machine, patch, report
from processes import Programs
from runtime_api import Outcome, Process
from systems_manager import FIXED, OLD, PACKAGE, Machine, SystemsManager

SETTINGS = {"snapshot": True, "emergency": "act", "emergency_hours": 96, "rings": {"at_once": 1}}
# Seconds that an invocation lasts: just enough to plan, or too few to wait for anything.
LONG, SHORT = 25, 12
# Seconds from tick to tick: more than an invocation lasts, and than what was made may take to be seen in a list.
BETWEEN = 70
# Far more ticks than a run takes that dies at each of its writes.
MOST_TICKS = 200


@pytest.fixture(scope="module")
def live(emulator, zips, binary) -> Deployed:
    """Riposte in live mode, whose own ticks do not come between: the emulator that they ask has no Systems Manager."""
    return set_up(emulator, zips, binary, PatchRate="rate(1 day)")


@dataclass(frozen=True)
class Patching:
    """The function's program before a scripted Systems Manager, both at the same moved time."""

    programs: Programs
    clock: MovedClock
    manager: SystemsManager
    deployed: Deployed = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "deployed", self.programs.deployed)

    @contextmanager
    def process(self) -> Iterator[Process]:
        """A process of the function, in the place of the one before."""
        own = {"RIPOSTE_ACCOUNT_ID": self.deployed.emulator.account, "AWS_ENDPOINT_URL": self.manager.url}
        environment = self.programs.roles["patcher"].environment() | own | self.clock.environment() | {"RUST_LOG": "info"}
        with Process(self.programs.paths["patcher"], "patcher", environment, self.clock.now) as process:
            self.manager.kill = process.kill
            yield process

    def run_of(self, host: Machine) -> dict | None:
        """The record of the machine's run, if there is one."""
        records = [json.loads(item["record"]) for item in self.deployed.ledger("patch#")]
        return next((record for record in records if record["node"] == host.id), None)

    def is_told(self, host: Machine) -> bool:
        """Whether the machine's run has ended, and the notice of it was accepted."""
        return bool((self.run_of(host) or {}).get("notified"))

    def until_told(self, host: Machine, between: int = BETWEEN) -> None:
        """Ticks to one process, and to another after each death, until the run has ended and a process outlived that."""
        ticks = 0
        while ticks < MOST_TICKS:
            with self.process() as process:
                outcome = Outcome()
                while outcome.exit_code is None and ticks < MOST_TICKS:
                    outcome, ticks = process.invoke(tick(), self.seconds(host)), ticks + 1
                    # One that cannot go on comes again, as from its queue.
                    assert outcome.error is None and outcome.exit_code in (None, -9), (outcome, process.output())
                    self.clock.pass_by(between)
                    if self.is_told(host) and outcome.exit_code is None:
                        return
        raise AssertionError(f"not at its end after {MOST_TICKS} ticks: {self.run_of(host)}")

    def seconds(self, *hosts: Machine) -> int:
        """How long an invocation lasts: what is begun need not be planned again."""
        return SHORT if all(map(self.run_of, hosts)) else LONG

    def released(self, host: Machine) -> None:
        """A person has looked at what became of the machine, and lets its ring go on."""
        done = patch(self.deployed, self.manager, "approve", self.run_of(host)["id"], "--yes", "--reason", "looked at",
                     environment=self.clock.environment())
        assert done.returncode == 0, done

    def patched_once(self, host: Machine, most_notices: int = 1) -> None:
        """The machine is patched once, the record says so, the ledger is whole, and a person was told."""
        shown, run = report(self.deployed, self.manager, host), self.run_of(host)
        story = "\n".join(f"{entry['at_ms']} {entry['step']} {entry['text']}" for entry in run["timeline"])
        assert host.packages == {PACKAGE: FIXED}, story
        assert [self.sent(host, stage) for stage in ("scan", "install", "query", "rescan")] == [1, 1, 1, 1], story
        assert shown["outcome"] == "patched" and shown["deadline met"] == "met", shown
        # Each of the ten steps but the window's has told what it saw; what was told last is what came of it.
        steps = {entry["step"] for entry in run["timeline"]}
        assert steps == {*range(1, 10)} - {2} and run["timeline"][-1]["text"].startswith("patched: "), story
        snapshots = self.deployed.emulator.client("ec2").describe_snapshots(
            Filters=[{"Name": "tag:riposte:patch", "Values": [run["id"]]}])["Snapshots"]
        assert len(snapshots) == 1
        # Nobody holds the node any more, nor a lease; one of a process that died has ended by itself.
        held = [lease for lease in self.deployed.ledger("lease#") if int(lease["until_ms"]) > self.clock.now() * 1000]
        taken = [item for item in self.deployed.ledger("patch-node#") if host.id in item["pk"]]
        assert not held and not taken, (held, taken)
        subject = f"[Riposte] PATCH PATCHED: {host.id} in {self.deployed.emulator.account} us-east-1"
        notices = eventually(lambda: self.notices(host), f"the notice of {host.id}")
        assert {notice.subject for notice in notices} == {subject} and len(notices) <= most_notices, notices

    def sent(self, host: Machine, stage: str) -> int:
        """How many commands of a stage the machine was sent."""
        return sum(command.machine is host and command.asked["Comment"].endswith(f" {stage}")
                   for command in self.manager.commands)

    def notices(self, host: Machine) -> list:
        """The notices of a machine."""
        return [notice for notice in self.deployed.inbox.all() if f": {host.id} in " in notice.subject]


def tick(name: str = "tick") -> dict:
    """A tick of the schedule, as Lambda delivers it from the queue."""
    event = {"version": "0", "id": name, "source": "aws.events", "detail-type": "Scheduled Event", "account": "123456789012",
             "region": "us-east-1", "time": "2026-01-02T03:04:05Z", "resources": [], "detail": {}}
    return events.sqs_batch(json.dumps(event))


@pytest.fixture(scope="module")
def clock(tmp_path_factory) -> MovedClock:
    """The time of all programs of this file: it never goes back."""
    return MovedClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def settings(live) -> None:
    """The settings of patching; the instance that nobody manages is none of its concern."""
    exempt = [{"Key": "riposte:exempt", "Value": "true"}]
    live.emulator.client("ec2").create_tags(Resources=[live.account.instance_id], Tags=exempt)
    live.emulator.client("ssm").put_parameter(Name="/riposte/patch/settings", Value=json.dumps(SETTINGS), Type="String")


@pytest.fixture
def before(functions, clock, settings):
    """Has patching before a Systems Manager that knows some machines, which are gone afterwards."""

    @contextmanager
    def patching(*hosts: Machine, choose=lambda call: None) -> Iterator[Patching]:
        role, emulator = functions.roles["patcher"], functions.deployed.emulator
        secrets = {role.key: role.secret, emulator.account: SECRET}
        # A day of its own: what is told once a day is told.
        clock.pass_by(24 * 3600)
        with SystemsManager(emulator.url, list(hosts), choose, clock.now, secrets) as manager:
            yield Patching(functions, clock, manager)
        emulator.client("ec2").terminate_instances(InstanceIds=[host.id for host in hosts])

    return patching


# ------------------------------------------------------------------------------------------------------------ killed

_READS = re.compile(r":(Get|List|Describe|Query|Scan|BatchGet|AssumeRole|\?)")


def site(call: Call) -> tuple[str, ...] | None:
    """What a call that changes something is for, whichever machine it is about. `None` for one that only reads."""
    if _READS.search(call.name):
        return None
    asked = json.loads(call.body) if call.body[:1] == b"{" else {}
    if call.name == "dynamodb:TransactWriteItems":
        run = json.loads(asked["TransactItems"][0]["Put"]["Item"]["record"]["S"])
        # Where it stands by now, and where it begins, waits and ends.
        return call.name, json.dumps(run["at"]), str(run["intended_ms"] is not None), str(run["notified"])
    if call.name.startswith("dynamodb:"):
        key = (asked.get("Item") or asked["Key"])["pk"]["S"]
        return call.name, re.sub(r"i-[0-9a-f]+|patch-[0-9a-f]{16}", "…", key)
    if call.name == "sns:Publish":
        return call.name, urllib.parse.parse_qs(call.body.decode())["Subject"][0].split(": ")[0]
    return call.name, asked.get("Comment", "").rsplit(" ", 1)[-1]


class Sites:
    """Notes what each writing call is for; where it kills, the process dies at each of them once."""

    def __init__(self, kills: bool):
        self.seen: list[tuple[str, ...]] = []
        self._kills = kills

    def __call__(self, call: Call) -> Fault:
        where = site(call)
        if where is None or where in self.seen:
            return None
        self.seen.append(where)
        return Kill() if self._kills else None


def test_the_function_killed_after_every_write_patches_once(live, before):
    # How many writes one run takes, is seen in one that nothing happens to.
    whole = Sites(kills=False)
    with before(host := machine(live), choose=whole) as patching:
        patching.until_told(host)
        patching.patched_once(host)
    # The last write of a run is its last chance: what comes after it dies with another machine's.
    deadly = Sites(kills=True)
    for _ in range(2):
        with before(host := machine(live), choose=deadly) as patching:
            patching.until_told(host)
            # Who dies right after the notice was accepted did not write that down: it is sent once more.
            patching.patched_once(host, most_notices=2)
    missed = {*whole.seen} - {*deadly.seen}
    assert not missed and len(whole.seen) > 30, (missed, whole.seen)


# ------------------------------------------------------------------------------------------- throttled, twice at once


def test_the_function_throttled_and_called_twice_at_once_patches_once(live, before):
    refused: set[str] = set()

    def choose(call: Call) -> Fault:
        # The first of each API.
        if call.name in refused:
            return None
        refused.add(call.name)
        return Refuse(400, {"ssm": "ThrottlingException", "ec2": "RequestLimitExceeded"}.get(
            call.name.split(":")[0], "ThrottlingException"))

    host = machine(live)
    with before(host, choose=choose) as patching, patching.process() as one, patching.process() as other:
        both, same = [one, other], tick()
        with ThreadPoolExecutor(2) as pool:
            for _ in range(MOST_TICKS):
                # The same tick to both at once, and to one of them once more.
                list(pool.map(lambda process: _delivered(process.invoke(same, patching.seconds(host))), both))
                _delivered(one.invoke(same, SHORT))
                patching.clock.pass_by(BETWEEN)
                if patching.is_told(host):
                    break
        patching.patched_once(host)
    for name in ("ssm:SendCommand", "ssm:GetCommandInvocation", "ssm:ListCommands", "ec2:DescribeInstances",
                 "ec2:CreateSnapshot", "inspector2:?", "dynamodb:TransactWriteItems", "sns:Publish"):
        assert name in refused, refused


def _delivered(outcome: Outcome) -> None:
    """A tick that cannot go on is brought again by its queue; it ends in no other way."""
    assert outcome.error is None and outcome.exit_code is None, outcome


# -------------------------------------------------------------------------------------------------------- bad machines


def test_a_command_that_never_ends_is_canceled_and_told(live, before):
    with before(host := machine(live, installs="never ends")) as patching:
        patching.until_told(host, between=900)
        run = report(live, patching.manager, host)
        assert run["outcome"] == "not-patched" and f"{PACKAGE} is {OLD}" in run["why"], run
        assert "did not end in time and was canceled" in run["why"], run
        assert host.packages == {PACKAGE: OLD} and patching.sent(host, "install") == 1
        assert len(patching.notices(host)) == 1
        patching.released(host)


def test_a_machine_that_is_terminated_in_mid_run_raises_the_alarm_and_stops_its_ring(live, before):
    hosts = [machine(live, installs="never ends") for _ in range(2)]

    def choose(call: Call) -> Fault:
        # The first of them, while it installs.
        installing = [host for host in hosts if patching.sent(host, "install")]
        if call.name == "ssm:GetCommandInvocation" and installing and len(patching.manager.machines) == len(hosts):
            live.emulator.client("ec2").terminate_instances(InstanceIds=[installing[0].id])
            del patching.manager.machines[installing[0].id]
        return None

    with before(*hosts, choose=choose) as patching:
        with patching.process() as process:
            for _ in range(MOST_TICKS):
                _delivered(process.invoke(tick(), patching.seconds(*hosts)))
                patching.clock.pass_by(900)
                gone = [host for host in hosts if patching.is_told(host)]
                if gone:
                    break
            (host,), (other,) = gone, [host for host in hosts if host not in gone]
            run = report(live, patching.manager, host)
            assert run["outcome"] == "unhealthy" and "its agent does not answer" in run["why"], run
            assert "its ring is stopped" in patching.notices(host)[0].body
            # What the alarm counts is in the log, and the other of its ring is stopped.
            _delivered(process.invoke(tick(), SHORT))
            assert '"PatchFailures":1' in process.output().replace(" ", "")
            assert "stopped, until a person has looked" in process.output()
            assert not patching.sent(other, "scan") and not patching.is_told(other)
            patching.released(host)
            other.installs = "well"
        patching.until_told(other)
        patching.patched_once(other)


def test_a_ring_with_a_typing_error_is_told_and_nothing_is_patched(live, before):
    with before(host := machine(live, ring="prdo")) as patching, patching.process() as process:
        _delivered(process.invoke(tick(), LONG))
        assert not patching.manager.commands and patching.run_of(host) is None
        assert host.packages == {PACKAGE: OLD}
        told = [notice.body for notice in live.inbox.all() if "PATCH LEFT TO YOU" in notice.subject and host.id in notice.body]
        assert len(told) == 1 and "its tag `ring` says `prdo`" in told[0] and "is `prod` meant?" in told[0], told
