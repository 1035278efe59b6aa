"""Deploys the template and the functions' zip files, and says what it does: run by `make deploy`.

What can be wrong is looked at first. Then the files are uploaded, the change set is shown, and a person says yes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deployment import DeployError, packages, place, report
from deployment.stack import Stack

TEMPLATE = Path(__file__).resolve().parent / "template.yaml"
NO_FUNCTION_URLS = "AWS::Lambda::Url"


def main() -> int:
    arguments = _arguments()
    try:
        where = _check(arguments)
        if not arguments.check:
            _run(arguments, where)
    except DeployError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"deploy: AWS refuses: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("deploy: interrupted; what CloudFormation began, it goes on with", file=sys.stderr)
        return 130
    return 0


def _check(arguments: argparse.Namespace) -> place.Place:
    """All that can be said before anything is built or uploaded."""
    if not arguments.bucket:
        raise DeployError("BUCKET is not set: name a bucket of the region for the zip files")
    if arguments.rules:
        packages.read_rules(arguments.rules)
    _input(arguments)
    report.check_parameters(arguments.template.read_text(), dict(arguments.parameter))
    where = place.find(arguments.region)
    place.check_bucket(where, arguments.bucket)
    kind = _stack(arguments, where).kind_of_change()
    print(f"account {where.account}, region {where.region}, as {where.caller}")
    print(f"stack {arguments.stack}: {_said(kind)}; files go to s3://{arguments.bucket}")
    return where


def _run(arguments: argparse.Namespace, where: place.Place) -> None:
    template = arguments.template.read_text()
    upload = packages.pack(arguments.zips, template, arguments.rules)
    stack = _stack(arguments, where)
    kind = stack.kind_of_change()
    if arguments.dry_run:
        return _dry_run(arguments, where, stack, kind, upload, template)
    s3 = where.client("s3")
    upload = _upload(arguments, where, s3, upload, template)
    if kind == "AGAIN":
        print(f"what is left of the failed stack:\n{stack.failures()}")
        _ask(arguments, "delete it, and create the stack anew?")
        stack.delete()
        kind = "CREATE"
    proposed = stack.propose(kind, _url(s3, arguments.bucket, upload.template_key), _parameters(arguments, upload))
    if proposed is None:
        print("nothing has changed")
    else:
        change_set, changes = proposed
        print(f"what changes:\n{report.changes(changes)}")
        try:
            _ask(arguments, "deploy this?")
        except BaseException:
            stack.withdraw(change_set, kind)
            raise
        stack.execute(change_set)
        print("deployed")
    print(f"outputs:\n{report.outputs(stack.describe())}")
    if packages.functions(template) == ["hunter"]:
        print("next:", "riposte hunt s3://BUCKET/PREFIX --dry-run     how much there is, how long it takes and what it costs", sep="\n  ")
        return
    print(f"mode: {report.mode(where)}")
    named = [name for name in packages.functions(template) if name != "dashboard"]
    print("next:", *report.next_steps(where, named), sep="\n  ")


def _dry_run(
    arguments: argparse.Namespace, where: place.Place, stack: Stack, kind: str, upload: packages.Upload, template: str
) -> None:
    """Everything that would be done, without an upload and without a change set, which both leave something behind."""
    print("would upload:")
    for key, content in upload.objects.items():
        print(f"  s3://{arguments.bucket}/{key}  {len(content):,} bytes")
    parameters = _parameters(arguments, upload)
    print("would set the parameters:")
    print(*(f"  {name}={value}" for name, value in parameters.items()), sep="\n")
    before, code = "Resources: {}", False
    if kind == "UPDATE":
        kept = {entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in stack.describe().get("Parameters", [])}
        print("would keep the parameters:")
        print(*(f"  {name}={value}" for name, value in kept.items() if name not in parameters), sep="\n")
        before = stack.template()
        code = kept.get("CodePrefix") != parameters.get("CodePrefix")
    print(f"would {'update' if kind == 'UPDATE' else 'create'} the stack {arguments.stack}, by the templates' texts:")
    print(report.changes(report.differences(before, template)))
    if code:
        print(f"  modify  the code of {len(packages.functions(template))} functions: another CodePrefix")
    if kind == "UPDATE":
        print(f"the mode stays: {report.mode(where)}")
    print("dry run: nothing was changed")


def _upload(arguments, where: place.Place, s3, upload: packages.Upload, template: str) -> packages.Upload:
    """Uploads all, and asks CloudFormation whether the region knows every type of the template."""
    _put(s3, arguments.bucket, upload)
    try:
        where.client("cloudformation").validate_template(TemplateURL=_url(s3, arguments.bucket, upload.template_key))
    except ClientError as error:
        if "Unrecognized resource type" not in str(error) or NO_FUNCTION_URLS not in str(error):
            raise
        if dict(arguments.parameter).get("Dashboard") == "true":
            raise DeployError(f"{where.region} has no function URLs, so no dashboard: leave Dashboard=true out") from error
        print(f"{where.region} has no function URLs: the template goes without the dashboard's")
        upload = packages.pack(arguments.zips, packages.without_dashboard_url(template), arguments.rules)
        _put(s3, arguments.bucket, upload)
    return upload


def _put(s3, bucket: str, upload: packages.Upload) -> None:
    for key, content in upload.objects.items():
        print(f"uploading s3://{bucket}/{key}")
        s3.put_object(Bucket=bucket, Key=key, Body=content)


def _url(s3, bucket: str, key: str) -> str:
    return f"{s3.meta.endpoint_url}/{bucket}/{key}"


def _parameters(arguments: argparse.Namespace, upload: packages.Upload) -> dict[str, str]:
    own = {"CodeBucket": arguments.bucket, "CodePrefix": upload.prefix, "Architecture": arguments.architecture}
    return own | _input(arguments) | dict(arguments.parameter)


def _input(arguments: argparse.Namespace) -> dict[str, str]:
    """The parameters of a hunt that name what it may read."""
    if arguments.input is None:
        return {}
    bucket, _, prefix = arguments.input.removeprefix("s3://").partition("/")
    if not arguments.input.startswith("s3://") or not bucket:
        raise DeployError(f"INPUT must be s3://BUCKET/PREFIX, the logs that hunts may read, not `{arguments.input}`")
    return {"InputBucket": bucket, "InputPrefix": prefix}


def _stack(arguments: argparse.Namespace, where: place.Place) -> Stack:
    return Stack(where.client("cloudformation"), arguments.stack)


def _said(kind: str) -> str:
    return {
        "CREATE": "new",
        "UPDATE": "updated",
        "AGAIN": "its creation failed; what is left is deleted, and it is created anew",
    }[kind]


def _ask(arguments: argparse.Namespace, question: str) -> None:
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise DeployError("nobody is here to say yes: DEPLOY_ARGS=--yes says it beforehand; nothing was deployed")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise DeployError("you said no; nothing was deployed")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, help="folder of the functions' zip files")
    parser.add_argument("--bucket", default="", help="a bucket of the region that you deploy to")
    parser.add_argument("--region", help="the region; that of the AWS profile where it is not named")
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="x86_64")
    parser.add_argument("--stack", default="riposte", help="the stack's name")
    parser.add_argument("--template", type=Path, default=TEMPLATE, help="the template, where it is another")
    parser.add_argument("--input", help="s3://BUCKET/PREFIX that hunts may read, for the template of a hunt")
    parser.add_argument("--rules", type=Path, help="folder of Sigma rules of your own")
    parser.add_argument("--parameter", action="append", default=[], type=_pair, help="NAME=VALUE of the template")
    parser.add_argument("--check", action="store_true", help="only look whether it can be deployed")
    parser.add_argument("--dry-run", action="store_true", help="print everything that would be done, and do nothing")
    parser.add_argument("--yes", action="store_true", help="deploy without a question")
    arguments = parser.parse_args()
    if not arguments.check and arguments.zips is None:
        parser.error("--zips is needed")
    return arguments


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=VALUE")
    return name, value


if __name__ == "__main__":
    sys.exit(main())
