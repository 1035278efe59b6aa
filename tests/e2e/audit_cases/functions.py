"""Lambda in depth."""

from __future__ import annotations

import io
import zipfile

from audit_cases import HOME, OTHER, Account, allow, document

PUBLIC, ANY = "lambda-function-public", "lambda-function-open-to-any-source"
SECRET, URL, CORS = "lambda-function-secret-in-environment", "lambda-function-url-unauthenticated", "lambda-function-url-cors-open"

# What, the parameters of AddPermission, whether it is public, whether a service may for anybody.
PERMISSIONS: list[tuple[str, dict, bool, bool]] = [
    ("everyone", {"Principal": "*"}, True, False),
    ("everyone of an organization", {"Principal": "*", "PrincipalOrgID": "o-a1b2c3d4e5"}, False, False),
    ("everyone from one source", {"Principal": "*", "SourceArn": f"arn:aws:s3:::mine", "SourceAccount": HOME}, False, False),
    ("another account", {"Principal": OTHER}, False, False),
    ("S3 for anybody", {"Principal": "s3.amazonaws.com"}, True, True),
    ("another service for anybody", {"Principal": "sns.amazonaws.com"}, False, True),
    ("a service for its own bucket", {"Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::mine", "SourceAccount": HOME}, False, False),
    ("a service for its own rule", {"Principal": "events.amazonaws.com", "SourceArn": f"arn:aws:events:us-east-1:{HOME}:rule/nightly"}, False, False),
    ("a service for its own account", {"Principal": "sns.amazonaws.com", "SourceAccount": HOME}, False, False),
]
# Variables, and whether one is a secret. None of them is anybody's.
VARIABLES: list[tuple[str, dict[str, str], bool]] = [
    ("a key of AWS's", {"CONFIG": "AKIA" + "QWERTYUIOPASDFGH"}, True),
    ("a password by its name", {"DB_PASSWORD": "correct-horse-7Battery"}, True),
    ("a key by its look", {"K": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy5JJcds3xfn\n-----END RSA PRIVATE KEY-----"}, True),
    ("a database's address with its password", {"URL": "postgres://app:s3cr3tPassw0rd@db.internal:5432/app"}, True),
    ("a token of GitHub's", {"X": "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL3oR6"}, True),
    ("names and levels", {"LOG_LEVEL": "debug", "TABLE": "orders", "STAGE": "prod"}, False),
    ("the name of a secret", {"DB_PASSWORD_SECRET_ARN": f"arn:aws:secretsmanager:us-east-1:{HOME}:secret:db-a1b2c3", "PASSWORD_PARAMETER": "/app/db/password"}, False),
    ("a placeholder", {"API_KEY": "{{resolve:secretsmanager:app:SecretString:key}}"}, False),
    ("nothing", {}, False),
]


def make(account: Account) -> None:
    lambda_, iam = account.client("lambda"), account.client("iam")
    trust = document(allow(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole"))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return {}\n")

    def function(name: str, role: str | None = None, **more) -> str:
        role = role or iam.create_role(RoleName=f"role-{name}", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        settings = {"Runtime": "python3.13", "Handler": "index.handler", "Code": {"ZipFile": code.getvalue()}} | more
        return lambda_.create_function(FunctionName=name, Role=role, **settings)["FunctionArn"]

    for number, (case, permission, public, any_) in enumerate(PERMISSIONS):
        arn = function(f"called-{number}")
        lambda_.add_permission(FunctionName=arn, StatementId="s", Action="lambda:InvokeFunction", **permission)
        account.says(arn, case, public, PUBLIC)
        account.says(arn, case, any_, ANY)
    for number, (case, variables, secret) in enumerate(VARIABLES):
        arn = function(f"environment-{number}", Environment={"Variables": variables})
        account.says(arn, case, secret, SECRET)
    for runtime, old in (("python3.7", True), ("nodejs16.x", True), ("python3.13", False), ("provided.al2023", False)):
        arn = function("runtime-" + runtime.replace(".", "-"), Runtime=runtime)
        account.says(arn, runtime, old, "lambda-function-runtime-unsupported")
    for name, kind, origins in (("url-open", "NONE", ["*"]), ("url-signed", "AWS_IAM", ["https://example.com"])):
        arn = function(name)
        lambda_.create_function_url_config(FunctionName=name, AuthType=kind, Cors={"AllowOrigins": origins})
        account.says(arn, name, kind == "NONE", URL)
        account.says(arn, name, "*" in origins, CORS)
    arn = function("url-signed-permission")
    lambda_.create_function_url_config(FunctionName="url-signed-permission", AuthType="AWS_IAM")
    account.good(arn, "a URL that asks for a signature", URL, CORS, PUBLIC)

    shared = iam.create_role(RoleName="shared", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="shared", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    for name in ("shares-1", "shares-2"):
        account.bad(function(name, role=shared), "a role of two functions, an administrator's",
                    "lambda-function-role-shared", "lambda-function-role-admin")
    arn = function("well-kept", TracingConfig={"Mode": "Active"},
                   DeadLetterConfig={"TargetArn": f"arn:aws:sqs:us-east-1:{HOME}:queue-00"})
    lambda_.put_function_concurrency(FunctionName="well-kept", ReservedConcurrentExecutions=5)
    logs = account.client("logs")
    logs.create_log_group(logGroupName="/aws/lambda/well-kept")
    logs.put_retention_policy(logGroupName="/aws/lambda/well-kept", retentionInDays=90)
    account.good(arn, "a function as it should be", "lambda-function-role-shared", "lambda-function-role-admin",
                 "lambda-function-not-traced", "lambda-function-failures-dropped",
                 "lambda-function-concurrency-unbounded", "lambda-function-log-group-kept-forever", PUBLIC, ANY)
    arn = function("forgotten")
    account.bad(arn, "a function as it comes", "lambda-function-not-traced", "lambda-function-failures-dropped",
                "lambda-function-concurrency-unbounded", "lambda-function-log-group-kept-forever",
                "lambda-function-outside-vpc")
