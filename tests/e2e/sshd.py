"""The lines that an SSH server writes while it is attacked, put into a log stream.

Log detectors are only worth what they make of real lines, so these have OpenSSH's own wording, and each event its own
time.
"""

from __future__ import annotations

import time
from datetime import datetime, timezone

from account import Account
from emulator import Emulator


def failures(address: str, count: int, user: str = "root") -> list[str]:
    """Wrong passwords from one address."""
    return [f"Failed password for {user} from {address} port {40000 + number} ssh2" for number in range(count)]


def login(address: str, user: str = "ec2-user") -> list[str]:
    """A login that succeeds."""
    return [
        f"Accepted password for {user} from {address} port 41999 ssh2",
        f"pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)",
    ]


def ordinary(count: int = 5) -> list[str]:
    """What a quiet server writes: logins with a key, one typing error, disconnects."""
    lines = [f"Accepted publickey for deploy from 10.1.2.3 port {50000 + number} ssh2" for number in range(count)]
    return lines + [
        "Failed password for deploy from 10.1.2.3 port 50900 ssh2",
        "Received disconnect from 10.1.2.3 port 50000:11: disconnected by user",
    ]


def write(
    emulator: Emulator,
    account: Account,
    lines: list[str],
    stream: str | None = None,
    apart_ms: int = 1000,
    region: str | None = None,
) -> None:
    """Puts the lines into a stream of the account's log group, so far apart, the last one now."""
    now = int(time.time() * 1000)
    times = [now - apart_ms * (len(lines) - 1 - number) for number in range(len(lines))]
    logs = emulator.client("logs", region=region)
    # One call takes 10,000 events at most.
    for start in range(0, len(lines), 10_000):
        logs.put_log_events(
            logGroupName=account.log_group,
            logStreamName=stream or account.log_stream,
            logEvents=[
                {"timestamp": moment, "message": line(moment, text)}
                for moment, text in zip(times[start : start + 10_000], lines[start : start + 10_000])
            ],
        )


def line(moment: int, text: str) -> str:
    """A line as syslog writes it."""
    stamp = datetime.fromtimestamp(moment / 1000, timezone.utc).strftime("%b %e %H:%M:%S")
    return f"{stamp} web-1 sshd[{2000 + moment // 1000 % 1000}]: {text}"
