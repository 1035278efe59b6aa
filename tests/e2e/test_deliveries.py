"""What the template's rules deliver: every event on which a detector fires reaches its function, as EventBridge matches.

Two matchers are asked: the one that docs/cost.md is computed with, and the emulator's, which knows nothing of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ministack.services import eventbridge
from template import Resolver, defaults, load

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "bench"))

import cost  # noqa: E402
import fixtures  # noqa: E402

# These read by something else than names, and log lines come by no rule.
OTHERWISE = {"behavior-watch", "log-watch"}
WEIGHTY = {"medium", "high", "critical"}


@pytest.fixture(scope="module")
def detectors(binary) -> list[dict]:
    done = subprocess.run([binary, "detectors", "--json"], capture_output=True, text=True, check=True)
    every = [json.loads(line) for line in done.stdout.splitlines()]
    return [entry for entry in every if entry["events"] and entry["function"] not in OTHERWISE]


def _fires(detector: str) -> list[tuple[str, dict]]:
    events = [(file.name, json.loads(file.read_text())) for file in fixtures.firing(detector)]
    return [(name, event.get("detail", event)) for name, event in events]


def _queue(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("-"))


def _lost(detectors: list[dict], rules: list[cost.Rule], counts) -> list[str]:
    """Events on which a detector fires and that no rule of its function's queue delivers."""
    lost, seen = [], 0
    for entry in detectors:
        own = [rule for rule in rules if rule.queue == _queue(entry["function"])]
        for name, record in _fires(entry["id"]):
            if not counts(entry, record):
                continue
            seen += 1
            event = cost.envelope(record)
            reads = record.get("readOnly") is True and cost.is_management(record)
            matching = [rule for rule in own if cost.matches(rule.pattern, event) and (rule.reads or not reads)]
            emulated = [rule for rule in own if eventbridge._matches_pattern(json.dumps(rule.pattern), _emulated(event))]
            assert {rule.name for rule in matching} <= {rule.name for rule in emulated}, (entry["id"], name)
            if not matching:
                lost.append(f"{entry['id']}/{name}")
    assert seen > 100
    return lost


def _emulated(event: dict) -> dict:
    """The event as the emulator's bus holds it."""
    detail = json.dumps(event["detail"])
    return {"Source": event["source"], "DetailType": event["detail-type"], "Detail": detail}


def test_with_every_delivery_on_every_event_that_fires_is_delivered(detectors):
    template = load()
    on = Resolver(template, defaults(template) | {"DeliverFrequent": "true", "DeliverData": "true"})
    assert _lost(detectors, cost.rules(template, on), lambda entry, record: True) == []


def test_the_defaults_deliver_what_a_finding_of_weight_comes_from(detectors):
    template = load()
    rules = cost.rules(template, Resolver(template, defaults(template)))
    with_data = cost.rules(template, Resolver(template, defaults(template) | {"DeliverData": "true"}))
    of_data = [rule for rule in with_data if re.search(r"(Guard|Watch)Data", rule.name)]

    def counts(entry: dict, record: dict) -> bool:
        # Keys used, roles taken, images pulled, models called: docs/deploy.md says what their delivery is needed for.
        busy = record["eventSource"] == "kms.amazonaws.com" or record["eventName"].startswith(
            ("AssumeRole", "BatchGetImage", "InvokeModel")
        )
        if entry["severity"] not in WEIGHTY or busy:
            return False
        return not any(cost.matches(rule.pattern, cost.envelope(record)) for rule in of_data)

    assert _lost(detectors, rules, counts) == []


def test_what_is_needed_of_a_frequent_call_is_not_delivered_beside_it(detectors):
    template = load()
    for frequent in ("false", "true"):
        chosen = defaults(template) | {"DeliverFrequent": frequent, "DeliverData": "true"}
        rules = cost.rules(template, Resolver(template, chosen))
        rules = [rule for rule in rules if re.search("Needed|Frequent", rule.name)]
        twice = []
        for entry in detectors:
            own = [rule for rule in rules if rule.queue == _queue(entry["function"])]
            for name, record in _fires(entry["id"]):
                event = cost.envelope(record)
                found = [rule.name for rule in own if cost.matches(rule.pattern, event)]
                if len(found) > 1:
                    twice.append(f"{entry['id']}/{name}: {found}")
        assert twice == [], frequent
