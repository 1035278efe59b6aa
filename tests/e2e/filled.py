"""An account in which there is something to look at, and the dashboard over it: for the tests of it and for trying it.

Attacks are contained, one waits for an approval, one is only told of; an instance is reached from the internet; and an
inventory was saved. Every name in it is one that somebody could have chosen.
"""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import events
from account import create_group
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from demo_attacks import SSH_FOR_ALL, attacks
from deployed import Deployed
from events import late

GUESSER = "198.51.100.23"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202egpj.exe"


@dataclass(frozen=True)
class Filled:
    """What is in it."""

    deployed: Deployed
    # Incidents by what became of them.
    contained: list[str]
    asked: str
    # The group that the internet comes in by, and the instance that it reaches.
    group_id: str
    instance_id: str
    inventory: Path
    earlier: Path


def fill(deployed: Deployed, folder: Path) -> Filled:
    """Fills the account of a live deployment."""
    emulator, account = deployed.emulator, deployed.account
    earlier = _inventory(deployed, folder / "before.jsonl")
    group_id, instance_id = _reached(deployed)
    contained = []
    for attack in attacks(deployed, GUESSER):
        opened = deployed.send(attack.make())
        contained += [incident["id"] for incident in opened if incident["detector"] == attack.detector]
    # The user agent is the caller's to write.
    other = create_group(emulator, account.vpc_id, "db")
    record = events.authorize_ingress(emulator, account.attacker, other, [SSH_FOR_ALL])
    deployed.send(record | {"userAgent": HOSTILE})
    # What is more than an hour old is asked about.
    stale = create_group(emulator, account.vpc_id, "batch")
    opened = deployed.send(late(events.authorize_ingress(emulator, account.attacker, stale, [SSH_FOR_ALL])))
    (asked,) = [incident for incident in opened if incident["detector"] == "open-admin-port"]
    assert asked["outcome"] == "needs-approval", asked
    return Filled(
        deployed, contained, asked["id"], group_id, instance_id, _inventory(deployed, folder / "account.jsonl"), earlier
    )


def _reached(deployed: Deployed) -> tuple[str, str]:
    """An instance with a public address, behind a group that lets the internet in."""
    ec2 = deployed.emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.40.1.0/24")["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    group = create_group(deployed.emulator, vpc, "edge")
    (instance,) = ec2.run_instances(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet,
        SecurityGroupIds=[group], TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "front"}]}],
    )["Instances"]
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance["InstanceId"])
    return group, instance["InstanceId"]


def _inventory(deployed: Deployed, path: Path) -> Path:
    done = deployed.command.run("audit", "--region", deployed.emulator.region, "--save", str(path), "--format", "jsonl")
    assert done.returncode in (0, 3), done.stderr
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    of = lambda kind: [line["facts"] for line in lines if (line["service"], line["type"]) == ("ec2", kind)]  # noqa: E731
    # The emulator does not say which subnets a default network ACL guards, as AWS does.
    for acl in (facts["DescribeNetworkAcls"] for facts in of("network-acl")):
        subnets = [facts["DescribeSubnets"] for facts in of("subnet")]
        acl["Associations"] = [{"SubnetId": s["SubnetId"]} for s in subnets if s["VpcId"] == acl["VpcId"] and acl["IsDefault"]]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


class Dashboard:
    """`riposte dashboard` as a process. Use as `with Dashboard(…) as url:`."""

    def __init__(self, deployed: Deployed, *arguments: str, environment: dict[str, str] | None = None, port: int = 0):
        self._command = [str(deployed.command.binary), "dashboard", "--port", str(port), *arguments]
        self._environment = deployed.command.environment() | (environment or {})
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> str:
        self._process = subprocess.Popen(self._command, env=self._environment, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, f"`riposte dashboard` did not start: {line!r}"
        return found.group()

    def __exit__(self, *_exception) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text of a page."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def multiply(filled: Filled, count: int, apart_ms: int = 60_000, newest_ms: int | None = None) -> None:
    """Writes so many copies of a contained incident into the ledger, signed as Riposte signs, each a minute older.

    The newest is of `newest_ms`, else of the incident's own time: milliseconds since 1970.
    """
    deployed = filled.deployed
    signer = "ingress-guard"
    found = deployed.emulator.client("ssm").get_parameter(Name=f"/riposte-keys/{signer}", WithDecryption=True)
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(found["Parameter"]["Value"]))
    dynamodb, table = deployed.emulator.client("dynamodb"), deployed.stack["LedgerTable"]
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": f"incident#{filled.contained[0]}"}})["Item"]
    first = json.loads(item["record"]["S"])
    writes = []
    for number in range(count):
        opened_ms = (newest_ms or first["opened_ms"]) - number * apart_ms
        record = first | {"id": f"inc-copy{number}", "opened_ms": opened_ms}
        text = json.dumps(record)
        signed = f"{item['version']['N']}\n{text}\n{item['plan']['S']}"
        parts = [part.encode() for part in (signer, record["id"], signed)]
        signature = key.sign(b"".join(len(part).to_bytes(8, "big") + part for part in parts))
        opened = datetime.fromtimestamp(opened_ms / 1000, timezone.utc)
        at = f"{opened:%Y-%m-%dT%H:%M:%S}.{opened_ms % 1000:03d}Z"
        copy = item | {"pk": {"S": f"incident#{record['id']}"}, "record": {"S": text},
                       "signed_by": {"S": signer}, "signature": {"S": base64.b64encode(signature).decode()}, "opened_at": {"S": at}}
        writes.append({"PutRequest": {"Item": copy}})
    for start in range(0, count, 25):
        dynamodb.batch_write_item(RequestItems={table: writes[start:start + 25]})
