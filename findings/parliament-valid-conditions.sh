#!/usr/bin/env bash
# parliament 1.6.4: conditions that IAM's documentation has are reported as faults. An IPv6 range with a letter in it is no
# Ip (the comment beside the check gives one as its example), a date with a fraction of a second is no Date, and the global
# keys aws:ViaAWSService and aws:SourceOrgID are unknown. A gate on its findings turns down valid policies that contain an
# incident, such as one that revokes sessions older than a moment.
# Seen: 2 x MISMATCHED_TYPE, 2 x UNKNOWN_CONDITION_FOR_ACTION; the IPv4 range and the date in whole seconds pass.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check parliament==1.6.4 setuptools==75.0.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import json

from parliament import analyze_policy_string

conditions = [
    ("IpAddress", "aws:SourceIp", "2001:db8::/32", ["MISMATCHED_TYPE"]),
    ("DateLessThan", "aws:TokenIssueTime", "2026-11-20T10:30:00.000Z", ["MISMATCHED_TYPE"]),
    ("Bool", "aws:ViaAWSService", "false", ["UNKNOWN_CONDITION_FOR_ACTION"]),
    ("StringEquals", "aws:SourceOrgID", "o-a1b2c3d4e5", ["UNKNOWN_CONDITION_FOR_ACTION"]),
    ("IpAddress", "aws:SourceIp", "203.0.113.0/24", []),
    ("DateLessThan", "aws:TokenIssueTime", "2026-11-20T10:30:00Z", []),
]
for operator, key, value, expected in conditions:
    statement = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::web/*"}
    statement["Condition"] = {operator: {key: value}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    seen = [finding.issue for finding in analyze_policy_string(policy).findings]
    print(operator, key, value, seen)
    assert seen == expected
PYTHON
