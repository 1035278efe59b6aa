"""Where the stack goes: the account and the region of the credentials, and the bucket of the zip files."""

from __future__ import annotations

import os
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ProfileNotFound

from . import DeployError


@dataclass(frozen=True)
class Place:
    """An account and a region, with the session that reaches them."""

    session: boto3.Session
    account: str
    caller: str
    region: str

    def client(self, service: str):
        return self.session.client(service)


def find(region: str | None) -> Place:
    """The place of the current credentials. `region` wins over the environment's, and that over the profile's."""
    # boto3 reads AWS_DEFAULT_REGION alone; the other SDKs, and AWS's own command, AWS_REGION.
    region = region or os.environ.get("AWS_REGION") or None
    try:
        session = boto3.Session(region_name=region)
    except ProfileNotFound as error:
        raise DeployError(f"{error}: name one that exists in AWS_PROFILE") from error
    if not session.region_name:
        raise DeployError("no region: set REGION=…, AWS_REGION, or a region in the profile")
    known = {name for part in session.get_available_partitions() for name in _regions(session, part)}
    if session.region_name not in known:
        raise DeployError(f"`{session.region_name}` is no region of AWS's")
    try:
        who = session.client("sts").get_caller_identity()
    except ValueError as error:
        # An endpoint of the environment that is no address.
        raise DeployError(f"AWS_ENDPOINT_URL: {error}") from error
    except NoCredentialsError as error:
        raise DeployError("no credentials: sign in, or set AWS_PROFILE") from error
    except (BotoCoreError, ClientError) as error:
        raise DeployError(f"who you are cannot be asked in {session.region_name}: {error}") from error
    return Place(session, who["Account"], who["Arn"], session.region_name)


def _regions(session: boto3.Session, partition: str) -> list[str]:
    return session.get_available_regions("cloudformation", partition_name=partition)


def check_bucket(place: Place, bucket: str) -> None:
    """Refuses a bucket that is not there, is somebody else's, or stands in another region: Lambda reads from its own."""
    try:
        answer = place.client("s3").head_bucket(Bucket=bucket, ExpectedBucketOwner=place.account)
    except ClientError as error:
        there = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region")
        match error.response["Error"]["Code"]:
            case "404" | "NoSuchBucket":
                make = f"aws s3 mb s3://{bucket} --region {place.region}"
                raise DeployError(f"there is no bucket `{bucket}`: make one by `{make}`") from error
            case _ if there and there != place.region:
                raise DeployError(_elsewhere(bucket, there, place.region)) from error
            case "403":
                raise DeployError(f"the bucket `{bucket}` is another account's, or you may not read it") from error
        raise DeployError(f"the bucket `{bucket}` cannot be read: {error}") from error
    except BotoCoreError as error:
        raise DeployError(f"`{bucket}` is no bucket: {error}") from error
    there = answer.get("BucketRegion") or place.region
    if there != place.region:
        raise DeployError(_elsewhere(bucket, there, place.region))


def _elsewhere(bucket: str, there: str, region: str) -> str:
    return f"the bucket `{bucket}` is in {there}, and you deploy to {region}: name a bucket of {region}, or REGION={there}"
