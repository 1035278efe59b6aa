"""Writes `board.json`: each attack of the board, played alone. `make board` runs it; the page is generated from it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import board
import playing
from deploy import find_zips
from deployed import set_up
from emulator import Emulator, exit_on_signals
from playing import Played


def line(one: Played) -> dict:
    """What the page says of an attack."""
    actions = sorted({incident["plan"]["action"] for incident in one.answered if incident.get("plan")})
    steps = [incident["timeline"] for incident in one.answered]
    first = min((steps[0]["at_ms"] for steps in steps), default=0)
    last = max((step["at_ms"] for steps in steps for step in steps if step["step"] != "notice"), default=0)
    return {
        "attack": one.attack.id,
        "technique": one.attack.technique,
        "told_by": sorted({incident["finding"]["detector"] for incident in one.incidents}),
        "answered_by": sorted({incident["finding"]["detector"] for incident in one.answered}),
        "actions": actions,
        "asks": one.attack.asks,
        "milliseconds": last - first,
        "calls": one.calls,
    }


def main() -> None:
    """Plays them one after another."""
    exit_on_signals()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zips", type=Path, required=True)
    parser.add_argument("--riposte", type=Path, required=True)
    given = parser.parse_args()
    with Emulator() as emulator:
        deployed = set_up(emulator, find_zips(given.zips), given.riposte)
        # Once for nothing: what a function reads at its start is no call for the attack.
        for chapter in board.CHAPTERS:
            playing.play_one(deployed, chapter[0])
        lines = []
        for attack in board.ATTACKS:
            lines.append(line(playing.play_one(deployed, attack)))
            print(f"{attack.id}: {lines[-1]['actions']}", flush=True)
    text = ",\n".join(json.dumps(one, sort_keys=True) for one in lines)
    Path(__file__).with_name("board.json").write_text(f"[\n{text}\n]\n")


if __name__ == "__main__":
    main()
