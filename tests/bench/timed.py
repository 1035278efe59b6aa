"""A program over a file, run several times: how long it took, what it found, and its peak of memory."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path


class BenchError(RuntimeError):
    """Something could not be measured."""


@dataclass
class Timed:
    """One program with its arguments, and what was measured of it."""

    what: str
    command: list
    # It gets no more of them, whatever threads it starts.
    cores: int
    # How its standard error says how many records it read and, where it looks for any, how much it found.
    says: str
    records: int = 0
    findings: int | None = None
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0

    @property
    def best(self) -> float:
        """Seconds of the fastest run."""
        return min(self.seconds)

    @property
    def cpu(self) -> float:
        """The median of the CPU seconds."""
        return statistics.median(self.cpu_seconds)

    def run(self) -> None:
        """Once more."""
        with tempfile.TemporaryFile() as errors:
            began = time.monotonic()
            child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                preexec_fn=self._keep_to_cores,
            )
            watch = threading.Thread(target=self._watch, args=(child.pid,))
            watch.start()
            _, status, used = os.wait4(child.pid, 0)
            self.seconds.append(time.monotonic() - began)
            child.returncode = os.waitstatus_to_exitcode(status)
            watch.join()
            errors.seek(0)
            said = errors.read().decode(errors="replace")
        if child.returncode != 0:
            raise BenchError(f"{' '.join(map(str, self.command))}: exit code {child.returncode}\n{said[-2000:]}")
        self.cpu_seconds.append(used.ru_utime + used.ru_stime)
        counted = re.search(self.says, said)
        if counted is None:
            raise BenchError(f"{self.what} does not say what it read:\n{said[-2000:]}")
        self.records = int(counted[1])
        self.findings = int(counted[2]) if counted[2] else None

    def _keep_to_cores(self) -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: self.cores])

    def _watch(self, pid: int) -> None:
        """Follows its peak of memory. `ru_maxrss` would begin with that of this program, which it is forked from."""
        status = Path(f"/proc/{pid}/status")
        while True:
            try:
                peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
            except OSError:
                return
            # One that has ended has no memory any more.
            if peak is None:
                return
            self.peak_mb = max(self.peak_mb, int(peak[1]) / 1000)
            time.sleep(0.02)
