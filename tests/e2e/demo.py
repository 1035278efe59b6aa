"""Shows Riposte at work: three attacks on an emulated AWS account, contained by the functions as they are deployed.

Run it with `make demo`. It starts everything that it needs, checks everything that it says, exits non-zero where
something does not hold, and stops everything that it started, however it ends.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

from account import LOG_GROUP, lay_out
from command import Command
from demo_screen import Screen, StepFailed
from demo_steps import Demo
from deploy import DEMO_SOURCE, DeployError, deploy, find_zips
from deployed import Deployed
from emulator import Emulator, EmulatorError, exit_on_signals
from inbox import Inbox


# What differs from the defaults: the demo's own event source is admitted, the hosts' log group is watched, and what
# fails is tried again soon.
PARAMETERS = {"DemoEventSource": DEMO_SOURCE, "LogGroups": LOG_GROUP, "RetryDelaySeconds": "2"}


def main() -> int:
    """Runs the demo; 0 where every step held, 1 where one did not, 130 after Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, required=True, help="directory of NAME/bootstrap.zip")
    parser.add_argument("--riposte", type=Path, required=True, help="the command's binary")
    arguments = parser.parse_args()
    exit_on_signals()
    screen, begun = Screen(), time.monotonic()
    screen.title("Riposte: three attacks on an emulated AWS account, and what comes of them")
    screen.line()
    try:
        emulator = Emulator()
        try:
            Demo(screen, set_up(screen, emulator, arguments)).run()
        finally:
            emulator.stop()
        screen.line()
        screen.line(f"All six steps hold, in {time.monotonic() - begun:.0f} s. Everything that was started is stopped.",
                    "bold", "green", indent=0)
        return 0
    except KeyboardInterrupt:
        screen.failed("interrupted; everything that was started is stopped")
        return 130
    except (StepFailed, AssertionError, DeployError, EmulatorError) as failure:
        screen.failed(str(failure))
        return 1
    except Exception as failure:
        # Nothing that the demo foresees, so the place in the program helps too.
        traceback.print_exc()
        screen.failed(f"{type(failure).__name__}: {failure}")
        return 1


def set_up(screen: Screen, emulator: Emulator, arguments: argparse.Namespace) -> Deployed:
    """Emulator, stack, secrets and account, each as an operator would make it."""
    with screen.doing("an emulated account starts, with IAM enforced"):
        emulator.start()
    with screen.doing("infra/template.yaml is deployed with the three functions, in shadow mode"):
        stack = deploy(emulator, find_zips(arguments.zips), **PARAMETERS)
    command = Command(arguments.riposte.resolve(strict=True), emulator)
    with screen.doing("`riposte init` makes the keys that sign the ledger's records"):
        command.must("init")
    with screen.doing("an account is laid out: a network, a host that logs, users, roles, policies"):
        return Deployed(emulator, stack, lay_out(emulator), command, Inbox(emulator, stack["TopicArn"]))


if __name__ == "__main__":
    sys.exit(main())
