"""Attacks, and the events that AWS would emit for them.

AWS records every API call in CloudTrail and hands it to EventBridge. The emulator does not, so each function here makes
the call for real, as the attacker, and returns the CloudTrail record of it, built from the request that was sent and
the answer that came back: the ids in it (rules, keys, requests) are the true ones. `put` then sends it through
EventBridge.

The shapes are CloudTrail's own, which differ from the API's: EC2 wraps lists in `items` and begins names with a
lower-case letter, except where a newer call keeps the API's spelling under a `…Request` element; IAM answers are null
unless something was made; a failed call carries `errorCode` and no answer.
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta, timezone

from account import Key, User
from botocore.exceptions import ClientError
from deploy import DEMO_SOURCE
from emulator import Emulator

# An address of the range that is kept for documentation.
ATTACKER_ADDRESS = "203.0.113.77"
DETAIL_TYPE = "AWS API Call via CloudTrail"
_KINDS = {"user": "User", "role": "Role", "group": "Group"}


# -------------------------------------------------------------------------------------------------- through EventBridge


def put(emulator: Emulator, record: dict, source: str = DEMO_SOURCE) -> str:
    """Sends a record through EventBridge and returns the id that its envelope got."""
    answer = emulator.client("events").put_events(
        Entries=[{"Source": source, "DetailType": DETAIL_TYPE, "Detail": json.dumps(record)}]
    )
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"EventBridge refused the event: {answer['Entries']}")
    return answer["Entries"][0]["EventId"]


def late(record: dict) -> dict:
    """The same record, an hour old: what it tells of and cannot be found is gone, and not still on its way."""
    then = datetime.now(timezone.utc) - timedelta(hours=1)
    return record | {"eventTime": then.strftime("%Y-%m-%dT%H:%M:%SZ")}


def envelope(record: dict) -> dict:
    """The record as EventBridge wraps AWS's own events, for invoking a function directly."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": DETAIL_TYPE,
        "source": "aws." + record["eventSource"].split(".")[0],
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def sqs_batch(*bodies: str, queue_arn: str = "arn:aws:sqs:us-east-1:123456789012:queue") -> dict:
    """Message bodies as Lambda's event source mapping delivers them; the queue's policy lets no test send there."""
    sent = str(int(datetime.now(timezone.utc).timestamp() * 1000))
    return {
        "Records": [
            {
                "messageId": str(uuid.uuid4()),
                "receiptHandle": str(uuid.uuid4()),
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1",
                    "SentTimestamp": sent,
                    "SenderId": "AIDACKCEVSQ6C2EXAMPLE",
                    "ApproximateFirstReceiveTimestamp": sent,
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": queue_arn,
                "awsRegion": "us-east-1",
            }
            for body in bodies
        ]
    }


# -------------------------------------------------------------------------------------------------------------- attacks


def authorize_ingress(emulator: Emulator, actor: User, group_id: str, permissions: list[dict]) -> dict:
    """Opens a security group; `permissions` as in the API's IpPermissions."""
    answer = actor.client(emulator, "ec2").authorize_security_group_ingress(
        GroupId=group_id, IpPermissions=permissions
    )
    return record(
        emulator,
        actor,
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {"groupId": group_id, "ipPermissions": {"items": [_permission(entry) for entry in permissions]}},
        answer,
        rule_set(answer),
    )


def authorize_ingress_plain(emulator: Emulator, actor: User, group_id: str, port: int, cidr: str) -> dict:
    """The same in the older form of the call, whose range stands at the top level."""
    answer = actor.client(emulator, "ec2").authorize_security_group_ingress(
        GroupId=group_id, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=cidr
    )
    request = {
        "groupId": group_id,
        "ipPermissions": {},
        "ipProtocol": "tcp",
        "fromPort": port,
        "toPort": port,
        "cidrIp": cidr,
    }
    return record(emulator, actor, "ec2", "AuthorizeSecurityGroupIngress", request, answer, rule_set(answer))


def modify_rule(emulator: Emulator, actor: User, group_id: str, rule_id: str, rule: dict) -> dict:
    """Changes an existing rule; `rule` as in the API's SecurityGroupRuleRequest."""
    answer = actor.client(emulator, "ec2").modify_security_group_rules(
        GroupId=group_id,
        SecurityGroupRules=[{"SecurityGroupRuleId": rule_id, "SecurityGroupRule": rule}],
    )
    request = {
        "ModifySecurityGroupRulesRequest": {
            "GroupId": group_id,
            "SecurityGroupRule": {"SecurityGroupRuleId": rule_id, "SecurityGroupRule": rule, "tag": 1},
        }
    }
    request_id = answer["ResponseMetadata"]["RequestId"]
    response = {
        "ModifySecurityGroupRulesResponse": {
            "xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
            "requestId": request_id,
            "return": True,
        }
    }
    return record(emulator, actor, "ec2", "ModifySecurityGroupRules", request, answer, response)


def attach_policy(emulator: Emulator, actor: User, kind: str, name: str, policy_arn: str) -> dict:
    """Attaches a managed policy to a `user`, `role` or `group`."""
    word = _KINDS[kind]
    call = getattr(actor.client(emulator, "iam"), f"attach_{kind}_policy")
    answer = call(**{f"{word}Name": name, "PolicyArn": policy_arn})
    request = {f"{kind}Name": name, "policyArn": policy_arn}
    return record(emulator, actor, "iam", f"Attach{word}Policy", request, answer, None)


def put_policy(emulator: Emulator, actor: User, kind: str, name: str, policy_name: str, document: str) -> dict:
    """Writes an inline policy of a `user`, `role` or `group`."""
    word = _KINDS[kind]
    call = getattr(actor.client(emulator, "iam"), f"put_{kind}_policy")
    answer = call(**{f"{word}Name": name, "PolicyName": policy_name, "PolicyDocument": document})
    request = {f"{kind}Name": name, "policyName": policy_name, "policyDocument": document}
    return record(emulator, actor, "iam", f"Put{word}Policy", request, answer, None)


def create_access_key(emulator: Emulator, actor: User, user_name: str) -> tuple[dict, Key]:
    """Makes an access key for a user, and returns it too: the attacker would use it."""
    answer = actor.client(emulator, "iam").create_access_key(UserName=user_name)
    key = answer["AccessKey"]
    response = {
        "accessKey": {
            "userName": user_name,
            "accessKeyId": key["AccessKeyId"],
            "status": key["Status"],
            "createDate": key["CreateDate"].strftime("%b %d, %Y %-I:%M:%S %p"),
        }
    }
    told = record(emulator, actor, "iam", "CreateAccessKey", {"userName": user_name}, answer, response)
    return told, Key(key["AccessKeyId"], key["SecretAccessKey"])


def create_log_stream(emulator: Emulator, actor: User, log_group: str, log_stream: str) -> dict:
    """Makes a log stream."""
    answer = actor.client(emulator, "logs").create_log_stream(logGroupName=log_group, logStreamName=log_stream)
    request = {"logGroupName": log_group, "logStreamName": log_stream}
    return record(emulator, actor, "logs", "CreateLogStream", request, answer, None, apiVersion="20140328")


def log_stream_created(emulator: Emulator, actor: User, log_group: str, log_stream: str) -> dict:
    """The record of a log stream that stands already, as its creation left it."""
    request = {"logGroupName": log_group, "logStreamName": log_stream}
    answer = {"ResponseMetadata": {"RequestId": str(uuid.uuid4())}}
    return record(emulator, actor, "logs", "CreateLogStream", request, answer, None, apiVersion="20140328")


def refused_authorize_ingress(emulator: Emulator, actor: User, group_id: str, permissions: list[dict]) -> dict:
    """An attempt to open a group by one who may not: nothing happened, and the record says so."""
    try:
        authorize_ingress(emulator, actor, group_id, permissions)
    except ClientError as error:
        request = {"groupId": group_id, "ipPermissions": {"items": [_permission(entry) for entry in permissions]}}
        return record(
            emulator,
            actor,
            "ec2",
            "AuthorizeSecurityGroupIngress",
            request,
            error.response,
            None,
            # CloudTrail puts the side at fault before EC2's codes.
            errorCode="Client." + error.response["Error"]["Code"],
            errorMessage=error.response["Error"]["Message"],
        )
    raise AssertionError(f"`{actor.name}` may open `{group_id}`, so this is no refused attempt")


# --------------------------------------------------------------------------------------------------------------- shapes


def record(
    emulator: Emulator,
    actor: User,
    service: str,
    name: str,
    request: dict | None,
    answer: dict,
    response: dict | None,
    **more,
) -> dict:
    """The record of a call, around what its request and its answer show."""
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": actor.id,
            "arn": actor.arn,
            "accountId": emulator.account,
            "accessKeyId": actor.key.id,
            "userName": actor.name,
        },
        "eventTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": emulator.region,
        "sourceIPAddress": ATTACKER_ADDRESS,
        "userAgent": "aws-cli/2.17.20 ua/2.0 os/linux#6.1.0 md/arch#x86_64 lang/python#3.11.9",
        "requestParameters": request,
        "responseElements": response,
        "requestID": answer["ResponseMetadata"]["RequestId"],
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": emulator.account,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{emulator.region}.amazonaws.com",
        },
        **more,
    }


def _permission(entry: dict) -> dict:
    """One of the API's IpPermissions in CloudTrail's spelling, where an empty list is an empty object."""
    shaped = {"ipProtocol": entry["IpProtocol"]}
    if "FromPort" in entry:
        shaped |= {"fromPort": entry["FromPort"], "toPort": entry["ToPort"]}
    return shaped | {
        "groups": _items(entry.get("UserIdGroupPairs")),
        "ipRanges": _items(entry.get("IpRanges")),
        "ipv6Ranges": _items(entry.get("Ipv6Ranges")),
        "prefixListIds": _items(entry.get("PrefixListIds")),
    }


def _items(entries: list[dict] | None) -> dict:
    return {"items": [_lower(entry) for entry in entries]} if entries else {}


def rule_set(answer: dict) -> dict:
    """The answer to an ingress call as CloudTrail shows it, with the ids of the rules."""
    rules = [
        _lower({name: value for name, value in rule.items() if name not in ("SecurityGroupRuleArn", "Tags")})
        for rule in answer["SecurityGroupRules"]
    ]
    return {
        "requestId": answer["ResponseMetadata"]["RequestId"],
        "_return": True,
        "securityGroupRuleSet": {"items": rules},
    }


def _lower(entry: dict) -> dict:
    return {name[0].lower() + name[1:]: value for name, value in entry.items()}
