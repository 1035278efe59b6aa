"""Who may become a role: everyone in all spellings, other accounts, and federations with and without a subject."""

from __future__ import annotations

from audit_cases import HOME, OTHER, Account, allow, deny, document
from audit_cases.buckets import when

EVERYONE, FEDERATED = "iam-role-open-to-everyone", "iam-role-federation-without-subject"
FOREIGN = "iam-role-cross-account-without-external-id"
GITHUB = "token.actions.githubusercontent.com"
OIDC = {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{GITHUB}"}
POOL = {"Federated": "cognito-identity.amazonaws.com"}
SAML = {"Federated": f"arn:aws:iam::{HOME}:saml-provider/corp"}
CLUSTER = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF"
PODS = {"Federated": f"arn:aws:iam::{HOME}:oidc-provider/{CLUSTER}"}


def may(principal, action: str = "sts:AssumeRole", **parts) -> dict:
    return allow(Principal=principal, Action=action, **parts)


def token(principal, **conditions) -> dict:
    return may(principal, "sts:AssumeRoleWithWebIdentity", **({"Condition": conditions} if conditions else {}))


AUD = {f"{GITHUB}:aud": "sts.amazonaws.com"}
ROOT = f"arn:aws:iam::{OTHER}:root"

# What, the statements, and the checks that must fail: e(veryone), f(ederation), a(nother account).
CASES: list[tuple[str, list[dict], str]] = [
    ("everyone", [may("*")], "e"),
    ("everyone as an AWS principal", [may({"AWS": "*"})], "e"),
    ("everyone in a list", [may({"AWS": [f"arn:aws:iam::{HOME}:root", "*"]})], "e"),
    ("everyone by any action", [may("*", "sts:*")], "e"),
    ("everyone with MFA", [may("*", **when("Bool", "aws:MultiFactorAuthPresent", "true"))], "e"),
    ("everyone under a role's name", [may({"AWS": "*"}, **when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin"))], "e"),
    ("everyone but one account", [may("*", **when("StringNotEquals", "aws:PrincipalAccount", OTHER))], "e"),
    ("everyone of the organization", [may("*", **when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))], ""),
    ("everyone of the account", [may("*", **when("StringEquals", "aws:PrincipalAccount", HOME))], ""),
    ("everyone, denied outside of the account", [may("*"), deny(Principal="*", Action="sts:AssumeRole", **when("StringNotEquals", "aws:PrincipalAccount", HOME))], ""),
    ("everyone may tag and nothing else", [may("*", "sts:TagSession")], ""),
    ("its own account", [may({"AWS": f"arn:aws:iam::{HOME}:root"})], ""),
    ("a service", [may({"Service": "ec2.amazonaws.com"})], ""),
    ("another account", [may({"AWS": ROOT})], "a"),
    ("another account by number", [may({"AWS": OTHER})], "a"),
    ("another account's role", [may({"AWS": f"arn:aws:iam::{OTHER}:role/x"})], "a"),
    ("another account with an external id", [may({"AWS": ROOT}, **when("StringEquals", "sts:ExternalId", "c7a1"))], ""),
    ("another account with any external id", [may({"AWS": ROOT}, **when("StringLike", "sts:ExternalId", "*"))], "a"),
    ("another account with MFA", [may({"AWS": ROOT}, **when("Bool", "aws:MultiFactorAuthPresent", "true"))], ""),
    ("GitHub with an audience alone", [token(OIDC, StringEquals=AUD)], "f"),
    ("GitHub with nothing", [token(OIDC)], "f"),
    ("GitHub with any subject", [token(OIDC, StringEquals=AUD, StringLike={f"{GITHUB}:sub": "*"})], "f"),
    ("GitHub with any repository", [token(OIDC, StringEquals=AUD, StringLike={f"{GITHUB}:sub": "repo:*"})], "f"),
    ("GitHub with the beginning of an organization", [token(OIDC, StringLike={f"{GITHUB}:sub": "repo:acme*"})], "f"),
    ("GitHub with a branch of anybody's", [token(OIDC, StringLike={f"{GITHUB}:sub": "repo:*/*:ref:refs/heads/main"})], "f"),
    ("GitHub with one of ours or anybody", [token(OIDC, StringLike={f"{GITHUB}:sub": ["repo:acme/app:*", "*"]})], "f"),
    ("GitHub with a repository", [token(OIDC, StringEquals=AUD, StringLike={f"{GITHUB}:sub": "repo:acme/app:*"})], ""),
    ("GitHub with an organization", [token(OIDC, StringEquals=AUD, StringLike={f"{GITHUB}:sub": "repo:acme/*"})], ""),
    ("GitHub with a branch", [token(OIDC, StringEquals=AUD | {f"{GITHUB}:sub": "repo:acme/app:ref:refs/heads/main"})], ""),
    ("any identity pool", [token(POOL)], "f"),
    ("any identity pool's guests", [token(POOL, **{"ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"}})], "f"),
    ("one identity pool", [token(POOL, StringEquals={"cognito-identity.amazonaws.com:aud": "us-east-1:11111111-2222-3333-4444-555555555555"})], ""),
    ("a SAML provider without audience", [may(SAML, "sts:AssumeRoleWithSAML")], "f"),
    ("a SAML provider", [may(SAML, "sts:AssumeRoleWithSAML", **when("StringEquals", "SAML:aud", "https://signin.aws.amazon.com/saml"))], ""),
    ("pods of a cluster, any", [token(PODS)], "f"),
    ("pods of a cluster, any service account", [token(PODS, StringLike={f"{CLUSTER}:sub": "system:serviceaccount:*"})], "f"),
    ("pods of one service account", [token(PODS, StringEquals={f"{CLUSTER}:sub": "system:serviceaccount:app:web", f"{CLUSTER}:aud": "sts.amazonaws.com"})], ""),
]


def make(account: Account) -> None:
    iam = account.client("iam")
    for number, (case, statements, letters) in enumerate(CASES):
        name = f"trust-{number:02}"
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(*statements))["Role"]["Arn"]
        for letter, check in {"e": EVERYONE, "f": FEDERATED, "a": FOREIGN}.items():
            account.says(arn, case, letter in letters, check)
