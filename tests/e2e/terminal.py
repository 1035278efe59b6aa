"""The command in a terminal, as a person sees it: a pseudo-terminal of some columns, and what is typed into it."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from pathlib import Path

SECONDS = 60


def screen(binary: Path, arguments: list[str], environment: dict[str, str], *, columns: int = 80, typed: str = "",
           cwd: Path | None = None) -> str:
    """What a terminal shows of a run, standard error included. `typed` is typed as soon as the command asks."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    process = subprocess.Popen(
        [str(binary), *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "NO_COLOR": "1"},
        cwd=cwd, start_new_session=True,
    )
    os.close(theirs)
    shown, until = b"", time.monotonic() + SECONDS
    while time.monotonic() < until:
        ready, _, _ = select.select([ours], [], [], 0.1)
        if ready:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            shown += part
        if typed and shown.endswith(b"[y/N] "):
            os.write(ours, typed.encode())
            typed = ""
    else:
        process.kill()
        raise AssertionError(f"{arguments} did not end: {shown.decode(errors='replace')}")
    process.wait(SECONDS)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


# What differs from run to run, and what stands for it: of the same length where it stands in a column.
_CHANGES = [
    (r"\b(inc|case)-[0-9a-f]{16}", r"\1-0123456789abcdef"),
    (r"\bAKIA[0-9A-Z]{16}\b", "AKIAIOSFODNN7EXAMPLE"),
    (r"plan [0-9a-f]{16}", "plan 0123456789abcdef"),
    (r"--plan [0-9a-f]{16}", "--plan 0123456789abcdef"),
    (r"\b(sg|sgr|vpc|subnet|acl|i)-[0-9a-f]{8,17}\b", r"\1-ID"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-01-02 03:04"),
    (r"(?m)^( +)[+-][\d.]+ (?:ms|s|min|h|d) +", r"\1+      N ms  "),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\bcode [\w+/=]{8}(?![\w+/=])", "code 0123ABCD"),
    (r"\binbox-\d+", "inbox-0"),
    (r"\d+\.\d s, \d+ records/s", "0.1 s, 100 records/s"),
]


def without_chance(text: str) -> str:
    """The same without ids, times and durations, and with words that were wrapped elsewhere because of them."""
    for pattern, instead in _CHANGES:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
