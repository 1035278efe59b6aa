"""What became of an incident has one word, whoever says it: the lists, the notice and its attributes, the event on the bus,
the metric, the log, the dashboard. And no surface shows the ledger's own word for how far an incident came."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import attacks
import pytest
from deployed import Deployed, eventually
from filled import Dashboard, fetch

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schemas" / "incident.json").read_text())
WORDS = set(SCHEMA["properties"]["outcome"]["enum"])
# What stands in the ledger and in no other place.
LEDGERS = ("asked", "intended", "applied", "verified")
ASK = "forbid (principal, action, resource) unless { context.approved };"


@dataclass
class Surfaces:
    """A deployment whose topic and bus have a queue each."""

    live: Deployed
    topic: str
    bus: str

    def received(self, url: str) -> list[dict]:
        sqs, bodies = self.live.emulator.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


@pytest.fixture(scope="module")
def surfaces(live) -> Surfaces:
    emulator = live.emulator
    events, sqs, sns = (emulator.client(name) for name in ("events", "sqs", "sns"))

    def queue(name: str) -> tuple[str, str]:
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    (topic, topic_arn), (bus, bus_arn) = queue("words-topic"), queue("words-bus")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": topic_arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=topic, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=live.stack["TopicArn"], Protocol="sqs", Endpoint=topic_arn)
    arn = events.create_event_bus(Name="words")["EventBusArn"]
    events.put_rule(Name="words", EventBusName="words", EventPattern=json.dumps({"source": ["riposte"]}))
    events.put_targets(Rule="words", EventBusName="words", Targets=[{"Id": "queue", "Arn": bus_arn}])
    role = live.stack.of("ingress-guard", "RoleArn").rsplit("/", 1)[-1]
    allow = {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "events:PutEvents", "Resource": arn}]}
    emulator.client("iam").put_role_policy(RoleName=role, PolicyName="words", PolicyDocument=json.dumps(allow))
    live.command.must("settings", "set", "event-bus", arn)
    live.refresh()
    return Surfaces(live, topic, bus)


def made(live: Deployed, outcome: str) -> str:
    """An incident that came to this end; its id."""
    attack = attacks.open_group(live)
    if outcome == "needs-approval":
        live.set("/riposte/guardrails/ask", ASK)
    elif outcome == "observed":
        live.set("/riposte/mode", "shadow")
    elif outcome == "no-action-needed":
        group = attack.target.rsplit("/", 1)[-1]
        live.emulator.client("ec2").revoke_security_group_ingress(GroupId=group, IpPermissions=attacks.WORLD)
    try:
        (found,) = live.send(attack.record)
    finally:
        if outcome == "needs-approval":
            live.unset("/riposte/guardrails/ask")
        elif outcome == "observed":
            live.set("/riposte/mode", "live")
    return found["id"]


@pytest.mark.parametrize("outcome", ["contained", "no-action-needed", "needs-approval", "observed"])
def test_every_surface_says_the_same_word(surfaces, outcome):
    live, command = surfaces.live, surfaces.live.command
    surfaces.received(surfaces.topic)
    surfaces.received(surfaces.bus)
    incident = made(live, outcome)
    headline, words = outcome.replace("-", " ").upper(), outcome.replace("-", " ")

    # The terminal.
    table = command.must("incidents", "--outcome", outcome, "--limit", "1")
    assert re.search(rf"^{incident} .* {outcome}( |$)", table, re.M), table
    assert re.search(rf"^{incident}  {headline}  ", command.must("show", incident)), outcome
    assert headline in command.must("why", incident)
    # Programs.
    (listed,) = [one for one in command.incidents() if one["id"] == incident]
    (row,) = [row for row in csv.DictReader(io.StringIO(command.must("incidents", "--format", "csv"))) if row["id"] == incident]
    shown = command.show(incident)
    for document in (listed, row, shown):
        assert document["outcome"] == outcome and "state" not in document, document
    # The notice, its attributes, and the event.
    notices = eventually(
        lambda: [one for one in surfaces.received(surfaces.topic) if incident in one["Message"]], "the notice")
    assert notices[0]["Subject"].startswith(f"[Riposte] {headline} "), notices
    assert notices[0]["MessageAttributes"]["outcome"]["Value"] == outcome
    assert re.search(rf"^Outcome +{headline}: ", notices[0]["Message"], re.M), notices
    events = eventually(lambda: [one for one in surfaces.received(surfaces.bus) if one["detail"]["id"] == incident], "the event")
    assert events[0]["detail"]["outcome"] == outcome and "state" not in events[0]["detail"]
    assert events[0]["detail"]["summary"].startswith(headline)
    # The metric and the log.
    logs = live.logs("ingress-guard")
    metrics = [json.loads(line) for line in logs.splitlines() if line.startswith("{") and '"Incidents"' in line]
    assert outcome in {metric["Outcome"] for metric in metrics} <= WORDS, metrics
    assert re.search(rf"{incident}.*{outcome}|{outcome}.*{incident}", logs)
    # The dashboard, by its filter; an address that somebody kept goes on to work.
    with Dashboard(live) as url:
        for query in (f"outcome={outcome}", f"state={KEPT[outcome]}"):
            status, _, page = fetch(f"{url}incidents?{query}")
            assert status == 200 and incident in page and f">{words}<" in page, page
        other = "undone" if outcome != "undone" else "contained"
        assert incident not in fetch(f"{url}incidents?outcome={other}")[2]
        assert words in fetch(f"{url}incidents/{incident}")[2]
    # What the ledger calls it is said nowhere.
    said = [table, command.must("show", incident), json.dumps(listed), notices[0]["Subject"], notices[0]["Message"]]
    for word in LEDGERS:
        assert not [text for text in said if re.search(rf'(: |"|^|  ){word}("|$|  )', text, re.M)], word


# The word of earlier releases that meant an outcome.
KEPT = {"contained": "verified", "no-action-needed": "verified", "needs-approval": "asked", "observed": "observed"}


def test_filters_take_the_words_of_earlier_releases(surfaces):
    command = surfaces.live.command
    for outcome, kept in KEPT.items():
        ids = lambda word: {json.loads(line)["id"] for line in  # noqa: E731
                            command.must("incidents", "--json", "--state", word).splitlines()}
        assert ids(outcome) and ids(outcome) <= ids(kept)
    refused = command.run("incidents", "--outcome", "open")
    assert refused.returncode == 2 and all(word in refused.stderr for word in WORDS), refused.stderr
