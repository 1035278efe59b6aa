"""Lays out an account that is worth defending, so that before and after can be told apart.

It holds what must survive an answer (the web rule that is open to the world on purpose, the rule for the office
network, ordinary policies) beside what an attacker would reach for. The attacker is a build user whose key leaked: its
permissions are real and enforced, so that an attack is a call that truly succeeds, and containment a call that is truly
refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from emulator import Emulator

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
LOG_GROUP = "/var/log/secure"

# What the build user was given, too generously, as happens: enough to open a network and to raise itself.
BUILD_PERMISSIONS = [
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:Describe*",
    "ec2:ModifySecurityGroupRules",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreatePolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "logs:CreateLogStream",
]


@dataclass(frozen=True)
class Key:
    """An access key."""

    id: str
    secret: str


@dataclass(frozen=True)
class User:
    """An IAM user that can call the API."""

    name: str
    arn: str
    id: str
    key: Key

    def client(self, emulator: Emulator, service: str):
        """A client with this user's own permissions."""
        return emulator.client(service, self.key.id, self.key.secret)


@dataclass(frozen=True)
class Account:
    """What was laid out."""

    id: str
    region: str
    vpc_id: str
    subnet_id: str
    network_acl_id: str
    # Group `web`: 443 from everywhere, 22 from the office. Both must stay.
    group_id: str
    # Group `lab`, tagged `riposte:exempt`.
    exempt_group_id: str
    instance_id: str
    # The stream is named after the instance, as the CloudWatch agent does it.
    log_group: str
    log_stream: str
    # The user whose key leaked.
    attacker: User
    # May read and no more; is in the group `developers`.
    developer: User
    # Has no key: the one that an attacker would make is not theirs.
    administrator_name: str
    group_name: str
    role_name: str
    # A policy of the customer's own that grants everything, and one that grants little.
    admin_policy_arn: str
    plain_policy_arn: str


@dataclass(frozen=True)
class Host:
    """An instance in a network of its own, with the log stream that is named after it."""

    instance_id: str
    subnet_id: str
    network_acl_id: str
    log_stream: str
    region: str


def lay_out(emulator: Emulator) -> Account:
    """Makes all of it, in an empty account."""
    return Account(
        id=emulator.account,
        region=emulator.region,
        **_network(emulator),
        **_identities(emulator),
    )


def _network(emulator: Emulator) -> dict[str, str]:
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    (network_acl,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    web = create_group(emulator, vpc, "web")
    lab = ec2.create_security_group(GroupName="lab", Description="honeypots", VpcId=vpc)["GroupId"]
    ec2.create_tags(Resources=[lab], Tags=[{"Key": "riposte:exempt", "Value": "true"}])
    (instance,) = ec2.run_instances(
        ImageId="ami-0abcdef1234567890",
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        SecurityGroupIds=[web],
    )["Instances"]
    logs = emulator.client("logs")
    logs.create_log_group(logGroupName=LOG_GROUP)
    logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=instance["InstanceId"])
    return {
        "vpc_id": vpc,
        "subnet_id": subnet,
        "network_acl_id": network_acl["NetworkAclId"],
        "group_id": web,
        "exempt_group_id": lab,
        "instance_id": instance["InstanceId"],
        "log_group": LOG_GROUP,
        "log_stream": instance["InstanceId"],
    }


def _identities(emulator: Emulator) -> dict:
    iam = emulator.client("iam")
    iam.create_group(GroupName="developers")
    iam.attach_group_policy(GroupName="developers", PolicyArn=READ_ONLY)
    attacker = create_user(emulator, "build")
    iam.put_user_policy(
        UserName=attacker.name,
        PolicyName="build",
        PolicyDocument=policy(BUILD_PERMISSIONS),
    )
    developer = create_user(emulator, "dana")
    iam.add_user_to_group(GroupName="developers", UserName=developer.name)
    iam.create_user(UserName="alice")
    iam.attach_user_policy(UserName="alice", PolicyArn=ADMINISTRATOR)
    iam.create_role(
        RoleName="app-server",
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            }
        ),
    )
    iam.put_role_policy(RoleName="app-server", PolicyName="app", PolicyDocument=policy(["s3:GetObject"]))
    admin = iam.create_policy(PolicyName="platform", PolicyDocument=policy(["*"]))["Policy"]["Arn"]
    plain = iam.create_policy(PolicyName="read-logs", PolicyDocument=policy(["logs:Get*"]))["Policy"]["Arn"]
    return {
        "attacker": attacker,
        "developer": developer,
        "administrator_name": "alice",
        "group_name": "developers",
        "role_name": "app-server",
        "admin_policy_arn": admin,
        "plain_policy_arn": plain,
    }


def create_user(emulator: Emulator, name: str) -> User:
    """A new user with an access key and no permissions."""
    iam = emulator.client("iam")
    user = iam.create_user(UserName=name)["User"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return User(name, user["Arn"], user["UserId"], Key(key["AccessKeyId"], key["SecretAccessKey"]))


def create_group(emulator: Emulator, vpc_id: str, name: str) -> str:
    """A security group with the two rules that must survive everything, and returns its id."""
    ec2 = emulator.client("ec2")
    group = ec2.create_security_group(GroupName=name, Description="public web servers", VpcId=vpc_id)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "the site is public"}],
            },
            {
                "IpProtocol": "tcp",
                "FromPort": 22,
                "ToPort": 22,
                "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}],
            },
        ],
    )
    return group


def create_host(emulator: Emulator, log_group: str = LOG_GROUP, region: str | None = None) -> Host:
    """Another instance, in a network of its own, so that what is denied there says nothing of other hosts."""
    ec2, logs = emulator.client("ec2", region=region), emulator.client("logs", region=region)
    vpc = ec2.create_vpc(CidrBlock="10.30.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.30.1.0/24")["Subnet"]["SubnetId"]
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    (instance,) = ec2.run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet
    )["Instances"]
    stream = instance["InstanceId"]
    if log_group not in [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]:
        logs.create_log_group(logGroupName=log_group)
    logs.create_log_stream(logGroupName=log_group, logStreamName=stream)
    return Host(instance["InstanceId"], subnet, acl["NetworkAclId"], stream, region or emulator.region)


def policy(actions: list[str], resource: str = "*") -> str:
    """A policy document that allows the actions."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}
    )
