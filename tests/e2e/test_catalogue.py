"""Detectors without an action of their own, bursts, and a user's Sigma rules: found, recorded, told, in the deployed functions."""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from datetime import datetime, timezone
from pathlib import Path

import events
import pytest
from deployed import Deployed, set_up

RULE = """
title: Doorbell rung
logsource:
    product: aws
    service: cloudtrail
detection:
    selection:
        eventSource: cloudtrail.amazonaws.com
        eventName: StopLogging
        requestParameters.name|contains: doorbell
    condition: selection
level: high
riposte:
    domain: traces
    target: requestParameters.name
"""


def call(source: str, name: str, request: dict, actor: str = "mallory", **fields) -> dict:
    """The record of an API call of a user."""
    account = "123456789012"
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{account}:user/{actor}",
            "accountId": account,
            "userName": actor,
            "accessKeyId": "AKIAEXAMPLEMALLORY01",
        },
        "eventTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "awsRegion": "us-east-1",
        "sourceIPAddress": events.ATTACKER_ADDRESS,
        "userAgent": "aws-cli/2.17.5",
        "requestParameters": request,
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
        "recipientAccountId": account,
    } | fields


def stopped(trail: str = "organization") -> dict:
    return call("cloudtrail", "StopLogging", {"name": trail})


def test_a_trail_that_is_not_there_needs_no_action(live):
    (incident,) = live.send(stopped())
    assert (incident["detector"], incident["severity"], incident["outcome"]) == ("trail-stopped", "high", "no-action-needed")
    (notice,) = live.inbox.of(incident["id"])
    assert "organization" in notice.body


def test_a_call_that_was_refused_is_another_matter(live):
    refused = stopped() | {"errorCode": "AccessDenied", "errorMessage": "not authorized"}
    assert "trail-stopped" not in [incident["detector"] for incident in live.send(refused)]


def test_what_only_keeps_track_is_a_line_in_the_log_and_no_incident(live):
    request = {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d4e5f60718"}]}}
    record = call("ec2", "TerminateInstances", request, actor="administrator")
    assert live.send(record) == []
    lines = [line for line in live.logs("compute-guard").splitlines() if record["eventID"] in line]
    assert any("noted" in line and "i-0a1b2c3d4e5f60718" in line for line in lines), lines


def test_secrets_read_in_bulk_are_one_incident(live):
    """The count is kept in the ledger, since each event may meet another process of the function."""
    records = [
        call("secretsmanager", "GetSecretValue", {"secretId": f"database-{number}"}, actor="thief") for number in range(40)
    ]
    (incident,) = live.send(*records, *records[:5])
    assert incident["detector"] == "secrets-read-in-bulk"
    assert "thief" in json.dumps(incident)


def test_an_account_of_the_same_owner_is_no_stranger(emulator_of_its_own, zips, binary):
    deployed = set_up(emulator_of_its_own, zips, binary, TrustedAccounts="444455556666, o-example0000")

    def detectors(account: str) -> list[str]:
        permission = {"add": {"items": [{"userId": account}]}}
        request = {"snapshotId": "snap-0a1b2c3d4e5f60718", "createVolumePermission": permission}
        return [incident["detector"] for incident in deployed.send(call("ec2", "ModifySnapshotAttribute", request))]

    assert detectors("444455556666") == []
    assert detectors("777788889999") == ["snapshot-shared-externally"]


# ------------------------------------------------------------------------------------------------ rules of the user's


def packed(zips: dict[str, Path], folder: Path, rules: dict[str, str]) -> dict[str, Path]:
    """The functions' packages with rules beside the program, as `infra/deploy.py` makes them."""
    made = {}
    for name, path in zips.items():
        package = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
            for rule, text in rules.items():
                archive.writestr(f"rules/{rule}", text)
        made[name] = folder / f"{name}.zip"
        made[name].write_bytes(package.getvalue())
    return made


def test_a_rule_of_the_users_runs_in_the_function_of_its_chapter(emulator_of_its_own, zips, binary, tmp_path):
    with_rules = packed(zips, tmp_path, {"doorbell.yml": RULE})
    deployed: Deployed = set_up(emulator_of_its_own, with_rules, binary)
    found = {incident["detector"]: incident for incident in deployed.send(stopped("doorbell-trail"))}
    assert found.keys() == {"doorbell", "trail-stopped"}
    assert found["doorbell"]["id"] in deployed.logs("trail-guard")


@pytest.mark.parametrize(
    "text, reason",
    {
        "title: [": "rules/broken.yml:",
        RULE.replace("contains", "resembles"): "rules/broken.yml:10: ",
        RULE.replace("target:", "respond: [reboot]\n    target:"): "there is no action `reboot`",
    }.items(),
    ids=["yaml", "modifier", "action"],
)
def test_a_broken_rule_is_refused_at_start_with_its_place(functions, tmp_path, text, reason):
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/broken.yml").write_text(text)
    variables = {"RIPOSTE_ACCOUNT_ID": functions.deployed.emulator.account, "LAMBDA_TASK_ROOT": str(tmp_path)}
    run = functions.run_payload("data-guard", "{}", variables=variables)
    assert run.outcome.answer is None and run.outcome.exit_code not in (None, 0), run.outcome
    assert "cannot start" in run.output and reason in run.output
