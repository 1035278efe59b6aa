#!/usr/bin/env bash
# moto 5.2.5: to its EventBridge rules true is the number 1 and false the number 0, both as a value and for `numeric`. In
# EventBridge, as in JSON, they are different, and ministack 1.5.33 keeps them apart. A rule on a count fires on a flag of
# the same name, and the test of a rule that was meant to leave flags alone passes on AWS only.
# Seen: for the event {"failed": true}, ministack False False, moto ['is-one', 'above-zero'].
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
patterns = {
    "is-one": json.dumps({"detail": {"failed": [1]}}),
    "above-zero": json.dumps({"detail": {"failed": [{"numeric": [">", 0]}]}}),
}
event = {"id": "1", "source": "shop", "account": "123456789012", "time": "2026-11-20T10:30:00Z", "region": "us-east-1"}
event |= {"resources": [], "detail-type": "login", "detail": {"failed": True}}
ask = boto3.client("events", endpoint_url=url).test_event_pattern
peer = [ask(EventPattern=pattern, Event=json.dumps(event))["Result"] for pattern in patterns.values()]
print("ministack:", *peer)
assert peer == [False, False]
with mock_aws():
    events, sqs = boto3.client("events"), boto3.client("sqs")
    queues = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in patterns}
    for name, pattern in patterns.items():
        events.put_rule(Name=name, EventPattern=pattern)
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{name}"}])
    events.put_events(Entries=[{"Source": "shop", "DetailType": "login", "Detail": json.dumps(event["detail"])}])
    sent = [name for name, queue in queues.items() if sqs.receive_message(QueueUrl=queue).get("Messages")]
    print("moto:", sent)
    assert sent == ["is-one", "above-zero"]
PYTHON
