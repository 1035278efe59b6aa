#!/usr/bin/env bash
# prowler 5.46.0: the Type of a resource in its findings for Security Hub comes from the metadata of the check, and 18 of
# those are none of ASFF's by botocore 1.43.106 (AWS: a type of the list, else Other). Some differ by case only, and
# Security Hub's filters mind case: one for AwsAmazonMqBroker does not see prowler's AwsAmazonMQBroker.
# Seen: 18 types of 28 checks unknown, by case only AwsAmazonMQBroker and AwsAppSyncGraphQLApi.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.43.106
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps prowler==5.46.0
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import importlib.metadata
import json

import botocore.session

model = botocore.session.get_session().get_service_model("securityhub")
known = set(model.shape_for("ResourceDetails").members) | {"Other"}
types = []
for file in importlib.metadata.distribution("prowler").files:
    if file.match("prowler/providers/aws/services/*/*/*.metadata.json"):
        types.append(json.loads(file.locate().read_text())["ResourceType"])
unknown = [name for name in types if name not in known]
by_case = sorted({name for name in unknown if name.lower() in {other.lower() for other in known}})
print(len(set(unknown)), "types of", len(unknown), "checks unknown, by case only", *by_case)
assert len(set(unknown)) == 18 and len(unknown) == 28
assert by_case == ["AwsAmazonMQBroker", "AwsAppSyncGraphQLApi"]
PYTHON
