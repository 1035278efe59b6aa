"""A long log stream is read page by page: no line is lost and none judged twice, over invocations and over crashes.

The proof is exact: the ledger's item of a stream says how often each address failed, and that must be the number of
lines that were written, for every address.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass

import attacks
import events
import pytest
import sshd
from account import create_host
from deployed import Deployed
from fault_proxy import Call, Fault, Kill

# GetLogEvents gives 10,000 events a page.
LINES = 25_000
PAGES = 3
ATTACKER = "198.51.100.10"


@dataclass(frozen=True)
class Stream:
    """A written stream, and how often each address failed in it."""

    attack: attacks.Attack
    name: str
    failures: Counter

    def judged(self, live: Deployed) -> Counter:
        """How often each address failed, as the ledger has it."""
        (item,) = [item for item in live.ledger("stream#") if item["pk"].endswith(f":{self.name}")]
        return Counter({address: history["n"] for address, history in json.loads(item["record"])["windows"].items()})

    def denied(self, live: Deployed) -> list[str]:
        """The addresses of which something was found."""
        targets = [incident["finding"]["target"] for incident in self.attack.incidents(live)]
        return [target["address"] for target in targets]


@pytest.fixture
def stream(live) -> Stream:
    """Of 25,000 lines few are failures: ten of one address, spread over all pages, and up to nine of many others.

    An address with nine is one line away from being denied, so a line that is judged twice cannot hide.
    """
    host = create_host(live.emulator)
    counts = Counter({f"192.0.2.{number}": number % 10 for number in range(1, 200) if number % 10})
    counts[ATTACKER] = 10
    chosen = random.Random(7).sample(range(LINES), counts.total())
    lines = [f"Accepted publickey for deploy from 10.1.2.3 port {number % 60_000 + 1} ssh2" for number in range(LINES)]
    spread = random.Random(8).sample(list(counts.elements()), counts.total())
    for place, address in zip(chosen, spread):
        lines[place] = sshd.failures(address, 1)[0]
    sshd.write(live.emulator, live.account, lines, host.log_stream, apart_ms=1)
    record = events.log_stream_created(
        live.emulator, live.account.attacker, live.account.log_group, host.log_stream
    )
    attack = attacks.Attack("log-watch", "ec2:CreateNetworkAclEntry", record, lambda: None, {}, host.log_stream)
    return Stream(attack, host.log_stream, counts)


def test_a_long_stream_is_read_whole_in_one_invocation(live, functions, stream):
    run = functions.run(stream.attack)
    assert run.outcome.answer == {"batchItemFailures": []}, run.output
    assert run.proxy.count("logs:GetLogEvents") == PAGES + 1
    assert stream.judged(live) == stream.failures and stream.denied(live) == [ATTACKER]


def test_a_stream_that_does_not_fit_into_an_invocation_is_read_on_by_the_next(live, functions, stream):
    # With so little time each invocation gives up after a page, and says so.
    for page in range(1, PAGES + 1):
        run = functions.run(stream.attack, seconds=5)
        assert len(run.outcome.answer["batchItemFailures"]) == 1, run.output
        # One page, after a look back for lines that came late.
        assert run.proxy.count("logs:GetLogEvents") >= 1 and "there is more to read" in run.output, page
    assert functions.run(stream.attack, seconds=5).outcome.answer == {"batchItemFailures": []}
    assert stream.judged(live) == stream.failures and stream.denied(live) == [ATTACKER]


@pytest.mark.parametrize("call", ["logs:GetLogEvents", "dynamodb:PutItem"])
def test_a_kill_between_pages_loses_no_line_and_judges_none_twice(live, functions, stream, call):
    for page in (1, 2, 3):
        seen: list[Call] = []

        def choose(made: Call) -> Fault:
            # One page for each delivery: killed once its lines are read, or once they are judged and recorded.
            seen.extend([made] if made.name == call else [])
            return Kill() if len(seen) == 1 else None

        # The whole of an invocation's time, so that a finding in the page is answered; nobody waits for its lease.
        killed = functions.run(stream.attack, choose)
        assert killed.outcome.exit_code == -9, (page, killed.output)
        for lease in live.ledger("lease#"):
            key = {"pk": {"S": lease["pk"]}}
            live.emulator.client("dynamodb").delete_item(TableName=live.stack["LedgerTable"], Key=key)
    run = functions.run(stream.attack)
    assert run.outcome.answer == {"batchItemFailures": []}, run.output
    assert stream.judged(live) == stream.failures and stream.denied(live) == [ATTACKER]


def test_lines_that_are_added_later_are_read_from_where_it_was_left(live, functions, stream):
    assert functions.run(stream.attack).outcome.answer == {"batchItemFailures": []}
    nine = next(address for address, count in stream.failures.items() if count == 9)
    sshd.write(live.emulator, live.account, sshd.failures(nine, 1), stream.name, apart_ms=1)
    run = functions.run(stream.attack)
    assert run.outcome.answer == {"batchItemFailures": []} and run.proxy.count("logs:GetLogEvents") >= 2
    assert stream.judged(live) == stream.failures + Counter([nine])
    assert sorted(stream.denied(live)) == sorted([nine, ATTACKER])
