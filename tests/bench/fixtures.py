"""The events beside the detectors (`shared/core/detectors/CATEGORY/ID/`), and those of ordinary days."""

from __future__ import annotations

import json
from pathlib import Path

CORE = Path(__file__).resolve().parents[2] / "shared" / "core"
# Days of ordinary administration, a file a theme, an event a line.
ORDINARY = CORE / "ordinary"


def firing(detector: str = "*") -> list[Path]:
    """The events on which a detector fires, or on which each fires, in order of id and name."""
    found = []
    for expected in CORE.glob(f"detectors/*/{detector}/expected.json"):
        names = json.loads(expected.read_text())["fires"]
        files = (expected.with_name(f"{name}.json") for name in names)
        # Lines of a log stand in a `.log`.
        found += [file for file in files if file.exists()]
    return sorted(found, key=lambda file: (file.parent.name, file.name))
