"""An account that Riposte defends: the emulator, the deployed stack, what is worth defending, the operator's command.

Events are handled in the background, so a test never looks once and never sleeps a guessed time: it waits until the
queue is empty (`settle`), which holds for "something happened" and for "nothing happened" alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from account import LOG_GROUP, Account, lay_out
from command import Command
from deploy import DEMO_SOURCE, FUNCTIONS, Stack, deploy
from emulator import Emulator
from events import put
from inbox import Inbox


# Seconds that are waited for what must come. Far longer than it takes on a machine that does nothing else, and than an event
# rests that found its target busy or a service throttled (2, 4, 8… s): what is not there then does not come.
PATIENCE = 120.0


def eventually(look: Callable, what: str, timeout: float = PATIENCE):
    """What `look` returns, once that is true; fails after the timeout with what was waited for."""
    deadline = time.monotonic() + timeout
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout:g} s in vain for: {what}")
        time.sleep(0.05)


@dataclass(frozen=True)
class Deployed:
    """All of it."""

    emulator: Emulator
    stack: Stack
    account: Account
    command: Command
    inbox: Inbox

    # ------------------------------------------------------------------------------------------------------ events

    def send(self, *records: dict) -> list[dict]:
        """Sends records through EventBridge, waits until they are handled, and returns the new incidents."""
        before = {incident["id"] for incident in self.command.incidents()}
        for record in records:
            put(self.emulator, record)
        self.settle()
        return [incident for incident in reversed(self.command.incidents()) if incident["id"] not in before]

    def settle(self, *functions: str, timeout: float = PATIENCE) -> None:
        """Waits until the functions' queues hold no message, neither waiting nor being handled."""
        urls = {name: self.stack.of(name, "QueueUrl") for name in functions or FUNCTIONS}

        def quiet() -> bool:
            # Looked at twice: an event may be on its way from the bus when its queue is looked at first.
            for pause in (0.1, 0):
                if any(self._depth(url) for url in urls.values()):
                    return False
                time.sleep(pause)
            return True

        eventually(quiet, f"empty queues of {', '.join(urls)}", timeout)

    def _depth(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.emulator.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def invoke(self, function: str, payload: dict | str) -> dict:
        """Invokes a function directly; the answer, or the error as `{"errorType": …}`."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        answer = self.emulator.client("lambda").invoke(FunctionName=f"riposte-{function}", Payload=text)
        return json.loads(answer["Payload"].read())

    def dead_letters(self, function: str) -> list[str]:
        """Takes the bodies of the messages out of a function's dead-letter queue."""
        sqs, url, bodies = self.emulator.client("sqs"), self.stack.of(function, "DeadLettersUrl"), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies

    # ---------------------------------------------------------------------------------------------------- the record

    def logs(self, function: str) -> str:
        """Everything that a function logged so far."""
        logs, group, lines = self.emulator.client("logs"), self.stack.of(function, "LogGroup"), []
        for page in logs.get_paginator("describe_log_streams").paginate(logGroupName=group):
            for stream in page["logStreams"]:
                name = stream["logStreamName"]
                got = logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)
                lines += [event["message"] for event in got["events"]]
        return "\n".join(lines)

    def ledger(self, prefix: str) -> list[dict]:
        """The ledger's items whose key begins with `prefix`, as plain values."""
        pages = self.emulator.client("dynamodb").get_paginator("scan").paginate(TableName=self.stack["LedgerTable"])
        items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith(prefix)]
        return [{name: next(iter(value.values())) for name, value in item.items()} for item in items]

    # ------------------------------------------------------------------------------------------------------ settings

    def set(self, path: str, value: str, kind: str = "String") -> None:
        """Writes a setting and has the functions read it now."""
        self.emulator.client("ssm").put_parameter(Name=path, Value=value, Type=kind, Overwrite=True)
        self.refresh()

    def unset(self, path: str) -> None:
        """Deletes a setting and has the functions read anew."""
        self.emulator.client("ssm").delete_parameter(Name=path)
        self.refresh()

    def refresh(self) -> None:
        """Has the functions start anew, so that they read their settings now and not within a minute.

        Lambda starts new processes after a change of a function's configuration; here of an environment variable that
        nothing reads. What is under way is let finish first.
        """
        self.settle()
        client = self.emulator.client("lambda")
        for name in FUNCTIONS:
            function = f"riposte-{name}"
            variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
            variables["STARTED_ANEW_AT"] = str(time.time_ns())
            client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def set_up(emulator: Emulator, zips: dict[str, Path], binary: Path, init: bool = True, **parameters: str) -> Deployed:
    """Deploys into an empty account, makes the secrets, and lays out what is worth defending."""
    values = {
        "DemoEventSource": DEMO_SOURCE,
        "Mode": "live",
        "RetryDelaySeconds": "1",
        "LogGroups": LOG_GROUP,
        # Tests of the detectors count calls and incidents,
        "AuditsChanges": "false",
        # and want every event that one of them reads.
        "DeliverFrequent": "true",
        "DeliverData": "true",
    } | parameters
    stack = deploy(emulator, zips, **values)
    command = Command(binary, emulator)
    if init:
        command.must("init")
    return Deployed(emulator, stack, lay_out(emulator), command, Inbox(emulator, stack["TopicArn"]))
