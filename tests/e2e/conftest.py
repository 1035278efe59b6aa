"""What the end-to-end tests share: one emulated account for a file of tests, and a clean end on signals."""

from __future__ import annotations

import signal

import pytest
from emulator import Emulator


def pytest_configure(config: pytest.Config) -> None:
    """Ends the whole run on SIGTERM and SIGHUP, fixtures included; a plain exit would only fail the test that runs."""

    def leave(number, _frame):
        pytest.exit(f"signal {number}", returncode=128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


@pytest.fixture(scope="module")
def emulator():
    """An emulated account of this file's own: what one file deploys, another does not see."""
    with Emulator() as running:
        yield running
