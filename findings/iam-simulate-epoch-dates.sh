#!/usr/bin/env bash
# @cloud-copilot/iam-simulate 0.1.173 says that it supports all condition operators, but a date in epoch seconds, which IAM
# takes as well as ISO 8601, matches nothing in it. A statement that revokes the sessions older than such a moment has no
# effect in the simulation, so that a containment which holds on AWS is judged to have failed.
# Seen: for the same moment in ISO 8601 ExplicitlyDenied, in epoch seconds Allowed.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && npm install --silent --no-audit --no-fund @cloud-copilot/iam-simulate@0.1.173)
cat >"$folder/seen.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { runSimulation } from "@cloud-copilot/iam-simulate";
async function result(moment) {
  const Condition = { DateLessThan: { "aws:TokenIssueTime": moment } };
  const Statement = [
    { Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" },
    { Effect: "Deny", Action: ["s3:GetObject"], Resource: "*", Condition },
  ];
  const { overallResult } = await runSimulation({
    identityPolicies: [{ name: "revoke", policy: { Version: "2012-10-17", Statement } }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    request: {
      action: "s3:GetObject",
      principal: "arn:aws:iam::123456789012:role/web",
      resource: { accountId: "123456789012", resource: "arn:aws:s3:::web/index" },
      contextVariables: { "aws:TokenIssueTime": "2026-11-20T10:00:00Z" },
    },
  }, {});
  console.log(moment, overallResult);
  return overallResult;
}
assert.equal(await result("2026-11-20T10:30:00Z"), "ExplicitlyDenied");
assert.equal(await result("1795170600"), "Allowed");
JAVASCRIPT
node "$folder/seen.mjs"
