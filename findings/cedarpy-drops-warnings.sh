#!/usr/bin/env bash
# cedarpy 4.12.2: the result of validate_policies has errors only. What Cedar's validator says as a warning, such as that a
# policy can never apply, is left out, so a permission that nobody will ever get passes as faultless. Cedar's own build for
# JavaScript of the same engine (cedar-wasm 4.12.0) names it.
# Seen: cedarpy passed, errors []; cedar-wasm errors 0, "policy is impossible".
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cedarpy==4.12.2
(cd "$folder" && npm install --silent --no-audit --no-fund @cedar-policy/cedar-wasm@4.12.0)
cat >"$folder/schema.json" <<'JSON'
{"": {"entityTypes": {"Responder": {}, "Host": {}},
      "actions": {"isolate": {"appliesTo": {"principalTypes": ["Responder"], "resourceTypes": ["Host"]}}}}}
JSON
echo 'permit(principal, action == Action::"isolate", resource) when { principal is Host };' >"$folder/policy.cedar"
"$folder/venv/bin/python" -W ignore - "$folder" <<'PYTHON'
import pathlib
import sys

import cedarpy

folder = pathlib.Path(sys.argv[1])
result = cedarpy.validate_policies(*((folder / name).read_text() for name in ("policy.cedar", "schema.json")))
fields = sorted(name for name in dir(result) if "warn" in name.lower())
print("cedarpy:", "passed" if result.validation_passed else "failed", "errors", result.errors, "fields of warnings", fields)
assert result.validation_passed and not result.errors and not fields
PYTHON
cat >"$folder/seen.cjs" <<'JAVASCRIPT'
const { readFileSync } = require("node:fs");
const assert = require("node:assert");
const cedar = require("@cedar-policy/cedar-wasm/nodejs");
const answer = cedar.validate({
  schema: JSON.parse(readFileSync(`${__dirname}/schema.json`, "utf8")),
  policies: { staticPolicies: readFileSync(`${__dirname}/policy.cedar`, "utf8") },
  validationSettings: { mode: "strict" },
});
const warnings = answer.validationWarnings.map(({ error }) => error.message);
console.log("cedar-wasm: errors", answer.validationErrors.length, "warnings", warnings);
assert.equal(answer.validationErrors.length, 0);
assert.match(warnings.join(), /policy is impossible/);
JAVASCRIPT
node "$folder/seen.cjs"
