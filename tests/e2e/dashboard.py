"""Shows the dashboard over an emulated account with something to look at: `make dashboard`, until Ctrl-C.

With --screenshots it writes a picture of each page to a folder instead, and ends.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from deploy import find_zips
from deployed import set_up
from emulator import Emulator, exit_on_signals
from filled import Dashboard, Filled, fill


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, required=True, help="directory of NAME/bootstrap.zip")
    parser.add_argument("--riposte", type=Path, required=True, help="the command's binary")
    parser.add_argument("--port", type=int, default=8008, help="the dashboard's port")
    parser.add_argument("--screenshots", type=Path, help="write pictures to this folder, and end")
    arguments = parser.parse_args()
    exit_on_signals()
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        print("an emulated account starts, is deployed to, attacked and read", flush=True)
        deployed = set_up(emulator, find_zips(arguments.zips), arguments.riposte.resolve(strict=True))
        filled = fill(deployed, Path(folder))
        shown = ["--inventory", str(filled.inventory), "--earlier", str(filled.earlier)]
        port = 0 if arguments.screenshots else arguments.port
        with Dashboard(deployed, *shown, port=port) as url:
            if arguments.screenshots:
                _pictures(url, filled, arguments.screenshots)
                return 0
            print(f"the dashboard is at {url}; Ctrl-C ends all of it", flush=True)
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                return 0


def _pictures(url: str, filled: Filled, folder: Path) -> None:
    from browser import launch
    from playwright.sync_api import sync_playwright

    pages = {name: name for name in ("incidents", "cases", "posture", "network", "identity", "patching", "detectors", "coverage")}
    pages |= {"now": "", "incident": f"incidents/{filled.contained[0]}"}
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for scheme, width, names in (("light", 1100, list(pages)), ("dark", 360, ["now"])):
            page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
            for name in names:
                page.goto(url + pages[name])
                file = folder / f"{name}{'-dark' if scheme == 'dark' else ''}.png"
                page.screenshot(path=file)
                print(f"{file}: {file.stat().st_size // 1024} KB")
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
