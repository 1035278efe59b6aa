"""A real browser: Debian's Chromium, installed where it is missing, driven by Playwright; and axe-core from npm."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

from playwright.sync_api import Browser, Playwright

AXE = "4.14.1"
_AXE_FOLDER = Path(__file__).resolve().parents[2] / ".work" / f"axe-core-{AXE}"
# The rules of WCAG, up to 2.2 AA, and what axe holds to be good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str:
    """The path of Chromium; installs it by Debian's own package where it is not there."""
    if not shutil.which("chromium"):
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "fonts-dejavu-core"]
        for command in (["apt-get", "update", "--quiet"], install):
            done = subprocess.run(command, capture_output=True, text=True, env={"DEBIAN_FRONTEND": "noninteractive",
                                                                               "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
            assert done.returncode == 0, f"`{' '.join(command)}` fails: {done.stderr}"
    found = shutil.which("chromium")
    assert found, "Debian's package chromium brought no `chromium`"
    return found


def launch(playwright: Playwright) -> Browser:
    """A browser without a screen."""
    return playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])


def axe() -> str:
    """axe-core's script, fetched from npm at its pinned version and kept."""
    script = _AXE_FOLDER / "package" / "axe.min.js"
    if not script.is_file():
        _AXE_FOLDER.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run(["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=_AXE_FOLDER, capture_output=True, text=True)
        assert packed.returncode == 0, f"axe-core cannot be fetched from npm: {packed.stderr}"
        with tarfile.open(_AXE_FOLDER / packed.stdout.strip().splitlines()[-1]) as archive:
            archive.extractall(_AXE_FOLDER, filter="data")
    return script.read_text()


def violations(page, script: str) -> list[str]:
    """What axe finds on a page, in words."""
    page.evaluate(script)
    run = "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })"
    found = page.evaluate(run, RULES)["violations"]
    return [f"{rule['id']} ({rule['impact']}): {node['html'][:200]}: {node['failureSummary'][:300]}"
            for rule in found for node in rule["nodes"][:3]]
