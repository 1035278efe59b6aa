"""What `make deploy` says: what would change, what stands, which mode it is in, and what is left to do."""

from __future__ import annotations

import difflib
import re
from collections import Counter

import yaml
from botocore.exceptions import ClientError

from . import DeployError
from .place import Place

MODE = "/riposte/mode"
LEDGER_KEY = "/riposte/secrets/ledger-key"
PUBLIC_KEYS = "/riposte/ledger-keys"
# So many changes are named; an upgrade of every function changes hundreds.
NAMED = 40


class _AnyTag(yaml.SafeLoader):
    """Reads a template with `!Sub` and its like kept beside their values."""


_AnyTag.add_multi_constructor("!", lambda loader, suffix, node: (suffix, _plain(loader, node)))


def _plain(loader: yaml.SafeLoader, node: yaml.Node):
    match node:
        case yaml.ScalarNode():
            return loader.construct_scalar(node)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


def resources(template: str) -> dict[str, dict]:
    """A template's resources by logical id."""
    return yaml.load(template, _AnyTag)["Resources"]


def changes(changes: list[dict]) -> str:
    """A change set as lines: each change of what exists, and what is added by type. Replacements and removals first."""
    order = {"Remove": 0, "Modify": 1, "Add": 2}
    shown = sorted(changes, key=lambda c: (order.get(c["Action"], 3), c.get("Replacement") != "True", c["LogicalResourceId"]))
    added = Counter(change["ResourceType"] for change in shown if change["Action"] == "Add")
    others = [change for change in shown if change["Action"] != "Add"]
    lines = [_change(change) for change in others[:NAMED]]
    if len(others) > NAMED:
        lines.append(f"  … and {len(others) - NAMED} other changes")
    lines += [f"  add     {count:4} {kind}" for kind, count in sorted(added.items())]
    totals = Counter(change["Action"].lower() for change in shown)
    replaced = sum(change.get("Replacement") == "True" for change in others)
    summary = ", ".join(f"{count} to {action}" for action, count in sorted(totals.items()))
    return "\n".join([*lines, f"{summary or 'nothing to change'}; {replaced} of them replaced"])


def _change(change: dict) -> str:
    how = {"True": "replace", "Conditional": "modify, may replace"}.get(change.get("Replacement"), change["Action"].lower())
    return f"  {how:7} {change['LogicalResourceId']} ({change['ResourceType']})"


def differences(before: str, after: str) -> list[dict]:
    """The changes between two templates' texts, in a change set's words, for a dry run: it makes no change set."""
    old, new = resources(before), resources(after)
    added = [("Add", name, new[name]) for name in new if name not in old]
    removed = [("Remove", name, old[name]) for name in old if name not in new]
    modified = [("Modify", name, new[name]) for name in new if name in old and new[name] != old[name]]
    return [
        {"Action": action, "LogicalResourceId": name, "ResourceType": entry["Type"]}
        for action, name, entry in [*removed, *modified, *added]
    ]


def check_parameters(template: str, given: dict[str, str]) -> None:
    """Refuses parameters that the template does not have, and values that it does not allow."""
    known = yaml.load(template, _AnyTag).get("Parameters", {})
    for name, value in given.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f": do you mean `{near[0]}`?" if near else ""
            raise DeployError(f"the template has no parameter `{name}`{meant}")
        allowed, pattern = known[name].get("AllowedValues"), known[name].get("AllowedPattern")
        if allowed and value not in map(str, allowed):
            raise DeployError(f"the parameter {name} is one of {', '.join(map(str, allowed))}, not `{value}`")
        if pattern and not re.fullmatch(pattern, value):
            raise DeployError(f"the parameter {name} must match {pattern}, and `{value}` does not")


def outputs(stack: dict) -> str:
    """The outputs that a person needs; those of single functions are counted."""
    found = {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
    of_functions = ("FunctionArn", "RoleArn", "QueueUrl", "DeadLettersUrl", "LogGroup")
    own = {key: value for key, value in found.items() if key == "RedriveRoleArn" or not key.endswith(of_functions)}
    width = max(map(len, own), default=0)
    lines = [f"  {key:{width}}  {value}" for key, value in sorted(own.items())]
    rest = len(found) - len(own)
    return "\n".join([*lines, f"  and {rest} outputs of single functions (aws cloudformation describe-stacks)"])


def mode(place: Place) -> str:
    """The mode that the functions are in, as it is set now: a stack update leaves it alone."""
    try:
        value = place.client("ssm").get_parameter(Name=MODE)["Parameter"]["Value"]
    except ClientError as error:
        return f"not known: {error}"
    said = {
        "shadow": "everything is decided and notified, nothing is changed; `riposte mode live` when you trust it",
        "halt": "nothing is changed, and nobody is asked; `riposte mode` sets another",
        "live": "what is found is acted on",
    }
    return f"{value} ({said.get(value.split(' ')[0], 'what stands behind it is live alone')})"


def next_steps(place: Place, functions: list[str]) -> list[str]:
    """What is left to do, in order."""
    steps = []
    ssm = place.client("ssm")
    try:
        secret = not ssm.get_parameters(Names=[LEDGER_KEY])["InvalidParameters"]
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=PUBLIC_KEYS)
        keys = {entry["Name"].rsplit("/", 1)[-1] for page in pages for entry in page["Parameters"]}
        missing = [name for name in functions if name not in keys]
        if not secret:
            steps.append("riposte init       makes the secrets that CloudFormation cannot; needed: they are not there")
        elif missing:
            steps.append(f"riposte init       makes the keys of {', '.join(missing)}; needed: they are not there")
        else:
            steps.append("riposte init is not needed: the secrets are there")
    except ClientError as error:
        steps.append(f"riposte init       makes the secrets; whether they are there is not known: {error}")
    return [*steps, "riposte status     whether everything works", "riposte test       a harmless event, from the call to the notice"]
