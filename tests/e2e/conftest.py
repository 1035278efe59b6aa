"""What the end-to-end tests share: one emulated account for a file of tests, and a clean end on signals."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
import sshd
from account import Host, create_host
from deploy import find_zips
from deployed import Deployed, set_up
from emulator import Emulator
from events import ATTACKER_ADDRESS
from processes import Programs, programs

TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or Path(__file__).resolve().parents[2] / "target")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the build has put what is tested; both are found in cargo's target directory by themselves."""
    parser.addoption("--zips", type=Path, default=TARGET / "lambda", help="directory of NAME/bootstrap.zip")
    parser.addoption("--riposte", type=Path, default=None, help="the command's binary")
    parser.addoption("--storm", type=int, default=40, help="attacks of the storm on targets of their own")


def pytest_configure(config: pytest.Config) -> None:
    """Ends the whole run on SIGTERM and SIGHUP, fixtures included; a plain exit would only fail the test that runs."""

    def leave(number, _frame):
        pytest.exit(f"signal {number}", returncode=128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


@pytest.fixture(scope="session")
def zips(request: pytest.FixtureRequest) -> dict[str, Path]:
    """The functions' zip files, by name."""
    return find_zips(request.config.getoption("--zips"))


@pytest.fixture(scope="session")
def binary(request: pytest.FixtureRequest) -> Path:
    """The command. Never an old one that another kind of build left beside it: the newest."""
    given = request.config.getoption("--riposte")
    if given:
        return given.resolve(strict=True)
    built = [path for pattern in ("debug/riposte", "*/debug/riposte") for path in TARGET.glob(pattern)]
    assert built, f"the command is not built: no debug/riposte below {TARGET}"
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="module")
def emulator():
    """An emulated account of this file's own: what one file deploys, another does not see."""
    with Emulator() as running:
        yield running


@pytest.fixture
def emulator_of_its_own():
    """An emulated account of one test's own."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def live(emulator, zips, binary) -> Deployed:
    """Riposte deployed in live mode."""
    return set_up(emulator, zips, binary)


@pytest.fixture(scope="module")
def functions(live, zips, tmp_path_factory) -> Programs:
    """The same functions as programs that a test starts, and may kill, by itself."""
    return programs(live, zips, tmp_path_factory.mktemp("functions"))


@pytest.fixture(scope="session")
def ticking(zips, binary) -> tuple[Deployed, Host]:
    """Riposte with the shortest schedule there is, and an attacked host whose log no event tells of."""
    with Emulator() as running:
        deployed = set_up(running, zips, binary, PullRate="rate(1 minute)")
        host = create_host(running)
        sshd.write(running, deployed.account, sshd.failures(ATTACKER_ADDRESS, 12), host.log_stream)
        yield deployed, host


@pytest.fixture(scope="session", autouse=True)
def _start_the_clock_early(request: pytest.FixtureRequest) -> None:
    # Its first tick comes after a minute, which would be waited for if it started when it is needed. Where files run side
    # by side, each worker sees the tests of all, and others run meanwhile.
    alone = not hasattr(request.config, "workerinput")
    if alone and any("ticking" in item.fixturenames for item in request.session.items):
        request.getfixturevalue("ticking")
