"""`docs/measurements.md`: blocks that programs write, between words that people write (in Rust:
`tests/src/measure/page.rs`); and the words that they share."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs/measurements.md"


class PageError(RuntimeError):
    """The page has no such block."""


def write(block: str, text: str, page: Path = PAGE) -> None:
    """Writes a block. The marks stay."""
    begin, end = f"<!-- BEGIN MEASURED {block} -->\n", f"<!-- END MEASURED {block} -->"
    head, begun, rest = page.read_text().partition(begin)
    _, ended, tail = rest.partition(end)
    if not begun or not ended:
        raise PageError(f"{page} has no block `{block}`")
    page.write_text(f"{head}{begin}\n{text.strip()}\n\n{end}{tail}")


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> dict:
    """What it was measured on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
    }


def described(machine: dict) -> str:
    """The machine, and how quiet it was: what else runs there moves the times."""
    load = f"load {machine['load_before']:.1f} before and {machine['load_after']:.1f} after"
    noisy = machine["load_before"] > machine["cores"] / 2
    aside = ", so the times are noisy and the ratios of one run are what to look at" if noisy else ""
    return f"{machine['processor']}, {machine['cores']} cores, {machine['system']}; {load}{aside}."


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
