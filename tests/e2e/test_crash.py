"""A function is killed after each API call in turn, and the event delivered again: nothing is lost, nothing done twice.

What a killed process leaves behind is decided by the calls that took effect before it died. So for an answer of N calls
there are N + 1 crashes, each of them tried here: before the first call, and after each call has taken effect and before
its answer arrives (a death "before call n" is the death after call n - 1). The process gets SIGKILL, which it cannot
catch. A killed holder's lease ends with its invocation's deadline, so that is short here and waited out, as the queue's
visibility timeout does.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import attacks
import pytest
from command import Command
from fault_proxy import Call, Fault, FaultProxy, Kill
from processes import Programs

# Enough for what is left of an invocation when it has begun, on a busy machine too.
SHORT = 4.0
SIDE_BY_SIDE = 6


EACH = pytest.mark.parametrize("make", attacks.ALL, ids=lambda make: make.__name__)


@EACH
def test_a_kill_after_any_call_changes_nothing_in_the_end(functions, make):
    whole = make(functions.deployed)
    attacked = whole.read()
    run = functions.run(whole)
    assert run.outcome.answer == {"batchItemFailures": []}, run.output
    (incident,) = whole.incidents(functions.deployed)
    expected = (whole.plain(incident), whole.plain_state())
    assert incident["outcome"] == "contained" and whole.read() != attacked
    names = [call.name for call in run.proxy.made]
    assert names.count(whole.containing) == 1
    # The lease is given back with the incident's last word; who dies after that keeps nobody waiting.
    released = [call.number for call in run.proxy.made if call.name == "dynamodb:TransactWriteItems"][1]

    def crash(number: int) -> list[str]:
        seconds = SHORT if number < released else 60.0
        found = _crash(functions, make, number, seconds, expected)
        return [f"killed after {_after(names, number)}: {fault}" for fault in found]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        faults = [fault for found in pool.map(crash, range(len(names) + 1)) for fault in found]
    assert not faults, "\n".join(faults)


def _crash(functions: Programs, make, number: int, seconds: float, expected: tuple) -> list[str]:
    attack = make(functions.deployed)
    attacked = attack.read()

    def choose(call: Call) -> Fault:
        if number == 0:
            return Kill(before=True)
        return Kill() if call.number == number else None

    killed = functions.run(attack, choose, seconds)
    begun = time.monotonic()
    if killed.outcome.exit_code != -9:
        return [f"the process was not killed: {killed.outcome}\n{killed.output}"]
    if seconds == SHORT:
        time.sleep(max(0.0, begun + SHORT + 0.1 - time.monotonic()))
    second = functions.run(attack)
    faults = []
    if second.outcome.answer != {"batchItemFailures": []}:
        faults.append(f"the second delivery failed: {second.outcome}\n{second.output}")
    changes = killed.proxy.count(attack.containing) + second.proxy.count(attack.containing)
    if changes != 1:
        faults.append(f"{attack.containing} was called {changes} times")
    incidents = attack.incidents(functions.deployed)
    if len(incidents) != 1:
        return [*faults, f"{len(incidents)} incidents"]
    (incident,) = incidents
    for what, seen, wanted in zip(("incident", "resource"), (attack.plain(incident), attack.plain_state()), expected):
        if seen != wanted:
            faults.append(f"the {what} differs:\n  is     {seen}\n  wanted {wanted}")
    if not incident["notified"] or not 1 <= len(functions.deployed.inbox.of(incident["id"])) <= 2:
        faults.append(f"{len(functions.deployed.inbox.of(incident['id']))} notices, notified: {incident['notified']}")
    undone = functions.deployed.command.run("undo", incident["id"], "--yes")
    if undone.returncode != 0:
        faults.append(f"undo is refused: {undone.stderr.strip()}")
    elif attack.read() != attacked:
        faults.append(f"undo restores something else:\n  is     {attack.read()}\n  wanted {attacked}")
    return faults


def _after(names: list[str], number: int) -> str:
    return f"call {number}, {names[number - 1]}" if number else "its start, before any call"


# ---------------------------------------------------------------------------------------------------- the operator's undo


@EACH
def test_an_undo_that_is_killed_can_be_run_again(functions, make):
    deployed = functions.deployed
    attack = make(deployed)
    attacked = attack.read()
    assert functions.run(attack).outcome.answer == {"batchItemFailures": []}
    (incident,) = attack.incidents(deployed)
    number = 1
    while _killed_undo(deployed, incident["id"], number):
        # The lease of who was killed lasts a minute; the minute passes.
        for lease in deployed.ledger("lease#"):
            deployed.emulator.client("dynamodb").delete_item(
                TableName=deployed.stack["LedgerTable"], Key={"pk": {"S": lease["pk"]}}
            )
        if deployed.command.show(incident["id"])["outcome"] == "undone":
            break
        number += 1
    assert number > 5, "an undo of so few calls"
    assert deployed.command.show(incident["id"])["outcome"] == "undone" and attack.read() == attacked
    again = deployed.command.run("undo", incident["id"], "--yes")
    assert again.returncode == 1 and "nothing to undo" in again.stderr


def _killed_undo(deployed, incident: str, number: int) -> bool:
    """Runs the undo and kills it after so many calls; whether it lived long enough to be killed."""
    with FaultProxy(deployed.emulator.url, lambda call: Kill() if call.number == number else None) as proxy:
        process = Command(deployed.command.binary, deployed.emulator, proxy.url).start("undo", incident, "--yes")
        proxy.kill = process.kill
        _, errors = process.communicate(timeout=30)
    assert process.returncode in (0, -9), errors
    return process.returncode == -9
