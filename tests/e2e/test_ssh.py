"""A host is brute-forced: its log stream is read on each of three triggers, and the source address denied."""

from __future__ import annotations

import base64
import gzip
import ipaddress
import itertools
import json
import time
import uuid

import events
import pytest
import sshd
import state
from account import Host, create_host
from deployed import eventually

_addresses = map(str, ipaddress.ip_network("203.0.113.0/24").hosts())
PUSHED = "/var/log/pushed"
GROUPS = "/riposte/log-watch/groups"
_ids = itertools.count(1)


@pytest.fixture
def host(live) -> Host:
    """A host with a stream of its own, in a network of its own."""
    return create_host(live.emulator)


@pytest.fixture
def address() -> str:
    """An attacker that no other test has seen."""
    return next(_addresses)


def created(live, stream: str, group: str | None = None) -> dict:
    """The event that names the stream."""
    return events.log_stream_created(live.emulator, live.account.attacker, group or live.account.log_group, stream)


def pushed(stream: str, lines: list[str], group: str = PUSHED, kind: str = "DATA_MESSAGE") -> dict:
    """What a log subscription hands to the function."""
    now = int(time.time() * 1000)
    data = {
        "messageType": kind,
        "owner": "123456789012",
        "logGroup": group,
        "logStream": stream,
        "subscriptionFilters": ["all"],
        "logEvents": [
            {"id": f"{next(_ids):056}", "timestamp": now + number, "message": sshd.line(now + number, text)}
            for number, text in enumerate(lines)
        ],
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(data).encode())).decode()}}


def denied(address: str) -> dict:
    """The entry that denies an address alone."""
    return {"CidrBlock": f"{address}/32", "Egress": False, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 99}


def entries(live, host: Host) -> dict:
    """The host's network ACL."""
    return state.network_acl(live.emulator, host.network_acl_id)


def detectors(incidents: list[dict]) -> list[tuple[str, str]]:
    """Which detectors found something, and what came of it."""
    return [(incident["detector"], incident["outcome"]) for incident in incidents]


def test_a_guessing_address_is_denied_and_nothing_else_changes(live, host, address):
    before = entries(live, host)
    sshd.write(live.emulator, live.account, sshd.ordinary() + sshd.failures(address, 12), host.log_stream)
    (incident,) = live.send(created(live, host.log_stream))
    assert detectors([incident]) == [("ssh-brute-force", "contained")]
    assert entries(live, host) == before | {(False, 99): denied(address)}
    (notice,) = live.inbox.of(incident["id"])
    assert "CONTAINED" in notice.subject and notice.field("From") == address
    assert "CreateNetworkAclEntry" in notice.field("Done") and notice.field("Unchanged").startswith("4 other parts")

    live.command.must("undo", incident["id"], "--yes")
    assert entries(live, host) == before
    assert live.command.run("undo", incident["id"], "--yes").returncode == 1


def test_a_login_after_failures_is_denied_below_the_limit_of_guessing(live, host, address):
    sshd.write(live.emulator, live.account, sshd.failures(address, 6) + sshd.login(address), host.log_stream)
    (incident,) = live.send(created(live, host.log_stream))
    assert detectors([incident]) == [("ssh-login-after-failures", "contained")]
    assert (False, 99) in entries(live, host)


def test_both_findings_deny_the_address_once(live, host, address):
    since = time.time()
    sshd.write(live.emulator, live.account, sshd.failures(address, 12) + sshd.login(address), host.log_stream)
    incidents = live.send(created(live, host.log_stream))
    assert detectors(incidents) == [("ssh-brute-force", "contained"), ("ssh-login-after-failures", "no-action-needed")]
    assert [call.action for call in live.emulator.calls(since)].count("CreateNetworkAclEntry") == 1


def test_undo_is_refused_where_another_entry_has_taken_the_number(live, host, address):
    sshd.write(live.emulator, live.account, sshd.failures(address, 12), host.log_stream)
    (incident,) = live.send(created(live, host.log_stream))
    ec2 = live.emulator.client("ec2")
    ec2.delete_network_acl_entry(NetworkAclId=host.network_acl_id, RuleNumber=99, Egress=False)
    ec2.create_network_acl_entry(
        NetworkAclId=host.network_acl_id,
        RuleNumber=99,
        Egress=False,
        Protocol="-1",
        RuleAction="deny",
        CidrBlock="198.51.100.0/24",
    )
    refused = live.command.run("undo", incident["id"], "--yes")
    assert refused.returncode == 1 and "has changed since" in refused.stderr
    assert entries(live, host)[False, 99]["CidrBlock"] == "198.51.100.0/24"


def test_ordinary_lines_and_few_failures_change_nothing(live, host, address):
    before = entries(live, host)
    sshd.write(live.emulator, live.account, sshd.ordinary(40) + sshd.failures(address, 4), host.log_stream)
    assert live.send(created(live, host.log_stream)) == [] and entries(live, host) == before


def test_a_user_name_cannot_accuse_another_address(live, host, address):
    before = entries(live, host)
    forged = f"root from {address} port 22 ssh2"
    sshd.write(live.emulator, live.account, sshd.failures("198.51.100.250", 3, user=forged) * 5, host.log_stream)
    found = live.send(created(live, host.log_stream))
    assert all(address not in incident["target"] for incident in found)
    assert (False, 99) in entries(live, host) and entries(live, host) != before
    assert entries(live, host)[False, 99]["CidrBlock"] == "198.51.100.250/32"


def test_an_address_of_our_own_networks_is_told_and_not_denied(live, host):
    before = entries(live, host)
    sshd.write(live.emulator, live.account, sshd.failures("10.1.2.3", 12), host.log_stream)
    (incident,) = live.send(created(live, host.log_stream))
    assert incident["outcome"] == "observed" and entries(live, host) == before
    # Of low severity, below the notification threshold: the record says why nothing was done.
    assert live.inbox.of(incident["id"]) == []
    assert "private network" in live.command.must("show", incident["id"])


def test_a_host_that_cannot_be_resolved_is_told(live, address):
    stream = f"web-{address}"
    live.emulator.client("logs").create_log_stream(logGroupName=live.account.log_group, logStreamName=stream)
    sshd.write(live.emulator, live.account, sshd.failures(address, 12), stream)
    (incident,) = live.send(created(live, stream))
    assert incident["outcome"] == "observed"
    assert live.inbox.of(incident["id"]) == []
    assert "could not be resolved" in live.command.must("show", incident["id"])
    assert live.command.run("undo", incident["id"], "--yes").returncode == 1


def test_windows_survive_from_one_invocation_to_the_next(live, host, address):
    for number in range(3):
        sshd.write(live.emulator, live.account, sshd.failures(address, 4), host.log_stream, apart_ms=10)
        found = live.send(created(live, host.log_stream))
        assert detectors(found) == ([("ssh-brute-force", "contained")] if number == 2 else [])


def test_a_stream_that_was_deleted_meanwhile_is_no_failure(live, address):
    live.emulator.client("logs").create_log_stream(logGroupName=live.account.log_group, logStreamName=address)
    sshd.write(live.emulator, live.account, sshd.failures(address, 3), address)
    assert live.send(created(live, address)) == []
    assert len(live.ledger(f"stream#{live.emulator.account}/us-east-1/{live.account.log_group}:{address}")) == 1
    live.emulator.client("logs").delete_log_stream(logGroupName=live.account.log_group, logStreamName=address)
    assert live.send(created(live, address), created(live, "x", group="/never/was")) == []
    assert live.ledger(f"stream#{live.emulator.account}/us-east-1/{live.account.log_group}:{address}") == []
    assert live.dead_letters("log-watch") == []


# ----------------------------------------------------------------------------------------------------- the subscription


def test_lines_that_a_subscription_pushes_are_judged(live, host, address):
    logs = live.emulator.client("logs")
    logs.create_log_group(logGroupName=PUSHED)
    logs.create_log_stream(logGroupName=PUSHED, logStreamName=host.log_stream)
    arn = live.stack.of("log-watch", "FunctionArn")
    logs.put_subscription_filter(logGroupName=PUSHED, filterName="all", filterPattern="", destinationArn=arn)
    logs.put_log_events(
        logGroupName=PUSHED,
        logStreamName=host.log_stream,
        logEvents=[
            {"timestamp": int(time.time() * 1000), "message": sshd.line(int(time.time() * 1000), text)}
            for text in sshd.failures(address, 12)
        ],
    )
    # A push has no queue to watch.
    eventually(lambda: (False, 99) in entries(live, host), "the entry that denies the address")
    assert entries(live, host)[False, 99] == denied(address)


def test_a_batch_that_is_pushed_twice_is_judged_once(live, host, address):
    half = pushed(host.log_stream, sshd.failures(address, 6))
    for _delivery in range(3):
        assert live.invoke("log-watch", half) == {"handled": True}
    assert (False, 99) not in entries(live, host), "six lines were counted more than once"
    assert live.invoke("log-watch", pushed(host.log_stream, sshd.failures(address, 4))) == {"handled": True}
    assert entries(live, host)[False, 99] == denied(address)


def test_a_probe_of_the_subscription_is_no_log(live, host, address):
    count = len(live.command.incidents())
    probe = pushed(host.log_stream, sshd.failures(address, 12), kind="CONTROL_MESSAGE")
    assert live.invoke("log-watch", probe) == {"handled": True}
    assert len(live.command.incidents()) == count


def test_a_push_that_cannot_be_unpacked_ends_as_a_dead_letter(live):
    payload = {"awslogs": {"data": "bm8gZ3ppcA=="}}
    assert live.invoke("log-watch", payload)["errorType"] == "UnhandledEvent"
    live.emulator.client("lambda").invoke(
        FunctionName="riposte-log-watch", InvocationType="Event", Payload=json.dumps(payload)
    )
    (letter,) = eventually(lambda: live.dead_letters("log-watch"), "the dead letter")
    assert json.loads(letter)["requestPayload"] == payload


# --------------------------------------------------------------------------------------------------------- the schedule


def tick() -> str:
    """What EventBridge puts into the queue on a schedule; the real one is waited for in `test_schedule.py`."""
    return json.dumps(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": "2026-01-01T00:00:00Z",
            "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:123456789012:rule/pull"],
            "detail": {},
        }
    )


def test_a_tick_pulls_the_groups_that_the_settings_name(live, host, address):
    live.set(GROUPS, "/never/was")
    sshd.write(live.emulator, live.account, sshd.failures(address, 12), host.log_stream)
    assert live.invoke("log-watch", events.sqs_batch(tick())) == {"batchItemFailures": []}
    assert (False, 99) not in entries(live, host), "a group was read that no setting names"
    live.set(GROUPS, f"/never/was, {live.account.log_group}")
    assert live.invoke("log-watch", events.sqs_batch(tick(), tick())) == {"batchItemFailures": []}
    assert entries(live, host)[False, 99] == denied(address)


def test_a_group_that_no_setting_names_is_told_and_not_answered(live, host, address):
    """Who may write to some log group could else have any address denied in front of any host."""
    before = entries(live, host)
    live.unset(GROUPS)
    sshd.write(live.emulator, live.account, sshd.failures(address, 12), host.log_stream)
    (incident,) = live.send(created(live, host.log_stream))
    live.set(GROUPS, live.account.log_group)
    assert incident["outcome"] == "observed" and entries(live, host) == before
    assert f"`{GROUPS}`" in live.command.must("show", incident["id"])
