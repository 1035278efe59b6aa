"""Stands between a function and the emulator, sees every API call, and does to one of them what a bad day does.

What a crash leaves behind depends on one thing alone: which calls took effect before it. So the proxy counts calls,
lets a call take effect or not, and then kills the process, answers with an error of AWS's, or says nothing at all.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field

from local_server import LocalServer, QuietHandler

_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


@dataclass(frozen=True)
class Call:
    """An API call: its number, counted from 1, for example `ec2:RevokeSecurityGroupIngress`, and what is asked for."""

    number: int
    name: str
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Kill:
    """Kills the process: after the call took effect and before its answer arrives, or before it is made at all."""

    before: bool = False


@dataclass(frozen=True)
class Refuse:
    """Answers with an error instead of making the call."""

    status: int
    code: str


@dataclass(frozen=True)
class Silence:
    """Makes the call and never answers."""

    seconds: float = 30.0


@dataclass(frozen=True)
class Cut:
    """Ends the connection: after the call took effect and before its answer arrives, or before it is made at all."""

    before: bool = False


Fault = Kill | Refuse | Silence | Cut | None


class FaultProxy:
    """Use as `with FaultProxy(emulator.url, choose) as proxy:`; `choose` says what happens to a call."""

    def __init__(self, target: str, choose: Callable[[Call], Fault] = lambda call: None):
        self._host = urllib.parse.urlsplit(target).netloc
        self.choose = choose
        # Set by the test once the process runs.
        self.kill: Callable[[], None] = lambda: None
        # The calls that took effect, and all that were tried.
        self.made: list[Call] = []
        self.tried: list[Call] = []
        self._lock = threading.Lock()
        self._server = LocalServer(_handler(self))
        self.url = self._server.url

    def __enter__(self) -> FaultProxy:
        self._server.start()
        return self

    def __exit__(self, *_exception) -> None:
        self._server.stop()

    def count(self, name: str) -> int:
        """How often a call of this name took effect."""
        return sum(call.name == name for call in self.made)

    def _note(self, name: str, body: bytes) -> Call:
        with self._lock:
            call = Call(len(self.tried) + 1, name, body)
            self.tried.append(call)
            return call

    def _forward(self, method: str, path: str, headers, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self._host, timeout=60)
        try:
            # The caller's own headers, the host too: they are signed.
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() not in _OF_ONE_HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


def name_of(headers, body: bytes) -> str:
    """`service:Action`, from the signature's scope and the protocol's own place for the action."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("Authorization", ""))
    service = scope[1] if scope else "unsigned"
    if target := headers.get("X-Amz-Target"):
        return f"{service}:{target.rsplit('.', 1)[1]}"
    return f"{service}:{urllib.parse.parse_qs(body.decode(errors='replace')).get('Action', ['?'])[0]}"


def _error(name: str, fault: Refuse) -> tuple[int, str, bytes]:
    """An error in the form of the service: EC2's XML, the other query services' XML, or JSON."""
    service = name.split(":")[0]
    if service == "ec2":
        inner = f"<Code>{fault.code}</Code><Message>injected</Message>"
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>injected</RequestID></Response>"
        return fault.status, "text/xml", text.encode()
    if service in ("iam", "sns", "sts"):
        inner = f"<Type>Sender</Type><Code>{fault.code}</Code><Message>injected</Message>"
        text = f"<ErrorResponse><Error>{inner}</Error><RequestId>injected</RequestId></ErrorResponse>"
        return fault.status, "text/xml", text.encode()
    text = f'{{"__type":"com.amazonaws#{fault.code}","message":"injected"}}'
    return fault.status, "application/x-amz-json-1.0", text.encode()


def _handler(proxy: FaultProxy) -> type[QuietHandler]:
    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.body()
            call = proxy._note(name_of(self.headers, body), body)
            fault = proxy.choose(call)
            if isinstance(fault, Refuse):
                status, kind, text = _error(call.name, fault)
                self.answer(status, [("Content-Type", kind)], text)
            elif fault == Kill(before=True):
                self._die()
            elif fault == Cut(before=True):
                self.close_connection = True
            else:
                status, headers, text = proxy._forward(self.command, self.path, self.headers, body)
                proxy.made.append(call)
                if isinstance(fault, Kill):
                    self._die()
                elif isinstance(fault, Cut):
                    self.close_connection = True
                elif isinstance(fault, Silence):
                    time.sleep(fault.seconds)
                    self.close_connection = True
                else:
                    kept = [(name, value) for name, value in headers if name.lower() not in _OF_ONE_HOP]
                    self.answer(status, kept, text)

        do_GET = do_PUT = do_DELETE = do_POST

        def _die(self) -> None:
            proxy.kill()
            self.close_connection = True

    return Handler
