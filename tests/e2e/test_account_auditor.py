"""The account audit as a function: by the clock and by changes, kept in the ledger, told once, muted and fixed by hand."""

from __future__ import annotations

import json
import uuid

import events
import pytest
from deployed import Deployed, eventually, set_up

AUDITOR = "account-auditor"


@pytest.fixture(scope="module")
def audited(emulator, zips, binary) -> Deployed:
    return set_up(emulator, zips, binary)


def _tick(deployed: Deployed) -> dict:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": deployed.emulator.account,
        "time": "2026-11-27T12:00:00Z",
        "region": deployed.emulator.region,
        "resources": [],
        "detail": {},
    }


def _changed(deployed: Deployed, source: str, name: str, request: dict) -> dict:
    """The event of a call that was made."""
    record = {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ann", "accountId": "123456789012", "userName": "ann"},
        "eventTime": "2026-11-27T12:00:00Z",
        "eventSource": source,
        "eventName": name,
        "awsRegion": deployed.emulator.region,
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2",
        "requestParameters": request,
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": deployed.emulator.account,
        "eventCategory": "Management",
    }
    return events.envelope(record)


def _states(deployed: Deployed, check: str) -> dict:
    """What the ledger remembers of a check, by resource."""
    states = {}
    for item in deployed.ledger(f"note#audit/{deployed.emulator.account}/{check}"):
        states |= json.loads(item["record"])["states"]
    return states


def test_a_change_is_checked_at_once_and_what_turned_bad_is_asked_about(audited):
    s3 = audited.emulator.client("s3")
    s3.create_bucket(Bucket="turned")
    s3.put_public_access_block(
        Bucket="turned",
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    change = lambda: _changed(audited, "s3.amazonaws.com", "PutBucketVersioning", {"bucketName": "turned"})
    assert audited.invoke(AUDITOR, change()) == {"handled": True}
    check = "s3-bucket-public-access-not-blocked"
    assert _states(audited, check) == {}
    before = {incident["id"] for incident in audited.command.incidents()}
    s3.delete_public_access_block(Bucket="turned")
    assert audited.invoke(AUDITOR, change()) == {"handled": True}
    (state,) = _states(audited, check).values()
    assert state["failing"] is True
    new = [incident for incident in audited.command.incidents() if incident["id"] not in before]
    # The checks of medium severity are recorded, and nobody is alerted.
    assert [incident["detector"] for incident in new] == [check]
    (incident,) = new
    assert incident["outcome"] == "needs-approval", audited.command.show(incident["id"])["timeline"]
    # Nothing was changed: the role reads.
    with pytest.raises(s3.exceptions.ClientError):
        s3.get_public_access_block(Bucket="turned")
    # The same again tells nobody.
    assert audited.invoke(AUDITOR, change()) == {"handled": True}
    assert len(audited.command.incidents()) == len(before) + 1


def test_what_a_resource_was_and_who_changed_it_is_kept(audited):
    """The block that was taken away: who did it, and how the bucket differs from when it was good."""
    done = audited.command.run("history", "turned", "--json")
    assert done.returncode == 0, done
    good, bad = [json.loads(line) for line in done.stdout.splitlines()]
    part = "GetPublicAccessBlock.PublicAccessBlockConfiguration"
    assert good["state"][part]["BlockPublicPolicy"] is True and bad["state"][part] is None
    assert bad["by"]["who"] == "arn:aws:iam::123456789012:user/ann" and bad["by"]["address"] == "203.0.113.7"
    assert "s3-bucket-public-access-not-blocked" in bad["failing"]
    shown = audited.command.run("history", "arn:aws:s3:::turned")
    assert "(the last good state)" in shown.stdout and "→ none" in shown.stdout, shown
    nobody = audited.command.run("history", "nobody-knows-it")
    assert nobody.returncode == 1 and "nothing is kept of `nobody-knows-it`" in nobody.stderr
    drift = audited.command.run("audit", "--service", "s3", "--baseline", "--region", audited.emulator.region, "--format", "jsonl")
    findings = [json.loads(line) for line in drift.stdout.splitlines()]
    (other,) = [f for f in findings if f["check"] == "baseline-differs" and f["resource"] == "arn:aws:s3:::turned"]
    assert other["status"] == "FAIL" and "by arn:aws:iam::123456789012:user/ann" in other["why"], other


def test_a_finding_is_fixed_by_hand_and_resolved(audited):
    shown = audited.command.run("fix", "s3-bucket-public-access-not-blocked:turned", "--dry-run")
    assert shown.returncode == 0 and "would call s3:PutPublicAccessBlock" in shown.stdout, shown
    done = audited.command.run("fix", "s3-bucket-public-access-not-blocked:turned", "--yes")
    assert done.returncode == 0 and "undo by: riposte undo" in done.stdout, done
    block = audited.emulator.client("s3").get_public_access_block(Bucket="turned")
    assert block["PublicAccessBlockConfiguration"]["BlockPublicPolicy"] is True
    again = audited.command.run("fix", "s3-bucket-public-access-not-blocked:turned", "--yes")
    assert again.returncode == 0 and "there is nothing to fix" in again.stdout, again
    change = _changed(audited, "s3.amazonaws.com", "PutBucketPublicAccessBlock", {"bucketName": "turned"})
    assert audited.invoke(AUDITOR, change) == {"handled": True}
    (state,) = _states(audited, "s3-bucket-public-access-not-blocked").values()
    assert state["failing"] is False


def test_a_mute_of_the_parameters_counts_and_a_broken_one_is_named(audited):
    audited.set("/riposte/mutes/turned", json.dumps({
        "check": "s3-bucket-not-versioned", "resource": "arn:aws:s3:::turned", "reason": "scratch", "until": "2099-12-31"}))
    audited.set("/riposte/mutes/broken", json.dumps({"check": "*", "resource": "*", "until": "2099-12-31"}))
    try:
        done = audited.command.run("audit", "--service", "s3", "--region", audited.emulator.region, "--format", "jsonl")
    finally:
        audited.unset("/riposte/mutes/turned")
        audited.unset("/riposte/mutes/broken")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    (muted,) = [f for f in findings if f.get("muted")]
    assert muted["check"] == "s3-bucket-not-versioned" and muted["muted"].startswith("scratch")
    assert "/riposte/mutes/broken" in done.stderr and "1 muted" in done.stderr


def test_the_clock_checks_everything_and_the_first_time_alerts_nobody(audited, tmp_path):
    before = len(audited.command.incidents())
    # Every service of every region: longer than a client waits.
    audited.emulator.client("lambda").invoke(
        FunctionName=f"riposte-{AUDITOR}", InvocationType="Event", Payload=json.dumps(_tick(audited))
    )
    ended = f"note#audit/{audited.emulator.account}"
    eventually(lambda: [i for i in audited.ledger(ended) if i["pk"] == ended], "the end of the run", timeout=400)
    assert len(audited.command.incidents()) == before
    assert _states(audited, "s3-bucket-not-versioned")
    # How the account stands is kept for the dashboard, which was given no inventory.
    report = tmp_path / "report.html"
    assert audited.command.run("report", "--html", str(report)).returncode == 0
    text = report.read_text()
    assert "the account audit of 20" in text and "No inventory is there" not in text
    assert "arn:aws:s3:::turned" in text
    assert audited.command.run("audit", "--service", "s3", "--region", audited.emulator.region, "--format", "jsonl",
                               "--compare", "ledger").returncode in (0, 3)
