#!/usr/bin/env bash
# ministack 1.5.33 with AUTH=true names the right after the operation even where IAM knows no such action: SQS's and SNS's
# batch calls (AWS: that of the single call), kms:ReEncrypt (AWS: ReEncryptFrom and ReEncryptTo), DynamoDB's PartiQL.
# A role that is least privilege on AWS is refused there, and one that passes there has actions that AWS does not know.
# Seen: 6 of 6 asked for by a name that policy_sentry 0.14.2's copy of the service authorization reference lacks.
set -euo pipefail
folder="$(mktemp -d)"
trap 'kill "$emulator" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ministack==1.5.33 boto3==1.43.106 policy_sentry==0.14.2
port="$("$folder/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
(cd "$folder" && exec env AUTH=true BIND_HOST=127.0.0.1 GATEWAY_PORT="$port" IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 \
  venv/bin/python -m ministack >"$folder/log" 2>&1) &
emulator=$!
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - "http://127.0.0.1:$port" <<'PYTHON'
import re
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError
from policy_sentry.querying.actions import get_actions_for_service

url = sys.argv[1]
for _ in range(600):
    try:
        urllib.request.urlopen(f"{url}/_ministack/ready", timeout=2)
        break
    except OSError:
        time.sleep(0.1)
iam = boto3.client("iam", endpoint_url=url)
iam.create_user(UserName="worker")
key = iam.create_access_key(UserName="worker")["AccessKey"]
worker = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
queue = boto3.client("sqs", endpoint_url=url).create_queue(QueueName="work")["QueueUrl"]
topic = boto3.client("sns", endpoint_url=url).create_topic(Name="word")["TopicArn"]
one = {"Id": "1", "ReceiptHandle": "x"}
calls = [
    ("sqs", "send_message_batch", {"QueueUrl": queue, "Entries": [{"Id": "1", "MessageBody": "x"}]}),
    ("sqs", "delete_message_batch", {"QueueUrl": queue, "Entries": [one]}),
    ("sqs", "change_message_visibility_batch", {"QueueUrl": queue, "Entries": [{**one, "VisibilityTimeout": 0}]}),
    ("sns", "publish_batch", {"TopicArn": topic, "PublishBatchRequestEntries": [{"Id": "1", "Message": "x"}]}),
    ("kms", "re_encrypt", {"CiphertextBlob": b"x", "DestinationKeyId": "alias/new"}),
    ("dynamodb", "execute_statement", {"Statement": "SELECT * FROM work"}),
]
for service, call, arguments in calls:
    try:
        getattr(worker.client(service, endpoint_url=url), call)(**arguments)
        raise SystemExit(f"{service} {call} is allowed")
    except ClientError as error:
        (action,) = re.findall(r"not authorized to perform: (\S+)", str(error))
    known = action in get_actions_for_service(service)
    print(action, "an action of IAM" if known else "no action of IAM")
    assert not known
PYTHON
