"""AWS has a bad day: throttled, it is done later and once; denied, it is told and nothing is changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import attacks
import pytest
from fault_proxy import Call, Fault, Refuse, Silence

EACH = pytest.mark.parametrize("make", attacks.ALL, ids=lambda make: make.__name__)
# How each service says that it is asked too much, and that something is not allowed.
THROTTLED = {
    "ec2": Refuse(503, "RequestLimitExceeded"),
    "iam": Refuse(400, "Throttling"),
    "dynamodb": Refuse(400, "ThrottlingException"),
    "ssm": Refuse(400, "ThrottlingException"),
    "sns": Refuse(429, "Throttled"),
    "logs": Refuse(400, "ThrottlingException"),
}
DENIED = {"ec2": Refuse(403, "UnauthorizedOperation"), "iam": Refuse(403, "AccessDenied")}


@EACH
def test_a_change_that_is_throttled_comes_again_and_is_made_once(functions, make):
    attack = make(functions.deployed)
    service = attack.containing.split(":")[0]

    def throttle(call: Call) -> Fault:
        return THROTTLED[service] if call.name == attack.containing else None

    # It is tried again until the invocation's end is near: how often, the machine decides.
    first = functions.run(attack, throttle, seconds=9.0)
    tried = sum(call.name == attack.containing for call in first.proxy.tried)
    assert tried > 1, first.output
    (failed,) = first.outcome.answer["batchItemFailures"]
    assert failed["itemIdentifier"]
    (incident,) = attack.incidents(functions.deployed)
    assert incident["outcome"] == "under-way" and not functions.deployed.inbox.of(incident["id"])

    second = functions.run(attack)
    assert second.outcome.answer == {"batchItemFailures": []}, second.output
    (incident,) = attack.incidents(functions.deployed)
    assert incident["outcome"] == "contained" and second.proxy.count(attack.containing) == 1
    assert len(functions.deployed.inbox.of(incident["id"])) == 1


@EACH
def test_a_change_that_is_denied_is_told_and_nothing_is_changed(functions, make):
    attack = make(functions.deployed)
    attacked, service = attack.read(), attack.containing.split(":")[0]

    def deny(call: Call) -> Fault:
        return DENIED[service] if call.name == attack.containing else None

    run = functions.run(attack, deny)
    # Trying again would be denied again: the incident ends, and a person is told.
    assert run.outcome.answer == {"batchItemFailures": []}, run.output
    (incident,) = attack.incidents(functions.deployed)
    assert incident["outcome"] == "action-failed" and attack.read() == attacked
    (notice,) = functions.deployed.inbox.of(incident["id"])
    assert notice.subject.startswith("[Riposte] ACTION FAILED") and "denied" in notice.field("Outcome")
    assert "Done" not in notice.body and "riposte undo" not in notice.body
    assert functions.deployed.command.run("undo", incident["id"], "--yes").returncode == 1
    assert functions.run(attack).outcome.answer == {"batchItemFailures": []}
    assert attack.read() == attacked, "a failed incident was taken up again"


@EACH
def test_whatever_call_is_throttled_the_end_is_the_same(functions, make):
    """Each call in turn is refused once: the SDK asks again, and where it does not, the event comes again."""
    whole = make(functions.deployed)
    run = functions.run(whole)
    (incident,) = whole.incidents(functions.deployed)
    expected = (whole.plain(incident), whole.plain_state())

    def throttled(made: Call) -> list[str]:
        attack, refusal = make(functions.deployed), THROTTLED[made.name.split(":")[0]]
        first = functions.run(attack, lambda call: refusal if call.number == made.number else None)
        runs = [first] + ([functions.run(attack)] if first.outcome.answer["batchItemFailures"] else [])
        faults = [f"{made}: {run.output}" for run in runs[-1:] if run.outcome.answer != {"batchItemFailures": []}]
        (incident,) = attack.incidents(functions.deployed)
        if (attack.plain(incident), attack.plain_state()) != expected:
            faults.append(f"{made}: {attack.plain(incident)}, {attack.plain_state()}")
        if sum(run.proxy.count(attack.containing) for run in runs) != 1:
            faults.append(f"{made}: not one change")
        return faults

    with ThreadPoolExecutor(6) as pool:
        faults = [fault for found in pool.map(throttled, run.proxy.made) for fault in found]
    assert not faults, "\n".join(faults)


def test_an_answer_that_never_comes_is_asked_for_again(functions):
    attack = attacks.open_group(functions.deployed)
    silent: list[Call] = []

    def once(call: Call) -> Fault:
        if call.name == attack.containing and not silent:
            silent.append(call)
            return Silence(1.0)
        return None

    run = functions.run(attack, once)
    # The rule is gone when it is revoked again: found done, and verified.
    assert silent and run.outcome.answer == {"batchItemFailures": []}, run.output
    (incident,) = attack.incidents(functions.deployed)
    assert incident["outcome"] == "contained" and len(functions.deployed.inbox.of(incident["id"])) == 1


def test_a_topic_that_refuses_leaves_the_incident_recorded_and_the_change_made_once(functions):
    attack = attacks.open_group(functions.deployed)

    def refuse(call: Call) -> Fault:
        return Refuse(404, "NotFound") if call.name == "sns:Publish" else None

    first = functions.run(attack, refuse)
    assert len(first.outcome.answer["batchItemFailures"]) == 1
    (incident,) = attack.incidents(functions.deployed)
    assert (incident["outcome"], incident["notified"]) == ("contained", False)
    second = functions.run(attack)
    assert second.outcome.answer == {"batchItemFailures": []}
    (incident,) = attack.incidents(functions.deployed)
    assert incident["notified"] and second.proxy.count(attack.containing) == 0
    assert len(functions.deployed.inbox.of(incident["id"])) == 1
