#!/usr/bin/env bash
# prowler 5.46.0: `time` and `finding_info.created_time` of its OCSF findings are seconds. OCSF's timestamp_t is
# milliseconds since 1970, so whoever reads the field as the schema says puts each finding into January 1970, beside a
# `time_dt` that is right: a window over `time` finds none of them.
# Seen: time_dt 2026-11-20T10:30:00Z, time 1795170600, which OCSF reads as 1970-01-21T18:39:30.600Z.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check py-ocsf-models==0.10.0 pydantic==2.12.5 \
  uuid6==2024.7.10 colorama==0.4.6 jsonschema==4.23.0 ocsf-json-schema==1.2.0 \
  packaging==26.4 pyyaml==6.0.4 requests==2.34.2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps prowler==5.46.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import importlib.metadata
import json
from datetime import datetime, timezone

from ocsf_json_schema import get_ocsf_schema
from prowler.lib.outputs.finding import Finding
from prowler.lib.outputs.ocsf.ocsf import OCSF

check = "cloudtrail_log_file_validation_enabled"
files = importlib.metadata.distribution("prowler").files
(metadata,) = (file for file in files if file.name == f"{check}.metadata.json")
found = Finding(
    auth_method="profile", timestamp=datetime(2026, 11, 20, 10, 30, tzinfo=timezone.utc), account_uid="123456789012",
    account_name="shop", account_organization_uid="o-a1b2c3d4e5", account_organization_name="shop",
    account_ou_uid="ou-a1b2-c3d4e5f6", account_ou_name="web",
    metadata=json.loads(metadata.locate().read_text()), uid="1", status="FAIL", status_extended="Not enabled.",
    resource_uid="arn:aws:cloudtrail:us-east-1:123456789012:trail/main", resource_name="main", resource_details="",
    partition="aws", region="us-east-1",
)  # fmt: skip
(event,) = OCSF(findings=[found]).data
print(get_ocsf_schema(version="1.5.0")["types"]["timestamp_t"]["description"].split("<br>")[0])
read = datetime.fromtimestamp(event.time / 1000, timezone.utc)
print("time_dt", event.time_dt, "time", event.time, "read as OCSF says", read)
assert event.time == event.finding_info.created_time == event.time_dt.timestamp()
assert read.year == 1970
PYTHON
