"""A time of day that a test moves, for programs that wait for minutes and hours: what they wait for comes at once, and a
slow machine makes nothing late.

The programs see it through a small library (moved_clock.c) that stands before the C library. AWS refuses what is signed at
another time than its own, and so does the emulator: whoever stands between them signs anew (`signed_now`).
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

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


def signed_now(method: str, path: str, headers: Mapping[str, str], body: bytes, secrets: Mapping[str, str]) -> dict[str, str]:
    """The headers of a call as if it were signed now, by the same access key; `secrets` has the keys' secrets."""
    scope = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", headers.get("Authorization", ""))
    if scope is None:
        return dict(headers.items())
    key, region, service = scope.groups()
    old = ("authorization", "x-amz-date", "x-amz-security-token")
    kept = {name: value for name, value in headers.items() if name.lower() not in old}
    request = AWSRequest(method, f"http://{headers['Host']}{path}", kept, body)
    SigV4Auth(Credentials(key, secrets[key], headers.get("X-Amz-Security-Token")), service, region).add_auth(request)
    return dict(request.headers.items())
