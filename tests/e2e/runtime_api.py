"""Runs a function's own binary as Lambda does, in a process that a test may kill.

Lambda starts the program `bootstrap` of the zip file and talks to it over the Runtime API: the program asks for the next
invocation, works, and posts its answer. This is that API, for one process at a time, with a deadline of the test's
choice. The emulator has one of its own, but its processes cannot be killed at a chosen call.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import threading
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local_server import LocalServer, QuietHandler

_API = "/2018-06-01/runtime"


@dataclass
class Outcome:
    """How an invocation ended: with an answer, with an error, or with the death of the process."""

    answer: object = None
    error: dict | None = None
    exit_code: int | None = None


@dataclass
class _Invocation:
    payload: str
    deadline_ms: int
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


def unpack(zips: dict[str, Path], directory: Path) -> dict[str, Path]:
    """The programs of the zip files, by function."""
    programs = {}
    for name, path in zips.items():
        target = directory / name
        with zipfile.ZipFile(path) as archive:
            archive.extract("bootstrap", target)
        programs[name] = target / "bootstrap"
        programs[name].chmod(0o755)
    return programs


class Process:
    """One process of a function. Use as `with Process(…) as process:`. `clock` is the one that it goes by."""

    def __init__(
        self, program: Path, name: str, environment: dict[str, str], clock: Callable[[], float] = time.time
    ):
        self._program, self._name, self._environment, self._clock = program, name, environment, clock
        self._next: queue.Queue[_Invocation | None] = queue.Queue()
        self._done: queue.Queue[Outcome] = queue.Queue()
        self._server = LocalServer(_handler(self))
        self._process: subprocess.Popen | None = None
        self._output: list[str] = []

    def __enter__(self) -> Process:
        self._server.start()
        self._process = subprocess.Popen(
            [str(self._program)],
            env=self._environment
            | {
                "PATH": os.environ.get("PATH", ""),
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._server.server_port}",
                "AWS_LAMBDA_FUNCTION_NAME": f"riposte-{self._name}",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
                "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
                "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/riposte-{self._name}",
                "AWS_LAMBDA_LOG_STREAM_NAME": "test",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_exception) -> None:
        self.kill()
        self._next.put(None)
        self._server.stop()

    def _watch(self) -> None:
        # Reading to the end is waiting for the process's end, and keeps its pipe from filling up.
        self._output += self._process.stdout
        self._done.put(Outcome(exit_code=self._process.wait()))

    def kill(self) -> None:
        """Ends the process at once, as Lambda does: it cannot catch this, and says no goodbye."""
        self._process.kill()
        self._process.wait()

    def invoke(self, payload: dict | str, seconds: float = 60.0) -> Outcome:
        """Hands over an event, with so many seconds until the deadline, and waits for the end."""
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self._next.put(_Invocation(text, int((self._clock() + seconds) * 1000)))
        try:
            return self._done.get(timeout=seconds + 30)
        except queue.Empty:
            raise AssertionError(f"{self._name} did not answer; it wrote:\n{self.output()}") from None

    def output(self) -> str:
        """What it wrote so far."""
        return "".join(self._output)


def _handler(process: Process) -> type[QuietHandler]:
    class Handler(QuietHandler):
        def do_GET(self) -> None:
            assert self.path == f"{_API}/invocation/next", self.path
            invocation = process._next.get()
            if invocation is None:
                self.close_connection = True
                return
            function = f"arn:aws:lambda:us-east-1:123456789012:function:riposte-{process._name}"
            headers = [
                ("Lambda-Runtime-Aws-Request-Id", invocation.id),
                ("Lambda-Runtime-Deadline-Ms", str(invocation.deadline_ms)),
                ("Lambda-Runtime-Invoked-Function-Arn", function),
                ("Content-Type", "application/json"),
            ]
            self.answer(200, headers, invocation.payload.encode())

        def do_POST(self) -> None:
            told = json.loads(self.body() or b"null")
            self.answer(202, [("Content-Type", "application/json")], b'{"status":"OK"}')
            process._done.put(Outcome(answer=told) if self.path.endswith("/response") else Outcome(error=told))

    return Handler
