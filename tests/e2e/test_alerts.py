"""Alerts as programs get them: an event for each outcome on the operator's bus, and the recipe for Security Hub made of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import attacks
import boto3
import jsonata
import pytest
from botocore.validate import ParamValidator
from deployed import eventually

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerting.md"


@pytest.fixture(scope="module")
def event(live) -> dict:
    """What a bus of the operator's gets when an attack is contained."""
    events, sqs = live.emulator.client("events"), live.emulator.client("sqs")
    bus = events.create_event_bus(Name="alerts")["EventBusArn"]
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    (pattern,) = re.findall(r'^\{ "source": .*\}$', PAGE.read_text(), re.M)
    events.put_rule(Name="alerts", EventBusName="alerts", EventPattern=pattern)
    events.put_targets(Rule="alerts", EventBusName="alerts", Targets=[{"Id": "queue", "Arn": arn}])
    role = live.stack.of("ingress-guard", "RoleArn").rsplit("/", 1)[-1]
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "events:PutEvents", "Resource": bus}],
    }
    live.emulator.client("iam").put_role_policy(RoleName=role, PolicyName="bus", PolicyDocument=json.dumps(document))
    live.command.must("settings", "set", "event-bus", bus)
    live.refresh()
    live.send(attacks.open_group(live).record)
    message = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"), "the event on the bus")[0]
    live.command.must("settings", "unset", "event-bus")
    live.refresh()
    return json.loads(message["Body"])


def test_the_bus_gets_the_incidents_document(live, event):
    assert (event["source"], event["detail-type"]) == ("riposte", "Riposte Incident")
    detail = event["detail"]
    assert (detail["detector"], detail["outcome"]) == ("open-admin-port", "contained")
    (listed,) = [one for one in live.command.incidents() if one["id"] == detail["id"]]
    assert {key: listed[key] for key in ("severity", "why", "target", "account")} == {
        key: detail[key] for key in ("severity", "why", "target", "account")
    }


def filled(value, event: dict):
    """The recipe's arguments with its JSONata evaluated, as Step Functions does."""
    if isinstance(value, dict):
        return {key: filled(part, event) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, event) for part in value]
    if isinstance(value, str) and value.startswith("{%"):
        expression = jsonata.Jsonata(value.removeprefix("{%").removesuffix("%}").strip())
        expression.assign("states", {"input": event})
        return expression.evaluate(None)
    return value


def test_security_hub_takes_the_recipes_finding(event):
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.read_text(), re.S)]
    (task,) = [block for block in blocks if "batchImportFindings" in block.get("Resource", "")]
    model = boto3.client("securityhub", region_name="us-east-1").meta.service_model
    shape = model.operation_model("BatchImportFindings").input_shape
    label = shape.members["Findings"].member.members["Severity"].members["Label"]
    for severity in ("informational", "low", "medium", "high", "critical"):
        at = event | {"detail": event["detail"] | {"severity": severity}}
        arguments = filled(task["Arguments"], at)
        report = ParamValidator().validate(arguments, shape)
        assert not report.has_errors(), report.generate_report()
        (finding,) = arguments["Findings"]
        assert finding["Severity"]["Label"] == severity.upper() and finding["Severity"]["Label"] in label.enum
    assert finding["Id"] == event["detail"]["id"] and finding["Workflow"]["Status"] == "RESOLVED"
    assert finding["ProductArn"] == f"arn:aws:securityhub:{event['region']}:{event['account']}:product/{event['account']}/default"
