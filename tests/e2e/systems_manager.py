"""A scripted Systems Manager and Inspector before the emulator, which has neither: machines with packages, commands that
take their time, and a list that shows what is done.

Machines are instances of the emulator. Its clock may be one that a test moves. What is asked for is held to the input shapes of botocore's models, and what is
answered to their output shapes. All other calls go on to the emulator.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

import botocore.session
from botocore.validate import ParamValidator
from fault_proxy import Call, Fault, FaultProxy, name_of
from moved_clock import signed_now

PACKAGE, OLD, FIXED = "libssl3", "3.0.9-1", "3.0.11-1~deb12u2"
CVE = "CVE-2026-4242"
# A command is done after so many seconds.
TAKES = 1.0

_JSON = [("Content-Type", "application/x-amz-json-1.1")]
_MODELS = {name: botocore.session.get_session().get_service_model(name) for name in ("ssm", "inspector2")}


@dataclass
class Machine:
    """A Debian host with an old package, for which the archive has the fixed one."""

    id: str
    packages: dict[str, str] = field(default_factory=lambda: {PACKAGE: OLD})
    scanned: float | None = None
    # How its installs go: well, with a success that is none, or without an end.
    installs: str = "well"

    def listed(self, word: str = "") -> str:
        """As dpkg lists it, each line with a word before it."""
        return "\n".join(f"{word}{name} {version} installed" for name, version in self.packages.items())


@dataclass
class _Command:
    id: str
    machine: Machine
    asked: dict
    began: float
    status: str = "InProgress"
    output: str = ""

    def script(self) -> str:
        return "\n".join(self.asked["Parameters"].get("commands", []))


class SystemsManager(FaultProxy):
    """Use as `with SystemsManager(emulator.url, [Machine("i-…")]) as manager:`."""

    def __init__(
        self,
        target: str,
        machines: list[Machine],
        choose: Callable[[Call], Fault] = lambda call: None,
        clock: Callable[[], float] = time.time,
        secrets: Mapping[str, str] | None = None,
    ):
        """`secrets`, of the access keys of whoever calls by a clock that is not the machine's."""
        super().__init__(target, choose)
        self._secrets = secrets
        self.machines = {machine.id: machine for machine in machines}
        self.commands: list[_Command] = []
        self._clock, self._turn = clock, threading.Lock()
        # Inspector saw the package first.
        self._found = clock() - 60 * 3600

    def sent(self, stage: str) -> int:
        """How many commands of a stage there are: scan, install, query, rescan, roll-back."""
        return sum(command.asked["Comment"].endswith(f" {stage}") for command in self.commands)

    def _forward(self, method: str, path: str, headers, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        service, call = name_of(headers, body).split(":")
        if (service, path) == ("inspector2", "/findings/list"):
            call = "ListFindings"
        if service == "health":
            # As in an account without a support plan; the emulator keeps whoever asks waiting.
            return _refused("SubscriptionRequiredException")
        answer = _ANSWERS.get(call)
        if service not in _MODELS or answer is None:
            if self._secrets is not None:
                headers = signed_now(method, path, headers, body, self._secrets)
            return super()._forward(method, path, headers, body)
        asked = json.loads(body or b"{}")
        _hold(service, call, asked, is_input=True)
        with self._turn:
            self._pass()
            answered = answer(self, asked)
        if isinstance(answered, str):
            return _refused(answered)
        _hold(service, call, answered, is_input=False)
        return 200, _JSON, json.dumps(answered, default=_epoch).encode()

    def _pass(self) -> None:
        """What has come to its time happens."""
        for command in self.commands:
            machine, script = command.machine, command.script()
            endless = machine.installs == "never ends" and "--only-upgrade" in script
            if command.status != "InProgress" or self._clock() < command.began + TAKES or endless:
                continue
            command.status = "Success"
            if command.asked["DocumentName"] == "AWS-RunPatchBaseline":
                machine.scanned = command.began + TAKES
            if "'before " in script:
                command.output = machine.listed("before ")
            if "--only-upgrade" in script and machine.installs == "well" and f"'{PACKAGE}'" in script:
                machine.packages[PACKAGE] = FIXED
            if found := re.search(r"'([^'=]+)=([^']+)'", script) if "--allow-downgrades" in script else None:
                machine.packages[found[1]] = found[2]
            if script.startswith("dpkg-query"):
                command.output = machine.listed()

    # ---------------------------------------------------------------------------------------------------- the answers

    def _of(self, ids: list[str] | None) -> list[Machine]:
        return [machine for machine in self.machines.values() if ids is None or machine.id in ids]

    def information(self, asked: dict) -> dict:
        ids = [value for one in asked.get("Filters", []) for value in one["Values"]] or None
        one = lambda m: {"InstanceId": m.id, "PingStatus": "Online",  # noqa: E731
                         "LastPingDateTime": _time(self._clock()), "PlatformType": "Linux",
                         "PlatformName": "Debian GNU/Linux", "ResourceType": "EC2Instance"}
        return {"InstanceInformationList": [one(machine) for machine in self._of(ids)]}

    def states(self, asked: dict) -> dict:
        one = lambda m: {"InstanceId": m.id, "PatchGroup": "web", "BaselineId": "pb-0123456789abcdef0", "MissingCount": 0,  # noqa: E731
                         "FailedCount": 0, "InstalledPendingRebootCount": 0, "Operation": "Scan",
                         "OperationStartTime": _time(m.scanned - TAKES), "OperationEndTime": _time(m.scanned)}
        return {"InstancePatchStates": [one(machine) for machine in self._of(asked["InstanceIds"]) if machine.scanned]}

    def send(self, asked: dict) -> dict | str:
        (id_,) = asked["InstanceIds"]
        machine = self.machines.get(id_)
        if machine is None:
            return "InvalidInstanceId"
        command = _Command(f"00000000-0000-4000-8000-{len(self.commands):012}", machine, asked, self._clock())
        self.commands.append(command)
        return {"Command": _shown(command)}

    def listed(self, asked: dict) -> dict:
        status = next((one["value"] for one in asked.get("Filters", []) if one["key"] == "Status"), None)
        wanted = [one for one in map(_shown, self.commands) if status in (None, one["Status"])]
        return {"Commands": [one for one in wanted if asked.get("InstanceId") in (None, *one["InstanceIds"])]}

    def invocation(self, asked: dict) -> dict | str:
        found = [command for command in self.commands if command.id == asked["CommandId"]]
        if not found:
            return "InvocationDoesNotExist"
        status = found[0].status
        return {"CommandId": found[0].id, "InstanceId": found[0].machine.id, "Status": status, "StatusDetails": status,
                "ResponseCode": 0 if status == "Success" else -1, "StandardOutputContent": found[0].output}

    def cancel(self, asked: dict) -> dict:
        for command in self.commands:
            if command.id == asked["CommandId"] and command.status == "InProgress":
                command.status = "Cancelled"
        return {}

    def findings(self, asked: dict) -> dict:
        wanted = [one["value"] for one in asked.get("filterCriteria", {}).get("resourceId", [])] or None
        old = [machine for machine in self._of(wanted) if machine.packages.get(PACKAGE) != FIXED]
        return {"findings": [_finding(machine.id, _time(self._found)) for machine in old]}


_ANSWERS = {
    "DescribeInstanceInformation": SystemsManager.information,
    "DescribeInstancePatchStates": SystemsManager.states,
    "DescribeInstancePatches": lambda *_: {"Patches": []},
    "DescribeInstanceAssociationsStatus": lambda *_: {"InstanceAssociationStatusInfos": []},
    "DescribeMaintenanceWindows": lambda *_: {"WindowIdentities": []},
    "ListAssociations": lambda *_: {"Associations": []},
    "ListResourceComplianceSummaries": lambda *_: {"ResourceComplianceSummaryItems": []},
    "ListCommands": SystemsManager.listed,
    "SendCommand": SystemsManager.send,
    "GetCommandInvocation": SystemsManager.invocation,
    "CancelCommand": SystemsManager.cancel,
    "ListFindings": SystemsManager.findings,
}


def _refused(code: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return 400, _JSON, json.dumps({"__type": code, "message": "scripted"}).encode()


def _shown(command: _Command) -> dict:
    return {"CommandId": command.id, "DocumentName": command.asked["DocumentName"], "Comment": command.asked["Comment"],
            "InstanceIds": [command.machine.id], "RequestedDateTime": _time(command.began),
            "Status": command.status}


def _finding(machine: str, at: datetime) -> dict:
    arn = f"arn:aws:inspector2:us-east-1:123456789012:finding/{machine}"
    package = {"name": PACKAGE, "version": "3.0.9", "release": "1", "packageManager": "OS", "fixedInVersion": FIXED}
    return {"findingArn": arn, "awsAccountId": "123456789012", "status": "ACTIVE", "type": "PACKAGE_VULNERABILITY",
            "severity": "CRITICAL", "exploitAvailable": "YES", "description": "a flaw", "firstObservedAt": at,
            "lastObservedAt": at, "remediation": {}, "resources": [{"type": "AWS_EC2_INSTANCE", "id": machine}],
            "packageVulnerabilityDetails": {"vulnerabilityId": CVE, "source": "DEBIAN_CVE", "vulnerablePackages": [package]}}


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def _epoch(at: datetime) -> float:
    return at.timestamp()


def _hold(service: str, call: str, value: dict, is_input: bool) -> None:
    """Holds a request or an answer to the service's model."""
    operation = _MODELS[service].operation_model(call)
    shape = operation.input_shape if is_input else operation.output_shape
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), f"{service}:{call}: {report.generate_report()}"
