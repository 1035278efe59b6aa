"""The demo's three attacks: how each is made, how it is taken back, and what its target holds, part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import events
import sshd
import state
from account import ADMINISTRATOR
from botocore.exceptions import ClientError
from deployed import Deployed

SSH_FOR_ALL = {
    "IpProtocol": "tcp",
    "FromPort": 22,
    "ToPort": 22,
    "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "temporary"}],
}


@dataclass(frozen=True)
class Attack:
    """One of the three."""

    # What the attacker does, in a few words.
    story: str
    detector: str
    # The resource that is attacked.
    target: str
    # Makes the attack with the attacker's own key, and returns CloudTrail's record of it.
    make: Callable[[], dict]
    # Puts the resource back as it was before the attack.
    take_back: Callable[[], None]
    # The resource's parts, in words, with their whole content: nothing of it is left out of a comparison.
    parts: Callable[[], dict[str, object]]


def attacks(deployed: Deployed, guesser: str) -> list[Attack]:
    """The attacks; `guesser` is the address that guesses passwords."""
    return [_opened_group(deployed), _grant(deployed), _guessing(deployed, guesser)]


def _opened_group(deployed: Deployed) -> Attack:
    emulator, account = deployed.emulator, deployed.account

    def take_back() -> None:
        emulator.client("ec2").revoke_security_group_ingress(GroupId=account.group_id, IpPermissions=[SSH_FOR_ALL])

    def parts() -> dict[str, object]:
        return {_rule(rule): rule for rule in state.rules(emulator, account.group_id).values()}

    return Attack(
        f"user/{account.attacker.name} opens SSH of the web servers to the whole internet",
        "open-admin-port",
        f"security group web, {account.group_id}",
        lambda: events.authorize_ingress(emulator, account.attacker, account.group_id, [SSH_FOR_ALL]),
        take_back,
        parts,
    )


def _rule(rule: dict) -> str:
    ports = "all" if rule["FromPort"] == -1 else str(rule["FromPort"])
    way = "to" if rule["IsEgress"] else "from"
    source = rule.get("CidrIpv4") or rule.get("CidrIpv6")
    protocol = "any" if rule["IpProtocol"] == "-1" else rule["IpProtocol"]
    return f"{protocol:<4} {ports:<5} {way:<5} {source:<15} {rule.get('Description', '')}".rstrip()


def _grant(deployed: Deployed) -> Attack:
    emulator, account = deployed.emulator, deployed.account
    name = account.attacker.name

    def parts() -> dict[str, object]:
        held = state.principal(emulator, "user", name)
        return (
            {f"attached policy {arn.rsplit('/', 1)[1]}": arn for arn in held["attached"]}
            | {f"inline policy {policy}": document for policy, document in held["inline"].items()}
            | {f"access key {key}, {status}": status for key, status in held["keys"].items()}
        )

    return Attack(
        f"user/{name} attaches the administrator's policy to itself",
        "admin-policy-attached",
        f"user {name}",
        lambda: events.attach_policy(emulator, account.attacker, "user", name, ADMINISTRATOR),
        lambda: emulator.client("iam").detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR) and None,
        parts,
    )


def _guessing(deployed: Deployed, guesser: str) -> Attack:
    emulator, account = deployed.emulator, deployed.account

    def make() -> dict:
        # Close together, so that they come after the lines of an earlier attack on the same host.
        sshd.write(emulator, account, sshd.ordinary() + sshd.failures(guesser, 12), apart_ms=10)
        return events.log_stream_created(emulator, account.attacker, account.log_group, account.log_stream)

    def parts() -> dict[str, object]:
        entries = state.network_acl(emulator, account.network_acl_id)
        return {_entry(entry): entry for _, entry in sorted(entries.items())}

    return Attack(
        f"{guesser} guesses SSH passwords of host {account.instance_id}",
        "ssh-brute-force",
        f"network ACL {account.network_acl_id}, in front of {account.instance_id}",
        make,
        lambda: None,
        parts,
    )


def _entry(entry: dict) -> str:
    way = "out" if entry["Egress"] else "in"
    number = "*" if entry["RuleNumber"] == 32767 else str(entry["RuleNumber"])
    return f"{way:<4} {number:<5} {entry['RuleAction']:<5} {entry['CidrBlock']}"


def list_users(deployed: Deployed) -> str:
    """What IAM answers when the attacker asks for something that only an administrator may: `allowed` or the error."""
    try:
        deployed.account.attacker.client(deployed.emulator, "iam").list_users()
        return "allowed"
    except ClientError as error:
        return error.response["Error"]["Code"]
