"""`rsigma`, which `riposte detect` is compared with: found, or installed from crates.io outside the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# The version of the library that evaluates our rules (Cargo.toml).
VERSION = "0.23.0"


def rsigma(folder: Path) -> Path | None:
    """The program that `RSIGMA` names, that is on the path, or that is installed here; `None` where it cannot be."""
    if named := os.environ.get("RSIGMA"):
        return Path(named)
    if found := shutil.which("rsigma"):
        return Path(found)
    program = folder / "bin/rsigma"
    if not program.exists():
        print(f"installing rsigma {VERSION} to {folder}, which takes minutes", file=sys.stderr)
        command = ["cargo", "install", "--quiet", "--locked", "--root", folder, "--version", VERSION, "rsigma"]
        if subprocess.run(command, check=False).returncode != 0:
            print("rsigma cannot be installed, so nothing is compared with it", file=sys.stderr)
            return None
    return program


def version(program: Path) -> str:
    """Its name and version, as it says them."""
    said = subprocess.run([program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return said.partition("\n")[0].strip()
