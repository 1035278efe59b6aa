"""The demo itself: it holds, it says where it does not, and it leaves nothing behind."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from demo_screen import WIDTH, Screen, StepFailed, plain

HERE = Path(__file__).parent
STEPS = ["Shadow mode", "Live mode", "Before and after", "Containment, proven by IAM", "Duplicates", "Undo"]


@pytest.fixture
def arguments(request, zips, binary) -> list[str]:
    """The demo's command line."""
    directory = request.config.getoption("--zips")
    return [sys.executable, str(HERE / "demo.py"), "--zips", str(directory), "--riposte", str(binary)]


@pytest.fixture
def start(tmp_path):
    """Starts a demo whose temporary files, and so all its processes' folders, are below this test's own."""

    def begin(arguments: list[str]) -> subprocess.Popen:
        environment = os.environ | {"TMPDIR": str(tmp_path)}
        return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return begin


def processes(tmp_path: Path) -> list[str]:
    """What runs in a folder below this one, or a program from there."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(entry / link).startswith(f"{tmp_path}/") for link in ("cwd", "exe")):
                found.append((entry / "cmdline").read_text())
        except OSError:
            # It has just ended, or is not ours to look at.
            pass
    return found


def test_the_demo_holds(arguments, start, tmp_path):
    demo = start(arguments)
    out, errors = demo.communicate(timeout=60)
    assert demo.returncode == 0 and errors == "", out + errors
    lines = out.splitlines()
    assert [line[3:] for line in lines if re.match(r"\d  ", line)] == STEPS
    assert max(map(len, lines)) <= WIDTH and "\x1b" not in out and "\r" not in out
    for word in ("would call", "RevokeSecurityGroupIngress", "DetachUserPolicy", "CreateNetworkAclEntry", "live-mode",
                 "AccessDenied", "verified", "is undone", "All six steps hold"):
        assert word in out, word
    assert len(re.findall(r"^ +\+\d+ ms  verified ", out, re.M)) == 3
    assert processes(tmp_path) == [] and list(tmp_path.glob("riposte-emulator-*")) == []


def test_a_step_that_does_not_hold_is_named(arguments, start, tmp_path):
    """A command that fails, and one that lies: neither passes for a demo that holds."""
    program = tmp_path / "riposte"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    demo = start([*arguments[:-1], str(program)])
    out, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1 and "FAILED in step set-up" in out

    # `undo` says that it is done, and does nothing.
    program.write_text(f'#!/bin/sh\n[ "$1" = undo ] && exit 0\nexec {arguments[-1]} "$@"\n')
    demo = start([*arguments[:-1], str(program)])
    out, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1 and "FAILED in step 6, Undo" in out and "not so: the rule is back as it was" in out
    assert processes(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_stops_what_it_started(arguments, start, tmp_path, number):
    demo = start(arguments)
    for line in demo.stdout:
        if line.startswith("1  Shadow mode"):
            break
    assert processes(tmp_path)
    demo.send_signal(number)
    demo.communicate(timeout=15)
    assert demo.returncode == (130 if number == signal.SIGINT else 143)
    assert processes(tmp_path) == []


class Terminal(io.StringIO):
    """A terminal that can be read."""

    def isatty(self) -> bool:
        return True


def shown(monkeypatch, out: io.StringIO, **variables: str) -> str:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    screen = Screen(out)
    with screen.doing("wait"):
        pass
    screen.check(True, "it holds")
    return out.getvalue()


def test_color_is_for_terminals_that_want_it(monkeypatch):
    assert "\x1b[32mok" in shown(monkeypatch, Terminal(), TERM="xterm")
    assert "\x1b[32m" not in shown(monkeypatch, Terminal(), TERM="xterm", NO_COLOR="1")
    assert "\x1b" not in shown(monkeypatch, Terminal(), TERM="dumb")
    assert "\x1b" not in shown(monkeypatch, io.StringIO(), TERM="xterm")


def test_what_an_attacker_wrote_is_shown_escaped():
    out = io.StringIO()
    screen = Screen(out)
    hostile = "a\x1b[2J\r\n\u202eb" + "x" * 300
    screen.line(hostile)
    screen.fact("name", hostile)
    screen.moment(1, "event", hostile)
    screen.row(hostile, "there", "gone")
    screen.output(hostile)
    with pytest.raises(StepFailed):
        screen.check(False, hostile)
    screen.failed(hostile)
    assert not any(char in out.getvalue() for char in "\x1b\r\u202e")
    assert max(map(len, out.getvalue().splitlines())) <= WIDTH
    assert plain("é ü 漢 🙂 \t") == "é ü 漢 🙂 \\u{9}"
