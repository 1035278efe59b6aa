"""What the operator's settings and guardrails hold back: told and recorded to the exact call, and nothing changed."""

from __future__ import annotations

import itertools
import json

import account
import events
import pytest
import sshd
import state
from account import ADMINISTRATOR, create_group, create_host, create_user
from botocore.exceptions import ClientError
from deploy import FUNCTIONS
from deployed import Deployed, set_up
from lambda_role import credentials

_names = itertools.count()
WORLD = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
BREAK_GLASS = "arn:aws:iam::123456789012:user/break-glass"


@pytest.fixture(scope="module")
def shadow(emulator, zips, binary) -> Deployed:
    """Riposte as it is deployed by default, but for the protected principal."""
    return set_up(emulator, zips, binary, Mode="shadow", ProtectedPrincipals=BREAK_GLASS)


@pytest.fixture
def mode(shadow):
    """Sets the mode as an operator does, and has it take effect now; afterwards it is `shadow` again."""

    def to(name: str) -> None:
        shadow.command.must("mode", name, *(["--yes"] if name == "live" else []))
        shadow.refresh()

    yield to
    to("shadow")


def three_attacks(deployed: Deployed) -> tuple[list[dict], callable]:
    """An opened group, an administrator's grant and a guessing address; and a function that reads all three targets."""
    emulator, host = deployed.emulator, create_host(deployed.emulator)
    group = create_group(emulator, deployed.account.vpc_id, f"web-{next(_names)}")
    user = create_user(emulator, f"user-{next(_names)}")
    sshd.write(emulator, deployed.account, sshd.failures(events.ATTACKER_ADDRESS, 12), host.log_stream)
    records = [
        events.authorize_ingress(emulator, deployed.account.attacker, group, WORLD),
        events.attach_policy(emulator, deployed.account.attacker, "user", user.name, ADMINISTRATOR),
        events.log_stream_created(emulator, deployed.account.attacker, deployed.account.log_group, host.log_stream),
    ]

    def read() -> tuple:
        return (
            state.rules(emulator, group),
            state.principal(emulator, "user", user.name),
            state.network_acl(emulator, host.network_acl_id),
        )

    return records, read


CALLS = ["RevokeSecurityGroupIngress", "DetachUserPolicy"]


def test_shadow_mode_tells_the_exact_calls_and_changes_nothing(shadow):
    records, read = three_attacks(shadow)
    before = read()
    incidents = sorted(shadow.send(*records), key=lambda incident: incident["detector"], reverse=True)
    assert read() == before
    assert [incident["detector"] for incident in incidents] == [
        "ssh-brute-force",
        "open-admin-port",
        "admin-policy-attached",
    ]
    for incident, call in zip(incidents, ["CreateNetworkAclEntry", *CALLS], strict=True):
        assert (incident["outcome"], incident["mode"]) == ("observed", "shadow")
        assert incident["guardrails"] == ["shadow-mode"]
        assert call in shadow.command.must("show", incident["id"])
        assert shadow.command.run("undo", incident["id"], "--yes").returncode == 1
    # What is of low severity is below the notification threshold: recorded only.
    assert shadow.inbox.of(incidents[0]["id"]) == []
    for incident, call in zip(incidents[1:], CALLS, strict=True):
        (notice,) = shadow.inbox.of(incident["id"])
        assert notice.subject.startswith("[Riposte] OBSERVED") and notice.field("Mode") == "shadow"
        assert call in notice.field("Would do") and "riposte undo" not in notice.body
        assert notice.field("Would do") in shadow.command.must("show", incident["id"])
    revoked = json.loads(shadow.inbox.of(incidents[1]["id"])[0].field("Would do").split(" ", 1)[1])
    assert revoked == {"GroupId": records[0]["requestParameters"]["groupId"], "IpPermissions": WORLD}
    assert read() == before


def test_the_kill_switch_stops_all_acting_and_live_starts_it(shadow, mode):
    mode("halt")
    assert shadow.command.must("mode").splitlines()[0] == "halt"
    records, read = three_attacks(shadow)
    before = read()
    incidents = shadow.send(*records)
    assert [incident["outcome"] for incident in incidents] == ["observed"] * 3 and read() == before
    assert {tuple(incident["guardrails"]) for incident in incidents} == {("kill-switch",)}

    mode("live")
    records, read = three_attacks(shadow)
    before = read()
    incidents = shadow.send(*records)
    assert [incident["outcome"] for incident in incidents] == ["contained"] * 3
    assert all(now != then for now, then in zip(read(), before))


def test_what_was_observed_in_shadow_mode_is_not_done_later(shadow, mode):
    records, read = three_attacks(shadow)
    before = read()
    observed = shadow.send(*records)
    assert len(observed) == 3
    assert "riposte mode live --also open-admin-port" in shadow.command.must("report", "shadow", "--days", "1")
    mode("live")
    assert shadow.send(*records[:2]) == [] and read() == before
    # By hand it is, when a person says so.
    (group,) = [incident["id"] for incident in observed if incident["detector"] == "open-admin-port"]
    shown = shadow.command.must("show", group)
    assert "would change" in shown and "undo is" not in shown and "after" not in shadow.command.show(group)
    report = shadow.command.must("report", "shadow", "--days", "1")
    assert "would have been acted on" in report and "it is live by now" in report
    shadow.command.must("approve", group, "--yes")
    assert shadow.command.show(group)["outcome"] == "contained" and read()[0] != before[0]


def test_an_undo_is_possible_in_every_mode(shadow, mode):
    mode("live")
    records, read = three_attacks(shadow)
    before = read()
    incidents = shadow.send(*records)
    mode("halt")
    for incident in incidents:
        shadow.command.must("undo", incident["id"], "--yes")
    assert [state.contents(read()[0]), *read()[1:]] == [state.contents(before[0]), *before[1:]]


# ----------------------------------------------------------------------------------------------------------- guardrails


def observed_by(deployed: Deployed, guardrail: str, record: dict) -> dict:
    """Sends the record and checks that this guardrail, and no other, kept the action back."""
    # Others that look at the same call ask for nothing that a guardrail could keep back.
    (incident,) = [incident for incident in deployed.send(record) if incident["guardrails"]]
    assert (incident["outcome"], incident["guardrails"]) == ("observed", [guardrail])
    return incident


@pytest.mark.parametrize("tagged", ["group", "user", "host"])
def test_what_is_tagged_as_exempt_is_left_alone(shadow, mode, tagged):
    mode("live")
    emulator, attacker = shadow.emulator, shadow.account.attacker
    tag = {"Key": "riposte:exempt", "Value": "true"}
    if tagged == "group":
        record = events.authorize_ingress(emulator, attacker, shadow.account.exempt_group_id, WORLD)
    elif tagged == "user":
        name = create_user(emulator, f"user-{next(_names)}").name
        emulator.client("iam").tag_user(UserName=name, Tags=[tag])
        record = events.attach_policy(emulator, attacker, "user", name, ADMINISTRATOR)
    else:
        host = create_host(emulator)
        emulator.client("ec2").create_tags(Resources=[host.instance_id], Tags=[tag])
        sshd.write(emulator, shadow.account, sshd.failures(events.ATTACKER_ADDRESS, 12), host.log_stream)
        record = events.log_stream_created(emulator, attacker, shadow.account.log_group, host.log_stream)
    incident = observed_by(shadow, "exempt-tag", record)
    assert "would call" in shadow.command.must("show", incident["id"])


@pytest.mark.parametrize("part", ["target", "actor"])
def test_a_protected_principal_is_never_acted_against(shadow, mode, part):
    mode("live")
    emulator, name = shadow.emulator, f"user-{next(_names)}"
    try:
        glass = create_user(emulator, "break-glass")
        emulator.client("iam").attach_user_policy(UserName=glass.name, PolicyArn=ADMINISTRATOR)
        if part == "target":
            actor, target = shadow.account.attacker, glass.name
        else:
            actor, target = glass, create_user(emulator, name).name
        record = events.attach_policy(emulator, actor, "user", target, ADMINISTRATOR)
        observed_by(shadow, "protected-principals", record)
        assert ADMINISTRATOR in state.principal(emulator, "user", target)["attached"]
    finally:
        _delete_user(emulator, glass)


def _delete_user(emulator, user) -> None:
    iam = emulator.client("iam")
    iam.detach_user_policy(UserName=user.name, PolicyArn=ADMINISTRATOR)
    iam.delete_access_key(UserName=user.name, AccessKeyId=user.key.id)
    iam.delete_user(UserName=user.name)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_our_own_roles_are_never_touched(shadow, mode, function):
    mode("live")
    role = shadow.stack.of(function, "RoleArn").rsplit("/", 1)[1]
    attacker = shadow.account.attacker
    before = state.principal(shadow.emulator, "role", role)
    record = events.put_policy(shadow.emulator, attacker, "role", role, "more", account.policy(["*"]))
    observed_by(shadow, "own-roles", record)
    assert state.principal(shadow.emulator, "role", role)["inline"].keys() == before["inline"].keys() | {"more"}
    shadow.emulator.client("iam").delete_role_policy(RoleName=role, PolicyName="more")


GUARDRAIL = """
@id("shadow-mode")
forbid (principal, action == Riposte::Action::"revoke-ingress", resource)
when { context.severity != "critical" };
"""


def test_a_guardrail_of_the_users_own_is_obeyed_under_its_own_name(shadow, mode):
    path = "/riposte/guardrails/only-critical"
    shadow.emulator.client("ssm").put_parameter(Name=path, Value=GUARDRAIL, Type="String")
    mode("live")
    records, read = three_attacks(shadow)
    before = read()
    incidents = {incident["detector"]: incident for incident in shadow.send(*records)}
    shadow.emulator.client("ssm").delete_parameter(Name=path)
    assert incidents["open-admin-port"]["outcome"] == "observed" and read()[0] == before[0]
    # Its own `@id` passes for none of those that ship.
    assert incidents["open-admin-port"]["guardrails"] == ["custom/only-critical"]
    assert incidents["admin-policy-attached"]["outcome"] == "contained"


def test_a_guardrail_that_wants_a_person_asks(shadow, mode):
    path, text = "/riposte/guardrails/ask", "forbid (principal, action, resource) unless { context.approved };"
    shadow.emulator.client("ssm").put_parameter(Name=path, Value=text, Type="String")
    mode("live")
    records, read = three_attacks(shadow)
    before = read()
    incidents = shadow.send(*records)
    shadow.emulator.client("ssm").delete_parameter(Name=path)
    assert [incident["outcome"] for incident in incidents] == ["needs-approval"] * 3 and read() == before
    (notice,) = shadow.inbox.of(incidents[0]["id"])
    assert notice.subject.startswith("[Riposte] NEEDS APPROVAL")
    approve, deny = incidents[0]["id"], incidents[1]["id"]
    assert notice.field("Approve").startswith(f"riposte approve {approve}")
    # Nothing is done without a yes.
    assert shadow.command.run("approve", approve).returncode == 1 and read() == before
    assert "would call" in shadow.command.must("approve", approve, "--dry-run") and read() == before
    wrong = shadow.command.run("approve", approve, "--plan", "0123456789abcdef", "--yes")
    assert wrong.returncode == 1 and "--plan" in wrong.stderr and read() == before
    said = shadow.command.must("approve", approve, "--yes", "--reason", "CHG-1")
    assert "CONTAINED" in said and read() != before
    assert shadow.command.show(approve)["approvals"][0]["reason"] == "CHG-1"
    assert shadow.command.must("deny", deny, "--reason", "a drill").endswith("nothing was changed\n")
    assert shadow.command.show(deny)["outcome"] == "denied"
    assert shadow.command.run("approve", deny, "--yes").returncode == 1
    assert "is undone" in shadow.command.must("undo", approve, "--yes") and read() == before
    shadow.command.must("mark", approve, "false-positive", "--note", "a drill")
    assert shadow.command.show(approve)["mark"]["judgment"] == "false-positive"


@pytest.mark.parametrize("function", ["ingress-guard", "log-watch"])
def test_a_function_cannot_do_the_work_of_another(shadow, function):
    """Containment of the responder itself: what one function's role may do is not the account."""
    role = credentials(shadow.emulator, shadow.stack.of(function, "RoleArn")).session()
    iam = role.client("iam", endpoint_url=shadow.emulator.url)
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.detach_group_policy(GroupName=shadow.account.group_name, PolicyArn=account.READ_ONLY)
