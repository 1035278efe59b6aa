"""Serves the functions with `cargo lambda watch` against an emulated account, for trying things by hand.

It deploys the template into an emulator for the settings, the ledger and the topic, lays out the demo's account, makes
the three attacks in it, and writes their events to .work/events, so that `make invoke FN=… EVENT=…` has something real
to answer. The functions themselves run from the sources: change one, and the next event meets the change.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import deploy
from account import ADMINISTRATOR
from deployed import Deployed, set_up
from emulator import Emulator
from events import ATTACKER_ADDRESS, attach_policy, authorize_ingress, envelope, log_stream_created
from sshd import failures, write

WORK = Path(__file__).resolve().parents[2] / ".work"
PORT = 9000


def main() -> int:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("starting an emulated account")
    with Emulator() as emulator:
        zips = deploy.find_zips(arguments.zips)
        deployed = set_up(emulator, zips, arguments.riposte, Mode=arguments.mode)
        environment = deployed.command.environment() | {"RIPOSTE_ACCOUNT_ID": emulator.account, "RUST_LOG": "info"}
        _write_environment(environment)
        for function, path in _write_events(deployed):
            print(f"  make invoke FN={function} EVENT={path}")
        print("then look with the command: source .work/watch.env; riposte incidents; Ctrl-C here ends all of it")
        return _watch(arguments.cargo_lambda, environment)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cargo-lambda", type=Path, required=True, help="the cargo-lambda program")
    parser.add_argument("--zips", type=Path, required=True, help="folder of the functions' zip files")
    parser.add_argument("--riposte", type=Path, required=True, help="the riposte command")
    parser.add_argument("--mode", default="live", choices=["shadow", "live", "halt"])
    return parser.parse_args()


def _write_environment(environment: dict[str, str]) -> None:
    """A file to source: the shell's commands then reach the emulated account."""
    WORK.mkdir(exist_ok=True)
    values = {name: value for name, value in environment.items() if name != "PATH"}
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    (WORK / "watch.env").write_text("\n".join(lines) + "\n")


def _write_events(deployed: Deployed) -> list[tuple[str, Path]]:
    """Makes the attacks and writes the event of each, as EventBridge would wrap it."""
    emulator, account = deployed.emulator, deployed.account
    attacker = account.attacker
    open_ssh = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    write(emulator, account, failures(ATTACKER_ADDRESS, 12))
    records = {
        ("ingress-guard", "open-ssh"): authorize_ingress(emulator, attacker, account.group_id, open_ssh),
        ("identity-guard", "attach-admin"): attach_policy(emulator, attacker, "user", attacker.name, ADMINISTRATOR),
        ("log-watch", "brute-force"): log_stream_created(emulator, attacker, account.log_group, account.log_stream),
    }
    folder = WORK / "events"
    folder.mkdir(exist_ok=True)
    written = []
    for (function, name), record in records.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(envelope(record), indent=2) + "\n")
        written.append((function, path.relative_to(WORK.parent)))
    return written


def _watch(cargo_lambda: Path, environment: dict[str, str]) -> int:
    """Runs `cargo lambda watch` until it ends or Ctrl-C; the functions inherit the environment."""
    command = [str(cargo_lambda), "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(PORT)]
    process = subprocess.Popen(command, env=os.environ | environment, cwd=WORK.parent)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0


if __name__ == "__main__":
    sys.exit(main())
