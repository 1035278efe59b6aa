"""The inventory says what AWS says: of an account with a dozen services, read by boto3 beside it, and by the command."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from command import Command

EVERYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open-bucket/*"}],
}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
SECRET = "hunter2-hunter2"


def _policy(document: dict) -> str:
    return json.dumps(document)


@pytest.fixture(scope="module")
def laid_out(emulator):
    """Some resources of a dozen services, good and bad."""
    client = emulator.client
    s3 = client("s3")
    for name in ("open-bucket", "kept.bucket"):
        s3.create_bucket(Bucket=name)
    s3.delete_public_access_block(Bucket="open-bucket")
    s3.put_bucket_policy(Bucket="open-bucket", Policy=_policy(EVERYBODY))
    s3.put_public_access_block(
        Bucket="kept.bucket",
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": False,
        },
    )
    s3.put_bucket_versioning(Bucket="kept.bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket="kept.bucket", Tagging={"TagSet": [{"Key": "team", "Value": "a & <b>"}]})
    iam = client("iam")
    iam.create_user(UserName="ann", Tags=[{"Key": "team", "Value": "ops"}])
    iam.create_access_key(UserName="ann")
    iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=_policy(ALL))
    role = iam.create_role(RoleName="runs", AssumeRolePolicyDocument=_policy(TRUST))["Role"]["Arn"]
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    key = client("kms").create_key(Description="data")["KeyMetadata"]["KeyId"]
    client("sqs").create_queue(QueueName="jobs", Attributes={"VisibilityTimeout": "45"}, tags={"team": "ops"})
    topic = client("sns").create_topic(Name="alarms")["TopicArn"]
    client("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    secret = client("secretsmanager").create_secret(Name="db", SecretString=SECRET)["ARN"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return {}\n")
    client("lambda").create_function(
        FunctionName="worker",
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"DB_PASSWORD": SECRET, "LEVEL": "debug"}},
    )
    client("logs").create_log_group(logGroupName="/app/one")
    client("ecr").create_repository(repositoryName="app", imageScanningConfiguration={"scanOnPush": True})
    client("events").create_event_bus(Name="orders")
    client("cloudwatch").put_metric_alarm(
        AlarmName="root-used", MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Threshold=1.0,
        Statistic="Sum", ComparisonOperator="GreaterThanOrEqualToThreshold", AlarmActions=[topic],
    )
    return {"group": group, "vpc": vpc, "key": key, "topic": topic, "secret": secret, "role": role}


@pytest.fixture(scope="module")
def inventory(laid_out, emulator, binary, tmp_path_factory) -> dict[tuple[str, str, str], dict]:
    """The lines by service, type and id (of accounts: region)."""
    file = tmp_path_factory.mktemp("inventory") / "inventory.jsonl"
    command = Command(binary, emulator)
    done = command.run("audit", "--region", emulator.region, "--save", str(file), "--format", "jsonl")
    assert done.returncode in (0, 3), done.stderr
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    by_key = {}
    for line in lines:
        key = (line["service"], line["type"], line["region"] if line["type"] == "account" else line["id"])
        assert key not in by_key, f"{key} twice"
        by_key[key] = line
    return by_key


def test_every_line_is_of_the_version_and_has_its_place(inventory, emulator):
    for (service, kind, _), line in inventory.items():
        assert line["version"] == 1
        assert line["account"] == emulator.account
        assert line["region"] in (emulator.region, "aws-global"), line
        assert line["arn"], (service, kind)


def test_a_buckets_facts_are_what_boto3_reads(inventory, emulator):
    s3 = emulator.client("s3")
    for name in ("open-bucket", "kept.bucket"):
        facts = inventory["s3", "bucket", name]["facts"]
        assert facts["GetBucketVersioning"].get("Status") == s3.get_bucket_versioning(Bucket=name).get("Status")
        assert facts["GetBucketAcl"]["Owner"]["ID"] == s3.get_bucket_acl(Bucket=name)["Owner"]["ID"]
    facts = inventory["s3", "bucket", "open-bucket"]["facts"]
    assert json.loads(facts["GetBucketPolicy"]["Policy"]) == EVERYBODY
    kept = inventory["s3", "bucket", "kept.bucket"]
    assert kept["facts"]["GetBucketPolicy"] is None
    blocked = s3.get_public_access_block(Bucket="kept.bucket")["PublicAccessBlockConfiguration"]
    assert kept["facts"]["GetPublicAccessBlock"] == {"PublicAccessBlockConfiguration": blocked}
    assert kept["tags"] == {"team": "a & <b>"}


def test_users_and_roles_come_with_their_policies(inventory, laid_out):
    (ann,) = [line for (s, t, _), line in inventory.items() if (s, t) == ("iam", "user") and line["name"] == "ann"]
    assert ann["tags"] == {"team": "ops"} or ann["tags"] == {}
    assert [policy["PolicyName"] for policy in ann["facts"]["GetAccountAuthorizationDetails"]["UserPolicyList"]] == ["all"]
    assert len(ann["facts"]["ListAccessKeys"]["AccessKeyMetadata"]) == 1
    assert ann["facts"]["GetLoginProfile"] is None
    roles = [line["arn"] for (s, t, _), line in inventory.items() if (s, t) == ("iam", "role")]
    assert laid_out["role"] in roles


def test_each_service_has_what_was_laid_out(inventory, laid_out, emulator):
    group = inventory["ec2", "security-group", laid_out["group"]]["facts"]["DescribeSecurityGroups"]
    (permission,) = group["IpPermissions"]
    assert (permission["FromPort"], permission["IpRanges"][0]["CidrIp"]) == (22, "0.0.0.0/0")
    assert inventory["ec2", "vpc", laid_out["vpc"]]["facts"]["DescribeVpcs"]["CidrBlock"] == "10.0.0.0/16"
    key = inventory["kms", "key", laid_out["key"]]
    assert key["facts"]["DescribeKey"]["KeyMetadata"]["Description"] == "data"
    assert json.loads(key["facts"]["GetKeyPolicy"]["Policy"])["Statement"]
    queue = inventory["sqs", "queue", "jobs"]
    assert queue["facts"]["GetQueueAttributes"]["Attributes"]["VisibilityTimeout"] == "45"
    assert queue["tags"] == {"team": "ops"}
    assert inventory["sns", "topic", "alarms"]["facts"]["GetTopicAttributes"]["Attributes"]["TopicArn"] == laid_out["topic"]
    table = inventory["dynamodb", "table", "orders"]["facts"]["DescribeTable"]["Table"]
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    assert inventory["secretsmanager", "secret", "db"]["arn"] == laid_out["secret"]
    assert inventory["logs", "log-group", "/app/one"]["facts"]["DescribeLogGroups"]["logGroupName"] == "/app/one"
    repository = inventory["ecr", "repository", "app"]["facts"]
    assert repository["DescribeRepositories"]["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository["GetRepositoryPolicy"] is None
    assert inventory["events", "event-bus", "orders"]["arn"].endswith("event-bus/orders")
    alarm = inventory["cloudwatch", "alarm", "root-used"]["facts"]["DescribeAlarms"]
    assert (alarm["Threshold"], alarm["AlarmActions"]) == (1.0, [laid_out["topic"]])


def test_the_account_says_how_many_of_each_there_are(inventory, emulator):
    assert inventory["sqs", "account", emulator.region]["facts"]["ListQueues"] == {"count": 1}
    assert inventory["s3", "account", "aws-global"]["facts"]["ListBuckets"] == {"count": 2}


def test_secrets_never_enter_it(inventory):
    variables = inventory["lambda", "function", "worker"]["facts"]["ListFunctions"]["Environment"]["Variables"]
    assert set(variables) == {"DB_PASSWORD", "LEVEL"}
    assert all(value.startswith("looked at: ") for value in variables.values())
    assert variables["DB_PASSWORD"] != variables["LEVEL"]
    assert SECRET not in json.dumps(list(inventory.values()))


def test_a_denied_service_is_not_assessed_and_said(emulator, laid_out, binary, tmp_path):
    iam = emulator.client("iam")
    iam.create_user(UserName="auditor")
    allowed = {"Effect": "Allow", "Action": ["ec2:*", "sts:GetCallerIdentity"], "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allowed]}
    iam.put_user_policy(UserName="auditor", PolicyName="some", PolicyDocument=_policy(document))
    key = iam.create_access_key(UserName="auditor")["AccessKey"]
    file = tmp_path / "inventory.jsonl"

    class Denied(Command):
        def environment(self) -> dict[str, str]:
            credentials = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
            return super().environment() | credentials

    arguments = ["--service", "ec2", "--service", "lambda", "--region", emulator.region, "--save", str(file)]
    done = Denied(binary, emulator).run("audit", *arguments, "--format", "jsonl")
    assert done.returncode == 3, done.stderr
    lines = {(line["service"], line["type"]): line for line in map(json.loads, file.read_text().splitlines())}
    assert lines["ec2", "account"]["facts"]["DescribeSecurityGroups"]["count"] >= 1
    refused = lines["lambda", "account"]["facts"]["ListFunctions"]["error"]
    assert "AccessDenied" in refused["code"], refused
    assert "not assessed: lambda in" in done.stderr
