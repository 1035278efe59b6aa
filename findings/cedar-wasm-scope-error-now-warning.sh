#!/usr/bin/env bash
# @cedar-policy/cedar-wasm 4.12.0 and 4.13.0: a policy for a kind of principal that the schema allows no action is an error
# of validation in the former and only a warning in the latter, a minor version on. A pipeline that counts errors stops
# refusing, with the upgrade, the policy that was written for the wrong type.
# Seen: 4.12.0 errors 1, 4.13.0 errors 0; "unable to find an applicable action" in both.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cat >"$folder/seen.cjs" <<'JAVASCRIPT'
const cedar = require(`${process.argv[2]}/node_modules/@cedar-policy/cedar-wasm/nodejs`);
const schema = {
  "": {
    entityTypes: { Responder: {}, Host: {} },
    actions: { isolate: { appliesTo: { principalTypes: ["Responder"], resourceTypes: ["Host"] } } },
  },
};
const { validationErrors, validationWarnings } = cedar.validate({
  schema,
  policies: { staticPolicies: 'permit(principal is Host, action, resource);' },
  validationSettings: { mode: "strict" },
});
const scope = (list) => list.filter(({ error }) => /unable to find an applicable action/.test(error.message)).length;
console.log(`errors ${scope(validationErrors)} warnings ${scope(validationWarnings)}`);
JAVASCRIPT
for version in 4.12.0 4.13.0; do
  mkdir "$folder/$version"
  (cd "$folder/$version" && npm install --silent --no-audit --no-fund "@cedar-policy/cedar-wasm@$version")
  node "$folder/seen.cjs" "$folder/$version" >"$folder/$version.txt"
  echo "$version: $(cat "$folder/$version.txt")"
done
test "$(cat "$folder/4.12.0.txt")" = "errors 1 warnings 0"
test "$(cat "$folder/4.13.0.txt")" = "errors 0 warnings 1"
