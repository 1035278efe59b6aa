"""A grant or a credential that persists access is taken back: proven by IAM, which refuses what it allowed before."""

from __future__ import annotations

import itertools
import json
from datetime import datetime, timezone

import account
import events
import pytest
import state
from account import ADMINISTRATOR, READ_ONLY, User
from botocore.exceptions import ClientError

_names = itertools.count()
KINDS = ["user", "role", "group"]
TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}'
# An administrator's grant as nobody formats it: undo must restore it character for character.
ODD_DOCUMENT = """{ "Version":"2012-10-17",
   "Statement" : {"Effect":"Allow","Action":"*",  "Resource":["*"]} }"""


def make(live, kind: str) -> str:
    """A user, role or group of the test's own, with an ordinary attached and an ordinary inline policy."""
    iam, name = live.emulator.client("iam"), f"{kind}-{next(_names)}"
    word = f"{kind.capitalize()}Name"
    more = {"AssumeRolePolicyDocument": TRUST} if kind == "role" else {}
    getattr(iam, f"create_{kind}")(**{word: name}, **more)
    getattr(iam, f"attach_{kind}_policy")(**{word: name, "PolicyArn": READ_ONLY})
    getattr(iam, f"put_{kind}_policy")(
        **{word: name, "PolicyName": "own", "PolicyDocument": account.policy(["s3:GetObject"])}
    )
    return name


def allowed(live, actor: User) -> bool:
    """Whether a user may do what only an administrator may."""
    try:
        actor.client(live.emulator, "iam").list_users()
        return True
    except ClientError as error:
        assert error.response["Error"]["Code"] in ("AccessDenied", "InvalidClientTokenId"), error
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_an_attached_administrator_policy_is_detached(live, kind):
    name = make(live, kind)
    before = state.principal(live.emulator, kind, name)
    record = events.attach_policy(live.emulator, live.account.attacker, kind, name, ADMINISTRATOR)
    attacked = state.principal(live.emulator, kind, name)
    (incident,) = live.send(record)
    assert (incident["detector"], incident["outcome"]) == ("admin-policy-attached", "contained")
    assert state.principal(live.emulator, kind, name) == before
    live.command.must("undo", incident["id"], "--yes")
    assert state.principal(live.emulator, kind, name) == attacked


def test_a_policy_of_the_customers_own_is_read_before_it_is_judged(live):
    name = make(live, "user")
    before = state.principal(live.emulator, "user", name)
    record = events.attach_policy(live.emulator, live.account.attacker, "user", name, live.account.admin_policy_arn)
    (incident,) = live.send(record)
    assert incident["outcome"] == "contained" and state.principal(live.emulator, "user", name) == before


@pytest.mark.parametrize("kind", KINDS)
def test_an_inline_administrator_policy_is_deleted_and_its_document_kept(live, kind):
    name = make(live, kind)
    before = state.principal(live.emulator, kind, name)
    record = events.put_policy(live.emulator, live.account.attacker, kind, name, "backdoor", ODD_DOCUMENT)
    attacked = state.principal(live.emulator, kind, name)
    (incident,) = live.send(record)
    assert (incident["detector"], incident["outcome"]) == ("admin-inline-policy", "contained")
    assert state.principal(live.emulator, kind, name) == before
    (undo,) = live.command.show(incident["id"])["plan"]["undo"]
    assert undo["parameters"]["PolicyDocument"] == ODD_DOCUMENT
    live.command.must("undo", incident["id"], "--yes")
    assert state.principal(live.emulator, kind, name) == attacked


def test_a_key_made_for_another_is_deactivated(live):
    name = make(live, "user")
    live.emulator.client("iam").create_access_key(UserName=name)
    before = state.principal(live.emulator, "user", name)
    record, key = events.create_access_key(live.emulator, live.account.attacker, name)
    stolen = live.emulator.client("sts", key.id, key.secret)
    assert stolen.get_caller_identity()["Arn"].endswith(f":user/{name}")

    (incident,) = live.send(record)
    assert (incident["detector"], incident["outcome"]) == ("access-key-for-another", "contained")
    after = state.principal(live.emulator, "user", name)
    assert after == before | {"keys": before["keys"] | {key.id: "Inactive"}}
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        stolen.get_caller_identity()

    live.command.must("undo", incident["id"], "--yes")
    assert state.principal(live.emulator, "user", name)["keys"][key.id] == "Active"
    assert stolen.get_caller_identity()["Arn"].endswith(f":user/{name}")


@pytest.mark.parametrize("way", ["attached", "inline"])
def test_iam_refuses_what_it_allowed_before(live, way):
    eve = account.create_user(live.emulator, f"eve-{next(_names)}")
    live.emulator.client("iam").put_user_policy(
        UserName=eve.name, PolicyName="build", PolicyDocument=account.policy(account.BUILD_PERMISSIONS)
    )
    assert not allowed(live, eve)
    if way == "attached":
        record = events.attach_policy(live.emulator, eve, "user", eve.name, ADMINISTRATOR)
    else:
        record = events.put_policy(live.emulator, eve, "user", eve.name, "root", account.policy(["*"]))
    assert allowed(live, eve)
    (incident,) = live.send(record)
    assert incident["outcome"] == "contained" and not allowed(live, eve)
    # What the user was given before still holds.
    eve.client(live.emulator, "ec2").describe_security_groups()


def test_what_only_looks_alike_stays(live):
    attacker, name = live.account.attacker, make(live, "user")
    records = [
        events.attach_policy(live.emulator, attacker, "user", name, live.account.plain_policy_arn),
        events.attach_policy(live.emulator, attacker, "role", live.account.role_name, READ_ONLY),
        events.put_policy(live.emulator, attacker, "user", name, "read", account.policy(["iam:Get*", "iam:List*"])),
        events.put_policy(
            live.emulator, attacker, "user", name, "bucket", account.policy(["s3:*"], "arn:aws:s3:::build/*")
        ),
        events.create_access_key(live.emulator, attacker, attacker.name)[0],
    ]
    held = [state.principal(live.emulator, "user", user) for user in (name, attacker.name)]
    assert live.send(*records) == []
    assert [state.principal(live.emulator, "user", user) for user in (name, attacker.name)] == held


def test_a_user_that_was_deleted_meanwhile_needs_no_answer(live):
    iam, name = live.emulator.client("iam"), f"gone-{next(_names)}"
    iam.create_user(UserName=name)
    record = events.attach_policy(live.emulator, live.account.attacker, "user", name, ADMINISTRATOR)
    iam.detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    iam.delete_user(UserName=name)
    (incident,) = live.send(events.late(record))
    assert incident["outcome"] == "no-action-needed"
    (notice,) = live.inbox.of(incident["id"])
    assert "NO ACTION NEEDED" in notice.subject and "no longer exists" in notice.field("Outcome")


def test_a_policy_that_was_detached_meanwhile_needs_no_answer(live):
    iam, name = live.emulator.client("iam"), make(live, "user")
    before = state.principal(live.emulator, "user", name)
    record = events.attach_policy(live.emulator, live.account.attacker, "user", name, ADMINISTRATOR)
    iam.detach_user_policy(UserName=name, PolicyArn=ADMINISTRATOR)
    (incident,) = live.send(events.late(record))
    assert incident["outcome"] == "no-action-needed" and state.principal(live.emulator, "user", name) == before


def test_undo_is_refused_where_the_user_has_changed_since(live):
    name = make(live, "user")
    record = events.attach_policy(live.emulator, live.account.attacker, "user", name, ADMINISTRATOR)
    (incident,) = live.send(record)
    live.emulator.client("iam").attach_user_policy(UserName=name, PolicyArn=live.account.plain_policy_arn)
    changed = state.principal(live.emulator, "user", name)
    refused = live.command.run("undo", incident["id"], "--yes")
    assert refused.returncode == 1 and "has changed since" in refused.stderr
    assert state.principal(live.emulator, "user", name) == changed


def _of_guardduty(live, user: User, finding_id: str, **service) -> dict:
    """A finding of GuardDuty about a user's key, as EventBridge delivers it."""
    account_id, region = live.emulator.account, live.emulator.region
    key = {"accessKeyId": user.key.id, "userName": user.name, "userType": "IAMUser", "principalId": "AIDAEXAMPLE"}
    remote = {"api": "ListUsers", "remoteIpDetails": {"ipAddressV4": "203.0.113.7"}}
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    action = {"actionType": "AWS_API_CALL", "awsApiCallAction": remote}
    finding = {
        "schemaVersion": "2.0", "id": finding_id, "accountId": account_id, "region": region, "partition": "aws",
        "type": "UnauthorizedAccess:IAMUser/TorIPCaller", "severity": 5, "title": "An API was called from a Tor exit node",
        "createdAt": now, "updatedAt": now, "resource": {"resourceType": "AccessKey", "accessKeyDetails": key},
        "service": {"serviceName": "guardduty", "archived": False, "eventLastSeen": now, "action": action, **service},
    }  # fmt: skip
    kind, source = "GuardDuty Finding", "aws.guardduty"
    return {"version": "0", "id": f"of-{finding_id}", "detail-type": kind, "source": source, "detail": finding,
            "account": account_id, "region": region, "time": now, "resources": []}  # fmt: skip


def test_a_key_that_guardduty_reports_is_deactivated_once_a_person_approves(live):
    user = account.create_user(live.emulator, f"reported-{next(_names)}")
    before = state.principal(live.emulator, "user", user.name)
    known = {incident["id"] for incident in live.command.incidents()}

    def sent(*bodies: dict) -> list[dict]:
        batch = events.sqs_batch(*(json.dumps(body) for body in bodies))
        for function in ("identity-guard", "compute-guard"):
            assert live.invoke(function, batch) == {"batchItemFailures": []}
        return [incident for incident in live.command.incidents() if incident["id"] not in known]

    # A sample, one that was put aside, and another's are no incident of this function's.
    aside = _of_guardduty(live, user, "aside", archived=True)
    assert sent(_of_guardduty(live, user, "sample", additionalInfo={"sample": True}), aside) == []
    reported = _of_guardduty(live, user, "reported")
    (incident,) = sent(reported, reported)
    assert (incident["detector"], incident["outcome"]) == ("guardduty-credentials-compromised", "needs-approval")
    assert state.principal(live.emulator, "user", user.name) == before
    live.command.must("approve", incident["id"], "--yes", "--reason", "CHG-7")
    assert live.command.show(incident["id"])["outcome"] == "contained"
    (key,) = live.emulator.client("iam").list_access_keys(UserName=user.name)["AccessKeyMetadata"]
    assert key["Status"] == "Inactive"
    live.command.must("undo", incident["id"], "--yes")
    assert state.principal(live.emulator, "user", user.name) == before
