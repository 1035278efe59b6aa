#!/usr/bin/env bash
# moto 5.2.5: an EventBridge pattern that goes into the objects of an array never matches, and `exists: false` on such a
# path always does. EventBridge looks into each element. CloudTrail's data events name their bucket in the array
# `resources`: the rule over it that fires on AWS, as ministack 1.5.33's does, stays silent here.
# Seen: TestEventPattern of ministack True; events that moto sends on: ['no-bucket'] instead of ['bucket'].
set -euo pipefail
folder="$(mktemp -d)"
trap 'kill "$emulator" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  'moto[events,sqs]==5.2.5' ministack==1.5.33 boto3==1.43.106
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
from moto import mock_aws

url = sys.argv[1]
for _ in range(600):
    try:
        urllib.request.urlopen(f"{url}/_ministack/ready", timeout=2)
        break
    except OSError:
        time.sleep(0.1)
bucket = {"detail": {"resources": {"type": ["AWS::S3::Bucket"]}}}
without = {"detail": {"resources": {"type": [{"exists": False}]}}}
detail = json.dumps({"eventName": "GetObject", "resources": [{"type": "AWS::S3::Object"}, {"type": "AWS::S3::Bucket"}]})
event = {"id": "1", "source": "shop", "account": "123456789012", "time": "2026-11-20T10:30:00Z", "region": "us-east-1"}
event |= {"resources": [], "detail-type": "call", "detail": json.loads(detail)}
ask = boto3.client("events", endpoint_url=url).test_event_pattern
peer = [ask(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"] for pattern in (bucket, without)]
print("ministack:", *peer)
assert peer == [True, False]
with mock_aws():
    events, sqs = boto3.client("events"), boto3.client("sqs")
    sent = []
    for name, pattern in (("bucket", bucket), ("no-bucket", without)):
        queue = sqs.create_queue(QueueName=name)["QueueUrl"]
        events.put_rule(Name=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "call", "Detail": detail}])
    for name in ("bucket", "no-bucket"):
        if sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"]).get("Messages"):
            sent.append(name)
    print("moto:", sent)
    assert sent == ["no-bucket"]
PYTHON
