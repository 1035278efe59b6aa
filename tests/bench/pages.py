"""The dashboard's pages over a full ledger and a large inventory, beside an empty one: time to the first byte, bytes, and
what of DynamoDB a page asks.

The emulator sorts all items for each query, where DynamoDB goes along an index. So the time that it takes is left out: what
is measured is the dashboard's own share.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

import events
from account import create_group
from demo_attacks import SSH_FOR_ALL
from deployed import Deployed, set_up
from emulator import Emulator
from fault_proxy import FaultProxy
from filled import Dashboard, Filled, multiply
from incidents import BenchError

INCIDENTS = 10_000
RESULTS = 100_000
# What a browser opens first, and the pages that show the most of the ledger and of the inventory.
PATHS = ("", "incidents", "cases", "posture")


class Watch(FaultProxy):
    """Stands before the emulator, and knows how long that takes."""

    def __init__(self, target: str):
        super().__init__(target)
        # Seconds in which some call was under way: several at once count once.
        self.spent = 0.0
        self._under_way, self._since, self._clock = 0, 0.0, threading.Lock()

    def _forward(self, *call):
        with self._clock:
            self._since = self._since if self._under_way else time.perf_counter()
            self._under_way += 1
        try:
            return super()._forward(*call)
        finally:
            with self._clock:
                self._under_way -= 1
                if not self._under_way:
                    self.spent += time.perf_counter() - self._since


def measure(zips: dict[str, Path], riposte: Path, runs: int = 15) -> dict[str, dict]:
    """Each page over nothing, and over incidents and results."""
    with (
        Emulator() as emulator,
        Watch(emulator.url) as watch,
        tempfile.TemporaryDirectory(prefix="riposte-pages-") as folder,
    ):
        deployed = set_up(emulator, zips, riposte)
        through = {"AWS_ENDPOINT_URL": watch.url}
        empty, full = Path(folder) / "empty.jsonl", Path(folder) / "full.jsonl"
        empty.write_text("")
        results = _inventory(full)
        with Dashboard(deployed, "--inventory", str(empty), environment=through) as url:
            before = {path: _page(watch, url, path, runs) for path in PATHS}
        print(f"  {INCIDENTS} incidents and {results} results", file=sys.stderr)
        multiply(_contained(deployed, Path(folder)), INCIDENTS)
        with Dashboard(deployed, "--inventory", str(full), environment=through) as url:
            after = {path: _page(watch, url, path, runs) for path in PATHS}
    return {f"/{path}": {"results": results, "empty": before[path], "full": after[path]} for path in PATHS}


def _contained(deployed: Deployed, folder: Path) -> Filled:
    """One incident, to be copied."""
    group = create_group(deployed.emulator, deployed.account.vpc_id, "bench")
    opened = deployed.send(events.authorize_ingress(deployed.emulator, deployed.account.attacker, group, [SSH_FOR_ALL]))
    ids = [incident["id"] for incident in opened if incident["detector"] == "open-admin-port"]
    if len(ids) != 1:
        raise BenchError(f"{len(ids)} incidents of one attack")
    return Filled(deployed, ids, ids[0], group, "", folder, folder)


def _inventory(path: Path) -> int:
    """Tables enough for so many results, half of them bad: each is looked at by five checks of its own type."""
    checks = 5
    count = RESULTS // checks
    with path.open("w") as file:
        for number in range(count):
            bad = number % 2 == 0
            name = f"orders-{number}"
            facts = {
                "DescribeTable": {"Table": {"DeletionProtectionEnabled": not bad, "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}},
                "DescribeContinuousBackups": {"ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {
                    "PointInTimeRecoveryStatus": "DISABLED" if bad else "ENABLED"}}},
                "GetResourcePolicy": None,
                "DescribeScalableTargets": {"ScalableTargets": []},
            }
            arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{name}"
            file.write(json.dumps({"version": 1, "service": "dynamodb", "type": "table", "account": "123456789012", "region": "us-east-1",
                                   "arn": arn, "id": name, "name": name, "tags": {}, "facts": facts}) + "\n")
    return count * checks


def _page(watch: Watch, url: str, path: str, runs: int) -> dict:
    """A page, asked for several times: the first look reads what no page before it has read, the others what is new."""
    known = len(watch.made)
    first_ms, size = _ask(watch, url + path)
    # A query is a page of the ledger's index, and BatchGetItem reads a hundred items by their keys; a scan would read all.
    actions = [call.name.removeprefix("dynamodb:") for call in watch.made[known:] if call.name.startswith("dynamodb:")]
    if not set(actions) <= {"Query", "BatchGetItem", "GetItem"}:
        raise BenchError(f"/{path} asks the ledger for {actions}")
    times = sorted(_ask(watch, url + path)[0] for _ in range(runs))
    return {
        "first_ms": first_ms,
        "ms": {"median": statistics.median(times), "min": times[0], "max": times[-1]},
        "bytes": size,
        "queries": actions.count("Query"),
        "reads": len(actions) - actions.count("Query"),
    }


def _ask(watch: Watch, url: str) -> tuple[float, int]:
    """Milliseconds to the first byte without what the emulator took, and the page's bytes."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    spent, began = watch.spent, time.perf_counter()
    connection.request("GET", parts.path)
    answer = connection.getresponse()
    first = answer.read(1)
    taken = (time.perf_counter() - began - (watch.spent - spent)) * 1000
    size = len(first) + len(answer.read())
    connection.close()
    if answer.status != 200:
        raise BenchError(f"{url}: status {answer.status}")
    return taken, size
