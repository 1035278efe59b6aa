"""A CloudTrail file as large as asked: recorded and ordinary events over and over, each with an id of its own."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import fixtures

# Stands where the id of an event is going to be written, and in no record.
_ID = "2b1c7d54-5e0f-4c9a-9f7e-6f1f0c1d3a88"


def make(folder: Path, megabytes: int, corpus: Path | None) -> Path:
    """The file, as JSON lines. Its name says what is in it, so one that is there is the same."""
    parts = [_parts(record) for record in _records(corpus)]
    content = hashlib.sha256(b"".join(before + after for before, after in parts)).hexdigest()[:8]
    path = folder / f"cloudtrail-{megabytes}mb-{content}.jsonl"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            written = number = 0
            while written < megabytes * 1_000_000:
                before, after = parts[number % len(parts)]
                written += file.write(before + str(uuid.UUID(int=number)).encode() + after)
                number += 1
        unfinished.rename(path)
    return path


def pack(path: Path) -> Path:
    """The same, packed as CloudTrail does."""
    packed = path.with_name(path.name + ".gz")
    if not packed.exists():
        unfinished = path.with_suffix(".part")
        with path.open("rb") as plain, gzip.open(unfinished, "wb", compresslevel=6) as file:
            shutil.copyfileobj(plain, file, 1 << 20)
        unfinished.rename(packed)
    return packed


def _parts(record: dict) -> tuple[bytes, bytes]:
    """A record's line, before and after its id."""
    text = json.dumps(record | {"eventID": _ID}, separators=(",", ":"), ensure_ascii=False)
    before, after = text.split(_ID)
    return before.encode(), f"{after}\n".encode()


def _records(corpus: Path | None) -> Iterator[dict]:
    """Ordinary events, and recorded ones where there are some; the API calls among them."""
    for path in sorted(fixtures.ORDINARY.glob("*.jsonl")):
        yield from _calls(json.loads(line) for line in path.read_text().splitlines())
    if corpus:
        for path in sorted((corpus / "cloudtrail/attacks").glob("*.json")):
            read = json.loads(path.read_text())
            yield from _calls(read["Records"] if isinstance(read, dict) else read)
        for line in (corpus / "cloudtrail/labelled.jsonl").read_text().splitlines():
            yield from _calls([json.loads(line)["log"]])


def _calls(records) -> Iterator[dict]:
    """Those that a reader of CloudTrail may expect."""
    return (record for record in records if "eventName" in record and "eventSource" in record)
