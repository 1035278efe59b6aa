"""The operator's command: its exit codes, its JSON, and what it refuses."""

from __future__ import annotations

import json
import subprocess

import attacks
import pytest
from command import Command
from emulator import Emulator

SUMMARY = {
    "schema_version": int,
    "outcome": str,
    "summary": str,
    "title": str,
    "why": str,
    "confidence": str,
    "technique": list,
    "event_name": str,
    "event_time": str,
    "source_ip": str,
    "user_agent": str,
    "access_key": str,
    "function": str,
    "action": str,
    "resource": str,
    "changes": list,
    "approve_until": type(None),
    "contained_until": type(None),
    "mark": type(None),
    "can_be_undone": bool,
    "links": dict,
    "id": str,
    "opened_at": str,
    "mode": str,
    "detector": str,
    "severity": str,
    "account": str,
    "region": str,
    "event_id": str,
    "principal": str,
    "target": str,
    "guardrails": list,
    "notified": bool,
}
WHOLE = {
    "id", "function", "mode", "opened_ms", "finding", "plan", "verdict", "changed", "made", "verification", "notified",
    "timeline", "after", "changes", "outcome", "opened_at", "schema_version",
}


@pytest.fixture(scope="module")
def incident(live) -> dict:
    """An incident, answered."""
    (found,) = live.send(attacks.open_group(live).record)
    return found


@pytest.mark.parametrize(
    "arguments",
    [[], ["undo"], ["show"], ["mode", "maybe"], ["incidents", "--limit", "0"], ["wait"], ["init", "again"]],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)
def test_wrong_usage_exits_2(live, arguments):
    done = live.command.run(*arguments)
    assert done.returncode == 2 and "help" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("verb", [["show"], ["undo", "--yes"]], ids=lambda verb: verb[0])
def test_an_unknown_incident_exits_1(live, verb):
    done = live.command.run(*verb, "inc-0123456789abcdef")
    assert done.returncode == 1 and done.stderr == "riposte: there is no incident `inc-0123456789abcdef`\n"


def test_incidents_are_one_json_object_a_line(live, incident):
    (first, *_) = live.command.must("incidents", "--json").splitlines()
    summary = json.loads(first)
    assert {name: type(value) for name, value in summary.items()} == SUMMARY
    assert summary == incident
    head, first, *_ = live.command.must("incidents").splitlines()
    assert head.startswith("INCIDENT") and incident["id"] in first
    assert len(live.command.must("incidents", "--limit", "1").splitlines()) == 2


def test_incidents_are_found_by_what_they_are(live, incident):
    def found(*filters: str) -> set[str]:
        listed = live.command.must("incidents", "--json", *filters)
        return {json.loads(line)["id"] for line in listed.splitlines()}

    ours = incident["id"]
    for filters in (
        ["--outcome", "contained"], ["--state", "verified"], ["--outcome", "denied,contained"], ["--severity", incident["severity"]], ["--since", "1h"],
        ["--detector", "open-*"], ["--principal", "*"], ["--account", incident["account"]],
        ["--in-region", incident["region"]], ["--target", "*" + incident["target"].rsplit("/", 1)[-1]],
    ):
        assert ours in found(*filters), filters
    for filters in (
        ["--outcome", "undone"], ["--outcome", "denied"], ["--state", "asked"], ["--detector", "trail-*"], ["--account", "000000000000"],
        ["--until", "2020-01-01"], ["--target", "nothing"],
    ):
        assert ours not in found(*filters), filters
    assert ours not in found("--after", ours)
    head, *rows = live.command.must("incidents", "--format", "csv").splitlines()
    assert head.startswith('"id","opened_at","outcome"') and any(ours in row for row in rows)


def test_an_incident_is_one_json_object(live, incident):
    whole = live.command.show(incident["id"])
    assert whole.keys() == WHOLE and whole["id"] == incident["id"]
    shown = live.command.must("show", incident["id"])
    for word in ("CONTAINED", "timeline", "changed (before -, after +)", "unchanged", "undo is", "RevokeSecurityGroupIngress", "live-mode"):
        assert word in shown, word


def test_a_reader_that_leaves_early_is_no_failure(live, incident):
    text = f"{live.command.binary} incidents | head -c 1"
    shell = ["bash", "-c", f"set -o pipefail; {text}"]
    done = subprocess.run(shell, env=live.command.environment(), capture_output=True, text=True)
    assert incident and done.returncode == 0 and done.stderr == ""


def test_the_attackers_words_are_shown_escaped(live):
    attack = attacks.open_group(live)
    record = attack.record | {"userAgent": "curl\u001b[2J\nOutcome    CONTAINED"}
    record["userIdentity"] = record["userIdentity"] | {"arn": "arn:aws:iam::123456789012:user/\u202eevil\u001b[31m"}
    (found,) = live.send(record)
    (notice,) = live.inbox.of(found["id"])
    for text in (live.command.must("show", found["id"]), live.command.must("incidents"), notice.body):
        assert "\u001b" not in text and "\u202e" not in text and "\\u{1b}" in text
    assert notice.field("Outcome").startswith("CONTAINED: read again")


def test_mode_is_shown_and_set(live):
    def value() -> str:
        return live.emulator.client("ssm").get_parameter(Name="/riposte/mode")["Parameter"]["Value"]

    assert live.command.must("mode").splitlines()[0] == "live"
    assert "mode is shadow" in live.command.must("mode", "shadow") and value() == "shadow"
    refused = live.command.run("mode", "live")
    assert refused.returncode == 1 and "say --yes" in refused.stderr and value() == "shadow"
    assert "becomes `live detectors=open-all-ports`" in refused.stdout or live.emulator.region in refused.stdout
    live.command.must("mode", "live", "--only", "open-all-ports", "--yes")
    live.command.must("mode", "live", "--also", "open-admin-port", "--min-severity", "high", "--yes")
    assert value() == "live detectors=open-all-ports,open-admin-port severity=high"
    assert "everything else is in shadow mode" in live.command.must("mode")
    wrong = live.command.run("mode", "live", "--only", "open-admin-prot", "--yes")
    assert wrong.returncode == 2 and "did you mean `open-admin-port`" in wrong.stderr
    live.command.must("mode", "live", "--yes")
    assert value() == "live"


def test_init_keeps_the_key_that_is_there(live):
    ssm = live.emulator.client("ssm")
    read = {"Name": "/riposte/secrets/ledger-key", "WithDecryption": True}
    before = ssm.get_parameter(**read)["Parameter"]
    assert before["Type"] == "SecureString"
    said = live.command.must("init")
    assert "kept: it exists" in said and before["Value"] not in said
    assert ssm.get_parameter(**read)["Parameter"]["Value"] == before["Value"]


def test_a_recipe_that_was_changed_in_the_ledger_is_not_carried_out(live):
    attack = attacks.open_group(live)
    (found,) = live.send(attack.record)
    contained, (item,) = attack.read(), live.ledger(f"incident#{found['id']}")
    forged = item["plan"].replace(attack.target, live.account.group_id)
    assert forged != item["plan"]
    table, key = live.stack["LedgerTable"], {"pk": {"S": item["pk"]}}
    update = {"UpdateExpression": "SET #p = :p", "ExpressionAttributeNames": {"#p": "plan"}}
    dynamodb = live.emulator.client("dynamodb")
    try:
        dynamodb.update_item(TableName=table, Key=key, ExpressionAttributeValues={":p": {"S": forged}}, **update)
        refused = live.command.run("undo", found["id"], "--yes")
        assert refused.returncode == 1 and "signature" in refused.stderr and attack.read() == contained
        # The others are listed, and the one that cannot be read is named.
        listed = live.command.run("incidents")
        assert listed.returncode == 1 and found["id"] in listed.stderr and listed.stdout.count("\n") > 1
    finally:
        dynamodb.update_item(TableName=table, Key=key, ExpressionAttributeValues={":p": {"S": item["plan"]}}, **update)
    live.command.must("undo", found["id"], "--yes")


def test_an_operator_who_may_not_is_told_which_call_was_denied(live):
    environment = live.command.environment() | {
        "AWS_ACCESS_KEY_ID": live.account.developer.key.id,
        "AWS_SECRET_ACCESS_KEY": live.account.developer.key.secret,
    }
    shell = [str(live.command.binary), "mode", "halt"]
    done = subprocess.run(shell, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "ssm:PutParameter: denied" in done.stderr
    assert live.command.must("mode").splitlines()[0] == "live"


def test_an_account_without_riposte_is_named_by_what_is_missing(binary):
    with Emulator() as empty:
        command = Command(binary, empty)
        for arguments in (["incidents"], ["show", "inc-1"], ["undo", "inc-1", "--yes"]):
            done = command.run(*arguments)
            assert done.returncode == 1 and "is not deployed in region" in done.stderr, done.stderr
        for arguments in (["mode"], ["mode", "live", "--yes"], ["status"], ["settings", "list"]):
            assert "is not deployed in region" in command.run(*arguments).stderr, arguments
