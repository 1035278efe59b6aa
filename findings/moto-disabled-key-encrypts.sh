#!/usr/bin/env bash
# moto 5.2.5: a disabled KMS key still encrypts (AWS: DisabledException), and after CancelKeyDeletion the key reads
# Disabled, as on AWS, where EnableKey must follow before it can be used again. So that a key was restored is proven by
# its KeyState and never by trying it.
# Seen: encrypts while Disabled; state after the cancelled deletion Disabled.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[kms]==5.2.5' boto3==1.43.106
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
import boto3
from moto import mock_aws

with mock_aws():
    kms = boto3.client("kms", "us-east-1")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    encrypted = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    kms.schedule_key_deletion(KeyId=key)
    kms.cancel_key_deletion(KeyId=key)
    state = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    print("encrypts while Disabled:", bool(encrypted), "state after the cancelled deletion:", state)
    assert encrypted and state == "Disabled"
PYTHON
