"""Grants, credentials and trust that keep an intruder in."""

from __future__ import annotations

import json

import account
import state
from account import ADMINISTRATOR, READ_ONLY
from collections.abc import Callable
from board.table import OUTSIDE, OUTSIDER, Attack, Make, SetUp, Thing, World, absent, allow, name, policy

import events


def a_user(w: World) -> Thing:
    user = account.create_user(w.emulator, name("user"))
    w.owner("iam").attach_user_policy(UserName=user.name, PolicyArn=READ_ONLY)
    return {"kind": "user", "name": user.name, "user": user}


def a_plain_user(w: World) -> Thing:
    return {"kind": "user", "name": w.owner("iam").create_user(UserName=name("user"))["User"]["UserName"]}


TRUST = policy(allow("sts:AssumeRole", {"Service": "ec2.amazonaws.com"}))


def a_role(w: World, trust: str = TRUST) -> Thing:
    role = w.owner("iam").create_role(RoleName=name("role"), AssumeRolePolicyDocument=trust)["Role"]
    w.owner("iam").put_role_policy(
        RoleName=role["RoleName"], PolicyName="own", PolicyDocument=account.policy(["s3:GetObject"])
    )
    return {"kind": "role", "name": role["RoleName"], "arn": role["Arn"]}


def a_restorable_role(w: World) -> Thing:
    """A role that the operator lets Riposte restore."""
    thing = a_role(w)
    w.owner("iam").tag_role(RoleName=thing["name"], Tags=[{"Key": "riposte:restorable", "Value": "true"}])
    return thing


def a_group(w: World) -> Thing:
    group = w.owner("iam").create_group(GroupName=name("group"))["Group"]
    w.owner("iam").attach_group_policy(GroupName=group["GroupName"], PolicyArn=READ_ONLY)
    return {"kind": "group", "name": group["GroupName"]}


def principal(w: World, thing: Thing) -> object:
    read = state.principal(w.emulator, thing["kind"], thing["name"])
    iam, word = w.owner("iam"), f"{thing['kind'].capitalize()}Name"
    if thing["kind"] == "user":
        groups = iam.list_groups_for_user(UserName=thing["name"])["Groups"]
        read["groups"] = sorted(group["GroupName"] for group in groups)
        read["login"] = absent(lambda: iam.get_login_profile(UserName=thing["name"])["LoginProfile"]["UserName"])
    if thing["kind"] in ("user", "role"):
        told = getattr(iam, f"get_{thing['kind']}")(**{word: thing["name"]})[thing["kind"].capitalize()]
        read["boundary"] = told.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        read["trust"] = told.get("AssumeRolePolicyDocument")
    return read


def attach(arn: str | None = None) -> Make:
    def make(w: World, thing: Thing) -> None:
        policy_arn = arn or thing["policy"]
        w.keep(events.attach_policy(w.emulator, w.actor, thing["kind"], thing["name"], policy_arn))

    return make


def inline(document: str | Callable[[Thing], str]) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = document(thing) if callable(document) else document
        w.keep(events.put_policy(w.emulator, w.actor, thing["kind"], thing["name"], "more", text))

    return make


READS_LOGS = policy(allow(["logs:Get*", "logs:Describe*"], resource="*"))
ODD_ADMIN = '{ "Version":"2012-10-17",\n "Statement" : {"Effect":"Allow","Action":"*:*",  "Resource":["*"]} }'


def with_own_policy(document: str) -> SetUp:
    """A user and a managed policy of the customer's own."""

    def set_up(w: World) -> Thing:
        made = w.owner("iam").create_policy(PolicyName=name("policy"), PolicyDocument=document)["Policy"]
        return a_user(w) | {"policy": made["Arn"]}

    return set_up


def inactive_key(before, _attacked, after) -> bool:
    """The new key is there and inactive; all else is as before."""
    new = {key: status for key, status in after["keys"].items() if key not in before["keys"]}
    rest = after | {"keys": {key: status for key, status in after["keys"].items() if key not in new}}
    return bool(new) and set(new.values()) == {"Inactive"} and rest == before


def create_key(w: World, thing: Thing) -> None:
    w.keep(events.create_access_key(w.emulator, w.actor, thing["name"]))


def key_of_own(w: World, _thing: Thing) -> None:
    w.keep(events.create_access_key(w.emulator, w.actor, w.actor.name))


def admin_user(w: World, thing: Thing) -> None:
    attach(ADMINISTRATOR)(w, thing)
    create_key(w, thing)


def plain_user_made(w: World, thing: Thing) -> None:
    attach(READ_ONLY)(w, thing)


def an_inactive_key(w: World) -> Thing:
    thing = a_user(w)
    w.owner("iam").update_access_key(UserName=thing["name"], AccessKeyId=thing["user"].key.id, Status="Inactive")
    return thing


def set_key(status: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        key = thing["user"].key.id
        w.call("iam", "UpdateAccessKey", UserName=thing["name"], AccessKeyId=key, Status=status)

    return make


def trust(document: str | Callable[[Thing], str]) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = document(thing) if callable(document) else document
        w.call("iam", "UpdateAssumeRolePolicy", RoleName=thing["name"], PolicyDocument=text)

    return make


def trusts(*principals: object) -> str:
    return policy(
        allow("sts:AssumeRole", {"Service": "ec2.amazonaws.com"}),
        *[allow("sts:AssumeRole", principal) for principal in principals],
    )


OIDC = policy(
    allow("sts:AssumeRole", {"Service": "ec2.amazonaws.com"}),
    allow(
        "sts:AssumeRoleWithWebIdentity",
        {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"},
    ),
)


def backdoor_role(w: World, thing: Thing) -> None:
    trust(trusts({"AWS": OUTSIDER}))(w, thing)
    attach(ADMINISTRATOR)(w, thing)


def no_role(w: World) -> Thing:
    return {"kind": "role", "name": name("role")}


def made_role(w: World, thing: Thing) -> object:
    return absent(lambda: principal(w, thing))


def create_role(document: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("iam", "CreateRole", RoleName=thing["name"], AssumeRolePolicyDocument=document)

    return make


def trusts_nobody_outside(_before, _attacked, after) -> bool:
    """A role must trust somebody; one that trusted outsiders alone then denies everyone."""
    allows = [one for one in after["trust"]["Statement"] if one["Effect"] == "Allow"]
    return OUTSIDE not in json.dumps(allows) and "*" not in json.dumps(allows)


def login(w: World, thing: Thing) -> None:
    w.call("iam", "CreateLoginProfile", UserName=thing["name"], Password="Correct-horse-8", PasswordResetRequired=False)


def login_deleted(w: World, thing: Thing) -> None:
    w.call("iam", "DeleteLoginProfile", UserName=thing["name"])


def login_taken(w: World, thing: Thing) -> None:
    w.owner("iam").create_login_profile(UserName=thing["name"], Password="Correct-horse-8")
    w.call("iam", "DeleteLoginProfile", UserName=thing["name"])


def a_user_with_login(w: World) -> Thing:
    thing = a_user(w)
    w.owner("iam").create_login_profile(UserName=thing["name"], Password="Correct-horse-8")
    return thing


def new_password(w: World, thing: Thing) -> None:
    w.call("iam", "UpdateLoginProfile", UserName=thing["name"], Password="Correct-horse-9")


def denied(_before, _attacked, after) -> bool:
    """A deny of everything stands on the principal."""
    return any(":policy/riposte/" in arn for arn in after["attached"])


def with_groups(w: World, thing: Thing) -> Thing:
    """The same with a group that it is in, and one of administrators."""
    iam, own, group = w.owner("iam"), name("readers"), name("admins")
    iam.create_group(GroupName=own)
    iam.add_user_to_group(GroupName=own, UserName=thing["name"])
    iam.create_group(GroupName=group)
    iam.attach_group_policy(GroupName=group, PolicyArn=ADMINISTRATOR)
    return thing | {"own": own, "group": group}


def a_user_and_admin_group(w: World) -> Thing:
    return with_groups(w, a_user(w))


def into_group(w: World, thing: Thing) -> None:
    w.call("iam", "AddUserToGroup", GroupName=thing["group"], UserName=thing["name"])


def out_of_own_group(w: World, thing: Thing) -> None:
    w.call("iam", "RemoveUserFromGroup", GroupName=thing["own"], UserName=thing["name"])


def self_and_group(w: World) -> Thing:
    return with_groups(w, {"kind": "user", "name": w.actor.name})


QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


def quarantined(w: World) -> Thing:
    thing = a_user(w)
    w.owner("iam").attach_user_policy(UserName=thing["name"], PolicyArn=QUARANTINE)
    return thing


def detach(arn: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("iam", "DetachUserPolicy", UserName=thing["name"], PolicyArn=arn)

    return make


def quarantine_by_aws(w: World, thing: Thing) -> None:
    w.call("iam", "AttachUserPolicy", UserName=thing["name"], PolicyArn=QUARANTINE)


def all_keys_inactive(_before, attacked, after) -> bool:
    keys = {key: "Inactive" for key in attacked["keys"]}
    return after == attacked | {"keys": keys}


def oidc_providers(w: World, thing: Thing) -> object:
    arn = f"arn:aws:iam::{w.emulator.account}:oidc-provider/{thing['host']}"
    return absent(lambda: w.owner("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["Url"])


def a_host(_w: World) -> Thing:
    return {"host": f"{name('id')}.example.net"}


def add_provider(w: World, thing: Thing) -> None:
    w.call(
        "iam",
        "CreateOpenIDConnectProvider",
        Url=f"https://{thing['host']}",
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["a" * 40],
    )


def add_saml_group(w: World, _thing: Thing) -> None:
    w.call("iam", "CreateGroup", GroupName=name("group"))


ATTACKS = [
    Attack("key-for-another", a_user, create_key, principal, key_of_own, inactive_key, "persistence.iam-backdoor-user"),
    Attack(
        "admin-user",
        a_plain_user,
        admin_user,
        principal,
        plain_user_made,
        inactive_key,
        "persistence.iam-create-admin-user",
    ),
    Attack("admin-policy-to-user", a_user, attach(ADMINISTRATOR), principal, attach(READ_ONLY)),
    Attack("admin-policy-to-role", a_role, attach(ADMINISTRATOR), principal, attach(READ_ONLY)),
    Attack("admin-policy-to-group", a_group, attach(ADMINISTRATOR), principal, attach(READ_ONLY)),
    Attack(
        "own-admin-policy-to-user",
        with_own_policy(policy(allow("*", resource="*"))),
        attach(),
        principal,
        attach(READ_ONLY),
    ),
    Attack(
        "own-escalating-policy-to-user",
        with_own_policy(policy(allow(["iam:AttachUserPolicy", "iam:PutUserPolicy"], resource="*"))),
        attach(),
        principal,
        attach(READ_ONLY),
    ),
    Attack("admin-inline-of-user", a_user, inline(policy(allow("*", resource="*"))), principal, inline(READS_LOGS)),
    Attack("admin-inline-of-role", a_role, inline(ODD_ADMIN), principal, inline(READS_LOGS)),
    Attack(
        "admin-inline-of-group",
        a_group,
        inline(policy(allow(["iam:*", "s3:*"], resource="*"))),
        principal,
        inline(READS_LOGS),
    ),
    Attack(
        "role-may-write-own-policy",
        a_role,
        inline(lambda thing: policy(allow("iam:PutRolePolicy", resource=thing["arn"]))),
        principal,
        inline(lambda thing: policy(allow("iam:GetRolePolicy", resource=thing["arn"]))),
    ),
    Attack(
        "user-may-attach-policies",
        a_user,
        inline(policy(allow("iam:attachUserPolicy", resource="*"))),
        principal,
        inline(policy(allow("iam:ListAttachedUserPolicies", resource="*"))),
    ),
    Attack(
        "user-may-make-keys",
        a_user,
        inline(policy(allow("iam:Create*Key", resource=["*"]))),
        principal,
        inline(policy(allow("iam:CreateAccessKey", resource="arn:aws:iam::*:user/${aws:username}"))),
    ),
    Attack(
        "user-may-do-all-but",
        a_user,
        inline(policy({"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "*"})),
        principal,
        inline(policy({"Effect": "Deny", "NotAction": "s3:GetObject", "Resource": "*"})),
    ),
    Attack("key-reactivated", an_inactive_key, set_key("Active"), principal, set_key("Inactive")),
    Attack(
        "role-trusts-account",
        a_role,
        trust(trusts({"AWS": OUTSIDER})),
        principal,
        trust(trusts({"AWS": "arn:aws:iam::123456789012:root"})),
        technique="persistence.iam-backdoor-role",
        asks=True,
    ),
    Attack(
        "role-trusts-everyone", a_role, trust(trusts({"AWS": "*"})), principal, trust(trusts({"Service": "lambda.amazonaws.com"})), asks=True
    ),
    Attack("role-trusts-all", a_role, trust(trusts("*")), principal, trust(trusts({"AWS": "123456789012"})), asks=True),
    Attack(
        "role-made-for-everyone",
        no_role,
        create_role(policy(allow("sts:AssumeRole", {"AWS": ["*"]}))),
        made_role,
        create_role(TRUST),
        trusts_nobody_outside,
        asks=True,
    ),
    Attack(
        "restorable-role-trusts-everyone",
        a_restorable_role,
        trust(trusts({"AWS": "*"})),
        principal,
        trust(trusts({"Service": "lambda.amazonaws.com"})),
    ),
    Attack(
        "role-made-for-account",
        no_role,
        create_role(trusts({"AWS": OUTSIDE})),
        made_role,
        create_role(TRUST),
        trusts_nobody_outside,
        asks=True,
    ),
    Attack(
        "backdoor-role",
        a_role,
        backdoor_role,
        principal,
        trust(trusts({"Service": "lambda.amazonaws.com"})),
        technique="persistence.iam-create-backdoor-role",
        asks=True,
    ),
    Attack("role-trusts-oidc", a_role, trust(OIDC), principal, trust(TRUST), asks=True),
    Attack(
        "login-for-another",
        a_user,
        login,
        principal,
        login_taken,
        denied,
        "persistence.iam-create-user-login-profile",
    ),
    Attack(
        "password-of-another",
        a_user_with_login,
        new_password,
        principal,
        login_deleted,
        denied,
        "privilege-escalation.iam-update-user-login-profile",
    ),
    Attack("into-admin-group", a_user_and_admin_group, into_group, principal, out_of_own_group, asks=True),
    Attack("self-into-admin-group", self_and_group, into_group, principal, out_of_own_group),
    Attack("quarantine-lifted", quarantined, detach(QUARANTINE), principal, detach(READ_ONLY)),
    Attack("key-quarantined", a_user, quarantine_by_aws, principal, attach(READ_ONLY), all_keys_inactive),
    Attack("oidc-provider", a_host, add_provider, oidc_providers, add_saml_group, asks=True),
]
