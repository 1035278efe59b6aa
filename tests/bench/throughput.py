"""`make bench-detect`: how fast `riposte detect` reads a large CloudTrail file, beside `rsigma` with the same rules and
beside plain parsing of the same lines, which is the limit. Writes its block of `docs/measurements.md`.

All runs are repeated in turn and the fastest of each counts, so that what else the machine does moves none of them
alone. An aim that is missed is shown and does not fail the run; what cannot be measured does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import large_file
import page
import tool
from timed import BenchError, Timed

BLOCK = "throughput"

# What is asked of `riposte detect`: its speed against others', and its memory against that over a tenth of a file.
OF_RSIGMA = 1.0
OF_LIMIT = 0.5
OF_SMALL = 1.25

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
    parser.add_argument("--megabytes", type=int, default=1000, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program")
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> str:
    corpus = Path(named) if (named := os.environ.get("RIPOSTE_CORPUS")) else None
    arguments.folder.mkdir(parents=True, exist_ok=True)
    print(f"  files and tools in {arguments.folder}", file=sys.stderr)
    plain = large_file.make(arguments.folder, arguments.megabytes, corpus)
    small = large_file.make(arguments.folder, max(arguments.megabytes // 10, 1), corpus)
    rules = corpus / "sigma" if corpus else None
    rsigma = tool.rsigma(arguments.folder / "tools") if rules else None
    runs = _runs(arguments.programs, plain, large_file.pack(plain), small, rules, rsigma)
    machine = page.machine()
    for turn in range(1, arguments.rounds + 1):
        for name, run in runs.items():
            run.run()
            print(f"  {turn} of {arguments.rounds}: {name}: {run.seconds[-1]:.2f} s", file=sys.stderr)
    machine["load_after"] = os.getloadavg()[0]
    counts = {run.what: run.records for name, run in runs.items() if not name.startswith("small")}
    if len(set(counts.values())) != 1:
        raise BenchError(f"they do not read the same records: {counts}")
    return "\n\n".join(
        [
            _foreword(plain, runs, corpus, arguments.rounds),
            _speeds(runs, plain.stat().st_size / 1e6),
            _aims(runs, small.stat().st_size / 1e6),
            page.described(machine),
        ]
    )


def _runs(
    programs: Path, plain: Path, packed: Path, small: Path, rules: Path | None, rsigma: Path | None
) -> dict[str, Timed]:
    """All that is measured, in the order of the page."""
    runs = {}
    detect = [programs / "riposte", "detect", "--format", "jsonl"]
    for cores in dict.fromkeys((1, len(os.sched_getaffinity(0)))):
        threads = ["--jobs", str(cores)]

        def add(name: str, what: str, command: list, says: str) -> None:
            runs[f"{name}-{cores}"] = Timed(what, [*command, *threads], cores, says)

        add("limit", "parsing alone", [programs / "parse", plain], PARSE_SAYS)
        add("limit-packed", "unpacking and parsing alone, `.gz`", [programs / "parse", packed], PARSE_SAYS)
        if rules:
            own = [*detect, "--rules", rules, "--rules-alone"]
            add("rules", f"`riposte detect`, {_count(rules)} rules of SigmaHQ", [*own, plain], RIPOSTE_SAYS)
        add("catalogue", "`riposte detect`, the catalogue", [*detect, plain], RIPOSTE_SAYS)
        add("catalogue-packed", "`riposte detect`, the catalogue, `.gz`", [*detect, packed], RIPOSTE_SAYS)
        add("small", "`riposte detect`, the catalogue, a tenth of the file", [*detect, small], RIPOSTE_SAYS)
    if rules and rsigma:
        evaluate = [rsigma, "engine", "eval", "--rules", rules, "--event", f"@{plain}", "--input-format", "json"]
        what = f"`{tool.version(rsigma)}`, the same rules"
        runs["rsigma"] = Timed(what, [*evaluate, "--output-format", "ndjson"], 1, RSIGMA_SAYS)
    return runs


def _count(rules: Path) -> int:
    return len(list(rules.glob("*.yml")))


def _foreword(plain: Path, runs: dict[str, Timed], corpus: Path | None, rounds: int) -> str:
    content = (
        "ordinary, attacking and labelled records over and over, each with an id of its own"
        if corpus
        else "ordinary records alone, over and over, since `RIPOSTE_CORPUS` is not set"
    )
    records = runs["catalogue-1"].records
    size = plain.stat().st_size / 1e6
    words = [f"{size:.0f} MB, {records:,} records as JSON lines: {content}. The fastest of {rounds} runs in turn."]
    if "rsigma" in runs:
        words.append("`rsigma engine eval` works on one core, and is what both are compared with.")
    elif corpus:
        words.append("`rsigma` could not be installed, and is left out.")
    return " ".join(words)


def _speeds(runs: dict[str, Timed], megabytes: float) -> str:
    """What each run came to, as megabytes of unpacked text."""
    head = ("", "cores", "MB/s", "records/s", "findings", "CPU time", "peak memory")
    records = runs["catalogue-1"].records
    shown = [(name, run) for name, run in runs.items() if not name.startswith("small")]
    rows = [
        (
            run.what,
            str(run.cores),
            f"{megabytes / run.best:.0f}",
            f"{records / run.best:,.0f}",
            "" if run.findings is None else f"{run.findings:,}",
            f"{min(run.cpu_seconds):.1f} s",
            f"{run.peak_mb:.0f} MB",
        )
        for _, run in sorted(shown, key=lambda item: item[1].cores)
    ]
    return page.table(head, rows)


def _aims(runs: dict[str, Timed], small_mb: float) -> str:
    """What is asked, and whether it is held."""
    rows = [
        (what, f"{ratio:.2f}", limit, "yes" if held else "MISSED")
        for what, ratio, limit, held in [*_ratios(runs), *_found(runs), *_memory(runs, small_mb)]
    ]
    return page.table(("ratio", "measured", "aim", "held"), rows)


def _found(runs: dict[str, Timed]) -> Iterator[tuple[str, float, str, bool]]:
    """Who finds less is faster: whether the same rules find the same."""
    ours, theirs = runs.get("rules-1"), runs.get("rsigma")
    if ours and theirs and theirs.findings:
        what = f"findings of {ours.what} / of {theirs.what}"
        yield what, (ours.findings or 0) / theirs.findings, "equal", ours.findings == theirs.findings


def _ratios(runs: dict[str, Timed]) -> Iterator[tuple[str, float, str, bool]]:
    """Speeds against those of others."""
    for name, run in runs.items():
        kind, _, cores = name.rpartition("-")
        others = {
            "rules": [("rsigma", OF_RSIGMA), (f"limit-{cores}", OF_LIMIT)],
            "catalogue": [(f"limit-{cores}", OF_LIMIT)],
            "catalogue-packed": [(f"limit-packed-{cores}", OF_LIMIT)],
        }
        for other, aim in others.get(kind, []):
            if other in runs:
                ratio = runs[other].best / run.best
                what = f"{run.what} / {runs[other].what}, {_cores(run.cores)}"
                yield what, ratio, f"at least {aim}", ratio >= aim


def _memory(runs: dict[str, Timed], small_mb: float) -> Iterator[tuple[str, float, str, bool]]:
    """Whether memory grows with the file."""
    for name, small in runs.items():
        if name.startswith("small"):
            large = runs[name.replace("small", "catalogue")]
            ratio = large.peak_mb / small.peak_mb
            what = f"peak memory over the file / over {small_mb:.0f} MB of it, {_cores(small.cores)}"
            yield what, ratio, f"at most {OF_SMALL}", ratio <= OF_SMALL


def _cores(count: int) -> str:
    return "one core" if count == 1 else f"{count} cores"


if __name__ == "__main__":
    sys.exit(main())
