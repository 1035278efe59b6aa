"""Policies of queues, topics, keys and secrets: the defaults of AWS and of services, and what they are mistaken for."""

from __future__ import annotations

from audit_cases import HOME, OTHER, Account, allow, deny, document
from audit_cases.buckets import when

OWN_TOPIC = when("StringEquals", "AWS:SourceOwner", HOME)
OWN_ARN = when("ArnLike", "aws:SourceArn", f"arn:aws:sns:us-east-1:{HOME}:*")

# What, the parts of an `Allow` to act on the resource, further statements, and whether it is public.
CASES: list[tuple[str, dict, list[dict], bool]] = [
    ("everyone", {"Principal": "*"}, [], True),
    ("everyone as an AWS principal", {"Principal": {"AWS": "*"}}, [], True),
    ("all but an account", {"NotPrincipal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}, [], True),
    ("everyone with TLS", {"Principal": "*", **when("Bool", "aws:SecureTransport", "true")}, [], True),
    ("everyone but one account", {"Principal": "*", **when("StringNotEquals", "aws:PrincipalAccount", OTHER)}, [], True),
    ("any source by a wildcard", {"Principal": "*", **when("ArnLike", "aws:SourceArn", "arn:aws:sns:*:*:*")}, [], True),
    ("any source that has one", {"Principal": "*", **when("StringEqualsIfExists", "aws:SourceAccount", HOME)}, [], True),
    ("its own account", {"Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}}, [], False),
    ("its own account by number", {"Principal": {"AWS": HOME}}, [], False),
    ("another account by name", {"Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}, [], False),
    ("everyone from its own sources", {"Principal": "*", **OWN_ARN}, [], False),
    ("everyone from its own account", {"Principal": "*", **when("StringEquals", "aws:SourceAccount", HOME)}, [], False),
    ("everyone of the organization", {"Principal": "*", **when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5")}, [], False),
    ("everyone, denied outside of the account", {"Principal": "*"}, [deny(Principal="*", Action="*", Resource="*", **when("StringNotEquals", "aws:PrincipalAccount", HOME))], False),
    ("a service for its own account", {"Principal": {"Service": "s3.amazonaws.com"}, **when("StringEquals", "aws:SourceAccount", HOME)}, [], False),
]


def make(account: Account) -> None:
    _queues(account)
    _topics(account)
    _keys(account)
    _secrets(account)
    _repositories(account)


def _queues(account: Account) -> None:
    sqs = account.client("sqs")
    for number, (case, parts, more, public) in enumerate(CASES):
        name = f"queue-{number:02}"
        policy = document(allow(Action="sqs:SendMessage", Resource="*", **parts), *more)
        sqs.create_queue(QueueName=name, Attributes={"Policy": policy})
        account.says(name, case, public, "sqs-queue-public")


def _topics(account: Account) -> None:
    sns = account.client("sns")
    by_default = ("AWS's own policy", {"Principal": {"AWS": "*"}, **OWN_TOPIC}, [], False)
    for number, (case, parts, more, public) in enumerate([*CASES, by_default]):
        arn = sns.create_topic(Name=f"topic-{number:02}")["TopicArn"]
        policy = document(allow(Action="SNS:Publish", Resource=arn, **parts), *more)
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        account.says(arn, case, public, "sns-topic-public")


def _keys(account: Account) -> None:
    kms = account.client("kms")
    root = allow(Principal={"AWS": f"arn:aws:iam::{HOME}:root"}, Action="kms:*", Resource="*")
    via = {"kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": HOME}
    services = ("everyone of the account by a service", {"Principal": {"AWS": "*"}, "Condition": {"StringEquals": via}}, [], False)
    for case, parts, more, public in [*CASES, services]:
        policy = document(root, allow(Action="kms:Decrypt", Resource="*", **parts), *more)
        key = kms.create_key(Policy=policy, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
        account.says(key, case, public, "kms-key-public")
        account.bad(key, case, "kms-key-rotation-off")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=key)
    account.good(key, "a key that rotates", "kms-key-rotation-off", "kms-key-pending-deletion", "kms-key-public")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    account.bad(key, "a key that is to go", "kms-key-pending-deletion")


def _secrets(account: Account) -> None:
    secrets = account.client("secretsmanager")
    for number, (case, parts, more, public) in enumerate(CASES):
        arn = secrets.create_secret(Name=f"secret-{number:02}", SecretString="looked at by nobody")["ARN"]
        policy = document(allow(Action="secretsmanager:GetSecretValue", Resource="*", **parts), *more)
        secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy)
        account.says(arn, case, public, "secretsmanager-secret-public")


def _repositories(account: Account) -> None:
    ecr = account.client("ecr")
    for number, (case, parts, more, public) in enumerate(CASES):
        name = f"repository-{number:02}"
        arn = ecr.create_repository(repositoryName=name)["repository"]["repositoryArn"]
        policy = document(allow(Action="ecr:BatchGetImage", **parts), *more)
        ecr.set_repository_policy(repositoryName=name, policyText=policy)
        account.says(arn, case, public, "ecr-repository-public-policy")
