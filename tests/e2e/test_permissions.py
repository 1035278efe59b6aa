"""The stack's policies for people: each verb of the command runs with them, and who only looks can change nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass

import attacks
import pytest
from command import Command
from deployed import Deployed

# The emulator does not read these requests' targets, and asks for them on any resource.
EMULATOR = ["dynamodb:Query", "ssm:GetParametersByPath"]


@dataclass(frozen=True)
class Somebody(Command):
    """The command with a user's own access key."""

    key: str = ""
    secret: str = ""

    def environment(self) -> dict[str, str]:
        return super().environment() | {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret}


def hire(live: Deployed, name: str, *outputs: str) -> Somebody:
    """A user with the policies that the stack's outputs name."""
    iam = live.emulator.client("iam")
    iam.create_user(UserName=name)
    for arn in (arn for output in outputs for arn in live.stack[output].split(",")):
        iam.attach_user_policy(UserName=name, PolicyArn=arn)
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": EMULATOR, "Resource": "*"}],
    }
    iam.put_user_policy(UserName=name, PolicyName="emulator", PolicyDocument=json.dumps(document))
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Somebody(live.command.binary, live.emulator, None, made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture(scope="module")
def reader(live) -> Somebody:
    return hire(live, "reader", "ReaderPolicyArns")


@pytest.fixture(scope="module")
def responder(live) -> Somebody:
    return hire(live, "responder", "ReaderPolicyArns", "ResponderPolicyArns")


def test_without_a_policy_nothing_is_shown(live):
    nobody = hire(live, "nobody")
    live.emulator.client("iam").delete_user_policy(UserName="nobody", PolicyName="emulator")
    for verb in (["incidents"], ["mode"], ["status"]):
        refused = nobody.run(*verb)
        assert refused.returncode != 0 and "ccess" in refused.stderr + refused.stdout, verb


def test_who_looks_sees_everything_and_changes_nothing(live, reader):
    attack = attacks.grant(live)
    (incident,) = live.send(attack.record)
    after = attack.plain_state()
    for verb in (
        ["incidents"], ["incidents", "--json"], ["show", incident["id"]], ["show", incident["id"], "--json"],
        ["why", incident["event_id"]], ["mode"], ["settings", "list"], ["settings", "check"], ["guardrails", "list"],
        ["exclusions", "list"], ["report", "shadow", "--days", "1"], ["redrive", "--dry-run"], ["patch", "status"],
    ):
        done = reader.run(*verb)
        assert done.returncode == 0, (verb, done.stderr)
        assert done.stdout, verb
    # What is wrong here (nobody has confirmed the subscription) is not that something could not be read.
    status = reader.run("status")
    assert status.returncode in (0, 3) and "not known" not in status.stdout, status.stdout
    for verb in (
        ["undo", incident["id"], "--yes"], ["mark", incident["id"], "false-positive"], ["mode", "halt", "--yes"],
        ["settings", "set", "notice-severity", "high"], ["deny", incident["id"], "--reason", "no"], ["test", "--wait", "1"],
    ):
        refused = reader.run(*verb)
        assert refused.returncode == 1, (verb, refused.stdout, refused.stderr)
    assert attack.plain_state() == after and live.command.must("mode").startswith("live")
    assert live.command.show(incident["id"])["outcome"] == "contained"


@pytest.mark.parametrize("make", [attacks.open_group, attacks.grant, attacks.backdoor, attacks.key], ids=lambda make: make.__name__)
def test_who_responds_can_undo_what_was_done(live, responder, make):
    attack = make(live)
    (incident,) = [found for found in live.send(attack.record) if found["can_be_undone"]]
    said = responder.must("undo", incident["id"], "--yes", "--reason", "a drill")
    assert "is undone" in said
    assert live.command.show(incident["id"])["outcome"] == "undone"


def test_who_responds_can_set_mark_and_approve(live, responder):
    try:
        responder.must("mode", "shadow")
        live.refresh()
        attack = attacks.grant(live)
        (incident,) = [found for found in live.send(attack.record) if found["action"]]
        before = attack.plain_state()
        responder.must("mark", incident["id"], "true-positive", "--note", "ours")
        responder.must("approve", incident["id"], "--yes", "--reason", "CHG-1")
        assert attack.plain_state() != before
        responder.must("settings", "set", "notice-severity", "low")
        responder.must("settings", "unset", "notice-severity")
        assert "no dead letters" in responder.must("redrive", "--dry-run")
    finally:
        live.command.run("settings", "unset", "notice-severity")
        live.command.must("mode", "live", "--yes")
        live.refresh()
