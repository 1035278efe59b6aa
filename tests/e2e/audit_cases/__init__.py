"""An emulated account of good and bad resources of the kinds that audits get wrong, and what each check must say of them.

Each module lays out one kind: a table of cases, and a function that makes them. An expectation is a check, a resource, and
whether it is bad; it is written where the resource is, so that nothing has to be kept in step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

HOME = "123456789012"
OTHER = "444455556666"


@dataclass(frozen=True)
class Expectation:
    """What a check must say of a resource: `FAIL` or `PASS` (not failing), and why it is a case."""

    check: str
    resource: str
    status: str
    case: str


@dataclass
class Account:
    """The account that is laid out, and what is expected of it."""

    emulator: object
    expected: list[Expectation] = field(default_factory=list)
    # What was asked for and the emulator forgets, by the resource's id: the fact, its member, and the value.
    forgotten: dict[str, tuple[str, str, object]] = field(default_factory=dict)

    def client(self, service: str):
        return self.emulator.client(service)

    def bad(self, resource: str, case: str, *checks: str) -> None:
        self.expected += [Expectation(check, resource, "FAIL", case) for check in checks]

    def good(self, resource: str, case: str, *checks: str) -> None:
        self.expected += [Expectation(check, resource, "PASS", case) for check in checks]

    def remember(self, lines: list[dict]) -> list[dict]:
        """An inventory with what AWS would have said and the emulator does not."""
        for line in lines:
            if line["id"] in self.forgotten:
                fact, member, value = self.forgotten[line["id"]]
                line["facts"][fact][member] = value
        return lines

    def says(self, resource: str, case: str, bad: bool, *checks: str) -> None:
        (self.bad if bad else self.good)(resource, case, *checks)


def document(*statements: dict) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(**parts) -> dict:
    return {"Effect": "Allow", **parts}


def deny(**parts) -> dict:
    return {"Effect": "Deny", **parts}


def lay_out(emulator) -> Account:
    """Makes everything."""
    from audit_cases import buckets, escalation, functions, logging, network, policies, sharing, trust

    account = Account(emulator)
    for kind in (network, buckets, policies, trust, escalation, functions, logging, sharing):
        kind.make(account)
    return account
