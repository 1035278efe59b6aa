"""Makes any API call for real, as some user, and returns the CloudTrail record that AWS would write of it.

The record is built from what botocore knows of the call: members begin with a lower-case letter, keys of maps stay as
they are, secrets and bytes are left out, an answer without members is null. Where a service's records differ from
that (EC2's `items`, S3's elements, Lambda's names with dates), the caller says what is shown.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timezone

from account import User
from emulator import Emulator

import events

# Lambda's calls carry the date of their version in CloudTrail, and some a second one.
_DATED = {
    "AddPermission": "AddPermission20150331v2",
    "RemovePermission": "RemovePermission20150331v2",
    "UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
    "CreateFunction": "CreateFunction20150331",
    "AddLayerVersionPermission": "AddLayerVersionPermission20181031",
    "PutFunctionConcurrency": "PutFunctionConcurrency20171031",
}
# Botocore's names of S3's calls, where CloudTrail has others.
_S3 = {
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
}
_SECRETS = {"password", "secretstring", "secretbinary", "zipfile", "masteruserpassword", "secretaccesskey"}
# The names of services in records, where botocore's client is called otherwise.
SOURCES = {
    "efs": "elasticfilesystem",
    "cognito-identity": "cognito-identity",
    "cognito-idp": "cognito-idp",
    "stepfunctions": "states",
}


def call(emulator: Emulator, actor: User, service: str, operation: str, shown: dict | None = None, **parameters):
    """Calls `operation` (botocore's name, such as `PutUserPolicy`) and returns the answer and its record.

    `shown` stands for `requestParameters` where the general rule is not that service's.
    """
    client = actor.client(emulator, service)
    model = client.meta.service_model.operation_model(operation)
    method = getattr(client, _method(client, operation))
    answer = method(**parameters)
    request = shown if shown is not None else shaped(model.input_shape, parameters)
    response = shaped(model.output_shape, answer) if model.output_shape else None
    name = {"lambda": _DATED, "s3": _S3}.get(service, {}).get(operation, operation)
    answer.setdefault("ResponseMetadata", {}).setdefault("RequestId", str(uuid.uuid4()))
    source = SOURCES.get(service, service)
    told = events.record(emulator, actor, source, name, request, answer, response or None)
    return answer, told


def record(
    emulator: Emulator, actor: User, service: str, name: str, request: dict | None, response: dict | None, **more
) -> dict:
    """The record of a call that is not made."""
    answer = {"ResponseMetadata": {"RequestId": str(uuid.uuid4())}}
    return events.record(emulator, actor, service, name, request, answer, response, **more)


def _method(client, operation: str) -> str:
    for method, name in client.meta.method_to_api_mapping.items():
        if name == operation:
            return method
    raise AssertionError(f"{client.meta.service_model.service_name} has no {operation}")


def shaped(shape, value, name: str = ""):
    """A value in CloudTrail's spelling, by its shape."""
    if re.sub("[^a-z]", "", name.lower()) in _SECRETS and isinstance(value, (str, bytes)):
        return "HIDDEN_DUE_TO_SECURITY_REASONS" if isinstance(value, str) else None
    if shape.type_name == "structure":
        shown = {}
        for member, inner in value.items():
            if member == "ResponseMetadata" or member not in shape.members:
                continue
            part = shaped(shape.members[member], inner, member)
            if part is not None:
                shown[member[0].lower() + member[1:]] = part
        return shown
    if shape.type_name == "list":
        return [shaped(shape.member, inner) for inner in value]
    if shape.type_name == "map":
        return {key: shaped(shape.value, inner, key) for key, inner in value.items()}
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).strftime("%b %-d, %Y %-I:%M:%S %p")
    if isinstance(value, (str, int, float, bool)):
        return value
    return None


def as_items(entries: list) -> dict:
    """EC2's lists."""
    return {"items": entries} if entries else {}


def s3_shown(bucket: str, query: str, **more) -> dict:
    """`requestParameters` of a call on a bucket: its name, its host, the query and the body."""
    return {"bucketName": bucket, "Host": f"{bucket}.s3.us-east-1.amazonaws.com", query: "", **more}
