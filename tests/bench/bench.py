"""`make bench`: measures the release build; prints what was measured beside its reference and its limit, and writes it
into `docs/measurements.md`.

Start, memory and decisions are measured by the Rust program `bench` (src/bin/bench), on the very files of the zips; the
time and the calls of an incident are measured on the emulator, with the same zips deployed. A limit that is missed is
shown and does not fail the run: a measurement is a figure, and a busy machine is no fault of the code. What cannot be
measured does fail it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "e2e"))

import incidents  # noqa: E402
import page  # noqa: E402
import pages  # noqa: E402
import report  # noqa: E402
from deploy import FUNCTIONS, DeployError, find_zips  # noqa: E402
from emulator import EmulatorError, exit_on_signals  # noqa: E402

# What the functions are compared with, and the program that measures.
OTHERS = ("bare", "bare-ec2", "bare-iam", "bare-logs", "bench")


def main() -> int:
    """Measures everything, prints the table and writes the JSON."""
    arguments = _arguments()
    exit_on_signals()
    try:
        measured = _measure(arguments)
    except (DeployError, EmulatorError, incidents.BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    text = json.dumps(measured, indent=2)
    for path in filter(None, (arguments.zips.parent / "bench.json", arguments.json)):
        path.write_text(text + "\n")
        print(f"written: {path}", file=sys.stderr)
    rows = report.rows(measured)
    print(report.table(rows))
    print(report.closing(rows, measured["machine"]))
    try:
        page.write("bench", report.block(rows, measured["machine"]))
    except (page.PageError, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--zips", type=Path, required=True, help="directory of NAME/bootstrap.zip, release build")
    parser.add_argument("--riposte", type=Path, required=True, help="the command")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--runs", type=int, default=51, help="starts of each program")
    parser.add_argument("--incidents", type=int, default=10, help="incidents of each kind")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> dict:
    zips = find_zips(arguments.zips)
    all_zips = zips | {name: arguments.zips / name / "bootstrap.zip" for name in OTHERS}
    machine = page.machine()
    sizes = {name: path.stat().st_size for name, path in all_zips.items()}
    with tempfile.TemporaryDirectory(prefix="riposte-bench-") as folder:
        programs = {name: _unpack(path, Path(folder) / name) for name, path in all_zips.items()}
        print("measuring starts, memory and decisions", file=sys.stderr)
        done = subprocess.run(
            [programs["bench"], "--programs", folder, "--runs", str(arguments.runs)],
            check=True,
            stdout=subprocess.PIPE,
        )
    measured = json.loads(done.stdout)
    print("measuring incidents on the emulator", file=sys.stderr)
    measured["incidents"] = incidents.measure(zips, arguments.riposte, arguments.incidents)
    print("measuring the dashboard's pages", file=sys.stderr)
    measured["pages"] = pages.measure(zips, arguments.riposte)
    machine["load_after"] = os.getloadavg()[0]
    return {"machine": machine, "zip_bytes": sizes, "functions": list(FUNCTIONS)} | measured


def _unpack(path: Path, folder: Path) -> Path:
    """The program in a zip, made executable."""
    with zipfile.ZipFile(path) as archive:
        program = Path(archive.extract("bootstrap", folder))
    program.chmod(0o755)
    return program


if __name__ == "__main__":
    sys.exit(main())
