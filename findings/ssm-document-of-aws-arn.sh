#!/usr/bin/env bash
# AWS's own documents for Systems Manager have no account in their ARN, arn:aws:ssm:*::document/AWS-RunShellScript, and
# AWS's managed policies grant them so. parliament 1.6.4 calls that a mismatch of the resource, and iam-simulate 0.1.173
# refuses such a request as of no known type: a role that may run one document of AWS's passes neither as it is written.
# Seen: of 9 statements in the managed policies that moto 5.2.5 holds 9 mismatched; iam-simulate no.resource.types.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto==5.2.5 parliament==1.6.4 setuptools==75.0.0
(cd "$folder" && npm install --silent --no-audit --no-fund @cloud-copilot/iam-simulate@0.1.173)
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import json

from moto.iam.aws_managed_policies import aws_managed_policies_data
from parliament import analyze_policy_string


def listed(part):
    return part if isinstance(part, list) else [part]


def issues(*resources):
    statement = {"Effect": "Allow", "Action": "ssm:SendCommand", "Resource": list(resources)}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return [finding.issue for finding in analyze_policy_string(json.dumps(policy)).findings]


seen = []
for policy in json.loads(aws_managed_policies_data).values():
    for statement in listed(policy["Document"]["Statement"]):
        documents = [name for name in listed(statement.get("Resource", [])) if "::document/AWS" in name]
        if documents and "ssm:SendCommand" in listed(statement.get("Action", [])):
            seen.append(issues(*documents))
print(len(seen), "statements,", seen.count(["RESOURCE_MISMATCH"]), "mismatched")
assert len(seen) == seen.count(["RESOURCE_MISMATCH"]) == 9
assert issues("arn:aws:ssm:*:123456789012:document/AWS-RunShellScript") == []
PYTHON
cat >"$folder/seen.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { runSimulation } from "@cloud-copilot/iam-simulate";
const resource = "arn:aws:ssm:us-east-1::document/AWS-RunShellScript";
const Statement = [{ Effect: "Allow", Action: ["ssm:SendCommand"], Resource: [resource] }];
const principal = "arn:aws:iam::123456789012:role/patcher";
const answer = await runSimulation({
  identityPolicies: [{ name: "patch", policy: { Version: "2012-10-17", Statement } }],
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  request: { action: "ssm:SendCommand", principal, resource: { accountId: "123456789012", resource }, contextVariables: {} },
}, {});
console.log("iam-simulate:", answer.resultType, answer.errors);
assert.equal(answer.errors.message, "no.resource.types");
JAVASCRIPT
node "$folder/seen.mjs"
