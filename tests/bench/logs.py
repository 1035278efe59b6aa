"""`make bench-logs`: how fast `riposte logs` reads lines of several formats, beside `drain3` and beside splitting lines
alone, and what its memory comes to where what it counts has no end. Writes its block of `docs/measurements.md`.

All runs are repeated in turn; the median of the CPU time counts, on one core. `drain3` is read of a part of the file, since
it takes minutes for the whole.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import log_files
import page
from timed import BenchError, Timed

BLOCK = "logs"

# What is asked: of splitting lines, by parsers without signatures' share (templates) and with all signatures on access
# logs; and of drain3.
OF_SPLITTING = 0.25
OF_DRAIN3 = 50

# Lines that drain3 is given.
DRAIN3_LINES = 50_000

# Addresses that fail once each.
FEW, MANY = 10_000, 1_000_000

RIPOSTE_SAYS = r"(\d+) lines, (\d+) findings"
SPLIT_SAYS = r"(\d+) lines()"

# `drain3` with its defaults, as its own users call it: one line after the other.
DRAIN3 = """
import sys
from drain3 import TemplateMiner
miner = TemplateMiner()
count = 0
with open(sys.argv[1], errors="replace") as lines:
    for line in lines:
        miner.add_log_message(line.rstrip("\\n"))
        count += 1
print(count, "lines", file=sys.stderr)
"""


def main() -> int:
    """Measures, prints and writes the page's block."""
    arguments = _arguments()
    try:
        text = _measure(arguments)
        print(text)
        page.write(BLOCK, text)
    except (BenchError, page.PageError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=Path, required=True, help="directory of `riposte` and `split`")
    parser.add_argument("--folder", type=Path, required=True, help="where the files and drain3 are kept")
    parser.add_argument("--megabytes", type=int, default=40, help="size of each file")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> str:
    folder, programs = arguments.folder, arguments.programs
    folder.mkdir(parents=True, exist_ok=True)
    drain3 = _drain3(folder / "tools/drain3")
    files = log_files.make(folder, arguments.megabytes)
    machine = page.machine()
    runs: dict[tuple[str, str], Timed] = {}
    for name, path in files.items():
        part = _head(path, DRAIN3_LINES)
        riposte = [programs / "riposte", "logs", "--format", "jsonl"]
        runs[name, "split"] = Timed(name, [programs / "split", path], 1, SPLIT_SAYS)
        runs[name, "logs"] = Timed(name, [*riposte, path], 1, RIPOSTE_SAYS)
        runs[name, "drain3"] = Timed(name, [*drain3, part], 1, SPLIT_SAYS)
        # It says nothing of what it read: its output has a line for each.
        runs[name, "templates"] = _templates(name, programs, path)
    few = Timed("few", [programs / "riposte", "logs", "--format", "jsonl", log_files.many_addresses(folder, FEW)], 1, RIPOSTE_SAYS)
    many = Timed("many", [programs / "riposte", "logs", "--format", "jsonl", log_files.many_addresses(folder, MANY)], 1, RIPOSTE_SAYS)
    for turn in range(1, arguments.rounds + 1):
        for (name, what), run in runs.items():
            run.run()
            print(f"  {turn} of {arguments.rounds}: {name}, {what}: {run.cpu_seconds[-1]:.2f} s", file=sys.stderr)
    for run in (few, many):
        run.run()
    machine["load_after"] = os.getloadavg()[0]
    for name in files:
        runs[name, "templates"].records = runs[name, "split"].records
    parts = [
        f"{arguments.megabytes} MB a format, one core, the medians of {arguments.rounds} runs in turn, as CPU time. In brackets: "
        "the speed beside that of splitting lines alone.",
        _speeds(files, runs),
        _aims(files, runs),
        f"Memory: {few.peak_mb:.0f} MB at the most over {FEW:,} addresses that fail once each, {many.peak_mb:.0f} MB over {MANY:,}. "
        "What is forgotten is counted and told at the end.",
    ]
    return "\n\n".join([*parts, page.described(machine)])


def _templates(name: str, programs: Path, path: Path) -> Timed:
    command = 'wc -l < "$1" | sed "s/$/ lines/" >&2; exec "$0" logs --templates --format jsonl "$1"'
    return Timed(name, ["sh", "-c", command, programs / "riposte", path], 1, SPLIT_SAYS)


def _head(path: Path, lines: int) -> Path:
    part = path.with_suffix(".part")
    if not part.exists():
        with path.open() as whole, part.open("w") as out:
            for _, line in zip(range(lines), whole, strict=False):
                out.write(line)
    return part


def _drain3(folder: Path) -> list:
    """How `drain3` is called; installed from PyPI outside the sources."""
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "drain3==0.9.11"], check=True)
    return [python, "-c", DRAIN3]


def _rate(run: Timed) -> float:
    """Lines in a second of CPU time."""
    return run.records / run.cpu


def _speeds(files: dict[str, Path], runs: dict[tuple[str, str], Timed]) -> str:
    head = ("format", "lines", "splitting", "`riposte logs`, all detectors", "`--templates`", "drain3 0.9.11")
    rows = []
    for name, path in files.items():
        split = runs[name, "split"]
        bytes_a_line = path.stat().st_size / split.records

        def shown(what: str, split: Timed = split, bytes_a_line: float = bytes_a_line, name: str = name) -> str:
            rate = _rate(runs[name, what])
            share = "" if what == "split" else f" ({rate / _rate(split):.4f})"
            return f"{rate:,.0f} lines/s, {rate * bytes_a_line / 1e6:,.1f} MB/s{share}"

        rows.append((name, f"{split.records:,}", *(shown(what) for what in ("split", "logs", "templates", "drain3"))))
    return page.table(head, rows)


def _aims(files: dict[str, Path], runs: dict[tuple[str, str], Timed]) -> str:
    rows = []
    access = "access log (combined)"
    share = _rate(runs[access, "logs"]) / _rate(runs[access, "split"])
    rows.append(("all signatures on access logs, of splitting", f"{share:.3f}", f"≥ {OF_SPLITTING}", share >= OF_SPLITTING))
    for name in files:
        times = _rate(runs[name, "templates"]) / _rate(runs[name, "drain3"])
        rows.append((f"templates of {name}, times drain3", f"{times:.0f}", f"≥ {OF_DRAIN3}", times >= OF_DRAIN3))
    shown = [(what, measured, aim, "yes" if held else "MISSED") for what, measured, aim, held in rows]
    return page.table(("", "measured", "aim", "held"), shown)


if __name__ == "__main__":
    sys.exit(main())
