#!/usr/bin/env bash
# botocore 1.43.106: S3 Control puts the account's number before the host name of whatever endpoint it is given, also
# before an IP address. An emulator at http://127.0.0.1:4566 is then asked for at 123456789012.127.0.0.1, which is no
# name that resolves: the calls on an account's public access block never reach it.
# Seen: http://123456789012.127.0.0.1:4566/v20180820/configuration/publicAccessBlock
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.43.106
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import botocore.session
from botocore.exceptions import EndpointConnectionError
from botocore.config import Config

session = botocore.session.get_session()
client = session.create_client(
    "s3control", "us-east-1", endpoint_url="http://127.0.0.1:4566", config=Config(retries={"max_attempts": 0})
)
seen = []
client.meta.events.register("before-send.s3-control.*", lambda request, **_: seen.append(request.url))
try:
    client.get_public_access_block(AccountId="123456789012")
except EndpointConnectionError:
    pass
print(*seen)
assert seen == ["http://123456789012.127.0.0.1:4566/v20180820/configuration/publicAccessBlock"]
PYTHON
