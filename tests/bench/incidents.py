"""Incidents on the emulator: how long from the event until it was read again that the attack is undone, and how many
calls to AWS that took.

The emulator answers in a millisecond or two where AWS takes ten to a hundred, and it delivers an event at once where
CloudTrail takes seconds: the times are the functions' own share, the calls are what AWS would see.
"""

from __future__ import annotations

import itertools
import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import events
import sshd
from account import ADMINISTRATOR, LOG_GROUP, Account, create_group, create_host, create_user, lay_out, policy
from command import Command
from deploy import DEMO_SOURCE, Stack, deploy
from emulator import Call, Emulator

_numbers = itertools.count()


class BenchError(RuntimeError):
    """Something could not be measured."""


@dataclass(frozen=True)
class Place:
    """Where the attacks happen."""

    emulator: Emulator
    stack: Stack
    account: Account

    def incidents(self) -> dict[str, dict]:
        """The records in the ledger, by id."""
        pages = self.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=self.stack["LedgerTable"])
        items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("incident#")]
        return {item["pk"]["S"]: json.loads(item["record"]["S"]) for item in items}


def open_ssh(place: Place) -> dict:
    """A group is opened on port 22, by one rule."""
    group = create_group(place.emulator, place.account.vpc_id, f"web-{next(_numbers)}")
    world = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    return events.authorize_ingress(place.emulator, place.account.attacker, group, [world])


def attach_administrator(place: Place) -> dict:
    """AWS's own administrator policy is attached to a user."""
    user = create_user(place.emulator, f"user-{next(_numbers)}")
    return events.attach_policy(place.emulator, place.account.attacker, "user", user.name, ADMINISTRATOR)


def write_administrator(place: Place) -> dict:
    """An inline policy that grants everything is written for a user."""
    user = create_user(place.emulator, f"user-{next(_numbers)}")
    return events.put_policy(place.emulator, place.account.attacker, "user", user.name, "all", policy(["*"]))


def make_key(place: Place) -> dict:
    """A key is made for another user."""
    user = create_user(place.emulator, f"user-{next(_numbers)}")
    record, _ = events.create_access_key(place.emulator, place.account.attacker, user.name)
    return record


def guess_passwords(place: Place) -> dict:
    """A host's log shows guesses from one address; the event is the creation of its stream."""
    host = create_host(place.emulator)
    lines = sshd.failures("198.51.100.23", 12)
    sshd.write(place.emulator, place.account, lines, stream=host.log_stream)
    return events.log_stream_created(place.emulator, place.account.attacker, LOG_GROUP, host.log_stream)


KINDS: dict[str, Callable[[Place], dict]] = {
    "open-admin-port": open_ssh,
    "admin-policy-attached": attach_administrator,
    "admin-inline-policy": write_administrator,
    "access-key-for-another": make_key,
    "ssh-brute-force": guess_passwords,
}


def measure(zips: dict[str, Path], riposte: Path, count: int) -> dict[str, dict]:
    """Deploys in live mode and measures `count` incidents of each kind, after one that starts the function."""
    with Emulator() as emulator:
        Command(riposte, emulator).must("init")
        # The schedule's own pulling must not come between the measured incidents.
        parameters = {"Mode": "live", "DemoEventSource": DEMO_SOURCE, "LogGroups": LOG_GROUP, "PullRate": "rate(1 day)"}
        stack = deploy(emulator, zips, **parameters)
        place = Place(emulator, stack, lay_out(emulator))
        measured, started = {}, set()
        for kind, attack in KINDS.items():
            print(f"  {count} of {kind}", file=sys.stderr)
            first, *others = [_one(place, kind, attack) for _ in range(count + 1)]
            measured[kind] = {
                # Only a function's first incident of all finds it not running yet.
                "cold_ms": None if first["function"] in started else first["delivered_ms"],
                "delivered_ms": _summary([one["delivered_ms"] for one in others]),
                "handled_ms": _summary([one["handled_ms"] for one in others]),
                "calls_to_verified": _summary([len(one["to_verified"]) for one in others]),
                "calls": _summary([len(one["calls"]) for one in others]),
                "calls_by_name": others[-1]["calls"],
            }
            started.add(first["function"])
    return measured


def _one(place: Place, kind: str, attack: Callable[[Place], dict]) -> dict:
    """One incident: from the event's delivery, and from the function's first word, to the verifying read."""
    record = attack(place)
    known = place.incidents().keys()
    # The attack's own calls end before this, and they are not the function's anyway.
    since = time.time()
    events.put(place.emulator, record)
    incident = _answered(place, kind, known)
    at = {entry["step"]: entry["at_ms"] for entry in incident["timeline"]}
    calls = [call for call in place.emulator.calls(since) if call.by_function]
    to_verified = calls[: _verified(kind, calls)]
    return {
        "function": incident["function"],
        "delivered_ms": at["verify"] - since * 1000,
        "handled_ms": at["verify"] - at["event"],
        "to_verified": [_name(call) for call in to_verified],
        "calls": [_name(call) for call in calls],
    }


def _answered(place: Place, kind: str, known, timeout: float = 20.0) -> dict:
    """The new incident, once it is told. Looks seldom: the emulator serves the function at the same time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        time.sleep(0.2)
        new = [incident for pk, incident in place.incidents().items() if pk not in known]
        if new and all(incident["notified"] for incident in new):
            break
    else:
        raise BenchError(f"{kind}: no incident within {timeout:g} s\n{place.emulator.log_tail()}")
    if len(new) != 1 or new[0]["outcome"] != "contained" or new[0]["finding"]["detector"] != kind:
        found = [(incident["finding"]["detector"], incident["outcome"], incident["timeline"]) for incident in new]
        raise BenchError(f"{kind}: not one verified incident but {found}")
    return new[0]


def _verified(kind: str, calls: list[Call]) -> int:
    """The place after the verifying read: the last read of the resource after the last change of it."""
    ours = [index for index, call in enumerate(calls) if call.service in ("ec2", "iam")]
    changes = [index for index in ours if not _reads(calls[index])]
    reads = [index for index in ours if _reads(calls[index])]
    if not changes or not reads or reads[-1] < changes[-1]:
        raise BenchError(f"{kind}: no change that was read again in {[_name(call) for call in calls]}")
    return reads[-1] + 1


def _reads(call: Call) -> bool:
    """Whether it changes nothing."""
    return call.action.startswith(("Describe", "Get", "List"))


def _name(call: Call) -> str:
    return f"{call.service}:{call.action}"


def _summary(values: list[float]) -> dict:
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}
