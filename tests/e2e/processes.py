"""The deployed functions' programs, started by a test itself with the functions' own credentials, behind the proxy."""

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
        return self.run_payload(attack.function, attack.batch(), choose, seconds)

    def run_payload(
        self,
        function: str,
        payload: dict | str,
        choose: Callable[[Call], Fault] = lambda call: None,
        seconds: float = 60.0,
        variables: dict[str, str] | None = None,
    ) -> Run:
        """Starts a function, hands it a payload, and waits for the end. `variables` replaces the function's own."""
        own = {"RIPOSTE_ACCOUNT_ID": self.deployed.emulator.account} if variables is None else variables
        with FaultProxy(self.deployed.emulator.url, choose) as proxy:
            environment = self.roles[function].environment() | own | {"AWS_ENDPOINT_URL": proxy.url, "RUST_LOG": "info"}
            with Process(self.paths[function], function, environment) as process:
                proxy.kill = process.kill
                outcome = process.invoke(payload, seconds)
            return Run(outcome, proxy, process.output())


def programs(deployed: Deployed, zips: dict[str, Path], directory: Path) -> Programs:
    """Unpacks the programs and assumes the roles."""
    roles = {name: credentials(deployed.emulator, deployed.stack.of(name, "RoleArn")) for name in zips}
    return Programs(deployed, unpack(zips, directory), roles)
