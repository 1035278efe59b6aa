"""Buckets: who gets in by a policy or an ACL, what a condition and a Deny leave, and how clear text is turned away."""

from __future__ import annotations

from audit_cases import HOME, OTHER, Account, allow, deny, document

READ, WRITE = "s3-bucket-publicly-readable", "s3-bucket-publicly-writable"
CLEAR, CONTROL = "s3-bucket-accepts-clear-text", "s3-bucket-controlled-by-another-account"
OFF = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}


def read(**parts) -> dict:
    return allow(**({"Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::B/*"} | parts))


def when(operator: str, key: str, *values: str) -> dict:
    return {"Condition": {operator: {key: list(values) if len(values) > 1 else values[0]}}}


# What, the statements (`B` is the bucket's name), whether everyone reads, whether everyone writes.
PUBLIC: list[tuple[str, list[dict], bool, bool]] = [
    ("everyone", [read()], True, False),
    ("everyone, spelled as an AWS principal", [read(Principal={"AWS": "*"})], True, False),
    ("everyone in a list", [read(Principal={"AWS": ["arn:aws:iam::123456789012:root", "*"]})], True, False),
    ("all but one", [allow(NotPrincipal={"AWS": f"arn:aws:iam::{OTHER}:root"}, Action="s3:GetObject", Resource="arn:aws:s3:::B/*")], True, False),
    ("all actions but one", [allow(Principal="*", NotAction="s3:DeleteBucket", Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"])], True, True),
    ("writing", [read(Action="s3:PutObject")], False, True),
    ("a wildcard within the action", [read(Action="s3:*Object")], True, True),
    ("an action in capitals", [read(Action="S3:GETOBJECT")], True, False),
    ("whoever comes with TLS", [read(**when("Bool", "aws:SecureTransport", "true"))], True, False),
    ("whoever says where he comes from", [read(**when("StringLike", "aws:Referer", "https://example.com/*"))], True, False),
    ("whoever names his program", [read(**when("StringEquals", "aws:UserAgent", "mine"))], True, False),
    ("from anywhere", [read(**when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))], True, False),
    ("from anywhere in halves", [read(**when("IpAddress", "aws:SourceIp", "0.0.0.0/1", "128.0.0.0/1"))], True, False),
    ("from anywhere but one network", [read(**when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))], True, False),
    ("from any organization by a wildcard", [read(**when("StringLike", "aws:PrincipalOrgID", "*"))], True, False),
    ("from the organization, if there is one", [read(**when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))], True, False),
    ("from all of its values, of which there may be none", [read(**when("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/*"))], True, False),
    ("not from one account", [read(**when("StringNotEquals", "aws:PrincipalAccount", OTHER))], True, False),
    ("any principal's ARN", [read(**when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"))], True, False),
    ("a denial of something else", [read(), deny(Principal="*", Action="s3:DeleteObject", Resource="arn:aws:s3:::B/*")], True, False),
    ("a denial of other objects", [read(), deny(Principal="*", Action="s3:GetObject", Resource="arn:aws:s3:::B/private/*")], True, False),
    ("a denial of clear text", [read(), deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B/*", **when("Bool", "aws:SecureTransport", "false"))], True, False),
    ("a denial to one account", [read(), deny(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}, Action="s3:*", Resource="arn:aws:s3:::B/*")], True, False),
    ("nobody", [], False, False),
    ("its own account", [read(Principal={"AWS": f"arn:aws:iam::{HOME}:root"})], False, False),
    ("another account", [read(Principal={"AWS": f"arn:aws:iam::{OTHER}:role/reader"})], False, False),
    ("one organization", [read(**when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))], False, False),
    ("one part of an organization", [read(**when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"))], False, False),
    ("one VPC endpoint", [read(**when("StringEquals", "aws:SourceVpce", "vpce-0a1b2c3d4e5f60718"))], False, False),
    ("one network", [read(**when("IpAddress", "aws:SourceIp", "203.0.113.0/24"))], False, False),
    ("private addresses", [read(**when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))], False, False),
    ("roles of one account", [read(**when("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{HOME}:role/*"))], False, False),
    ("a distribution of its own", [read(Principal={"Service": "cloudfront.amazonaws.com"}, **when("StringEquals", "AWS:SourceArn", f"arn:aws:cloudfront::{HOME}:distribution/E1"))], False, False),
    ("everyone, denied again", [read(), deny(Principal="*", Action="s3:*", Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"])], False, False),
    ("everyone, denied outside of the organization", [read(), deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B/*", **when("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3d4e5"))], False, False),
    ("everyone, denied to all but a role", [read(), deny(NotPrincipal={"AWS": [f"arn:aws:iam::{HOME}:role/app", f"arn:aws:iam::{HOME}:root"]}, Action="s3:*", Resource="arn:aws:s3:::B/*")], False, False),
    ("everyone, denied outside of a network", [read(), deny(Principal="*", NotAction="s3:ListBucket", Resource="arn:aws:s3:::B/*", **when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"))], False, False),
    ("both, the objects' actions denied on the objects", [read(Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"]), deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B/*")], False, False),
    ("everything, denied by a statement each for bucket and objects", [read(Action="s3:*", Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"]), deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B"), deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B/*")], False, False),
    ("all actions but S3's", [allow(Principal="*", NotAction="s3:*", Resource="arn:aws:s3:::B/*")], False, False),
    ("all actions but reads", [allow(Principal="*", NotAction=["s3:Get*", "s3:List*"], Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"])], False, True),
    ("only denials", [deny(Principal="*", Action="s3:*", Resource="arn:aws:s3:::B/*")], False, False),
]
FALSE = when("Bool", "aws:SecureTransport", "false")


def tls(**parts) -> dict:
    whole = {"Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::B", "arn:aws:s3:::B/*"]}
    changed = whole | FALSE | parts
    return deny(**{name: value for name, value in changed.items() if value is not None})


TRANSPORT: list[tuple[str, list[dict], bool]] = [
    ("the statement as it should be", [tls()], False),
    ("everybody as an AWS principal", [tls(Principal={"AWS": "*"})], False),
    ("every resource", [tls(Resource="*")], False),
    ("every action of every service", [tls(Action="*")], False),
    ("a pattern over bucket and objects", [tls(Resource="arn:aws:s3:::B*")], False),
    ("two statements, one for each", [tls(Resource="arn:aws:s3:::B"), tls(Resource="arn:aws:s3:::B/*")], False),
    ("the truth as a string comparison", [tls(Condition={"StringEquals": {"aws:SecureTransport": "false"}})], False),
    ("the truth negated", [tls(Condition={"StringNotEquals": {"aws:SecureTransport": "true"}})], False),
    ("if it exists, which it does", [tls(Condition={"BoolIfExists": {"aws:SecureTransport": "false"}})], False),
    ("beside other statements", [read(Principal={"AWS": f"arn:aws:iam::{HOME}:root"}), tls()], False),
    ("no policy", [], True),
    ("allowing with TLS denies nothing", [read(**when("Bool", "aws:SecureTransport", "true"), Principal={"AWS": f"arn:aws:iam::{HOME}:root"})], True),
    ("the objects alone", [tls(Resource="arn:aws:s3:::B/*")], True),
    ("the bucket alone", [tls(Resource="arn:aws:s3:::B")], True),
    ("another bucket", [tls(Resource=["arn:aws:s3:::other", "arn:aws:s3:::other/*"])], True),
    ("some objects", [tls(Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/logs/*"])], True),
    ("reading alone", [tls(Action=["s3:GetObject", "s3:ListBucket"])], True),
    ("one account alone", [tls(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"})], True),
    ("all but a role", [tls(Principal=None, NotPrincipal={"AWS": f"arn:aws:iam::{HOME}:role/old"})], True),
    ("the wrong truth", [tls(Condition={"Bool": {"aws:SecureTransport": "true"}})], True),
    ("a second condition", [tls(Condition={"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalAccount": OTHER}})], True),
    ("an Allow in place of the Deny", [{**tls(Principal={"AWS": f"arn:aws:iam::{HOME}:root"}), "Effect": "Allow"}], True),
]
CONTROLS: list[tuple[str, dict, bool]] = [
    ("another account writes the policy", allow(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}, Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::B"), True),
    ("another account may do everything", allow(Principal={"AWS": OTHER}, Action="s3:*", Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"]), True),
    ("another account by a pattern", allow(Principal={"AWS": f"arn:aws:iam::{OTHER}:role/x"}, Action="s3:Put*", Resource=["arn:aws:s3:::B", "arn:aws:s3:::B/*"]), True),
    ("another account reads", read(Principal={"AWS": f"arn:aws:iam::{OTHER}:root"}), False),
    ("its own account may do everything", allow(Principal={"AWS": f"arn:aws:iam::{HOME}:root"}, Action="s3:*", Resource="arn:aws:s3:::B"), False),
]
GROUPS = "http://acs.amazonaws.com/groups/"
ACLS: list[tuple[str, dict, bool, bool]] = [
    ("an ACL for everyone to read", {"GrantRead": f'uri="{GROUPS}global/AllUsers"'}, True, False),
    ("an ACL for whoever has an account", {"GrantRead": f'uri="{GROUPS}global/AuthenticatedUsers"'}, True, False),
    ("an ACL for everyone to write", {"GrantWrite": f'uri="{GROUPS}global/AllUsers"'}, False, True),
    ("an ACL for everyone to write the ACL", {"GrantWriteACP": f'uri="{GROUPS}global/AllUsers"'}, False, True),
    ("an ACL for log delivery", {"GrantWrite": f'uri="{GROUPS}s3/LogDelivery"', "GrantReadACP": f'uri="{GROUPS}s3/LogDelivery"'}, False, False),
]


def make(account: Account) -> None:
    s3 = account.client("s3")

    def bucket(name: str, statements: list[dict]) -> str:
        s3.create_bucket(Bucket=name)
        s3.delete_public_access_block(Bucket=name)
        if statements:
            s3.put_bucket_policy(Bucket=name, Policy=document(*statements).replace(":::B", f":::{name}"))
        return name

    for number, (case, statements, reads, writes) in enumerate(PUBLIC):
        name = bucket(f"public-{number:02}", statements)
        account.says(name, case, reads, READ)
        account.says(name, case, writes, WRITE)
    for number, (case, statements, bad) in enumerate(TRANSPORT):
        account.says(bucket(f"transport-{number:02}", statements), case, bad, CLEAR)
    for number, (case, statement, bad) in enumerate(CONTROLS):
        account.says(bucket(f"control-{number:02}", [statement]), case, bad, CONTROL)
    for number, (case, grants, reads, writes) in enumerate(ACLS):
        name = bucket(f"acl-{number:02}", [])
        s3.put_bucket_ownership_controls(
            Bucket=name, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
        )
        s3.put_bucket_acl(Bucket=name, **grants)
        account.says(name, case, reads, READ)
        account.says(name, case, writes, WRITE)
        account.bad(name, case, "s3-bucket-acls-enabled")
    for setting, stops in (("RestrictPublicBuckets", True), ("BlockPublicPolicy", False)):
        name = bucket(f"blocked-{setting.lower()[:12]}", [read()])
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=OFF | {setting: True})
        account.says(name, f"public behind {setting} alone", not stops, READ)
        account.bad(name, f"{setting} alone", "s3-bucket-public-access-not-blocked")
