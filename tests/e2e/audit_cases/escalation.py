"""Administrators and the ways to become one: by combination, over several policies, groups, boundaries and denials."""

from __future__ import annotations

from audit_cases import HOME, Account, allow, deny, document

ADMIN, MORE = "iam-user-admin", "iam-user-escalation"
ALL = allow(Action="*", Resource="*")


def may(*actions: str, on: str | list[str] = "*", **parts) -> dict:
    return allow(Action=list(actions), Resource=on, **parts)


# What, the documents of a user's policies, and what must fail: a(dministrator), m(ore by a way). An administrator's ways
# say nothing more.
USERS: list[tuple[str, list[list[dict]], str]] = [
    ("everything", [[ALL]], "a"),
    ("everything by two stars", [[allow(Action="*:*", Resource="*")]], "a"),
    ("everything but one service", [[allow(NotAction="ec2:*", Resource="*")]], "a"),
    ("everything, then denied", [[ALL, deny(Action="*", Resource="*")]], ""),
    ("everything, with IAM denied", [[ALL, deny(Action=["iam:*", "sts:*", "organizations:*"], Resource="*")]], "?"),
    ("all of IAM", [[may("iam:*")]], "a?"),
    ("everything but IAM", [[allow(NotAction=["iam:*", "organizations:*", "sts:*", "account:*"], Resource="*")]], "?"),
    ("a function with a role", [[may("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")]], "m"),
    ("the same over three policies", [[may("iam:PassRole")], [may("lambda:CreateFunction")], [may("lambda:InvokeFunction")]], "m"),
    ("the same by patterns", [[may("iam:Pass*", "lambda:*")]], "m"),
    ("a machine with a role", [[may("iam:PassRole", "ec2:RunInstances")]], "m"),
    ("a stack with a role", [[may("iam:PassRole", "cloudformation:CreateStack")]], "m"),
    ("a task with a role", [[may("iam:PassRole", "ecs:RegisterTaskDefinition", "ecs:RunTask")]], "m"),
    ("a new version of a policy", [[may("iam:CreatePolicyVersion")]], "m"),
    ("another version of a policy", [[may("iam:SetDefaultPolicyVersion")]], "m"),
    ("keys for others", [[may("iam:CreateAccessKey")]], "m"),
    ("passwords for others", [[may("iam:CreateLoginProfile")]], "m"),
    ("others' passwords", [[may("iam:UpdateLoginProfile")]], "m"),
    ("policies for users", [[may("iam:AttachUserPolicy")]], "m"),
    ("inline policies for users", [[may("iam:PutUserPolicy")]], "m"),
    ("members of groups", [[may("iam:AddUserToGroup")]], "m"),
    ("trust of roles", [[may("iam:UpdateAssumeRolePolicy", "sts:AssumeRole")]], "m"),
    ("passing a role alone", [[may("iam:PassRole")]], ""),
    ("functions alone", [[may("lambda:*")]], ""),
    ("passing to nobody", [[may("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"), deny(Action="iam:PassRole", Resource="*")]], ""),
    ("passing denied in another policy", [[may("iam:PassRole", "ec2:RunInstances")], [deny(Action="iam:Pass*", Resource="*")]], ""),
    ("its own keys", [[may("iam:CreateAccessKey", on=f"arn:aws:iam::{HOME}:user/${{aws:username}}")]], ""),
    ("reading IAM", [[may("iam:Get*", "iam:List*")]], ""),
    ("one bucket", [[may("s3:*", on=["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"])]], ""),
    ("NotAction with a denial of all", [[allow(NotAction="s3:*", Resource="*"), deny(NotAction="s3:*", Resource="*")]], ""),
]
TRUST = document(allow(Principal={"AWS": f"arn:aws:iam::{HOME}:root"}, Action="sts:AssumeRole"))
FOR_MACHINES = document(allow(Principal={"Service": "ec2.amazonaws.com"}, Action="sts:AssumeRole"))


def make(account: Account) -> None:
    iam = account.client("iam")
    for number, (case, policies, letters) in enumerate(USERS):
        name = f"power-{number:02}"
        arn = iam.create_user(UserName=name)["User"]["Arn"]
        for index, statements in enumerate(policies):
            iam.put_user_policy(UserName=name, PolicyName=f"p{index}", PolicyDocument=document(*statements))
        if "?" not in letters:
            account.says(arn, case, "a" in letters, ADMIN)
            if "a" not in letters:
                account.says(arn, case, "m" in letters, MORE)
    _of_groups(account, iam)
    _bounded(account, iam)
    _policies(account, iam)
    _roles(account, iam)


def _of_groups(account: Account, iam) -> None:
    iam.create_group(GroupName="admins")
    iam.put_group_policy(GroupName="admins", PolicyName="all", PolicyDocument=document(ALL))
    arn = iam.create_user(UserName="by-group")["User"]["Arn"]
    iam.add_user_to_group(GroupName="admins", UserName="by-group")
    account.bad(arn, "an administrator by a group", ADMIN)
    group = f"arn:aws:iam::{HOME}:group/admins"
    account.bad(group, "a group's inline policy", "iam-group-inline-admin")
    iam.create_group(GroupName="passers")
    iam.put_group_policy(GroupName="passers", PolicyName="pass", PolicyDocument=document(may("iam:PassRole")))
    arn = iam.create_user(UserName="half-by-group")["User"]["Arn"]
    iam.put_user_policy(UserName="half-by-group", PolicyName="run", PolicyDocument=document(may("ec2:RunInstances")))
    iam.add_user_to_group(GroupName="passers", UserName="half-by-group")
    account.bad(arn, "half of the way by a group", MORE)
    account.good(arn, "half of the way by a group", ADMIN)


def _bounded(account: Account, iam) -> None:
    boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document(may("s3:*")))["Policy"]["Arn"]
    wide = iam.create_policy(PolicyName="wide", PolicyDocument=document(ALL))["Policy"]["Arn"]
    for name, bound, admin in (("bounded", boundary, False), ("bounded-by-all", wide, True)):
        user = iam.create_user(UserName=name, PermissionsBoundary=bound)["User"]
        arn, asked = user["Arn"], {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound}
        account.forgotten[user["UserId"]] = ("GetAccountAuthorizationDetails", "PermissionsBoundary", asked)
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document(ALL))
        account.says(arn, f"an administrator {name}", admin, ADMIN)


def _policies(account: Account, iam) -> None:
    def policy(name: str, *statements: dict, attach: bool = True) -> str:
        arn = iam.create_policy(PolicyName=name, PolicyDocument=document(*statements))["Policy"]["Arn"]
        if attach:
            iam.create_role(RoleName=f"of-{name}", AssumeRolePolicyDocument=TRUST)
            iam.attach_role_policy(RoleName=f"of-{name}", PolicyArn=arn)
        return arn

    for name, bad, statements in (
        ("all", True, [ALL]),
        ("all-lists", True, [allow(Action=["s3:GetObject", "*"], Resource=["*"])]),
        ("all-mfa", True, [{**ALL, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}]),
        ("all-denied", False, [ALL, deny(Action="*", Resource="*")]),
        ("one-service", False, [may("s3:*")]),
        ("all-on-one", False, [allow(Action="*", Resource="arn:aws:s3:::mine/*")]),
        ("nothing", False, [deny(Action="*", Resource="*")]),
    ):
        account.says(policy(name, *statements), name, bad, "iam-policy-admin")
    account.bad(policy("whole-service", may("ec2:*")), "a whole service", "iam-policy-whole-service")
    account.good(policy("some-actions", may("ec2:Describe*")), "reading a service", "iam-policy-whole-service")
    second = policy("second-version", may("s3:GetObject"))
    iam.create_policy_version(PolicyArn=second, PolicyDocument=document(ALL), SetAsDefault=False)
    account.good(second, "an administrator's document that is not the default", "iam-policy-admin")
    first = policy("newest-version", may("s3:GetObject"))
    iam.create_policy_version(PolicyArn=first, PolicyDocument=document(ALL), SetAsDefault=True)
    account.bad(first, "an administrator's document since its second version", "iam-policy-admin")


def _roles(account: Account, iam) -> None:
    def role(name: str, trust: str, *statements: dict) -> str:
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
        return arn

    admin = role("chain-end", TRUST, ALL)
    account.bad(admin, "a role's inline policy", "iam-role-inline-admin")
    middle = role("chain-middle", TRUST, may("sts:AssumeRole", on=admin))
    start = role("chain-start", TRUST, may("sts:AssumeRole", on=middle))
    account.bad(middle, "one step from an administrator", "iam-role-leads-to-admin")
    account.bad(start, "two steps from an administrator", "iam-role-leads-to-admin")
    harmless = role("chain-harmless", TRUST, may("sts:AssumeRole", on=f"arn:aws:iam::{HOME}:role/other-*"))
    account.good(harmless, "steps to other roles", "iam-role-leads-to-admin", "iam-role-escalation")
    machine = role("machine-admin", FOR_MACHINES, ALL)
    account.bad(machine, "a machine's administrator", "iam-role-admin-for-service")
    plain = role("machine-plain", FOR_MACHINES, may("s3:GetObject"))
    account.good(plain, "a machine's ordinary role", "iam-role-admin-for-service", "iam-role-escalation")
    attached = role("machine-aws-admin", FOR_MACHINES)
    iam.attach_role_policy(RoleName="machine-aws-admin", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    account.bad(attached, "a machine's administrator by AWS's policy", "iam-role-admin-for-service")
    account.bad("arn:aws:iam::aws:policy/AdministratorAccess", "AWS's policy, attached", "iam-aws-admin-policy-attached")
