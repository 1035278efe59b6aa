#!/usr/bin/env bash
# trailscraper 0.10.0: the policy that it generates from CloudTrail can name actions that IAM does not know. A digit at the
# end of an event's name is cut off, though it belongs to the action, and PutBucketReplication becomes an action that was
# never there. A role that was generated from what it does can then no longer do that.
# Seen: securityhub:EnableSecurityHubV, rds:RestoreDBInstanceFromS, s3:DeleteReplicationConfiguration; by policy_sentry
# 0.14.2's list the actions are EnableSecurityHubV2, RestoreDBInstanceFromS3, PutReplicationConfiguration.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check trailscraper==0.10.0 policy_sentry==0.14.2
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from policy_sentry.querying.actions import get_actions_for_service
from trailscraper.cloudtrail import parse_records
from trailscraper.policy_generator import generate_policy

calls = [
    ("securityhub", "EnableSecurityHubV2", "EnableSecurityHubV2"),
    ("rds", "RestoreDBInstanceFromS3", "RestoreDBInstanceFromS3"),
    ("s3", "PutBucketReplication", "PutReplicationConfiguration"),
]
for service, event, right in calls:
    record = {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": event,
        "eventTime": "2026-11-20T10:30:00Z",
        "userIdentity": {"type": "IAMUser"},
    }
    (statement,) = generate_policy(parse_records([record])).Statement
    (action,) = (part.json_repr() for part in statement.Action)
    known = get_actions_for_service(service)
    print(event, "->", action, "known" if action in known else "unknown")
    assert action not in known and f"{service}:{right}" in known
PYTHON
