"""A security group is opened to the world: the rules that did it go, everything else stays, and a person can undo it."""

from __future__ import annotations

import copy
import itertools
import json
import time
import uuid
from datetime import datetime, timezone

import events
import pytest
import state
from account import create_group

_names = itertools.count()
WORLD = "0.0.0.0/0"


@pytest.fixture
def group(live) -> str:
    """A group of this test's own, with 443 from everywhere and 22 from the office."""
    return create_group(live.emulator, live.account.vpc_id, f"web-{next(_names)}")


def tcp(port: int, cidr: str, last: int | None = None) -> dict:
    """One of the API's IpPermissions."""
    return {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": last or port,
        **(
            {"Ipv6Ranges": [{"CidrIpv6": cidr, "Description": "temporary"}]}
            if ":" in cidr
            else {"IpRanges": [{"CidrIp": cidr, "Description": "temporary"}]}
        ),
    }


def everything(live, group: str) -> tuple:
    """All that can be read of a group."""
    return state.rules(live.emulator, group), state.group(live.emulator, group)


def opened(live, group: str, *permissions: dict) -> dict:
    """The attacker opens the group; the record of the call."""
    return events.authorize_ingress(live.emulator, live.account.attacker, group, list(permissions))


def test_the_offending_rule_goes_and_the_rest_stays(live, group):
    before = everything(live, group)
    record = opened(live, group, tcp(22, WORLD))
    (added,) = state.rules(live.emulator, group).keys() - before[0].keys()
    since = time.time()
    (incident,) = live.send(record)

    assert everything(live, group) == before
    assert (incident["outcome"], incident["mode"], incident["detector"]) == ("contained", "live", "open-admin-port")
    assert incident["guardrails"] == ["live-mode"] and incident["notified"] is True
    assert incident["event_id"] == record["eventID"] and incident["target"] == f"security-group/{group}"
    changes = [call.action for call in live.emulator.calls(since) if call.by_function and call.service == "ec2"]
    assert [call for call in changes if not call.startswith("Describe")] == ["RevokeSecurityGroupIngress"]

    whole = live.command.show(incident["id"])
    # Parts are named by what they allow: a rule that is authorized again has another id.
    opened_part = "ingress tcp 22 from 0.0.0.0/0"
    assert opened_part in whole["plan"]["before"] and opened_part not in whole["after"]
    assert len(whole["after"]) == len(before[0])
    assert [entry["step"] for entry in whole["timeline"]] == [
        "event",
        "finding",
        "decision",
        "action",
        "verify",
        "notice",
    ]
    times = [entry["at_ms"] for entry in whole["timeline"]]
    assert times == sorted(times)


def test_the_notice_says_what_was_verified_and_how_to_undo_it(live, group):
    record = opened(live, group, tcp(22, WORLD))
    (rule,) = record["responseElements"]["securityGroupRuleSet"]["items"]
    (incident,) = live.send(record)
    (notice,) = live.inbox.of(incident["id"])
    assert notice.subject == (
        f"[Riposte] CONTAINED high: open-admin-port in {live.emulator.account} {live.emulator.region}"
    )
    assert len(notice.subject) <= 100 and len(notice.body.encode()) <= 256 * 1024
    assert notice.field("Who") == live.account.attacker.arn
    assert notice.field("From") == events.ATTACKER_ADDRESS
    assert notice.field("Where") == f"account {live.emulator.account}, region {live.emulator.region}"
    assert notice.field("Target") == f"security-group/{group}"
    assert "open-admin-port" in notice.field("Detector") and "0.0.0.0/0" in notice.field("Why")
    assert notice.field("Decision") == "act (live-mode)"
    assert "RevokeSecurityGroupIngress" in notice.field("Done") and "0.0.0.0/0" in notice.field("Done")
    assert notice.field("Unchanged").startswith("3 other parts")
    assert notice.field("Undo") == f"riposte undo {incident['id']}"


SHAPES = {
    "ipv6": [tcp(22, "::/0")],
    "both families": [tcp(3389, WORLD), tcp(3389, "::/0")],
    "the internet in two halves": [tcp(22, "0.0.0.0/1"), tcp(22, "128.0.0.0/1")],
    "a prefix of nothing": [tcp(22, "208.236.235.254/0")],
    "a range of ports around it": [tcp(20, WORLD, last=25)],
    "all protocols": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": WORLD}]}],
    "all ports": [tcp(0, WORLD, last=65535)],
    "a database beside the web": [tcp(443, "::/0"), tcp(5432, WORLD)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_of_the_call_is_closed_again(live, group, shape):
    kept = [entry for entry in SHAPES[shape] if entry.get("FromPort") == 443]
    if kept:
        # What is legitimate in the same call must stay, so it is part of what is compared.
        live.emulator.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=kept)
    before = state.contents(state.rules(live.emulator, group))
    incidents = live.send(opened(live, group, *SHAPES[shape]))
    assert incidents and {incident["outcome"] for incident in incidents} == {"contained"}
    assert state.contents(state.rules(live.emulator, group)) == before


def test_the_older_form_of_the_call_is_closed_again(live, group):
    before = everything(live, group)
    record = events.authorize_ingress_plain(live.emulator, live.account.attacker, group, 3389, WORLD)
    (incident,) = live.send(record)
    assert incident["outcome"] == "contained" and everything(live, group) == before


def test_a_harmless_rule_that_is_made_harmful_is_revoked(live, group):
    before = everything(live, group)
    live.emulator.client("ec2").authorize_security_group_ingress(
        GroupId=group, IpPermissions=[tcp(22, "198.51.100.0/24")]
    )
    (rule,) = state.rules(live.emulator, group).keys() - before[0].keys()
    request = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": WORLD}
    (incident,) = live.send(events.modify_rule(live.emulator, live.account.attacker, group, rule, request))
    assert incident["outcome"] == "contained" and everything(live, group) == before


@pytest.mark.parametrize(
    "permission",
    [tcp(443, "::/0"), tcp(80, WORLD), tcp(22, "10.0.0.0/8"), tcp(22, "192.168.4.0/22"), tcp(5432, "172.16.0.0/12")],
    ids=["443 from everywhere", "80 from everywhere", "22 from 10/8", "22 from 192.168/22", "5432 from 172.16/12"],
)
def test_what_only_looks_alike_stays(live, group, permission):
    record = opened(live, group, permission)
    before = everything(live, group)
    assert live.send(record) == []
    assert everything(live, group) == before


def test_a_call_that_failed_is_an_attempt_and_changes_nothing(live, group):
    before = everything(live, group)
    record = events.refused_authorize_ingress(live.emulator, live.account.developer, group, [tcp(22, WORLD)])
    (incident,) = live.send(record)
    assert (incident["detector"], incident["severity"]) == ("network-attempt-refused", "low")
    assert incident["action"] is None and everything(live, group) == before
    count = len(live.command.incidents())
    assert live.invoke("ingress-guard", events.envelope(record)) == {"handled": True}
    assert len(live.command.incidents()) == count and everything(live, group) == before


# ----------------------------------------------------------------------------------------------------------------- undo


def test_undo_restores_the_rule_once(live, group):
    record = opened(live, group, tcp(22, WORLD), tcp(3389, "::/0"))
    attacked = state.contents(state.rules(live.emulator, group))
    (incident,) = live.send(record)
    assert state.contents(state.rules(live.emulator, group)) != attacked

    unasked = live.command.run("undo", incident["id"])
    assert unasked.returncode == 1 and "--yes" in unasked.stderr
    assert state.contents(state.rules(live.emulator, group)) != attacked

    done = live.command.run("undo", incident["id"], "--yes")
    assert done.returncode == 0 and "AuthorizeSecurityGroupIngress" in done.stdout
    assert state.contents(state.rules(live.emulator, group)) == attacked
    assert live.command.show(incident["id"])["outcome"] == "undone"

    again = live.command.run("undo", incident["id"], "--yes")
    assert again.returncode == 1 and "is undone: there is nothing to undo" in again.stderr
    assert state.contents(state.rules(live.emulator, group)) == attacked


def test_undo_is_refused_where_the_group_has_changed_since(live, group):
    (incident,) = live.send(opened(live, group, tcp(22, WORLD)))
    other = [tcp(8443, "10.1.0.0/16")]
    live.emulator.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=other)
    changed = state.contents(state.rules(live.emulator, group))

    refused = live.command.run("undo", incident["id"], "--yes")
    assert refused.returncode == 1 and f"{group}` has changed since" in refused.stderr
    assert state.contents(state.rules(live.emulator, group)) == changed
    assert live.command.show(incident["id"])["outcome"] == "contained"

    live.command.must("undo", incident["id"], "--yes", "--accept-changes")
    now = state.contents(state.rules(live.emulator, group))
    assert [rule for rule in now if rule not in changed][0]["FromPort"] == 22 and len(now) == len(changed) + 1


def test_the_echo_of_an_undo_is_not_answered(live, group):
    record = opened(live, group, tcp(22, WORLD))
    (incident,) = live.send(record)
    since = time.time()
    live.command.must("undo", incident["id"], "--yes")
    (agent,) = live.emulator.agents(since, "AuthorizeSecurityGroupIngress")
    operator = live.emulator.client("sts").get_caller_identity()["Arn"]
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    echo = copy.deepcopy(record) | {"userAgent": agent, "eventTime": now, "eventID": str(uuid.uuid4())}
    echo["userIdentity"] = {"type": "Root", "arn": operator, "accountId": live.emulator.account}
    restored = everything(live, group)
    assert live.send(echo) == [] and everything(live, group) == restored
    assert f'incident="{incident["id"]}"' in live.logs("ingress-guard").split("echo: joined")[1].splitlines()[0]

    # The same change made by somebody else, who has read the mark, is an attack like any other.
    echo |= {"userIdentity": record["userIdentity"], "eventID": str(uuid.uuid4())}
    (second,) = live.send(echo)
    assert second["outcome"] == "contained" and everything(live, group) != restored


def test_a_group_that_is_gone_needs_no_answer(live, group):
    record = opened(live, group, tcp(22, WORLD))
    live.emulator.client("ec2").delete_security_group(GroupId=group)
    (incident,) = live.send(events.late(record))
    assert incident["outcome"] == "no-action-needed"
    (notice,) = live.inbox.of(incident["id"])
    assert "NO ACTION NEEDED" in notice.subject and "Done" not in notice.body


def test_a_rule_that_is_gone_needs_no_answer(live, group):
    before = everything(live, group)
    record = opened(live, group, tcp(22, WORLD))
    (rule,) = state.rules(live.emulator, group).keys() - before[0].keys()
    live.emulator.client("ec2").revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule])
    # The event is young, so its rule may be one that cannot be seen yet: the function looks for a while.
    batch = events.sqs_batch(json.dumps(events.envelope(record)))
    assert live.invoke("ingress-guard", batch) == {"batchItemFailures": []}
    (incident,) = [found for found in live.command.incidents() if group in found["target"]]
    assert incident["outcome"] == "no-action-needed" and everything(live, group) == before
    assert json.dumps(live.command.show(incident["id"])["plan"]["changes"]) == "[]"
    assert live.command.run("undo", incident["id"], "--yes").returncode == 1


def test_a_group_of_another_region_is_closed_there(live):
    elsewhere = live.emulator.client("ec2", region="eu-west-1")
    vpc = elsewhere.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    group = elsewhere.create_security_group(GroupName="far", Description="far", VpcId=vpc)["GroupId"]
    answer = elsewhere.authorize_security_group_ingress(GroupId=group, IpPermissions=[tcp(22, WORLD)])
    record = copy.deepcopy(opened(live, live.account.group_id, tcp(22, WORLD)))
    record["awsRegion"] = "eu-west-1"
    record["requestParameters"]["groupId"] = group
    record["responseElements"] = events.rule_set(answer)
    near = everything(live, live.account.group_id)
    (incident,) = live.send(record)
    assert (incident["region"], incident["outcome"]) == ("eu-west-1", "contained")
    assert elsewhere.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == []
    assert everything(live, live.account.group_id) == near
