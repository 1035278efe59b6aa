"""A function's own credentials, so that a process that a test starts may do what the function may do, and no more."""

from __future__ import annotations

import json
from dataclasses import dataclass

import boto3
from emulator import Emulator


@dataclass(frozen=True)
class Credentials:
    """Temporary credentials of a role."""

    key: str
    secret: str
    token: str
    region: str

    def session(self) -> boto3.Session:
        """A session that calls as the role."""
        return boto3.Session(self.key, self.secret, self.token, region_name=self.region)

    def environment(self) -> dict[str, str]:
        """As Lambda hands them to the function."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }


def credentials(emulator: Emulator, role_arn: str) -> Credentials:
    """Assumes the role. It trusts Lambda alone, so it is made to trust this account too; its permissions stay."""
    iam, name = emulator.client("iam"), role_arn.rsplit("/", 1)[1]
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trusted = [{"Service": "lambda.amazonaws.com"}, {"AWS": f"arn:aws:iam::{emulator.account}:root"}]
    policy = {"Version": "2012-10-17", "Statement": [statement | {"Principal": principal} for principal in trusted]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))
    given = emulator.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="test")["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], emulator.region)
