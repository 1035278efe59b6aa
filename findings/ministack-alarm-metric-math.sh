#!/usr/bin/env bash
# ministack 1.5.33: an alarm over metric math, the property `Metrics` of PutMetricAlarm and of AWS::CloudWatch::Alarm, is
# accepted by the API call and refused in a CloudFormation stack, which wants `MetricName`. A template whose alarms compare
# two metrics has to be cut before it is deployed there.
# Seen: by the API accepted; the stack ends in ROLLBACK_COMPLETE, "metric math" not supported.
set -euo pipefail
folder="$(mktemp -d)"
trap 'kill "$emulator" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ministack==1.5.33 boto3==1.43.106
port="$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
(cd "$folder" && exec env BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 \
  venv/bin/python -m ministack >"$folder/log" 2>&1) &
emulator=$!
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - "http://127.0.0.1:$port" <<'PYTHON'
import json
import sys
import time
import urllib.request

import boto3

url = sys.argv[1]
for _ in range(600):
    try:
        urllib.request.urlopen(f"{url}/_ministack/ready", timeout=2)
        break
    except OSError:
        time.sleep(0.1)
count = {"Namespace": "Shop", "MetricName": "Orders"}
metrics = [
    {"Id": "n", "ReturnData": False, "MetricStat": {"Metric": count, "Period": 60, "Stat": "Sum"}},
    {"Id": "rise", "Expression": "DIFF(n)", "ReturnData": True},
]
rest = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 0}
boto3.client("cloudwatch", endpoint_url=url).put_metric_alarm(AlarmName="by-call", Metrics=metrics, **rest)
print("by the API: accepted")
cloudformation = boto3.client("cloudformation", endpoint_url=url)
template = {"Resources": {"Rise": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": metrics, **rest}}}}
cloudformation.create_stack(StackName="shop", TemplateBody=json.dumps(template))
for _ in range(300):
    (stack,) = cloudformation.describe_stacks(StackName="shop")["Stacks"]
    if not stack["StackStatus"].endswith("IN_PROGRESS"):
        break
    time.sleep(0.1)
reasons = [
    event.get("ResourceStatusReason")
    for event in cloudformation.describe_stack_events(StackName="shop")["StackEvents"]
    if "FAILED" in event["ResourceStatus"]
]
print("in a stack:", stack["StackStatus"], *filter(None, reasons))
assert stack["StackStatus"] == "ROLLBACK_COMPLETE" and "metric math" in " ".join(filter(None, reasons))
PYTHON
