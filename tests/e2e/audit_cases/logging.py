"""Records that cover a part: flow logs on some subnets, or of what was accepted; trails; backups."""

from __future__ import annotations

from audit_cases import Account

FLOWS = "ec2-vpc-not-logged"


def make(account: Account) -> None:
    ec2, logs = account.client("ec2"), account.client("logs")
    logs.create_log_group(logGroupName="/flows")

    def vpc(number: int, subnets: int = 2) -> tuple[str, list[str]]:
        id_ = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
        made = [ec2.create_subnet(VpcId=id_, CidrBlock=f"10.{number}.{i}.0/24")["Subnet"]["SubnetId"] for i in range(subnets)]
        return id_, made

    def log(kind: str, ids: list[str], traffic: str) -> None:
        ec2.create_flow_logs(ResourceType=kind, ResourceIds=ids, TrafficType=traffic, LogGroupName="/flows",
                             DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flows")

    for number, (case, kind, take, traffic, bad) in enumerate([
        ("everything of the VPC", "VPC", 0, "ALL", False),
        ("what is rejected", "VPC", 0, "REJECT", False),
        ("what is accepted alone", "VPC", 0, "ACCEPT", True),
        ("each of its subnets", "Subnet", 2, "ALL", False),
        ("one of its subnets", "Subnet", 1, "ALL", True),
        ("each of its subnets, accepted alone", "Subnet", 2, "ACCEPT", True),
        ("nothing", "", 0, "", True),
    ], start=20):
        id_, subnets = vpc(number)
        if kind:
            log(kind, [id_] if kind == "VPC" else subnets[:take], traffic)
        account.says(id_, case, bad, FLOWS)
    _groups(account, logs)
    _tables(account)
    _trails(account)
    _backups(account)


def _groups(account: Account, logs) -> None:
    logs.create_log_group(logGroupName="/kept/forever")
    account.bad("/kept/forever", "no retention", "logs-group-kept-forever")
    logs.create_log_group(logGroupName="/kept/year")
    logs.put_retention_policy(logGroupName="/kept/year", retentionInDays=365)
    account.good("/kept/year", "a year", "logs-group-kept-forever")


def _tables(account: Account) -> None:
    dynamodb = account.client("dynamodb")
    for name, on in (("kept-orders", True), ("loose-orders", False)):
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST", DeletionProtectionEnabled=on,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        if on:
            dynamodb.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
        account.says(name, name, not on, "dynamodb-table-point-in-time-recovery-off", "dynamodb-table-deletion-unprotected")


def _backups(account: Account) -> None:
    """Plans that select some resources by name, by type, by tag, and leave some out."""
    ec2, backup, dynamodb = account.client("ec2"), account.client("backup"), account.client("dynamodb")

    def volume(**tags: str) -> str:
        tagged = [{"ResourceType": "volume", "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
        made = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True, TagSpecifications=tagged if tags else [])
        return made["VolumeId"]

    def arn(id_: str) -> str:
        return f"arn:aws:ec2:us-east-1:123456789012:volume/{id_}"

    backup.create_backup_vault(BackupVaultName="kept")
    rules = [{"RuleName": "daily", "TargetBackupVaultName": "kept", "ScheduleExpression": "cron(0 5 * * ? *)"}]
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": rules})["BackupPlanId"]

    def select(name: str, **what) -> None:
        selection = {"SelectionName": name, "IamRoleArn": "arn:aws:iam::123456789012:role/backup", **what}
        backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)

    named, loose, left_out = volume(), volume(), volume(backup="daily")
    tagged, other_tag = volume(backup="daily"), volume(backup="never")
    select("named", Resources=[arn(named)])
    by_tag = [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]
    select("tagged", ListOfTags=by_tag, NotResources=[arn(left_out)])
    for id_, case, bad in (
        (named, "a volume that a plan names", False),
        (tagged, "a volume that a plan selects by its tag", False),
        (loose, "a volume in no plan", True),
        (other_tag, "a volume with another value of the tag", True),
        (left_out, "a volume that the plan leaves out", True),
    ):
        account.says(id_, case, bad, "ec2-volume-not-backed-up")
    for name in ("planned-orders", "unplanned-orders"):
        dynamodb.create_table(
            TableName=name, BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
        account.says(name, name, name != "planned-orders", "dynamodb-table-not-backed-up")
    select("tables", Resources=["arn:aws:dynamodb:*:*:table/planned-*"])


def _trails(account: Account) -> None:
    trail, s3 = account.client("cloudtrail"), account.client("s3")
    s3.create_bucket(Bucket="trail-logs")
    for name, more, on in (
        ("whole", {"IsMultiRegionTrail": True, "EnableLogFileValidation": True}, True),
        ("stopped", {"IsMultiRegionTrail": True}, False),
    ):
        arn = trail.create_trail(Name=name, S3BucketName="trail-logs", **more)["TrailARN"]
        if on:
            trail.start_logging(Name=name)
        account.says(arn, name, not on, "cloudtrail-not-logging")
        account.says(arn, name, not more.get("EnableLogFileValidation"), "cloudtrail-log-validation-off")
        account.bad(arn, name, "cloudtrail-not-encrypted-with-kms", "cloudtrail-not-sent-to-cloudwatch")
