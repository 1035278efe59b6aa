"""Reads the template as CloudFormation does: the short forms (`!If`, `!Ref`) spelled out, conditions decided.

A property of the template that only holds in the emulator's reading of it would prove little, so what must hold on AWS
(which events a rule admits, what only an emulator gets) is decided here from the text and the parameters' values.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml
from deploy import TEMPLATE

_ABSENT = object()


def load(path: Path = TEMPLATE) -> dict:
    """A template with its short forms spelled out."""
    return cfn_yaml.load(str(path))


def defaults(template: dict) -> dict[str, str]:
    """The parameters that have a default, by name."""
    return {name: str(entry["Default"]) for name, entry in template["Parameters"].items() if "Default" in entry}


class Resolver:
    """Decides conditions and references for the given parameters; other functions are kept as they are."""

    def __init__(self, template: dict, parameters: dict[str, str]):
        self._template = template
        self._parameters = parameters

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        return self._decide(self._template["Conditions"][condition])

    def resolve(self, value: Any) -> Any:
        """The value with its `Fn::If` decided and references to parameters filled in."""
        resolved = self._resolve(value)
        return None if resolved is _ABSENT else resolved

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [entry for entry in map(self._resolve, value) if entry is not _ABSENT]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Fn::If"}:
            condition, then, otherwise = value["Fn::If"]
            return self._resolve(then if self.holds(condition) else otherwise)
        if set(value) == {"Ref"}:
            if value["Ref"] == "AWS::NoValue":
                return _ABSENT
            return self._parameters.get(value["Ref"], value)
        resolved = {name: self._resolve(entry) for name, entry in value.items()}
        return {name: entry for name, entry in resolved.items() if entry is not _ABSENT}

    def _decide(self, condition: dict) -> bool:
        ((function, arguments),) = condition.items()
        match function:
            case "Fn::Equals":
                left, right = (self._resolve(argument) for argument in arguments)
                return left == right
            case "Fn::Not":
                return not self._decide(arguments[0])
            case "Fn::And":
                return all(map(self._decide, arguments))
            case "Fn::Or":
                return any(map(self._decide, arguments))
            case "Condition":
                return self.holds(arguments)
        raise ValueError(f"unknown condition function `{function}`")
