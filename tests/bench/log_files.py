"""Log files for the benchmark: ordinary days in several formats, the same for the same seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

USERS = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi")
PATHS = ("/", "/index.html", "/api/orders", "/api/orders/{n}", "/static/app.js", "/login", "/search?q=shoes&page={n}")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0", "curl/8.5.0", "kube-probe/1.30")
WORDS = (
    "Order {n} was sent to the warehouse",
    "Cache miss for key user:{n}:profile, loading from the database",
    "Connection from {ip} closed after {n} ms",
    "Scheduler took {n} ms for {n} jobs",
    "Retrying request {n} to http://backend-{n}.internal:8080/health",
)


def make(folder: Path, megabytes: int) -> dict[str, Path]:
    """The files, by format; made where they are not there."""
    files = {}
    for name, lines in FORMATS.items():
        path = folder / f"{name}-{megabytes}.log"
        files[name] = path
        if path.exists():
            continue
        size = 0
        with path.with_suffix(".new").open("w") as out:
            for line in lines(random.Random(name)):
                size += out.write(line + "\n")
                if size >= megabytes * 1_000_000:
                    break
        path.with_suffix(".new").rename(path)
    return files


def many_addresses(folder: Path, addresses: int) -> Path:
    """Failed logins, each from another address: a state that would grow without end."""
    path = folder / f"addresses-{addresses}.log"
    if not path.exists():
        with path.with_suffix(".new").open("w") as out:
            for number in range(addresses):
                address = f"{11 + number // 16_777_216}.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
                at = f"Dec 10 {number // 200_000 % 24:02}:{number // 3400 % 60:02}:{number // 60 % 60:02}"
                out.write(f"{at} web sshd[7]: Failed password for root from {address} port 4242 ssh2\n")
        path.with_suffix(".new").rename(path)
    return path


def _clock(dice: random.Random) -> Iterator[int]:
    at = 1_767_323_000_000
    while True:
        at += dice.randint(1, 40)
        yield at


def _text(dice: random.Random, text: str) -> str:
    while "{n}" in text:
        text = text.replace("{n}", str(dice.randint(1, 99_999)), 1)
    return text.replace("{ip}", _address(dice))


def _address(dice: random.Random) -> str:
    return f"203.0.{dice.randint(0, 255)}.{dice.randint(1, 254)}"


def _stamp(at: int, shape: str) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime(shape)


def _sshd(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        user, address, port = dice.choice(USERS), _address(dice), dice.randint(1024, 65535)
        said = dice.choice((
            f"Accepted publickey for {user} from {address} port {port} ssh2: ED25519 SHA256:abcdefgh",
            f"pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)",
            f"Disconnected from user {user} {address} port {port}",
            f"Received disconnect from {address} port {port}:11: disconnected by user",
        ))
        yield f"{_stamp(at, '%b %d %H:%M:%S')} web-1 sshd[{dice.randint(300, 9000)}]: {said}"


def _access(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        path, status = _text(dice, dice.choice(PATHS)), dice.choice((200, 200, 200, 304, 404))
        time = _stamp(at, "%d/%b/%Y:%H:%M:%S +0000")
        size, agent = dice.randint(200, 90_000), dice.choice(AGENTS)
        yield f'{_address(dice)} - - [{time}] "GET {path} HTTP/1.1" {status} {size} "https://shop.example.com/" "{agent}"'


def _flow(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        ports = f"{dice.choice((443, 5432, 53))} {dice.randint(1024, 65535)}"
        count = f"{dice.randint(1, 90)} {dice.randint(60, 90_000)} {at // 1000} {at // 1000 + 60}"
        yield f"2 111122223333 eni-0abc 10.0.{dice.randint(0, 9)}.{dice.randint(1, 254)} 10.0.1.5 {ports} 6 {count} ACCEPT OK"


def _firewall(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        yield json.dumps({
            "timestamp": at,
            "formatVersion": 1,
            "webaclId": "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/0a1b",
            "action": "ALLOW",
            "httpRequest": {
                "clientIp": _address(dice),
                "country": "DE",
                "headers": [{"name": "User-Agent", "value": dice.choice(AGENTS)}],
                "uri": _text(dice, dice.choice(PATHS)),
                "args": "",
                "httpVersion": "HTTP/2.0",
                "httpMethod": "GET",
                "requestId": f"{dice.getrandbits(64):016x}",
            },
        })


def _application(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        time = _stamp(at, "%Y-%m-%dT%H:%M:%SZ")
        message = _text(dice, dice.choice(WORDS))
        yield json.dumps({"time": time, "level": "info", "logger": "shop.orders", "message": message})


def _free(dice: random.Random) -> Iterator[str]:
    for at in _clock(dice):
        yield f"{_stamp(at, '%Y-%m-%d %H:%M:%S')},{at % 1000:03} INFO [worker-{dice.randint(1, 8)}] {_text(dice, dice.choice(WORDS))}"


FORMATS: dict[str, Callable[[random.Random], Iterator[str]]] = {
    "sshd (syslog)": _sshd,
    "access log (combined)": _access,
    "VPC flow log": _flow,
    "WAF log (JSON)": _firewall,
    "application (JSON)": _application,
    "free text": _free,
}
