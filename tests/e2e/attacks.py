"""One attack of each kind on resources of its own, so that many can run side by side and each be compared with another.

Two runs differ in ids and times. `Attack.plain` takes these out of a record: what is left must be equal.
"""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import account
import events
import sshd
import state
from deployed import Deployed

WORLD = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
GUESSER = "198.51.100.23"


@dataclass(frozen=True)
class Attack:
    """An attack that was made."""

    function: str
    # The one call that contains it, as the proxy names it.
    containing: str
    record: dict
    # The resource's live state, ids of its parts left out.
    read: Callable[[], object]
    # Ids of this attack's own → what stands for them in a comparison.
    names: dict[str, str]
    # A part of the finding's target by which the incident is found.
    target: str

    def batch(self) -> dict:
        """The event as Lambda delivers it from the queue."""
        return events.sqs_batch(json.dumps(events.envelope(self.record)))

    def incidents(self, deployed: Deployed) -> list[dict]:
        """The incidents of this attack, whole."""
        listed = [incident for incident in deployed.command.incidents() if self.target in incident["target"]]
        return [deployed.command.show(incident["id"]) for incident in listed]

    def plain(self, incident: dict) -> dict:
        """The record without what is different in every run: ids, times, and the way it went."""
        # After an interruption it is not known who made the change, and it is not claimed.
        kept = {name: part for name, part in incident.items() if name not in ("timeline", "opened_ms", "opened_at", "changed", "made")}
        plain = json.loads(self._renamed(json.dumps(kept)).replace('"found-done"', '"done"'))
        del plain["id"], plain["finding"]["scope"]["event_id"], plain["finding"]["event_time"]
        # AWS's own id of the user, role or group: each run has its own.
        (plain.get("plan") or {}).pop("identity", None)
        return plain

    def plain_state(self) -> str:
        """The resource's live state as it can be compared with that of another run."""
        return self._renamed(repr(self.read()))

    def _renamed(self, text: str) -> str:
        for name, stands_for in self.names.items():
            text = text.replace(name, stands_for)
        return text


def open_group(deployed: Deployed) -> Attack:
    """SSH opened to the world."""
    emulator = deployed.emulator
    group = account.create_group(emulator, deployed.account.vpc_id, f"web-{uuid.uuid4()}")
    record = events.authorize_ingress(emulator, deployed.account.attacker, group, WORLD)
    rules = sorted(state.rules(emulator, group).items(), key=lambda item: str(state.contents(dict([item]))))
    return Attack(
        "ingress-guard",
        "ec2:RevokeSecurityGroupIngress",
        record,
        lambda: state.contents(state.rules(emulator, group)),
        {group: "GROUP"} | {rule: f"RULE-{number}" for number, (rule, _) in enumerate(rules)},
        group,
    )


def grant(deployed: Deployed) -> Attack:
    """An administrator's policy attached to a user."""
    emulator = deployed.emulator
    user = account.create_user(emulator, f"user-{uuid.uuid4()}")
    emulator.client("iam").attach_user_policy(UserName=user.name, PolicyArn=account.READ_ONLY)
    record = events.attach_policy(emulator, deployed.account.attacker, "user", user.name, account.ADMINISTRATOR)
    return _on_user(deployed, "iam:DetachUserPolicy", record, user)


def backdoor(deployed: Deployed) -> Attack:
    """An administrator's inline policy of a user."""
    user = account.create_user(deployed.emulator, f"user-{uuid.uuid4()}")
    document = account.policy(["*"])
    record = events.put_policy(deployed.emulator, deployed.account.attacker, "user", user.name, "backdoor", document)
    return _on_user(deployed, "iam:DeleteUserPolicy", record, user)


def key(deployed: Deployed) -> Attack:
    """An access key made for another user."""
    user = account.create_user(deployed.emulator, f"user-{uuid.uuid4()}")
    record, made = events.create_access_key(deployed.emulator, deployed.account.attacker, user.name)
    return _on_user(deployed, "iam:UpdateAccessKey", record, user, {made.id: "NEW-KEY"})


def _on_user(deployed: Deployed, containing: str, record: dict, user: account.User, more: dict | None = None) -> Attack:
    return Attack(
        "identity-guard",
        containing,
        record,
        lambda: state.principal(deployed.emulator, "user", user.name),
        {user.name: "USER", user.key.id: "OLD-KEY"} | (more or {}),
        user.name,
    )


# What changes network ACLs takes turns within a region, so attacks that are to run side by side take regions in turn.
_PARTS = ("us-west", "eu-west", "eu-central", "ap-south", "ap-east", "ap-southeast")
_REGIONS = itertools.cycle(f"{part}-{number}" for number in (1, 2) for part in _PARTS)


def guess(deployed: Deployed) -> Attack:
    """Passwords guessed on a host."""
    emulator, region = deployed.emulator, next(_REGIONS)
    host = account.create_host(emulator, region=region)
    sshd.write(emulator, deployed.account, sshd.failures(GUESSER, 12), host.log_stream, region=region)
    record = events.log_stream_created(
        emulator, deployed.account.attacker, deployed.account.log_group, host.log_stream
    ) | {"awsRegion": region}
    return Attack(
        "log-watch",
        "ec2:CreateNetworkAclEntry",
        record,
        lambda: state.network_acl(emulator, host.network_acl_id, region),
        {host.instance_id: "HOST", host.subnet_id: "SUBNET", host.network_acl_id: "ACL", region: "REGION"},
        host.log_stream,
    )


ALL = [open_group, grant, backdoor, key, guess]
