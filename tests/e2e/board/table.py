"""The board of attacks: each a real change of the emulated account, what must read as contained, and a benign twin.

An attack is a line of a table: what it needs (`set_up`), the attacker's calls (`make`), what is read before and after
(`read`), when that counts as contained (by default where it reads as before the attack), and the `twin`, calls of the
same kind on another such thing that must stay as they left it. Every attack and every twin has an actor of its own.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass

import account
import trace
from account import User
from botocore.exceptions import ClientError
from deployed import Deployed

OUTSIDE = "999988887777"
OUTSIDER = f"arn:aws:iam::{OUTSIDE}:root"
_numbers = itertools.count(1)


class World:
    """The account, one actor in it, and the records of what the actor does."""

    def __init__(self, deployed: Deployed, actor: User):
        self.deployed, self.emulator, self.actor = deployed, deployed.emulator, actor
        self.records: list[dict] = []

    def owner(self, service: str):
        """A client of the account's owner, whose calls no record tells of."""
        return self.emulator.client(service)

    def call(self, service: str, operation: str, shown: dict | None = None, **parameters) -> dict:
        """The actor's call, and its record kept."""
        answer, record = trace.call(self.emulator, self.actor, service, operation, shown, **parameters)
        self.records.append(record)
        return answer

    def keep(self, record: dict | tuple) -> None:
        """Keeps a record of one of the calls in `events.py`."""
        self.records.append(record[0] if isinstance(record, tuple) else record)

    def told(self, service: str, operation: str, request: dict | None, response: dict | None = None, **more) -> None:
        """Keeps the record of a call that the emulator does not know, and that therefore is not made."""
        self.records.append(trace.record(self.emulator, self.actor, service, operation, request, response, **more))


Thing = dict
SetUp = Callable[[World], Thing]
Make = Callable[[World, Thing], object]
Read = Callable[[World, Thing], object]


def restored(before, _attacked, after) -> bool:
    """It reads as before the attack."""
    return after == before


@dataclass(frozen=True)
class Attack:
    """One line of the board."""

    id: str
    set_up: SetUp
    make: Make
    read: Read
    twin: Make
    contained: Callable[[object, object, object], bool] = restored
    # The Stratus Red Team technique that it is, where it is one.
    technique: str = ""
    # A person approves before anything is done.
    asks: bool = False
    # What the action's page says that the undo cannot bring back is part of what is read.
    loses: bool = False


def name(prefix: str) -> str:
    """A name that nothing else in the account has."""
    return f"{prefix}-{next(_numbers)}"


def actor(deployed: Deployed) -> User:
    """A user of its own who may do everything: the key of an administrator that leaked."""
    user = account.create_user(deployed.emulator, name("mallory"))
    deployed.emulator.client("iam").put_user_policy(
        UserName=user.name, PolicyName="all", PolicyDocument=account.policy(["*"])
    )
    return user


def allow(action, principal=None, resource=None, **more) -> dict:
    """A statement."""
    statement = {"Effect": "Allow", "Action": action}
    if principal is not None:
        statement["Principal"] = principal
    if resource is not None:
        statement["Resource"] = resource
    return statement | more


def policy(*statements: dict) -> str:
    """A document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def absent(read: Callable[[], object]) -> object:
    """What is read, or `None` where AWS says that there is none."""
    try:
        return read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if "NotFound" in code or "NoSuch" in code or "DoesNotExist" in code or "NotExist" in code:
            return None
        raise
