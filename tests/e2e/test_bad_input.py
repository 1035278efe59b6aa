"""What is no event, or no whole one, fails alone: named, counted, tried again, and kept as a dead letter."""

from __future__ import annotations

import copy
import json
import time
import uuid

import attacks
import events
import pytest
from deploy import DEMO_SOURCE, FUNCTIONS
from deployed import eventually
from inbox import Inbox

MEGABYTE = 1024 * 1024


def body(record: dict) -> str:
    """A record as it stands in a queue."""
    return json.dumps(events.envelope(record))


def without(record: dict, **envelope_and_record: tuple[str, str]) -> str:
    """The record without one thing, in the record and in its envelope."""
    wrapped = events.envelope(copy.deepcopy(record))
    for of_envelope, of_record in envelope_and_record.values():
        wrapped.pop(of_envelope, None)
        wrapped["detail"].pop(of_record, None)
    return json.dumps(wrapped)


def nested(size: int) -> str:
    """JSON that is nothing but depth."""
    return "[" * size


def deep_event(size: int) -> str:
    """An event whose depth stands where no reader needs to look."""
    half = size // 2
    return '{"detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"X","a":' + "[" * half + "]" * half + "}}"


def metric(live, function: str, name: str) -> int:
    """How often a metric was counted, from its lines in the function's log."""
    lines = [line for line in live.logs(function).splitlines() if line.startswith('{"_aws"')]
    return sum(json.loads(line).get(name, 0) for line in lines)


def test_one_poison_message_costs_the_rest_of_the_batch_nothing(live):
    """Through the real queue, to its end: ten deliveries, and then the dead-letter queue."""
    good = [attacks.open_group(live) for _ in range(3)]
    poison = copy.deepcopy(attacks.open_group(live).record)
    del poison["eventID"]
    records = [good[0].record, poison, good[1].record, good[2].record]
    began = time.monotonic()
    live.emulator.client("events").put_events(
        Entries=[
            {"Source": DEMO_SOURCE, "DetailType": events.DETAIL_TYPE, "Detail": json.dumps(record)}
            for record in records
        ]
    )
    for attack in good:
        eventually(lambda attack=attack: [i["outcome"] for i in attack.incidents(live)] == ["contained"], "the answers")
    answered = time.monotonic() - began
    live.settle("ingress-guard", timeout=90)
    (letter,) = live.dead_letters("ingress-guard")
    assert json.loads(letter)["detail"] == poison
    assert time.monotonic() - began > answered, "the others waited for the poison"
    # Ten deliveries at most; the emulator may take one back before the function has it.
    assert 5 <= metric(live, "ingress-guard", "ScopeFailures") <= 10
    log = live.logs("ingress-guard")
    assert "has no event id" in log and "message_id=" in log
    assert [len(attack.incidents(live)) for attack in good] == [1, 1, 1]


BAD_BODIES = {
    "empty": ("", "the body is empty"),
    "blank": (" \n", "the body is empty"),
    "truncated": ('{"detail-type":"AWS API Call via CloudTrail","detail":{"eventNa', "not JSON at line 1"),
    "no object": ("[1, 2]", "an event is a JSON object, this is an array"),
    "unknown shape": ('{"hello":"world"}', "its keys are `hello`"),
    "no record": ('{"detail-type":"AWS API Call via CloudTrail","id":"x-1","detail":null}', "`detail` is not an object"),
    "deep": (nested(5000), "not JSON at line 1, column 128: recursion limit exceeded"),
    "control characters": ('{"a\\u001b[2J":1}', "\\u{1b}[2J"),
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_item_of_a_batch_fails_alone_with_its_reason(live, function):
    bodies = [text for text, _ in BAD_BODIES.values()]
    unread = json.dumps(events.envelope(attacks.open_group(live).record) | {"detail-type": "AWS Health Event"})
    batch = events.sqs_batch(*bodies, unread)
    before = metric(live, function, "ParseFailures")
    failed = [item["itemIdentifier"] for item in live.invoke(function, batch)["batchItemFailures"]]
    assert failed == [record["messageId"] for record in batch["Records"][:-1]]
    log = live.logs(function)
    for name, (_, reason) in BAD_BODIES.items():
        assert reason in log, name
    assert all(identity in log for identity in failed) and "\x1b" not in log
    assert metric(live, function, "ParseFailures") == before + len(bodies)
    assert metric(live, function, "UnreadEvents") >= 1


@pytest.mark.parametrize("make", [nested, deep_event], ids=["brackets", "an event"])
def test_six_megabytes_of_nesting_fail_and_the_function_lives_on(live, functions, make):
    attack = attacks.open_group(live)
    batch = events.sqs_batch(make(6 * MEGABYTE - 2048), body(attack.record))
    failed = live.invoke("ingress-guard", batch)["batchItemFailures"]
    assert failed == [{"itemIdentifier": batch["Records"][0]["messageId"]}]
    assert [incident["outcome"] for incident in attack.incidents(live)] == ["contained"]


@pytest.mark.parametrize("payload", ["", "{", '{"Records": [', nested(1000)], ids=["empty", "open", "cut", "deep"])
def test_a_payload_that_is_no_json_is_an_error_of_the_invocation(functions, payload):
    outcome = functions.run_payload("ingress-guard", payload).outcome
    assert outcome.answer is None and outcome.error["errorType"], outcome


@pytest.mark.parametrize("missing", ["account", "region", "id"])
def test_an_event_that_cannot_be_placed_is_refused_with_its_id(live, missing):
    attack = attacks.open_group(live)
    attacked, record = attack.read(), copy.deepcopy(attack.record)
    if missing == "account":
        # An identity's own account would place it as well.
        record["userIdentity"].pop("accountId")
        record["userIdentity"].pop("arn")
        text = without(record, a=("account", "recipientAccountId"))
    elif missing == "region":
        text = without(record, a=("region", "awsRegion"))
    else:
        text = without(record, a=("id", "eventID"))
    batch = events.sqs_batch(text)
    failed = live.invoke("ingress-guard", batch)["batchItemFailures"]
    assert failed == [{"itemIdentifier": batch["Records"][0]["messageId"]}]
    assert attack.read() == attacked and attack.incidents(live) == []
    said = [line for line in live.logs("ingress-guard").splitlines() if batch["Records"][0]["messageId"] in line]
    name = "event id" if missing == "id" else missing
    assert f"has no {name}" in said[0] and (missing == "id" or record["eventID"] in said[0])


def test_an_event_of_another_account_is_told_and_never_answered(live):
    attack = attacks.open_group(live)
    attacked, record = attack.read(), attack.record | {"recipientAccountId": "999999999999"}
    (incident,) = live.send(record)
    assert (incident["account"], incident["outcome"]) == ("999999999999", "observed") and attack.read() == attacked
    (notice,) = live.inbox.of(incident["id"])
    assert "acts in 123456789012 alone" in notice.field("Outcome")


def test_an_event_with_an_unknown_name_is_no_failure(live):
    record = attacks.open_group(live).record | {"eventName": "OpenSesame", "eventID": str(uuid.uuid4())}
    count = len(live.command.incidents())
    for function in FUNCTIONS:
        assert live.invoke(function, events.sqs_batch(body(record))) == {"batchItemFailures": []}
        assert live.invoke(function, events.envelope(record)) == {"handled": True}
    assert len(live.command.incidents()) == count


def test_a_topic_that_refuses_leaves_the_change_made_once_and_its_notice_follows(live):
    """Last in this file: the topic that comes back has one subscriber only."""
    attack, since, arn = attacks.open_group(live), time.time(), live.stack["TopicArn"]
    attacked, sns = attack.read(), live.emulator.client("sns")
    sns.delete_topic(TopicArn=arn)
    events.put(live.emulator, attack.record)
    refused = "is recorded and its notice was refused"
    eventually(lambda: refused in live.logs("ingress-guard"), "the refused notice")
    (incident,) = attack.incidents(live)
    assert (incident["outcome"], incident["notified"]) == ("contained", False) and attack.read() != attacked
    assert f"incident `{incident['id']}` {refused}" in live.logs("ingress-guard")
    assert sns.create_topic(Name=arn.rsplit(":", 1)[1])["TopicArn"] == arn
    inbox = Inbox(live.emulator, arn)
    live.settle("ingress-guard")
    (notice,) = inbox.of(incident["id"])
    assert notice.field("Incident").startswith(incident["id"])
    assert attack.incidents(live)[0]["notified"] and live.dead_letters("ingress-guard") == []
    calls = [call.action for call in live.emulator.calls(since) if call.by_function]
    assert calls.count("RevokeSecurityGroupIngress") == 1 and calls.count("Publish") >= 2
    live.command.must("undo", incident["id"], "--yes")
