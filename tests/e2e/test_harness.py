"""Holds the harness to what the other tests build on: attacks are real calls, and nothing outlives a run.

A test that proves containment with an attack that never worked proves nothing.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import account
import events
import pytest
import sshd
from botocore.exceptions import ClientError

SSH_FROM_EVERYWHERE = [
    {
        "IpProtocol": "tcp",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "temporary"}],
    }
]


@pytest.fixture(scope="module")
def defended(emulator) -> account.Account:
    return account.lay_out(emulator)


def _rules(emulator, group_id: str) -> dict[str, str]:
    """A group's ingress rules: id → address range."""
    of_group = [{"Name": "group-id", "Values": [group_id]}]
    rules = emulator.client("ec2").describe_security_group_rules(Filters=of_group)["SecurityGroupRules"]
    return {rule["SecurityGroupRuleId"]: rule["CidrIpv4"] for rule in rules if not rule["IsEgress"]}


def test_the_account_stands_as_described(emulator, defended):
    assert sorted(_rules(emulator, defended.group_id).values()) == ["0.0.0.0/0", "10.0.0.0/8"]
    (instance,) = emulator.client("ec2").describe_instances(InstanceIds=[defended.instance_id])["Reservations"]
    assert instance["Instances"][0]["SubnetId"] == defended.subnet_id
    streams = emulator.client("logs").describe_log_streams(logGroupName=defended.log_group)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [defended.instance_id]


def test_the_attacker_holds_the_stated_permissions_and_no_more(emulator, defended):
    defended.attacker.client(emulator, "ec2").describe_security_groups()
    for service, operation in [("iam", "list_users"), ("s3", "list_buckets"), ("logs", "describe_log_groups")]:
        with pytest.raises(ClientError, match="AccessDenied"):
            getattr(defended.attacker.client(emulator, service), operation)()


def test_an_opened_port_is_real_and_its_record_names_the_real_rule(emulator, defended):
    before = _rules(emulator, defended.group_id)
    record = events.authorize_ingress(emulator, defended.attacker, defended.group_id, SSH_FROM_EVERYWHERE)
    added = _rules(emulator, defended.group_id).keys() - before.keys()
    (rule,) = record["responseElements"]["securityGroupRuleSet"]["items"]
    assert {rule["securityGroupRuleId"]} == added
    assert record["requestParameters"] == {
        "groupId": defended.group_id,
        "ipPermissions": {
            "items": [
                {
                    "ipProtocol": "tcp",
                    "fromPort": 22,
                    "toPort": 22,
                    "groups": {},
                    "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0", "description": "temporary"}]},
                    "ipv6Ranges": {},
                    "prefixListIds": {},
                }
            ]
        },
    }
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{emulator.account}:user/build"


def test_the_older_form_and_the_change_of_a_rule_are_real_too(emulator, defended):
    record = events.authorize_ingress_plain(emulator, defended.attacker, defended.group_id, 3389, "0.0.0.0/0")
    (rule,) = record["responseElements"]["securityGroupRuleSet"]["items"]
    assert _rules(emulator, defended.group_id)[rule["securityGroupRuleId"]] == "0.0.0.0/0"
    request = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIpv4": "198.51.100.0/24"}
    events.modify_rule(emulator, defended.attacker, defended.group_id, rule["securityGroupRuleId"], request)
    assert _rules(emulator, defended.group_id)[rule["securityGroupRuleId"]] == "198.51.100.0/24"


def test_a_refused_attempt_changes_nothing_and_says_so(emulator, defended):
    before = _rules(emulator, defended.exempt_group_id)
    record = events.refused_authorize_ingress(
        emulator, defended.developer, defended.exempt_group_id, SSH_FROM_EVERYWHERE
    )
    assert record["errorCode"] == "Client.UnauthorizedOperation" and record["responseElements"] is None
    assert _rules(emulator, defended.exempt_group_id) == before


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_grants_are_real(emulator, defended, kind):
    name = {"user": defended.developer.name, "role": defended.role_name, "group": defended.group_name}[kind]
    attached = events.attach_policy(emulator, defended.attacker, kind, name, account.ADMINISTRATOR)
    inline = events.put_policy(emulator, defended.attacker, kind, name, "more", account.policy(["*"]))
    iam, word = emulator.client("iam"), kind.capitalize()
    arns = getattr(iam, f"list_attached_{kind}_policies")(**{f"{word}Name": name})["AttachedPolicies"]
    assert account.ADMINISTRATOR in [entry["PolicyArn"] for entry in arns]
    assert "more" in getattr(iam, f"list_{kind}_policies")(**{f"{word}Name": name})["PolicyNames"]
    assert attached["eventName"] == f"Attach{word}Policy" and attached["requestParameters"][f"{kind}Name"] == name
    assert json.loads(inline["requestParameters"]["policyDocument"])["Statement"][0]["Action"] == ["*"]


def test_a_key_made_for_another_works(emulator, defended):
    record, key = events.create_access_key(emulator, defended.attacker, defended.administrator_name)
    assert record["responseElements"]["accessKey"]["accessKeyId"] == key.id
    caller = emulator.client("sts", key.id, key.secret).get_caller_identity()
    assert caller["Arn"].endswith(":user/alice")


def test_lines_arrive_in_order(emulator, defended):
    sshd.write(emulator, defended, sshd.failures(events.ATTACKER_ADDRESS, 12) + sshd.login(events.ATTACKER_ADDRESS))
    found = emulator.client("logs").get_log_events(
        logGroupName=defended.log_group, logStreamName=defended.log_stream, startFromHead=True
    )["events"]
    assert len(found) == 14
    assert f"Failed password for root from {events.ATTACKER_ADDRESS} port 40000 ssh2" in found[0]["message"]
    assert "Accepted password" in found[12]["message"]


def test_calls_are_counted_with_their_caller(emulator, defended):
    since = time.time()
    defended.attacker.client(emulator, "ec2").describe_security_groups()
    emulator.client("logs").describe_log_groups()
    calls = [(call.service, call.action, call.by_function) for call in emulator.calls(since)]
    assert calls == [("ec2", "DescribeSecurityGroups", False), ("logs", "DescribeLogGroups", False)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_outlives_a_run_that_is_interrupted(number):
    program = (
        "import time\n"
        "from emulator import Emulator, exit_on_signals\n"
        "exit_on_signals()\n"
        "with Emulator() as emulator:\n"
        "    print(emulator.port, emulator._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    port, pid = map(int, run.stdout.readline().split())
    os.kill(pid, 0)
    run.send_signal(number)
    assert run.wait(timeout=15) != 0
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
