"""`riposte audit` beside Prowler, over one emulated account in one run: CPU time and peak of memory.

The account is that of the end-to-end tests (`tests/e2e/audit_cases`). Prowler is installed from PyPI into an environment of
its own below the target folder. Both ask for what CIS and FSBP ask for.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

PROWLER = "5.46.0"
FRAMEWORKS = ("cis_5.0_aws", "aws_foundational_security_best_practices_aws")
OURS = ("CIS-5.0", "FSBP")
# What is to be held.
LEAST_CPU_RATIO = 20.0
MOST_MEMORY_SHARE = 0.1


@dataclass
class Run:
    """What one program used, and how many verdicts it gave."""

    what: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    verdicts: int


def prowler(folder: Path) -> Path:
    """Prowler's program, installed where it is not there yet."""
    home = folder / f"prowler-{PROWLER}"
    program = home / "bin/prowler"
    if not program.exists():
        print(f"installing Prowler {PROWLER} to {home}", file=sys.stderr)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([home / "bin/pip", "install", "--quiet", f"prowler=={PROWLER}"], check=True)
    return program


def measured(what: str, command: list, environment: dict[str, str], folder: Path, good: tuple[int, ...]) -> Run:
    """Runs a program to its end. `/usr/bin/time` of a shell would not follow children: the kernel's own numbers do."""
    errors = folder / f"{what}.err"
    out = folder / f"{what}.out"
    began = time.monotonic()
    with out.open("wb") as stdout, errors.open("wb") as stderr:
        # A small process between, whose children's peak is not that of this program, which it is forked from.
        starter = [sys.executable, "-c", _STARTER, *map(str, command)]
        child = subprocess.run(starter, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment, check=False)
    seconds = time.monotonic() - began
    if child.returncode not in good:
        raise SystemExit(f"{what} ended with {child.returncode}:\n{errors.read_text(errors='replace')[-2000:]}")
    used = json.loads(Path(environment["USED"]).read_text())
    return Run(what, seconds, used["cpu"], used["peak"], 0)


_STARTER = """
import json, os, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(os.environ["USED"], "w") as file:
    json.dump({"cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}, file)
sys.exit(done.returncode)
"""


def verdicts_of_prowler(folder: Path) -> int:
    """How many verdicts stand in Prowler's table."""
    tables = list(folder.glob("*.csv"))
    if len(tables) != 1:
        raise SystemExit(f"Prowler wrote {len(tables)} tables")
    csv.field_size_limit(1 << 30)
    with tables[0].open(newline="") as file:
        return sum(1 for _ in csv.DictReader(file, delimiter=";"))


def main() -> int:
    """Measures, prints, and fails where the numbers do not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--riposte", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--services", nargs="*", default=[], help="only these services, by their names in both programs")
    options = parser.parse_args()
    from audit_cases import lay_out
    from emulator import SECRET, Emulator

    program = prowler(options.folder)
    with Emulator() as emulator, tempfile.TemporaryDirectory() as scratch:
        account = lay_out(emulator)
        resources = len({one.resource for one in account.expected})
        folder = Path(scratch)
        environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
            "AWS_ACCESS_KEY_ID": emulator.account,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": emulator.region,
            "AWS_DEFAULT_REGION": emulator.region,
            "AWS_ENDPOINT_URL": emulator.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "USED": str(folder / "used.json"),
        }
        ours = [options.riposte, "audit", "--region", emulator.region, "--format", "jsonl"]
        theirs = [program, "aws", "--region", emulator.region, "--output-formats", "csv", "--output-directory", folder / "prowler",
                  "--no-banner", "--no-color", "--ignore-exit-code-3"]
        if options.services:
            theirs += ["--services", *options.services]
            ours += [part for service in options.services for part in ("--service", service)]
        else:
            theirs += ["--compliance", *FRAMEWORKS]
            ours += [part for framework in OURS for part in ("--framework", framework)]
        # 3 is Riposte's word that something could not be assessed: the emulator lacks services.
        riposte = measured("riposte", ours, environment, folder, (0, 3))
        riposte.verdicts = sum(1 for line in (folder / "riposte.out").read_text().splitlines() if line)
        other = measured("prowler", theirs, environment, folder, (0,))
        other.verdicts = verdicts_of_prowler(folder / "prowler")
    print(f"{resources} resources with expectations; {', '.join(options.services or FRAMEWORKS)}")
    for run in (riposte, other):
        print(f"{run.what:<8}  {run.seconds:7.1f} s  {run.cpu_seconds:7.2f} CPU s  {run.peak_mb:7.1f} MiB  {run.verdicts:6} verdicts")
    ratio, share = other.cpu_seconds / riposte.cpu_seconds, riposte.peak_mb / other.peak_mb
    print(f"CPU time: {ratio:.1f} times less (at least {LEAST_CPU_RATIO:.0f}); memory: {share:.3f} of it (at most {MOST_MEMORY_SHARE})")
    holds = ratio >= LEAST_CPU_RATIO and share <= MOST_MEMORY_SHARE
    if not holds:
        print("that does not hold", file=sys.stderr)
    return 0 if holds else 1


if __name__ == "__main__":
    raise SystemExit(main())
