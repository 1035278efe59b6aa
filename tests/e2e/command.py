"""Runs the `riposte` command as an operator would: as a process, told by its environment where the account is."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from emulator import SECRET, Emulator


@dataclass(frozen=True)
class Command:
    """The command, pointed at one emulated account."""

    binary: Path
    emulator: Emulator
    # Another endpoint than the emulator's own, for a run behind the fault proxy.
    endpoint: str | None = None

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
        """Runs it and returns exit code, output and error output."""
        return subprocess.run(
            [str(self.binary), *arguments],
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def start(self, *arguments: str) -> subprocess.Popen:
        """Starts it and returns at once, for a test that kills it."""
        return subprocess.Popen(
            [str(self.binary), *arguments],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def must(self, *arguments: str) -> str:
        """Runs it, and returns the output of a run that has to succeed."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"`riposte {' '.join(arguments)}` exits {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Nothing of the shell's but the search path: a developer's AWS_PROFILE must not change what a test does."""
        return {
            "PATH": os.environ.get("PATH", ""),
            "AWS_ACCESS_KEY_ID": self.emulator.account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": self.emulator.region,
            "AWS_ENDPOINT_URL": self.endpoint or self.emulator.url,
        }

    def incidents(self) -> list[dict]:
        """The incidents, newest first."""
        listed = self.must("incidents", "--json", "--limit", "1000")
        return [json.loads(line) for line in listed.splitlines()]

    def show(self, incident: str) -> dict:
        """The whole record of one incident."""
        return json.loads(self.must("show", incident, "--json"))
