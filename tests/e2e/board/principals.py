"""What one principal does too much of, or has no business to do: a person approves, and the principal is denied everything.

Where the emulator does not know the call, its record alone is delivered: what is contained is the principal.
"""

from __future__ import annotations

import account
from board.identity import denied, principal
from board.table import Attack, Make, SetUp, Thing, World, name


def the_actor(w: World) -> Thing:
    return {"kind": "user", "name": w.actor.name}


def with_secrets(number: int) -> SetUp:
    def set_up(w: World) -> Thing:
        secrets = [name("secret") for _ in range(number)]
        for secret in secrets:
            w.owner("secretsmanager").create_secret(Name=secret, SecretString="open sesame")
        return the_actor(w) | {"secrets": secrets}

    return set_up


def read_secrets(number: int) -> Make:
    def make(w: World, thing: Thing) -> None:
        for secret in thing["secrets"][:number]:
            w.call("secretsmanager", "GetSecretValue", SecretId=secret)

    return make


def read_batches(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for _ in range(number):
            w.told("secretsmanager", "BatchGetSecretValue", {"maxResults": 20}, readOnly=True)

    return make


def with_parameters(w: World) -> Thing:
    parameters = [f"/shop/{name('parameter')}" for _ in range(22)]
    for parameter in parameters:
        w.owner("ssm").put_parameter(Name=parameter, Value="open sesame", Type="SecureString")
    return the_actor(w) | {"parameters": parameters}


def decrypt(number: int) -> Make:
    def make(w: World, thing: Thing) -> None:
        for parameter in thing["parameters"][:number]:
            w.call("ssm", "GetParameters", Names=[parameter], WithDecryption=True)

    return make


def instance(number: int) -> str:
    return f"i-{number:017x}"


def read_user_data(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            request = {"instanceId": instance(each), "attribute": "userData"}
            w.told("ec2", "DescribeInstanceAttribute", request, readOnly=True)

    return make


def read_passwords(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            w.told("ec2", "GetPasswordData", {"instanceId": instance(each)}, readOnly=True)

    return make


def with_images(w: World) -> Thing:
    register = w.owner("ec2").register_image
    images = [register(Name=name("image"), RootDeviceName="/dev/xvda")["ImageId"] for _ in range(11)]
    return the_actor(w) | {"images": images}


def deregister(number: int) -> Make:
    def make(w: World, thing: Thing) -> None:
        for image in thing["images"][:number]:
            w.call("ec2", "DeregisterImage", {"imageId": image}, ImageId=image)

    return make


def send_commands(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        request = {
            "documentName": "AWS-RunShellScript",
            "instanceIds": [instance(each) for each in range(number)],
            "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS",
        }
        w.told("ssm", "SendCommand", request, {"command": {"commandId": "c-1"}})

    return make


def start_sessions(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            w.told("ssm", "StartSession", {"target": instance(each)}, {"sessionId": f"s-{each}"})

    return make


def push_keys(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            request = {"instanceId": instance(each), "instanceOSUser": "ec2-user", "sSHPublicKey": "ssh-ed25519 AAAA"}
            w.told("ec2-instance-connect", "SendSSHPublicKey", request, {"success": True})

    return make


def encrypt(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            key = {"bucketName": "figures", "key": f"report-{each}"}
            lock = {"x-amz-server-side-encryption-customer-algorithm": "AES256"}
            w.told("s3", "PutObject", key | lock, **DATA_EVENT)

    return make


DATA_EVENT = {"managementEvent": False, "eventCategory": "Data"}


def delete_batches(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for _ in range(number):
            w.told("s3", "DeleteObjects", {"bucketName": "figures", "delete": ""}, **DATA_EVENT)

    return make


def delete_objects(number: int) -> Make:
    def make(w: World, _thing: Thing) -> None:
        for each in range(number):
            w.told("s3", "DeleteObject", {"bucketName": "figures", "key": f"report-{each}"}, **DATA_EVENT)

    return make


def console_login(mfa: str) -> Make:
    def make(w: World, _thing: Thing) -> None:
        w.told(
            "signin",
            "ConsoleLogin",
            None,
            {"ConsoleLogin": "Success"},
            additionalEventData={"LoginTo": "https://console.aws.amazon.com/console/home", "MFAUsed": mfa},
            eventType="AwsConsoleSignIn",
        )

    return make


def federate(document: str) -> Make:
    def make(w: World, _thing: Thing) -> None:
        w.call("sts", "GetFederationToken", Name="build", Policy=document)

    return make


def launch(kind: str) -> Make:
    def make(w: World, _thing: Thing) -> None:
        request = {
            "instancesSet": {"items": [{"imageId": "ami-0abcdef1234567890", "minCount": 1, "maxCount": 1}]},
            "instanceType": kind,
        }
        launched = w.owner("ec2").run_instances(
            ImageId="ami-0abcdef1234567890", InstanceType=kind, MinCount=1, MaxCount=1
        )["Instances"]
        items = [
            {"instanceId": one["InstanceId"], "instanceType": kind, "instanceState": {"code": 0, "name": "pending"}}
            for one in launched
        ]
        w.instances = [one["InstanceId"] for one in launched]
        w.told("ec2", "RunInstances", request, {"instancesSet": {"items": items}})

    return make


def launched(w: World, _thing: Thing) -> object:
    ids = getattr(w, "instances", [])
    if not ids:
        return []
    told = w.owner("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [one["State"]["Name"] for reservation in told for one in reservation["Instances"]]


def stopped(_before, _attacked, after) -> bool:
    return set(after) <= {"stopping", "stopped"}


ADMIN = account.policy(["*"])
NARROW = account.policy(["s3:GetObject"], "arn:aws:s3:::figures/*")
BULK = (
    (
        "secrets-read",
        with_secrets(13),
        read_secrets(13),
        read_secrets(3),
        "credential-access.secretsmanager-retrieve-secrets",
    ),
    (
        "secrets-read-in-batches",
        the_actor,
        read_batches(5),
        read_batches(1),
        "credential-access.secretsmanager-batch-retrieve-secrets",
    ),
    (
        "parameters-decrypted",
        with_parameters,
        decrypt(22),
        decrypt(4),
        "credential-access.ssm-retrieve-securestring-parameters",
    ),
    ("user-data-read", the_actor, read_user_data(11), read_user_data(2), "discovery.ec2-download-user-data"),
    ("passwords-read", the_actor, read_passwords(11), read_passwords(2), "credential-access.ec2-get-password-data"),
    ("images-deregistered", with_images, deregister(11), deregister(2), "impact.ec2-deregister-ami"),
    ("commands-sent", the_actor, send_commands(4), send_commands(1), "execution.ssm-send-command"),
    ("sessions-started", the_actor, start_sessions(4), start_sessions(1), "execution.ssm-start-session"),
    ("keys-pushed", the_actor, push_keys(4), push_keys(1), "lateral-movement.ec2-instance-connect"),
    ("objects-encrypted", the_actor, encrypt(31), encrypt(0), "impact.s3-ransomware-client-side-encryption"),
    ("batches-deleted", the_actor, delete_batches(21), delete_batches(0), "impact.s3-ransomware-batch-deletion"),
    ("objects-deleted", the_actor, delete_objects(101), delete_objects(5), "impact.s3-ransomware-individual-deletion"),
    (
        "console-login",
        the_actor,
        console_login("No"),
        console_login("Yes"),
        "initial-access.console-login-without-mfa",
    ),
    ("federation-token", the_actor, federate(ADMIN), federate(NARROW), "persistence.sts-federation-token"),
)
ATTACKS = [
    *[
        Attack(each, set_up, make, principal, twin, denied, technique, asks=True)
        for each, set_up, make, twin, technique in BULK
    ],
    Attack(
        "unusual-instance",
        the_actor,
        launch("p4d.24xlarge"),
        launched,
        launch("t3.micro"),
        stopped,
        "execution.ec2-launch-unusual-instances",
        asks=True,
    ),
]
