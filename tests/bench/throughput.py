"""`make bench-detect`: how fast `riposte detect` reads a large CloudTrail file, beside `rsigma` with the same rules,
beside plain parsing of the same lines, and beside an earlier build where `--before` names one. Writes its block of
`docs/measurements.md`.

The judge is a working day of an account (`realistic.py`), nearly all of it reads and service events. The second file is
two thirds findings (`large_file.py`): ordinary, attacking and labelled records over and over.

All runs are repeated in turn. Of each, the median of the CPU time counts, and of the time that it took the fastest, so
that what else the machine does moves none of them alone. An aim that is missed is shown and does not fail the run; what
cannot be measured does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import large_file
import page
import realistic
import tool
from timed import BenchError, Timed

BLOCK = "throughput"

# What is asked of `riposte detect` over the realistic file, in CPU time of others': of parsing, of unpacking and parsing,
# of an earlier build, and of rsigma.
OF_LIMIT = 0.6
OF_BEFORE = 0.33
OF_BEFORE_PACKED = 0.35
OF_RSIGMA = 1 / 3

# How much faster all cores are than one, its memory against that over a tenth of a file, and its peak in MB.
OF_CORES = 0.9
OF_SMALL = 1.25
PEAK_MB = 32

RIPOSTE_SAYS = r"(\d+) records, (\d+) findings"
PARSE_SAYS = r"(\d+) records()"
RSIGMA_SAYS = r"Processed (\d+) events, (\d+) matches"


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
    parser.add_argument("--programs", type=Path, required=True, help="directory of `riposte` and `parse`")
    parser.add_argument("--folder", type=Path, required=True, help="where the files and rsigma are kept")
    parser.add_argument("--records", type=int, default=realistic.RECORDS, help="records of the realistic file")
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the second file")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program")
    parser.add_argument("--before", type=Path, help="`riposte` of an earlier commit, to be compared with")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> str:
    corpus = Path(named) if (named := os.environ.get("RIPOSTE_CORPUS")) else None
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print(f"  files and tools in {arguments.folder}", file=sys.stderr)
    rules = corpus / "sigma" if corpus else None
    programs = Programs(
        arguments.programs / "riposte",
        arguments.programs / "parse",
        arguments.before,
        tool.rsigma(arguments.folder / "tools") if rules else None,
        rules,
    )
    plain, objects = realistic.make(arguments.folder, arguments.records)
    small, _ = realistic.make(arguments.folder, max(arguments.records // 10, 1))
    second = large_file.make(arguments.folder, arguments.megabytes, corpus)
    files = {
        "A working day of an account": File(plain, large_file.pack(plain), objects, small),
        "Two thirds findings": File(second, large_file.pack(second), None, None),
    }
    machine = page.machine()
    runs = {title: _runs(programs, file) for title, file in files.items()}
    for turn in range(1, arguments.rounds + 1):
        for of_file in runs.values():
            for name, run in of_file.items():
                run.run()
                print(f"  {turn} of {arguments.rounds}: {name}: {run.cpu_seconds[-1]:.2f} s of CPU", file=sys.stderr)
    machine["load_after"] = os.getloadavg()[0]
    parts = [f"The medians of {arguments.rounds} runs in turn, as CPU time; MB/s by the fastest."]
    for title, of_file in runs.items():
        counts = {run.what: run.records for name, run in of_file.items() if not name.startswith("small")}
        if len(set(counts.values())) != 1:
            raise BenchError(f"they do not read the same records: {counts}")
        size = files[title].plain.stat().st_size / 1e6
        parts.append(f"### {title}\n\n{size:.0f} MB, {of_file['catalogue-1'].records:,} records.")
        parts.append(_speeds(of_file, size))
        parts.append(_aims(of_file))
    return "\n\n".join([*parts, page.described(machine)])


@dataclass
class Programs:
    """What is measured."""

    riposte: Path
    parse: Path
    before: Path | None
    rsigma: Path | None
    rules: Path | None


@dataclass
class File:
    """What is read: the lines, the same packed, the same as a trail's objects, and a tenth of it."""

    plain: Path
    packed: Path
    objects: Path | None
    small: Path | None


def _runs(programs: Programs, file: File) -> dict[str, Timed]:
    """All that is measured over a file, in the order of the page."""
    runs = {}
    detect, rules = ["detect", "--format", "jsonl"], programs.rules
    packed = file.objects or file.packed
    for cores in dict.fromkeys((1, len(os.sched_getaffinity(0)))):
        threads = ["--jobs", str(cores)]

        def add(name: str, what: str, command: list, says: str) -> None:
            runs[f"{name}-{cores}"] = Timed(what, [*command, *threads], cores, says)

        add("limit", "parsing alone", [programs.parse, file.plain], PARSE_SAYS)
        add("limit-packed", "unpacking and parsing alone, `.gz`", [programs.parse, file.packed], PARSE_SAYS)
        for name, what, program in [("", "`riposte detect`", programs.riposte), ("before-", "before", programs.before)]:
            if program is None:
                continue
            if rules:
                own = [program, *detect, "--rules", rules, "--rules-alone", file.plain]
                add(f"{name}rules", f"{what}, {_count(rules)} rules of SigmaHQ", own, RIPOSTE_SAYS)
            add(f"{name}catalogue", f"{what}, the catalog", [program, *detect, file.plain], RIPOSTE_SAYS)
            add(f"{name}catalogue-packed", f"{what}, the catalog, `.gz`", [program, *detect, packed], RIPOSTE_SAYS)
        if file.small:
            add("small", "a tenth of the file", [programs.riposte, *detect, file.small], RIPOSTE_SAYS)
    if rules and programs.rsigma:
        evaluate = [programs.rsigma, "engine", "eval", "--rules", rules, "--event", f"@{file.plain}"]
        what = f"`{tool.version(programs.rsigma)}`, the same rules"
        formats = ["--input-format", "json", "--output-format", "ndjson"]
        runs["rsigma"] = Timed(what, [*evaluate, *formats], 1, RSIGMA_SAYS)
    return runs


def _count(rules: Path) -> int:
    return len(list(rules.glob("*.yml")))


def _speeds(runs: dict[str, Timed], megabytes: float) -> str:
    """What each run came to, as megabytes of unpacked text."""
    head = ("", "cores", "MB/s", "MB per CPU second", "findings", "CPU time", "peak memory")
    shown = [(name, run) for name, run in runs.items() if not name.startswith("small")]
    rows = [
        (
            run.what,
            str(run.cores),
            f"{megabytes / run.best:.0f}",
            f"{megabytes / run.cpu:.0f}",
            "" if run.findings is None else f"{run.findings:,}",
            f"{run.cpu:.2f} s",
            f"{run.peak_mb:.0f} MB",
        )
        for _, run in sorted(shown, key=lambda item: item[1].cores)
    ]
    return page.table(head, rows)


def _aims(runs: dict[str, Timed]) -> str:
    """What is asked, and whether it is held."""
    rows = [
        (what, f"{measured:.2f}", limit, "yes" if held else "MISSED")
        for what, measured, limit, held in [*_ratios(runs), *_found(runs), *_cores_and_memory(runs)]
    ]
    return page.table(("", "measured", "aim", "held"), rows)


def _ratios(runs: dict[str, Timed]) -> Iterator[tuple[str, float, str, bool]]:
    """CPU time against that of others, on one core."""
    for name, other, aim in [
        ("catalogue-1", "limit-1", OF_LIMIT),
        ("catalogue-1", "before-catalogue-1", OF_BEFORE),
        ("catalogue-packed-1", "limit-packed-1", OF_LIMIT),
        ("catalogue-packed-1", "before-catalogue-packed-1", OF_BEFORE_PACKED),
        ("rules-1", "rsigma", OF_RSIGMA),
    ]:
        if name in runs and other in runs:
            ratio = runs[name].cpu / runs[other].cpu
            what = f"CPU time of {runs[name].what} / of {runs[other].what}"
            yield what, ratio, f"at most {aim:.2f}", ratio <= aim


def _found(runs: dict[str, Timed]) -> Iterator[tuple[str, float, str, bool]]:
    """Who finds less is faster: whether the same rules find the same."""
    for name, other in [("rules-1", "rsigma"), ("catalogue-1", "before-catalogue-1"), ("catalogue-1", "catalogue-packed-1")]:
        if name in runs and other in runs and runs[other].findings:
            what = f"findings of {runs[name].what} / of {runs[other].what}"
            ratio = (runs[name].findings or 0) / runs[other].findings
            yield what, ratio, "equal", runs[name].findings == runs[other].findings


def _cores_and_memory(runs: dict[str, Timed]) -> Iterator[tuple[str, float, str, bool]]:
    """What more cores are worth, and whether memory grows with the file."""
    cores = len(os.sched_getaffinity(0))
    one, all_cores = runs["catalogue-1"], runs[f"catalogue-{cores}"]
    if cores > 1:
        ratio = one.best / all_cores.best
        yield f"{cores} cores / one", ratio, f"at least {OF_CORES * cores:.2f}", ratio >= OF_CORES * cores
    peak = max(run.peak_mb for name, run in runs.items() if name.startswith("catalogue"))
    yield "peak memory in MB", peak, f"at most {PEAK_MB}", peak <= PEAK_MB
    if small := runs.get(f"small-{cores}"):
        ratio = all_cores.peak_mb / small.peak_mb
        yield "peak memory over the file / over a tenth of it", ratio, f"at most {OF_SMALL}", ratio <= OF_SMALL


if __name__ == "__main__":
    sys.exit(main())
