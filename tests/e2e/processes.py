"""The deployed functions' programs, started by the test itself with the functions' own credentials, behind the proxy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from attacks import Attack
from deployed import Deployed
from fault_proxy import Call, Fault, FaultProxy
from lambda_role import Credentials, credentials
from runtime_api import Outcome, Process, unpack


@dataclass(frozen=True)
class Run:
    """One invocation in a process of its own: how it ended, what was called, what it wrote."""

    outcome: Outcome
    proxy: FaultProxy
    output: str


@dataclass(frozen=True)
class Programs:
    """All three, ready to be started."""

    deployed: Deployed
    paths: dict[str, Path]
    roles: dict[str, Credentials]

    def run(self, attack: Attack, choose: Callable[[Call], Fault] = lambda call: None, seconds: float = 60.0) -> Run:
        """Starts the attack's function, delivers the event, and waits for the end."""
        with FaultProxy(self.deployed.emulator.url, choose) as proxy:
            environment = self.roles[attack.function].environment() | {
                "AWS_ENDPOINT_URL": proxy.url,
                "RIPOSTE_ACCOUNT_ID": self.deployed.emulator.account,
                "RUST_LOG": "info",
            }
            with Process(self.paths[attack.function], attack.function, environment) as process:
                proxy.kill = process.kill
                outcome = process.invoke(attack.batch(), seconds)
            return Run(outcome, proxy, process.output())


def programs(deployed: Deployed, zips: dict[str, Path], directory: Path) -> Programs:
    """Unpacks the programs and assumes the roles."""
    roles = {name: credentials(deployed.emulator, deployed.stack.of(name, "RoleArn")) for name in zips}
    return Programs(deployed, unpack(zips, directory), roles)
