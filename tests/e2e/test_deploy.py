"""Runs `infra/deploy.py` as `make deploy` does, against an emulated account, and reads what it says and leaves behind."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from command import Command
from deploy import FUNCTIONS, TEMPLATE
from emulator import ACCOUNT, REGION, SECRET, Emulator

INFRA = TEMPLATE.parent
BUCKET = "code-of-ours"
ALL = [*FUNCTIONS, "dashboard"]
# With the function of hunts, which has a template of its own.
RELEASED = [*ALL, "hunter"]


@pytest.fixture(scope="module")
def zips(tmp_path_factory) -> Path:
    """Functions that fail at once, where the build puts its own: nothing here runs them."""
    folder = tmp_path_factory.mktemp("zips")
    for name in RELEASED:
        (folder / name).mkdir()
        with zipfile.ZipFile(folder / name / "bootstrap.zip", "w") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, "#!/bin/sh\nexit 1\n")
    return folder


@pytest.fixture
def account(emulator_of_its_own) -> Emulator:
    emulator_of_its_own.client("s3").create_bucket(Bucket=BUCKET)
    return emulator_of_its_own


def run(emulator: Emulator, *arguments, region: str | None = REGION, **variables: str) -> subprocess.CompletedProcess:
    """The program's end, with nobody at the keyboard."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    at = ["--region", region] if region else []
    command = [sys.executable, INFRA / "deploy.py", *at, *arguments]
    return subprocess.run(
        command, env=environment | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )


def deploy(emulator: Emulator, zips: Path, *arguments) -> subprocess.CompletedProcess:
    # What the template has for AWS alone, the emulator refuses.
    at = ["--zips", zips, "--bucket", BUCKET, "--parameter", f"AwsEndpointUrl={emulator.url}"]
    return run(emulator, *at, *arguments)


def objects(emulator: Emulator) -> list[str]:
    return [entry["Key"] for entry in emulator.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def status(emulator: Emulator) -> list[str]:
    """The status of every stack that is not deleted."""
    found = emulator.client("cloudformation").describe_stacks()["Stacks"]
    return [stack["StackStatus"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]


@pytest.mark.parametrize(
    ("arguments", "region", "said"),
    [
        ([], REGION, "BUCKET is not set"),
        (["--bucket", "nobodys-bucket"], REGION, "there is no bucket `nobodys-bucket`: make one by `aws s3 mb"),
        (["--bucket", BUCKET], None, "no region: set REGION=…"),
        (["--bucket", BUCKET], "us-esat-1", "`us-esat-1` is no region of AWS's"),
        (["--bucket", BUCKET, "--parameter", "Mod=live"], REGION, "no parameter `Mod`: do you mean `Mode`?"),
        (["--bucket", BUCKET, "--parameter", "Mode=maybe"], REGION, "is one of shadow, live, halt, not `maybe`"),
        (["--bucket", BUCKET, "--rules", "/nonexistent"], REGION, "RULES: there is no folder `/nonexistent`"),
        (["--bucket", BUCKET, "--rules", str(INFRA / "deployment")], REGION, "RULES: there are no rules"),
    ],
)
def test_what_is_wrong_is_said_before_the_build(emulator, arguments, region, said):
    if BUCKET not in [bucket["Name"] for bucket in emulator.client("s3").list_buckets()["Buckets"]]:
        emulator.client("s3").create_bucket(Bucket=BUCKET)
    ended = run(emulator, "--check", *arguments, region=region)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("deploy: ") and said in ended.stderr and ended.stderr.count("\n") == 1


def test_a_bucket_of_another_region_is_refused(account):
    elsewhere = {"LocationConstraint": "eu-west-1"}
    client = account.client("s3", region="eu-west-1")
    client.create_bucket(Bucket="far-away", CreateBucketConfiguration=elsewhere)
    ended = run(account, "--check", "--bucket", "far-away")
    assert ended.returncode == 1 and "`far-away` is in eu-west-1, and you deploy to us-east-1" in ended.stderr


def test_the_region_that_is_named_wins(account, zips):
    ended = run(account, "--check", "--bucket", BUCKET, AWS_REGION="eu-west-1")
    assert ended.returncode == 0, ended.stderr
    assert f"account {ACCOUNT}, region {REGION}, as arn:aws:" in ended.stdout and "stack riposte: new" in ended.stdout
    ended = run(account, "--check", "--bucket", BUCKET, region=None, AWS_REGION=REGION)
    assert ended.returncode == 0 and f"region {REGION}, as" in ended.stdout, ended.stderr


def test_a_dry_run_prints_everything_and_leaves_nothing(account, zips):
    ended = deploy(account, zips, "--dry-run")
    assert ended.returncode == 0, ended.stderr
    for name in ALL:
        assert f"/{name}.zip  " in ended.stdout
    for line in ("CodeBucket=code-of-ours", "Architecture=x86_64", "would create the stack riposte", "AWS::DynamoDB::Table"):
        assert line in ended.stdout
    assert ended.stdout.endswith("dry run: nothing was changed\n")
    assert objects(account) == [] and status(account) == []


def test_without_a_yes_nothing_is_deployed(account, zips):
    ended = deploy(account, zips)
    assert ended.returncode == 1 and "DEPLOY_ARGS=--yes" in ended.stderr
    assert "AWS::Lambda::Function" in ended.stdout, "what would change is shown"
    assert status(account) == []


def test_a_stack_is_made_updated_and_left_alone(account, zips, binary):
    ended = deploy(account, zips, "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "  add        1 AWS::DynamoDB::Table" in ended.stdout
    assert "outputs:\n" in ended.stdout and "LedgerTable" in ended.stdout and "riposte-ledger" in ended.stdout
    assert "mode: shadow (" in ended.stdout
    assert "riposte init       makes the secrets that CloudFormation cannot; needed" in ended.stdout
    assert status(account) == ["CREATE_COMPLETE"]

    Command(binary, account).must("init")
    # Somebody has set the mode since; a deployment leaves it, and says so.
    account.client("ssm").put_parameter(Name="/riposte/mode", Value="live", Type="String", Overwrite=True)
    ended = deploy(account, zips, "--yes", "--parameter", "LogRetentionDays=30")
    assert ended.returncode == 0, ended.stderr
    assert "IngressGuardLogs (AWS::Logs::LogGroup)" in ended.stdout
    assert "mode: live (what is found is acted on)" in ended.stdout
    assert "riposte init is not needed" in ended.stdout
    assert status(account) == ["UPDATE_COMPLETE"]

    dry = deploy(account, zips, "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "  LogRetentionDays=30\n" in dry.stdout and "would keep the parameters" in dry.stdout
    assert "the mode stays: live (" in dry.stdout and "the code of" not in dry.stdout
    with zipfile.ZipFile(zips / "ingress-guard" / "bootstrap.zip", "a") as archive:
        archive.writestr("another", "build")
    dry = deploy(account, zips, "--dry-run")
    assert "  modify  the code of" in dry.stdout, dry.stdout


def test_a_failure_names_its_reasons_and_the_next_deployment_starts_anew(account, zips):
    ssm = account.client("ssm")
    ssm.put_parameter(Name="/riposte/mode", Value="shadow", Type="String")
    ended = deploy(account, zips, "--yes")
    assert ended.returncode == 1
    assert "deploy: the stack `riposte` is ROLLBACK_COMPLETE" in ended.stderr
    assert "ModeSetting (AWS::SSM::Parameter): " in ended.stderr and "exists" in ended.stderr
    assert "cancelled" not in ended.stderr
    assert status(account) == ["ROLLBACK_COMPLETE"]

    ssm.delete_parameter(Name="/riposte/mode")
    ended = deploy(account, zips, "--yes")
    assert ended.returncode == 0, ended.stderr
    assert "its creation failed; what is left is deleted, and it is created anew" in ended.stdout
    assert "ModeSetting (AWS::SSM::Parameter): " in ended.stdout, "why it failed then"
    assert status(account) == ["CREATE_COMPLETE"]


def test_a_template_without_function_urls_is_whole():
    sys.path.insert(0, str(INFRA))
    try:
        from deployment import packages, report
    finally:
        sys.path.remove(str(INFRA))
    text = TEMPLATE.read_text()
    less = packages.without_dashboard_url(text)
    assert set(report.resources(text)) - set(report.resources(less)) == {"DashboardFunctionUrl"}
    assert "AWS::Lambda::Url" not in less and "DashboardUrl:" not in less
    names = {change["LogicalResourceId"]: change["Action"] for change in report.differences(text, less)}
    assert names == {"DashboardFunctionUrl": "Remove"}


def test_a_release_is_whole_and_its_sums_hold(zips, tmp_path):
    command = tmp_path / "riposte"
    command.write_bytes(b"the command")
    out = tmp_path / "release"
    program = [sys.executable, INFRA / "release.py", "--zips", zips, "--command", command, "--out", out]
    subprocess.run(program, check=True, capture_output=True)
    lines = [line.split("  ") for line in (out / "SHA256SUMS").read_text().splitlines()]
    assert {name for _, name in lines} == {
        *(f"{name}.zip" for name in RELEASED), "riposte", "template.yaml", "hunt.yaml", "deploy.py",
        *(f"deployment/{path.name}" for path in (INFRA / "deployment").glob("*.py")),
    }
    for digest, name in lines:
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name
    # What is missing is named, and the folder of before stays.
    (zips / "patcher" / "bootstrap.zip").rename(tmp_path / "away.zip")
    try:
        ended = subprocess.run(program, capture_output=True, text=True)
        assert ended.returncode == 1 and "not built: " in ended.stderr and "patcher" in ended.stderr
        assert (out / "SHA256SUMS").is_file()
    finally:
        (tmp_path / "away.zip").rename(zips / "patcher" / "bootstrap.zip")


def test_a_release_deploys_by_itself(account, zips, tmp_path):
    command = tmp_path / "riposte"
    command.write_bytes(b"the command")
    out = tmp_path / "release"
    program = [sys.executable, INFRA / "release.py", "--zips", zips, "--command", command, "--out", out]
    subprocess.run(program, check=True, capture_output=True)
    ended = subprocess.run(
        [sys.executable, out / "deploy.py", "--region", REGION, "--zips", out, "--bucket", BUCKET, "--dry-run"],
        env={"PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": account.url, "AWS_ACCESS_KEY_ID": ACCOUNT,
             "AWS_SECRET_ACCESS_KEY": SECRET},
        capture_output=True, text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert "would create the stack riposte" in ended.stdout
