"""Starts an emulated AWS account and stops it again, whatever happens.

A demo or a test run must leave no process and no port behind, and touch no file of another run. So every emulator gets
a free port and a working directory of its own and runs in a process group of its own (the functions are its children),
which is killed as a whole on every way out: end of the block, exception, Ctrl-C, SIGTERM, exit.

IAM is enforced (`AUTH=true`): a function that lacks a permission fails here as it would on AWS.
"""

from __future__ import annotations

import atexit
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3
from botocore.config import Config

ACCOUNT = "123456789012"
REGION = "us-east-1"
SECRET = "test"
# Logs outlive the run, for whoever looks into a failure; the last few are kept.
KEPT_LOGS = 20
LOGS = Path(__file__).resolve().parents[2] / ".work" / "logs"

# The variables of the shell that the emulator (and the functions, which inherit from it) may see. All others stay out:
# an AWS_PROFILE or a proxy of the developer's must not change what a test does.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")


@dataclass(frozen=True)
class Call:
    """One API call: `ec2`, `DescribeSecurityGroups`, and whether a function made it."""

    service: str
    action: str
    by_function: bool


class EmulatorError(RuntimeError):
    """The emulator did not start, or died."""


def free_port() -> int:
    """A port that nobody listens on now.

    Below those that the kernel gives to outgoing connections: one of these could take it before it is listened on. By
    chance, so that files of tests that run side by side do not choose the same one.
    """
    for _ in range(100):
        port = random.randrange(15_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise EmulatorError("no port between 15000 and 32000 is free")


class Emulator:
    """One emulated account. Use as `with Emulator() as emulator:`."""

    def __init__(self, log: Path | None = None, start_timeout: float = 60.0):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.account = ACCOUNT
        self.region = REGION
        self._home = Path(tempfile.mkdtemp(prefix="riposte-emulator-"))
        self.log = log or LOGS / f"emulator-{self.port}.log"
        self._start_timeout = start_timeout
        self._process: subprocess.Popen | None = None
        self._clients: dict[tuple, object] = {}
        self._session: boto3.Session | None = None

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(self, *_exception) -> None:
        self.stop()

    def start(self) -> Emulator:
        """Starts the emulator and returns once it answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _drop_old_logs()
        scratch = self._home / "tmp"
        scratch.mkdir()
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "LAMBDA_EXECUTOR": "local",
            "MINISTACK_ACCOUNT_ID": self.account,
            "MINISTACK_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            # Remembers every API call with its caller, so that tests can count what a function called.
            "CLOUDTRAIL_RECORDING": "1",
            # Needs a second port, and nothing here speaks MQTT or SFTP.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "TMPDIR": str(scratch),
            "PYTHONUNBUFFERED": "1",
        }
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ministack"],
                cwd=self._home,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        atexit.register(self.stop)
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self._start_timeout
        while True:
            if not _runs(self._process.pid):
                raise EmulatorError(f"the emulator ended at its start\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise EmulatorError(
                    f"the emulator did not answer within {self._start_timeout:g} s\n{self.log_tail()}"
                )
            try:
                with urllib.request.urlopen(f"{self.url}/_ministack/ready", timeout=2) as answer:
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.05)
        health = json.load(urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=5))
        if health.get("auth") != "enabled":
            raise EmulatorError("the emulator runs without IAM, so a test of permissions would prove nothing")

    def stop(self) -> None:
        """Ends the emulator and the functions that it runs. May be called more than once."""
        atexit.unregister(self.stop)
        process, self._process = self._process, None
        if process is None:
            return
        # The group's id is the process's, because it leads a session of its own. The leader is reaped last, so that the
        # id stays ours while the group is signalled, even when the leader has died by itself and left functions behind.
        _signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + 5
        while _runs(process.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def log_tail(self, lines: int = 40) -> str:
        """The last lines that the emulator wrote, for an error message."""
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join([f"last lines of {self.log}:", *text[-lines:]])

    def calls(self, since: float, region: str | None = None) -> list[Call]:
        """The API calls that were made in a region since a time, oldest first, refused ones too."""
        return [_call(json.loads(event["CloudTrailEvent"])) for event in self._recorded(since, time.time() + 1, region)]

    def agents(self, since: float, action: str) -> list[str]:
        """The user agents of the calls of this name since a time, oldest first."""
        records = [json.loads(event["CloudTrailEvent"]) for event in self._recorded(since, time.time() + 1, None)]
        return [record["userAgent"] for record in records if _call(record).action == action]

    def _recorded(self, start: float, end: float, region: str | None) -> list[dict]:
        # The emulator gives the newest 50 and no more, so a longer list is asked for in two halves.
        lookup = self.client("cloudtrail", region=region).lookup_events
        events = lookup(StartTime=start, EndTime=end, MaxResults=50)["Events"]
        if len(events) < 50:
            return events[::-1]
        middle = (start + end) / 2
        if end - start < 0.002:
            raise EmulatorError("50 calls or more within 2 ms: the emulator's list is cut there")
        return self._recorded(start, middle, region) + self._recorded(middle, end, region)

    def session(self, key: str | None = None, secret: str | None = None) -> boto3.Session:
        """A session of the given access key; of the account's root without one."""
        return boto3.Session(
            aws_access_key_id=key or self.account,
            aws_secret_access_key=secret or SECRET,
            region_name=self.region,
        )

    def client(self, service: str, key: str | None = None, secret: str | None = None, region: str | None = None):
        """A client of the emulator. It does not retry: a refused call is a result, and tests want it at once.

        Kept and given out again: making one costs a tenth of a second, which would be half of a test's time.
        """
        who = (service, key, secret, region)
        if who not in self._clients:
            # Of one session: it keeps the services' models, which take most of the time.
            self._session = self._session or self.session()
            self._clients[who] = self._session.client(
                service,
                aws_access_key_id=key or self.account,
                aws_secret_access_key=secret or SECRET,
                region_name=region or self.region,
                endpoint_url=self.url,
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return self._clients[who]


def _call(record: dict) -> Call:
    # For services of the query protocol the emulator puts the HTTP method where the action's name belongs.
    action = (record.get("requestParameters") or {}).get("Action") or record["eventName"]
    # Only the functions use temporary credentials here; their ids begin with ASIA.
    key = record["userIdentity"]["accessKeyId"]
    return Call(record["eventSource"].removesuffix(".amazonaws.com"), action, key.startswith("ASIA"))


def _drop_old_logs() -> None:
    for old in sorted(LOGS.glob("emulator-*.log"), key=lambda log: log.stat().st_mtime)[:-KEPT_LOGS]:
        old.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    """Whether our child still runs; does not reap it."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


def exit_on_signals() -> None:
    """Makes SIGTERM and SIGHUP end this program like Ctrl-C does: through its `finally` blocks and `atexit`."""

    def leave(number, _frame):
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
