"""Uploads the functions' zip files and deploys the template through a CloudFormation change set.

A user's Sigma rules are packed beside each program. The template is uploaded too: it is longer than a request may be.

The zips go under a prefix made from their contents: CloudFormation does not see new content under an old key, and the
same content need not be deployed twice.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import sys
import time
import zipfile
from pathlib import Path

import boto3

TEMPLATE = Path(__file__).resolve().parent / "template.yaml"
# The functions, as the template names their zip files; the dashboard's in quotes.
FUNCTIONS = re.findall(r"Key: !Sub '?\$\{CodePrefix\}/([a-z-]+)\.zip", TEMPLATE.read_text())


def main() -> int:
    arguments = _arguments()
    zips = {name: arguments.zips / name / "bootstrap.zip" for name in FUNCTIONS}
    missing = [str(path) for path in zips.values() if not path.is_file()]
    if missing:
        print("deploy: not built: " + ", ".join(missing), file=sys.stderr)
        return 1
    rules = _rules(arguments.rules)
    packages = {name: _package(path, rules) for name, path in zips.items()}
    template = arguments.template.read_text()
    prefix = "riposte/" + _digest([*packages.values(), template.encode()])
    s3 = boto3.client("s3")
    for name, package in packages.items():
        print(f"uploading s3://{arguments.bucket}/{prefix}/{name}.zip")
        s3.put_object(Bucket=arguments.bucket, Key=f"{prefix}/{name}.zip", Body=package)
    s3.put_object(Bucket=arguments.bucket, Key=f"{prefix}/template.yaml", Body=template.encode())
    template_url = f"{s3.meta.endpoint_url}/{arguments.bucket}/{prefix}/template.yaml"
    parameters = {"CodeBucket": arguments.bucket, "CodePrefix": prefix, "Architecture": arguments.architecture}
    _deploy(arguments.stack, template_url, parameters | dict(arguments.parameter))
    print("deployed. Next: `riposte init` creates the secret; the mode is shadow until `riposte mode live`.")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, required=True, help="folder of the functions' zip files")
    parser.add_argument("--bucket", required=True, help="a bucket of the region that you deploy to")
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], required=True)
    parser.add_argument("--stack", default="riposte", help="the stack's name")
    parser.add_argument("--template", type=Path, default=TEMPLATE, help="the template, where it is another")
    parser.add_argument("--rules", type=Path, help="folder of Sigma rules of your own")
    parser.add_argument("--parameter", action="append", default=[], type=_pair, help="NAME=VALUE of the template")
    return parser.parse_args()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=VALUE")
    return name, value


def _rules(folder: Path | None) -> dict[str, bytes]:
    """The rule files of a folder, by their place in the package."""
    if folder is None:
        return {}
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".yml", ".yaml"))
    if not files:
        raise SystemExit(f"deploy: there are no rules in {folder}")
    return {f"rules/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in files}


def _package(built: Path, rules: dict[str, bytes]) -> bytes:
    """The zip file as it was built, with the rules beside the program. The same content makes the same bytes."""
    if not rules:
        return built.read_bytes()
    package = io.BytesIO(built.read_bytes())
    with zipfile.ZipFile(package, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, text in rules.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)
    return package.getvalue()


def _digest(contents: list[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]


def _deploy(stack: str, template_url: str, parameters: dict[str, str]) -> None:
    """Creates or updates the stack through a change set (the template's transform needs one) and waits."""
    cloudformation = boto3.client("cloudformation")
    exists = _exists(cloudformation, stack)
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
    if exists:
        # What is not named keeps its value: a deployment must not turn off what an earlier one set.
        known = cloudformation.describe_stacks(StackName=stack)["Stacks"][0].get("Parameters", [])
        rest = [entry["ParameterKey"] for entry in known if entry["ParameterKey"] not in parameters]
        given += [{"ParameterKey": name, "UsePreviousValue": True} for name in rest]
    # A change set that failed keeps its name, so each has its own.
    change_set = f"riposte-{time.time_ns()}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=change_set,
        ChangeSetType="UPDATE" if exists else "CREATE",
        TemplateURL=template_url,
        Parameters=given,
        Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    print(f"deploying stack {stack}")
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(StackName=stack, ChangeSetName=change_set)
    except Exception as error:
        made = cloudformation.describe_change_set(StackName=stack, ChangeSetName=change_set)
        reason = made.get("StatusReason", "")
        cloudformation.delete_change_set(StackName=stack, ChangeSetName=change_set)
        if "didn't contain changes" in reason or "No updates" in reason:
            print("nothing has changed")
            return
        raise SystemExit(f"deploy: the change set failed: {reason or error}") from error
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=change_set)
    cloudformation.get_waiter("stack_update_complete" if exists else "stack_create_complete").wait(StackName=stack)


def _exists(cloudformation, stack: str) -> bool:
    try:
        found = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return False
        raise
    return found[0]["StackStatus"] != "REVIEW_IN_PROGRESS"


if __name__ == "__main__":
    sys.exit(main())
