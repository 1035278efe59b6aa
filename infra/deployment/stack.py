"""The stack: what state it is in, the change set that brings it to the template, and why one failed."""

from __future__ import annotations

import time
from dataclasses import dataclass

from botocore.exceptions import ClientError

from . import DeployError

# CloudFormation takes seconds for a resource; asked more often, it throttles.
PAUSE_SECONDS = 2.0
# What it says of a change set that changes nothing.
NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass
class Stack:
    """A stack by name."""

    cloudformation: object
    name: str
    pause: float = PAUSE_SECONDS

    def status(self) -> str | None:
        """Its status; nothing where there is no such stack."""
        found = self.describe()
        return found["StackStatus"] if found else None

    def describe(self) -> dict | None:
        try:
            return self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def template(self) -> str:
        """The template that it stands on."""
        body = self.cloudformation.get_template(StackName=self.name)["TemplateBody"]
        return body if isinstance(body, str) else str(body)

    def kind_of_change(self) -> str:
        """`CREATE` or `UPDATE`; `AGAIN` where a creation failed and what is left of it must be deleted first.

        Raises where the stack must be brought into another state by a person.
        """
        status = self.status()
        match status:
            case None | "REVIEW_IN_PROGRESS":
                return "CREATE"
            case "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED" | "CREATE_FAILED" | "DELETE_FAILED":
                return "AGAIN"
            case "UPDATE_ROLLBACK_FAILED":
                by = f"aws cloudformation continue-update-rollback --stack-name {self.name}"
                raise DeployError(f"the stack `{self.name}` is {status}: go on by `{by}`, then deploy again")
        if status.endswith("_IN_PROGRESS"):
            raise DeployError(f"the stack `{self.name}` is {status}: somebody deploys; try again when it is done")
        return "UPDATE"

    def delete(self) -> None:
        """Deletes it and waits until it is gone."""
        # A deleted stack is found by its id only.
        identity = self.describe()["StackId"]
        self.cloudformation.delete_stack(StackName=self.name)
        gone = Stack(self.cloudformation, identity, self.pause)
        status = gone._wait()
        if status not in (None, "DELETE_COMPLETE"):
            raise DeployError(f"the stack `{self.name}` could not be deleted: {status}\n{gone.failures()}")

    def propose(self, kind: str, template_url: str, parameters: dict[str, str]) -> tuple[str, list[dict]] | None:
        """Makes a change set: its name, and what it would change. Nothing where nothing would change."""
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        if kind == "UPDATE":
            # What is not named keeps its value: a deployment must not turn off what an earlier one set.
            known = {entry["ParameterKey"] for entry in self.describe().get("Parameters", [])}
            wanted = self.cloudformation.get_template_summary(TemplateURL=template_url)["Parameters"]
            rest = [name for name in (entry["ParameterKey"] for entry in wanted) if name in known - set(parameters)]
            given += [{"ParameterKey": name, "UsePreviousValue": True} for name in rest]
        # A change set that failed keeps its name, so each has its own.
        change_set = f"riposte-{time.time_ns()}"
        about = {"StackName": self.name, "ChangeSetName": change_set}
        self.cloudformation.create_change_set(
            **about,
            ChangeSetType=kind,
            TemplateURL=template_url,
            Parameters=given,
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        while (made := self.cloudformation.describe_change_set(**about))["Status"] in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
            time.sleep(self.pause)
        if made["Status"] != "CREATE_COMPLETE":
            reason = made.get("StatusReason", "CloudFormation says no reason")
            self.cloudformation.delete_change_set(**about)
            if any(words in reason for words in NOTHING):
                return None
            raise DeployError(f"the change set failed: {reason}")
        changes = made.get("Changes", [])
        while token := made.get("NextToken"):
            made = self.cloudformation.describe_change_set(**about, NextToken=token)
            changes += made.get("Changes", [])
        return change_set, [change["ResourceChange"] for change in changes]

    def withdraw(self, change_set: str, kind: str) -> None:
        """Deletes a change set that is not wanted, and the empty stack that one for a new stack leaves behind."""
        self.cloudformation.delete_change_set(StackName=self.name, ChangeSetName=change_set)
        if kind == "CREATE":
            self.cloudformation.delete_stack(StackName=self.name)

    def execute(self, change_set: str) -> None:
        """Executes it and waits. Raises with the failed resources' reasons."""
        # Clocks differ by seconds.
        begun = time.time() - 5
        self.cloudformation.execute_change_set(StackName=self.name, ChangeSetName=change_set)
        status = self._wait()
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise DeployError(f"the stack `{self.name}` is {status}\n{self.failures(begun)}")

    def _wait(self) -> str | None:
        while True:
            status = self.status()
            if status is None or not status.endswith("_IN_PROGRESS"):
                return status
            time.sleep(self.pause)

    def failures(self, since: float = 0.0) -> str:
        """What failed since a time, the first cause first."""
        pages = self.cloudformation.get_paginator("describe_stack_events").paginate(StackName=self.name)
        events = [event for page in pages for event in page["StackEvents"]][::-1]
        failed = [
            event
            for event in events
            if event["ResourceStatus"].endswith("_FAILED")
            and event["Timestamp"].timestamp() >= since
            # Those that were stopped because another failed.
            and "cancelled" not in event.get("ResourceStatusReason", "")
        ]
        lines = [
            f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', 'no reason')}"
            for event in failed
        ]
        return "\n".join(lines) or "  no resource says why: look at the stack's events"
