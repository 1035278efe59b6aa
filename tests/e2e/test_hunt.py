"""`riposte hunt`: a bucket evaluated by the function over the state machine gives what `riposte detect` gives."""

from __future__ import annotations

import gzip
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command import Command
from hunting import PREFIX, TEMPLATE, TRAIL, Hunting, deploy_hunt, lay_out_trail, record
from lambda_role import credentials
from template import Resolver, defaults, load

PLACE = f"s3://{TRAIL}/{PREFIX}"
# So that a hunt of some dozen small objects has several shares.
SMALL = ("--share-size", "4KB")


@pytest.fixture(scope="module")
def hunting(emulator, request, binary) -> Hunting:
    lay_out_trail(emulator)
    return deploy_hunt(emulator, request.config.getoption("--zips"), binary)


def name_of(stderr: str) -> str:
    return re.search(r"(hunt-\d{8}-\d{6}-[0-9a-f]{8}) has begun", stderr).group(1)


def test_a_hunt_finds_what_detect_finds_bursts_over_shares_included(hunting):
    for each in ((), ("--each",)):
        of_detect = hunting.command.run("detect", "--format", "jsonl", *each, PLACE)
        before = len(hunting.executions())
        of_hunt = hunting.command.run("hunt", PLACE, "--yes", "--format", "jsonl", *SMALL, *each)
        assert (of_detect.returncode, of_hunt.returncode) == (0, 0), of_hunt.stderr
        assert of_hunt.stdout == of_detect.stdout
        assert len(hunting.executions()) == before + 1
        found = [json.loads(line) for line in of_hunt.stdout.splitlines()]
        assert {"sqs-queue-purged"} < {finding["detector"] for finding in found}
        # A burst needs many secrets, which no single share has.
        assert any("different" in finding["why"] for finding in found), "no burst was joined"
        shares = int(re.search(r"(\d+) of (\d+) shares; ", of_hunt.stderr).group(1))
        assert shares >= 5 and f"{shares} of {shares} shares; " in of_hunt.stderr, of_hunt.stderr
        assert "60 files, 600 records" in of_hunt.stderr and "computed: $" in of_hunt.stderr, of_hunt.stderr
        name = name_of(of_hunt.stderr)
        assert len(hunting.keys(f"{name}/results/")) == shares and not hunting.keys(f"{name}/failed/")
        # Shown again, it is the same.
        again = hunting.command.run("hunt", "--status", name, "--format", "jsonl", *each)
        assert (again.returncode, again.stdout) == (0, of_detect.stdout), again.stderr


def test_options_choose_as_those_of_detect(hunting):
    for options in (
        ("--only", "sqs-queue-purged"),
        ("--min-severity", "medium"),
        ("--where", "eventName=CreateUser"),
        ("--principal", "*nobody*"),
        ("--since", "2026-03-02T08:05:00Z", "--until", "2026-03-02T08:08:00Z"),
    ):
        of_detect = hunting.command.run("detect", "--format", "jsonl", *options, PLACE)
        of_hunt = hunting.command.run("hunt", PLACE, "--yes", "--format", "jsonl", *SMALL, *options)
        assert (of_hunt.returncode, of_hunt.stdout) == (0, of_detect.stdout), (options, of_hunt.stderr)
    # Objects that were written before the first record that is asked for are not read at all.
    late = hunting.command.run("hunt", PLACE, "--dry-run", "--since", "2026-03-02T09:30:00Z")
    assert late.returncode == 0 and "30 objects" in late.stderr, late.stderr
    never = hunting.command.run("hunt", PLACE, "--dry-run", "--since", "2026-04-01")
    assert never.returncode == 1 and "none of the 60 objects is of this time" in never.stderr, never.stderr


def test_a_dry_run_says_everything_and_starts_nothing(hunting):
    before, keys = len(hunting.executions()), hunting.keys()
    done = hunting.command.run("hunt", PLACE, "--dry-run", "--max-concurrency", "7")
    assert done.returncode == 0 and "nothing was started" in done.stderr, done.stderr
    assert "60 objects" in done.stderr and "at most 7 at once" in done.stderr and "$" in done.stderr
    # Nobody is there to say yes.
    unasked = hunting.command.run("hunt", PLACE)
    assert unasked.returncode == 1 and "--yes" in unasked.stderr, unasked.stderr
    assert (len(hunting.executions()), hunting.keys()) == (before, keys)


def test_a_hunt_goes_on_when_the_command_is_killed(hunting):
    process = subprocess.Popen(
        [str(hunting.command.binary), "hunt", PLACE, "--yes", *SMALL], env=hunting.command.environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    said = ""
    for line in process.stderr:
        said += line
        if "has begun" in line:
            break
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    of_detect = hunting.command.run("detect", "--format", "jsonl", PLACE)
    arn = hunting.outputs["StateMachine"].replace(":stateMachine:", ":execution:") + ":" + name_of(said)
    for named in (name_of(said), arn):
        shown = hunting.command.run("hunt", "--status", named, "--format", "jsonl")
        assert (shown.returncode, shown.stdout) == (0, of_detect.stdout), shown.stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_evaluated(hunting):
    s3, day = hunting.emulator.client("s3"), "AWSLogs/damaged/"
    whole = gzip.compress(json.dumps({"Records": [_purge(number) for number in range(400)]}).encode())
    s3.put_object(Bucket=TRAIL, Key=day + "1-cut.json.gz", Body=whole[: len(whole) // 2])
    s3.put_object(Bucket=TRAIL, Key=day + "2-text.txt", Body=b"Dear diary\nnothing here is CloudTrail\n")
    s3.put_object(Bucket=TRAIL, Key=day + "3-parquet", Body=b"PAR1" + bytes(100))
    s3.put_object(Bucket=TRAIL, Key=day + "4-whole.json.gz", Body=whole)
    of_detect = hunting.command.run("detect", "--format", "jsonl", f"s3://{TRAIL}/{day}")
    of_hunt = hunting.command.run("hunt", f"s3://{TRAIL}/{day}", "--yes", "--format", "jsonl", *SMALL)
    assert (of_detect.returncode, of_hunt.returncode) == (3, 3), of_hunt.stderr
    assert of_hunt.stdout == of_detect.stdout and of_hunt.stdout.count("sqs-queue-purged") >= 400
    named = [line for line in of_hunt.stderr.splitlines() if line.startswith("riposte: s3://")]
    assert named == [line for line in of_detect.stderr.splitlines() if line.startswith("riposte: s3://")]
    for name in ("1-cut", "2-text", "3-parquet"):
        assert any(name in line for line in named), of_hunt.stderr


def _purge(number: int) -> dict:
    url = f"https://sqs.us-east-1.amazonaws.com/111122223333/q{number}"
    return record(number, "PurgeQueue", "sqs.amazonaws.com", {"queueUrl": url})


def test_shares_that_fail_are_listed_and_hunted_again(hunting):
    iam, role = hunting.emulator.client("iam"), hunting.outputs["HunterRoleArn"].rsplit("/", 1)[1]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:ListBucket", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="denied", PolicyDocument=json.dumps(deny))
    try:
        failed = hunting.command.run("hunt", PLACE, "--yes", "--format", "jsonl", *SMALL)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="denied")
    assert failed.returncode == 3 and failed.stdout == "", failed.stdout
    assert "0 of " in failed.stderr and "incomplete" in failed.stderr, failed.stderr
    assert "AccessDenied" in failed.stderr and "FAILED" in failed.stderr, failed.stderr
    name = name_of(failed.stderr)
    assert f"riposte hunt --status {name} --retry" in failed.stderr
    of_detect = hunting.command.run("detect", "--format", "jsonl", PLACE)
    again = hunting.command.run("hunt", "--status", name, "--retry", "--format", "jsonl")
    assert (again.returncode, again.stdout) == (0, of_detect.stdout), again.stderr
    # One share's result is lost: only that one is hunted again, and nothing is counted twice.
    bucket, _ = hunting.results
    lost = hunting.keys(f"{name}/results/")[1]
    hunting.emulator.client("s3").delete_object(Bucket=bucket, Key=lost)
    partial = hunting.command.run("hunt", "--status", name, "--format", "jsonl")
    assert partial.returncode == 3 and "incomplete: 1 shares" in partial.stderr, partial.stderr
    healed = hunting.command.run("hunt", "--status", name, "--retry", "--format", "jsonl")
    assert (healed.returncode, healed.stdout) == (0, of_detect.stdout), healed.stderr
    assert "1 shares are hunted again" in healed.stderr, healed.stderr
    nothing = hunting.command.run("hunt", "--status", name, "--retry", "--format", "jsonl")
    assert nothing.returncode == 0 and "nothing failed" in nothing.stderr, nothing.stderr


def test_a_result_that_is_cut_off_is_none(hunting):
    done = hunting.command.run("hunt", PLACE, "--yes", "--format", "jsonl", *SMALL)
    s3, (bucket, _) = hunting.emulator.client("s3"), hunting.results
    key = hunting.keys(f"{name_of(done.stderr)}/results/")[0]
    whole = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.put_object(Bucket=bucket, Key=key, Body=whole[: len(whole) // 2])
    shown = hunting.command.run("hunt", "--status", name_of(done.stderr), "--format", "jsonl")
    assert shown.returncode == 3 and "share 0 " in shown.stderr and "its result" in shown.stderr, shown.stderr
    assert len(shown.stdout.splitlines()) < len(done.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["hunt", f"s3://{TRAIL}/nothing/here"], 1, "no object whose key begins so"),
        (["hunt", "s3://there-is-no-such-bucket/x"], 1, "NoSuchBucket"),
        (["hunt", "s3://Not_A_Bucket/x"], 2, "s3://BUCKET/PREFIX"),
        (["hunt", "logs/"], 2, "`riposte detect` reads files"),
        (["hunt"], 2, "required"),
        (["hunt", PLACE, "--output", "s3://elsewhere/x/"], 2, "may write below"),
        (["hunt", PLACE, "--only", "sqs-queue-purgd"], 2, "sqs-queue-purged"),
        (["hunt", PLACE, "--where", "=x"], 2, "`=x`"),
        (["hunt", PLACE, "--share-size", "2GB"], 2, "at most 512MB"),
        (["hunt", PLACE, "--max-concurrency", "0"], 2, "0"),
        (["hunt", "--status", "hunt-20260101-000000-00000000"], 1, "there is no hunt `hunt-20260101-000000-00000000`"),
        (["hunt", "--status", "arn:aws:states:us-east-1:999988887777:execution:riposte-hunt:h"], 2, "of account 999988887777"),
        (["hunt", "--status", "arn:aws:states:us-east-1:123456789012:execution:other:h"], 2, "no hunt"),
        (["hunt", "--estimate", "much"], 2, "must be a size"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_started(hunting, arguments, code, said):
    before = len(hunting.executions())
    done = hunting.command.run(*arguments, *(["--yes"] if PLACE in arguments else []))
    assert done.returncode == code and said in done.stderr, done.stderr
    assert len(hunting.executions()) == before


def test_results_never_lie_in_what_is_read(hunting):
    place = hunting.outputs["Output"]
    done = hunting.command.run("hunt", place, "--yes")
    assert done.returncode == 2 and "would lie in what is read" in done.stderr, done.stderr
    below = hunting.command.run("hunt", PLACE, "--yes", "--format", "jsonl", "--output", place + "case-7")
    assert below.returncode == 0, below.stderr
    name = name_of(below.stderr)
    assert any(f"case-7/{name}/results/" in key for key in hunting.keys())
    shown = hunting.command.run("hunt", "--status", name, "--format", "jsonl")
    assert (shown.returncode, shown.stdout) == (0, below.stdout), shown.stderr


def test_where_no_hunt_is_deployed_it_is_said(emulator_of_its_own, binary):
    lay_out_trail(emulator_of_its_own, objects=1)
    command = Command(binary, emulator_of_its_own)
    done = command.run("hunt", PLACE, "--yes")
    assert done.returncode == 1 and "hunting is not deployed" in done.stderr and "make hunt-deploy" in done.stderr, done.stderr
    # What it would cost can be said all the same.
    dry = command.run("hunt", PLACE, "--dry-run")
    assert dry.returncode == 0 and "1 objects" in dry.stderr and "hunting is not deployed" in dry.stderr, dry.stderr


def test_the_function_may_read_the_one_place_and_write_the_other(hunting):
    session = credentials(hunting.emulator, hunting.outputs["HunterRoleArn"]).session()
    s3 = session.client("s3", endpoint_url=hunting.emulator.url)
    own = hunting.emulator.client("s3")
    own.put_object(Bucket=TRAIL, Key="private/x", Body=b"x")
    bucket, prefix = hunting.results
    key = next(iter(_keys(own, TRAIL, PREFIX)))
    assert s3.get_object(Bucket=TRAIL, Key=key)["Body"].read()
    assert s3.list_objects_v2(Bucket=TRAIL, Prefix=PREFIX)["KeyCount"] > 0
    s3.put_object(Bucket=bucket, Key=f"{prefix}h/results/1", Body=b"x")
    for refused in (
        lambda: s3.list_objects_v2(Bucket=TRAIL, Prefix="private/"),
        lambda: s3.get_object(Bucket=TRAIL, Key="private/x"),
        lambda: s3.put_object(Bucket=TRAIL, Key=PREFIX + "x", Body=b"x"),
        lambda: s3.delete_object(Bucket=TRAIL, Key=key),
        lambda: s3.put_object(Bucket=bucket, Key="elsewhere", Body=b"x"),
        lambda: s3.get_object(Bucket=bucket, Key=f"{prefix}h/results/1"),
        lambda: session.client("stepfunctions", endpoint_url=hunting.emulator.url).list_state_machines(),
    ):
        with pytest.raises(Exception, match="AccessDenied"):
            refused()
    own.delete_object(Bucket=bucket, Key=f"{prefix}h/results/1")


def _keys(s3, bucket: str, prefix: str) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]]


def test_the_template_is_sound_and_grants_what_is_stated_here():
    lint = subprocess.run([Path(sys.executable).parent / "cfn-lint", TEMPLATE], capture_output=True, text=True)
    assert lint.returncode == 0, lint.stdout
    template = load(TEMPLATE)
    granted = {}
    for name, entry in template["Resources"].items():
        if entry["Type"] != "AWS::IAM::Role":
            continue
        statements = [
            statement
            for policy in entry["Properties"]["Policies"]
            for statement in (policy["Fn::If"][1] if "Fn::If" in policy else policy)["PolicyDocument"]["Statement"]
        ]
        actions = (statement["Action"] for statement in statements)
        granted[name] = sorted(action for one in actions for action in ([one] if isinstance(one, str) else one))
        # Every grant names what it is for.
        assert all(statement["Resource"] != "*" for statement in statements), name
    assert granted == {
        "HunterRole": ["kms:Decrypt", "logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
        "HuntRole": [
            "lambda:InvokeFunction",
            "s3:AbortMultipartUpload",
            "s3:GetObject",
            "s3:GetObject",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
            "states:DescribeExecution",
            "states:StartExecution",
            "states:StopExecution",
        ],
    }
    # Nothing waits, polls or is reserved: idle, it costs nothing.
    types = {entry["Type"] for entry in template["Resources"].values()}
    assert types == {
        "AWS::IAM::Role", "AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy",
        "AWS::StepFunctions::StateMachine",
    }
    values = defaults(template) | {"InputBucket": TRAIL, "CodeBucket": "code", "CodePrefix": "x"}
    assert Resolver(template, values).holds("OwnsOutput")


def test_the_state_machine_is_what_step_functions_takes():
    text = TEMPLATE.read_text()
    machine = json.loads(re.search(r"DefinitionString: !Sub\n\s+- \|\n(.*?)\n\s+- Bucket:", text, re.S).group(1))
    hunt = machine["States"]["Hunt"]
    assert hunt["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    assert hunt["ItemReader"]["ReaderConfig"] == {"InputType": "JSONL"}
    assert 0 < hunt["ToleratedFailurePercentage"] < 100
    # Two attempts of a share that ran out of time would be more than an express workflow has.
    assert "Timeout: 240" in text
    retried = hunt["ItemProcessor"]["States"]["Evaluate"]["Retry"]
    assert retried[0] == {"ErrorEquals": ["Refused"], "MaxAttempts": 0} and retried[1]["BackoffRate"] > 1


def test_it_is_deployed_as_make_does(emulator_of_its_own, request):
    emulator_of_its_own.client("s3").create_bucket(Bucket="code-of-ours")
    program, zips = TEMPLATE.parent / "deploy.py", request.config.getoption("--zips")
    environment = Command(Path("riposte"), emulator_of_its_own).environment() | {"AWS_EC2_METADATA_DISABLED": "true"}
    common = [sys.executable, program, "--bucket", "code-of-ours", "--template", TEMPLATE, "--stack", "riposte-hunt", "--region", "us-east-1"]

    def run(*arguments):
        return subprocess.run([*common, *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    for wrong in ("", "trail/AWSLogs/", "s3://"):
        done = run("--input", wrong, "--check")
        assert done.returncode == 1 and "INPUT must be s3://BUCKET/PREFIX" in done.stderr, done.stderr
    at = ["--input", f"s3://{TRAIL}/AWSLogs/", "--zips", zips, "--parameter", f"AwsEndpointUrl={emulator_of_its_own.url}"]
    done = run(*at, "--yes")
    assert done.returncode == 0 and "riposte hunt s3://BUCKET/PREFIX --dry-run" in done.stdout, done.stderr + done.stdout
    stack = emulator_of_its_own.client("cloudformation").describe_stacks(StackName="riposte-hunt")["Stacks"][0]
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack["Outputs"]}
    assert outputs["Input"] == f"s3://{TRAIL}/AWSLogs/" and outputs["Output"].endswith("/hunts/")


def test_docs_hunt_md_is_what_the_command_computes(binary):
    program = Path(__file__).resolve().parents[1] / "bench" / "hunt.py"
    done = subprocess.run([sys.executable, program, "--riposte", binary, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
