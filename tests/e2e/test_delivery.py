"""At least once in, once in effect: duplicates, reordered and concurrent deliveries leave one incident and one change."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import account
import attacks
import events
import pytest
import state

EACH = pytest.mark.parametrize("make", attacks.ALL, ids=lambda make: make.__name__)
DONE = {"batchItemFailures": []}


def changes(live, since: float, region: str | None = None) -> list[str]:
    """The changing calls that the functions made in a region."""
    calls = [call for call in live.emulator.calls(since, region) if call.by_function and call.service in ("ec2", "iam")]
    return [call.action for call in calls if not call.action.startswith(("Describe", "Get", "List"))]


@EACH
def test_an_event_that_comes_three_times_is_answered_once(live, make):
    attack, since = make(live), time.time()
    (incident,) = live.send(attack.record, attack.record, attack.record)
    assert incident["outcome"] == "contained"
    assert changes(live, since, attack.record["awsRegion"]) == [attack.containing.split(":")[1]]
    assert len(live.inbox.of(incident["id"])) == 1
    contained = attack.read()
    assert live.send(attack.record) == [] and attack.read() == contained
    assert live.command.show(incident["id"])["timeline"][-1]["step"] == "notice"


def test_an_event_that_stands_twice_in_a_batch_is_answered_once(live):
    attack, since = attacks.open_group(live), time.time()
    body = json.dumps(events.envelope(attack.record))
    assert live.invoke(attack.function, events.sqs_batch(body, body)) == DONE
    (incident,) = attack.incidents(live)
    assert incident["outcome"] == "contained" and changes(live, since) == ["RevokeSecurityGroupIngress"]


@EACH
def test_an_event_that_comes_many_times_at_once_is_answered_once(live, functions, make):
    attack = make(live)
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: functions.run(attack), range(4)))
    assert [run.outcome.answer for run in runs] == [DONE] * 4, "\n".join(run.output for run in runs)
    assert sum(run.proxy.count(attack.containing) for run in runs) == 1
    (incident,) = attack.incidents(live)
    assert incident["outcome"] == "contained" and len(live.inbox.of(incident["id"])) == 1


def test_two_attacks_on_one_target_at_once_are_both_answered(live, functions):
    emulator, attacker = live.emulator, live.account.attacker
    group = account.create_group(emulator, live.account.vpc_id, "contended")
    before = state.rules(emulator, group)
    pair = [
        events.authorize_ingress_plain(emulator, attacker, group, port, "0.0.0.0/0") for port in (22, 3389, 3306, 5432)
    ]
    batches = [events.sqs_batch(json.dumps(events.envelope(record))) for record in pair]
    with ThreadPoolExecutor(len(pair)) as pool:
        answers = list(pool.map(lambda batch: live.invoke("ingress-guard", batch), batches))
    assert answers == [DONE] * len(pair)
    incidents = [incident for incident in live.command.incidents() if group in incident["target"]]
    assert [incident["outcome"] for incident in incidents] == ["contained"] * len(pair)
    assert state.rules(emulator, group) == before


def test_events_that_come_in_the_wrong_order_end_in_the_same_state(live):
    emulator, attacker = live.emulator, live.account.attacker
    group = account.create_group(emulator, live.account.vpc_id, "reordered")
    before = state.rules(emulator, group)
    opened = events.authorize_ingress_plain(emulator, attacker, group, 22, "0.0.0.0/0")
    (rule,) = opened["responseElements"]["securityGroupRuleSet"]["items"]
    request = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIpv4": "0.0.0.0/0"}
    changed = events.modify_rule(emulator, attacker, group, rule["securityGroupRuleId"], request)
    since = time.time()
    # The change first: it revokes the rule. The opening then finds what it tells of no more. One is handled before the
    # other is sent: side by side, the old one may still see the rule, and asks.
    assert [incident["outcome"] for incident in live.send(changed)] == ["contained"]
    assert [incident["outcome"] for incident in live.send(events.late(opened))] == ["no-action-needed"]
    assert changes(live, since) == ["RevokeSecurityGroupIngress"] and state.rules(emulator, group) == before


def test_a_grant_that_was_answered_and_made_again_is_answered_again(live):
    attack, since = attacks.grant(live), time.time()
    (user,) = [name for name, stands_for in attack.names.items() if stands_for == "USER"]
    again = events.attach_policy(live.emulator, live.account.attacker, "user", user, account.ADMINISTRATOR)
    # The later event is delivered first, and its answer takes the grant that both tell of.
    assert [incident["outcome"] for incident in live.send(again)] == ["contained"]
    assert [incident["outcome"] for incident in live.send(events.late(attack.record))] == ["no-action-needed"]
    assert changes(live, since).count("DetachUserPolicy") == 1
    third = events.attach_policy(live.emulator, live.account.attacker, "user", user, account.ADMINISTRATOR)
    assert [incident["outcome"] for incident in live.send(third)] == ["contained"]
    assert account.ADMINISTRATOR not in state.principal(live.emulator, "user", user)["attached"]
