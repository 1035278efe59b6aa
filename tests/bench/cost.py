"""Computes what a stack costs: idle, and for each million management events, by service; writes docs/cost.md.

Nothing here is measured on AWS. The events are those of the generated account (`realistic.py`, a fixed seed); which of them
reach which queue is decided by the template's own patterns, parameters at their defaults; how many findings come of them,
by the command. Prices and assumptions stand in tables, and on the page.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import realistic  # noqa: E402
from template import Resolver, defaults, load  # noqa: E402

PAGE = ROOT / "docs" / "cost.md"
RECORDS = 40_000
# Of which the share of lines is said: remarks are counted by the day, so that more records make a smaller one.
WHOLE_DAY = 96_000
MILLION = 1_000_000

# US dollars, us-east-1, list prices without the free tier, as of this date.
PRICED = "2025-06-01"
PRICES = {
    "SQS, a million requests": 0.40,
    "Lambda, a million invocations": 0.20,
    "Lambda (arm64), a GB-second": 0.0000133334,
    "DynamoDB on demand, a million write units": 0.625,
    "DynamoDB on demand, a million read units": 0.125,
    "CloudWatch Logs, a GB taken in": 0.50,
    "CloudWatch, a metric and month": 0.30,
    "CloudWatch, an alarm's metric and month": 0.10,
    "SNS, a million messages": 0.50,
    "SNS, a thousand e-mails": 0.02,
    "KMS, a key and month": 1.00,
    "KMS, ten thousand requests": 0.03,
    "S3, a GB and month": 0.023,
}

# What cannot be read from the template. Each is on the page.
ASSUMED = {
    # Lambda keeps five long polls of twenty seconds going on an idle queue.
    "idle polls of a queue, a month": 5 * 30 * 86_400 // 20,
    "milliseconds of an invocation": 3.0,
    "milliseconds of an event in it, without a finding": 0.4,
    # Ten calls, each with a round trip.
    "milliseconds of a finding": 80.0,
    "milliseconds of a look of behavior-watch at the ledger": 12.0,
    # The incident is opened with its lease in a transaction, decided, notified, and the lease is given back; the record has
    # some 4 KB and stands in an index besides.
    "write units of a finding": 35,
    "read units of a finding": 4,
    # What behavior-watch does not remember it reads, and what is new it writes.
    "share of behavior-watch's events that read the ledger": 0.2,
    "write units of such an event": 0.5,
    "bytes in the log of a finding or remark": 500,
    "bytes in the log of an invocation": 0,
    "custom metrics that are above zero all month": 1,
    "megabytes of zip files": 55,
    "e-mails for a notice": 1,
}


@dataclass(frozen=True)
class Rule:
    """A rule of the template: its pattern, its queue, whether it takes calls that only read."""

    name: str
    pattern: dict
    queue: str
    reads: bool


def rules(template: dict, resolver: Resolver) -> list[Rule]:
    """The rules that are enabled."""
    found = []
    for name, entry in template["Resources"].items():
        if entry["Type"] != "AWS::Events::Rule" or "EventPattern" not in entry["Properties"]:
            continue
        properties = entry["Properties"]
        state = resolver.resolve(properties.get("State", "ENABLED"))
        if state == "DISABLED":
            continue
        queue = properties["Targets"][0]["Arn"]["Fn::GetAtt"][0].removesuffix("Queue")
        pattern = resolver.resolve(properties["EventPattern"])
        found.append(Rule(name, pattern, queue, state != "ENABLED"))
    return found


def matches(pattern: object, value: object) -> bool:
    """Whether a value is what EventBridge's pattern asks for: the forms that the template has."""
    if isinstance(pattern, dict):
        fields = {key: want for key, want in pattern.items() if key != "$or"}
        found = value if isinstance(value, dict) else {}
        either = pattern.get("$or")
        return all(matches(want, found.get(key)) for key, want in fields.items()) and (
            either is None or any(matches(one, value) for one in either)
        )
    values = value if isinstance(value, list) else [value]
    return any(_is(want, one) for want in pattern for one in values)


def _is(want: object, value: object) -> bool:
    text = value if isinstance(value, str) else None
    match want:
        case {"exists": there}:
            return (value is not None) == there
        case {"anything-but": {"prefix": prefixes}}:
            return text is not None and not text.startswith(tuple(prefixes))
        case {"anything-but": other}:
            return value is not None and value not in (other if isinstance(other, list) else [other])
        case {"equals-ignore-case": other}:
            return text is not None and text.casefold() == other.casefold()
        case {"prefix": {"equals-ignore-case": other}}:
            return text is not None and text.casefold().startswith(other.casefold())
        case {"suffix": {"equals-ignore-case": other}}:
            return text is not None and text.casefold().endswith(other.casefold())
        case {"prefix": other}:
            return text is not None and text.startswith(other)
        case {"suffix": other}:
            return text is not None and text.endswith(other)
        case {"wildcard": other}:
            parts = (re.escape(part) for part in other.split("*"))
            return text is not None and re.fullmatch(".*".join(parts), text, re.DOTALL) is not None
        case dict():
            raise ValueError(f"a pattern that is not known here: {want}")
    # True is no 1 in JSON.
    return isinstance(want, bool) is isinstance(value, bool) and want == value


def envelope(record: dict) -> dict:
    """The record as EventBridge hands it on."""
    kind = {"AwsConsoleSignIn": "AWS Console Sign In via CloudTrail", "AwsServiceEvent": "AWS Service Event via CloudTrail"}
    return {
        "source": "aws." + str(record["eventSource"]).split(".")[0],
        "detail-type": kind.get(record.get("eventType"), "AWS API Call via CloudTrail"),
        "detail": record,
    }


def is_management(record: dict) -> bool:
    return record.get("eventCategory", "Management") == "Management" and record.get("managementEvent", True)


def delivered(rules: list[Rule], records: list[dict]) -> dict[str, list[int]]:
    """For each queue and each record in turn, by its number: once for each rule that delivers it."""
    # By event name first: most rules name theirs.
    by_name: dict[str, list[Rule]] = {}
    for rule in rules:
        names = rule.pattern.get("detail", {}).get("eventName", [""])
        for name in names if all(isinstance(name, str) for name in names) else [""]:
            by_name.setdefault(name, []).append(rule)
    queues: dict[str, list[int]] = {}
    for number, record in enumerate(records):
        event = envelope(record)
        for rule in by_name.get(record["eventName"], []) + by_name.get("", []):
            if record.get("readOnly") is True and not rule.reads:
                continue
            if matches(rule.pattern, event):
                queues.setdefault(rule.queue, []).append(number)
    return queues


def batches(numbers: list[int], window_s: float, size: int) -> int:
    """How many invocations take these messages, where a million records are spread evenly over a month."""
    if window_s == 0:
        # A message that waits for nobody comes alone, but for those of one moment.
        return len(set(numbers))
    every_s = 30 * 86_400 / MILLION
    invocations, opened, held = 0, None, 0
    for number in numbers:
        at = number * every_s
        if opened is None or at - opened > window_s or held == size:
            invocations, opened, held = invocations + 1, at, 0
        held += 1
    return invocations


def findings(riposte: Path, records: list[dict], *options: str) -> Counter:
    """How many lines of each severity `riposte detect` writes of the records."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records))
        run = subprocess.run([riposte, "detect", "--quiet", "--format", "jsonl", *options, file], capture_output=True, text=True)
    # 1: something was found.
    if run.returncode not in (0, 1):
        raise SystemExit(f"cost: riposte detect: {run.stderr}")
    return Counter(json.loads(line)["severity"] for line in run.stdout.splitlines())


def shares(riposte: Path) -> str:
    """What part of all records the command writes a line of, and would without counting what is informational."""
    records = [json.loads(line) for line in realistic.lines(WHOLE_DAY)]
    folded, each = findings(riposte, records), findings(riposte, records, "--each", "--informational")

    def share(found: Counter) -> str:
        return f"{100 * found.total() / WHOLE_DAY:.2f} %"

    return (
        f"Of a day of {WHOLE_DAY:,} records, `riposte detect` writes {folded.total():,} lines ({share(folded)}), {folded['informational']:,} "
        f"of them counts of what is informational, for each principal, detector and day; with `--each` it writes {each.total():,} "
        f"({share(each)})."
    )


def idle(template: dict, resolver: Resolver) -> dict[str, float]:
    """What a month costs in which nothing happens, by service."""
    resources = [
        (name, entry)
        for name, entry in template["Resources"].items()
        if "Condition" not in entry or resolver.holds(entry["Condition"])
    ]
    of = Counter(entry["Type"] for _, entry in resources)
    queues = of["AWS::Lambda::EventSourceMapping"]
    metrics = 0
    for _, entry in resources:
        if entry["Type"] == "AWS::CloudWatch::Alarm":
            named = [metric for metric in entry["Properties"].get("Metrics", []) if "MetricStat" in metric]
            metrics += max(1, len(named))
    ticks = sum(
        30 * 86_400 / _seconds(resolver.resolve(entry["Properties"]["ScheduleExpression"]))
        for _, entry in resources
        if entry["Type"] == "AWS::Events::Rule" and "ScheduleExpression" in entry["Properties"]
    )
    invoked = ticks * (ASSUMED["milliseconds of an invocation"] + 50)
    return {
        "CloudWatch (alarms)": metrics * PRICES["CloudWatch, an alarm's metric and month"],
        # Of findings. A metric is paid for by the hour in which it is written; where nothing is found, it is not.
        "CloudWatch (metric)": ASSUMED["custom metrics that are above zero all month"]
        * PRICES["CloudWatch, a metric and month"],
        "SQS (idle polls, ticks)": (queues * ASSUMED["idle polls of a queue, a month"] + 3 * ticks)
        / MILLION * PRICES["SQS, a million requests"],
        "KMS (the notices' key)": of["AWS::KMS::Key"] * PRICES["KMS, a key and month"],
        "Lambda (ticks)": _lambda(ticks, invoked),
        "S3 (zip files)": ASSUMED["megabytes of zip files"] / 1000 * PRICES["S3, a GB and month"],
    }


def _seconds(rate: str) -> int:
    number, unit = rate.removeprefix("rate(").removesuffix(")").split()
    return int(number) * {"minute": 60, "hour": 3600, "day": 86_400}[unit.rstrip("s")]


def _lambda(invocations: float, milliseconds: float, memory_gb: float = 0.25) -> float:
    return (
        invocations / MILLION * PRICES["Lambda, a million invocations"]
        + milliseconds / 1000 * memory_gb * PRICES["Lambda (arm64), a GB-second"]
    )


@dataclass(frozen=True)
class Load:
    """What a million management events come to."""

    by_queue: dict[str, tuple[float, float]]
    """Messages and invocations."""
    found: dict[str, float]

    @property
    def messages(self) -> float:
        return sum(messages for messages, _ in self.by_queue.values())

    @property
    def requests(self) -> float:
        """To receive the messages, and as many to delete them."""
        return sum(max(invocations, messages / 10) for messages, invocations in self.by_queue.values())

    @property
    def invocations(self) -> float:
        return sum(invocations for _, invocations in self.by_queue.values())


def load_of(template: dict, resolver: Resolver, riposte: Path) -> Load:
    every = [json.loads(line) for line in realistic.lines(RECORDS)]
    records = [record for record in every if is_management(record)]
    scale = MILLION / len(records)
    queues = delivered(rules(template, resolver), records)
    windows = {}
    for name, entry in template["Resources"].items():
        if entry["Type"] == "AWS::Lambda::EventSourceMapping":
            properties = entry["Properties"]
            window = resolver.resolve(properties.get("MaximumBatchingWindowInSeconds", 0))
            queue = properties["EventSourceArn"]["Fn::GetAtt"][0].removesuffix("Queue")
            windows[queue] = (window, properties["BatchSize"])
    by_queue = {
        queue: (len(numbers) * scale, batches(numbers, *windows[queue]) * scale)
        for queue, numbers in sorted(queues.items())
    }
    # What no function is sent, none finds.
    sent = sorted({number for numbers in queues.values() for number in numbers})
    found = findings(riposte, [records[number] for number in sent], "--each", "--informational")
    return Load(by_queue, {severity: count * scale for severity, count in found.items()})


def per_million(load: Load) -> dict[str, float]:
    """What a million management events cost, by service."""
    remarks = load.found.get("informational", 0)
    incidents = sum(load.found.values()) - remarks
    notified = sum(load.found.get(severity, 0) for severity in ("medium", "high", "critical"))
    behavior = load.by_queue.get("BehaviorWatch", (0, 0))[0]
    looks = behavior * ASSUMED["share of behavior-watch's events that read the ledger"]
    milliseconds = (
        load.invocations * ASSUMED["milliseconds of an invocation"]
        + load.messages * ASSUMED["milliseconds of an event in it, without a finding"]
        + incidents * ASSUMED["milliseconds of a finding"]
        + looks * ASSUMED["milliseconds of a look of behavior-watch at the ledger"]
    )
    writes = incidents * ASSUMED["write units of a finding"] + looks * ASSUMED["write units of such an event"]
    reads = incidents * ASSUMED["read units of a finding"] + looks
    logged = (incidents + remarks) * ASSUMED["bytes in the log of a finding or remark"]
    logged += load.invocations * ASSUMED["bytes in the log of an invocation"]
    return {
        # Sent one by one; received and deleted by ten at most, whatever an invocation is handed together.
        "SQS": (load.messages + 2 * load.requests) / MILLION * PRICES["SQS, a million requests"],
        "Lambda": _lambda(load.invocations, milliseconds),
        "DynamoDB": writes / MILLION * PRICES["DynamoDB on demand, a million write units"]
        + reads / MILLION * PRICES["DynamoDB on demand, a million read units"],
        "CloudWatch Logs": logged / 1e9 * PRICES["CloudWatch Logs, a GB taken in"],
        "SNS and KMS": notified / MILLION * PRICES["SNS, a million messages"]
        + notified * ASSUMED["e-mails for a notice"] / 1000 * PRICES["SNS, a thousand e-mails"]
        + notified / 10_000 * PRICES["KMS, ten thousand requests"],
    }


def page(riposte: Path) -> str:
    """The page, whole."""
    template = load()
    resolver = Resolver(template, defaults(template))
    load_ = load_of(template, resolver, riposte)
    frequent = Resolver(template, defaults(template) | {"DeliverFrequent": "true"})
    all_ = load_of(template, frequent, riposte)
    quiet, busy, busiest = idle(template, resolver), per_million(load_), per_million(all_)
    lines = [
        "<!-- Written by `make cost` (tests/bench/cost.py). Change the program or the template, not this page. -->",
        "",
        "# What it costs",
        "",
        "Computed, not billed: what the template's own patterns let through of a generated account's events",
        f"(`tests/bench/realistic.py`, {RECORDS:,} records of a fixed seed, one in a thousand of them an attack, which is far more",
        f"than an account has), at list prices of us-east-1 of {PRICED} without the free tier, in US dollars.",
        "",
        f"- **Idle**, with every default: **${sum(quiet.values()):.2f}** a month for a stack.",
        f"- **A million management events**, with every default: **${sum(busy.values()):.2f}**.",
        f"- The same with `DeliverFrequent`: **${sum(busiest.values()):.2f}**.",
        "",
        "| idle, a month | $ |",
        "|---|---|",
        *(f"| {name} | {value:.2f} |" for name, value in quiet.items()),
        "",
        "| a million management events | default $ | with `DeliverFrequent` $ |",
        "|---|---|---|",
        *(f"| {name} | {busy[name]:.3f} | {busiest[name]:.3f} |" for name in busy),
        "",
        "| of a million management events | messages | invocations | messages with `DeliverFrequent` |",
        "|---|---|---|---|",
        *(
            f"| {name} | {load_.by_queue.get(name, (0, 0))[0]:,.0f} | {load_.by_queue.get(name, (0, 0))[1]:,.0f} "
            f"| {all_.by_queue.get(name, (0, 0))[0]:,.0f} |"
            for name in sorted(all_.by_queue)
        ),
        "",
        "Findings of a million: "
        + ", ".join(f"{load_.found.get(severity, 0):,.0f} {severity}" for severity in
                    ("critical", "high", "medium", "low", "informational")) + ".",
        shares(riposte),
        "",
        "## Prices",
        "",
        "| price | $ |",
        "|---|---|",
        *(f"| {name} | {value:g} |" for name, value in PRICES.items()),
        "",
        "## Assumed",
        "",
        "| what the template does not say | |",
        "|---|---|",
        *(f"| {name} | {value:,g} |" for name, value in ASSUMED.items()),
        "",
        "Not counted: storage of logs and ledger, point-in-time recovery, cold starts, writes of thresholds that are counted,",
        "and the trail itself. Actions are rare beside all this.",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--riposte", type=Path, required=True, help="the command's binary")
    parser.add_argument("--check", action="store_true", help="only say whether the page is up to date")
    arguments = parser.parse_args()
    text = page(arguments.riposte)
    if arguments.check:
        if not PAGE.is_file() or PAGE.read_text() != text:
            print("docs/cost.md is not up to date: run `make cost`", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
