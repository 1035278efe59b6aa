#!/usr/bin/env bash
# aws-lambda-powertools 3.37.0: the parser's model of a log event from a CloudWatch Logs subscription has no extractedFields,
# and leaves out what it does not know. CloudWatch Logs puts there what a filter with a pattern of fields cut out of the
# line; the same package's data class reads it. A function that moves from the one to the other loses the fields quietly.
# Seen: data class {'ip': '203.0.113.7', 'status': '403'}, parser {}.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'aws-lambda-powertools[parser]==3.37.0'
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import base64
import gzip
import json

from aws_lambda_powertools.utilities.data_classes import CloudWatchLogsEvent
from aws_lambda_powertools.utilities.parser.models import CloudWatchLogsModel

line = {
    "id": "1",
    "timestamp": 1795170600000,
    "message": "203.0.113.7 403",
    "extractedFields": {"ip": "203.0.113.7", "status": "403"},
}
batch = {
    "messageType": "DATA_MESSAGE",
    "owner": "123456789012",
    "logGroup": "web",
    "logStream": "one",
    "subscriptionFilters": ["refused"],
    "logEvents": [line],
}
event = {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}
(classic,) = CloudWatchLogsEvent(event).parse_logs_data().log_events
(parsed,) = CloudWatchLogsModel.model_validate(event).awslogs.decoded_data.logEvents
left = parsed.model_dump().get("extractedFields", {})
print("data class", classic.extracted_fields, "parser", left)
assert classic.extracted_fields == line["extractedFields"] and left == {}
PYTHON
