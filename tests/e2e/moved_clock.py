"""A time of day that a test moves, for programs that wait for minutes and hours: what they wait for comes at once, and a
slow machine makes nothing late.

The programs see it through a small library (moved_clock.c) that stands before the C library.
"""

from __future__ import annotations

import os
import struct
import subprocess
import time
from pathlib import Path

_SOURCE = Path(__file__).with_suffix(".c")


class MovedClock:
    """The machine's time of day, and so many seconds more. What it is told to a program stands in a directory of its own."""

    def __init__(self, directory: Path):
        self._file, self._library = directory / "ahead", directory / "moved_clock.so"
        # The compiler that links the programs.
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", self._library, _SOURCE], check=True)
        self.ahead = 0
        self.pass_by(0)

    def pass_by(self, seconds: int) -> None:
        """So much time passes, for the programs that run too."""
        self.ahead += seconds
        # In place: a program that runs has the file open.
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=q", self.ahead))

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead

    def environment(self) -> dict[str, str]:
        """What lets a program see it."""
        return {"LD_PRELOAD": str(self._library), "MOVED_CLOCK": str(self._file)}
