"""With the settings that the template has by default: no fault of AWS's and no rush makes an event wait for minutes.

The queues' visibility timeout is 360 seconds here, as AWS wants it. The functions call AWS through a proxy, which has
its bad days.
"""

from __future__ import annotations

import time

import account
import attacks
import events
import pytest
import state
from deployed import Deployed, eventually, set_up
from emulator import Emulator
from events import put
from fault_proxy import Call, Fault, FaultProxy, Refuse

DEFAULT = "360"
# Far below the visibility timeout, and enough for a machine that is busy with something else.
SOON = 60.0


@pytest.fixture(scope="module")
def behind_a_proxy(zips, binary):
    """Riposte deployed in live mode by its default settings, and the proxy that its functions call."""
    with Emulator() as emulator, FaultProxy(emulator.url) as proxy:
        yield set_up(emulator, zips, binary, RetryDelaySeconds=DEFAULT, AwsEndpointUrl=proxy.url), proxy


@pytest.fixture
def deployed(behind_a_proxy) -> Deployed:
    return behind_a_proxy[0]


@pytest.fixture
def proxy(behind_a_proxy):
    """The proxy, without faults again after the test."""
    yield behind_a_proxy[1]
    behind_a_proxy[1].choose = lambda call: None


def contained(deployed: Deployed, attack, timeout: float = SOON) -> float:
    """Waits until the attack's incident is verified; how long it took since the call."""
    began = time.monotonic()
    eventually(
        lambda: [incident["outcome"] for incident in attack.incidents(deployed)] == ["contained"], "the answer", timeout
    )
    return time.monotonic() - began


def test_a_throttle_of_two_seconds_costs_seconds(deployed, proxy):
    attack = attacks.open_group(deployed)
    until = time.monotonic() + 2

    def throttle(call: Call) -> Fault:
        throttled = call.name == attack.containing and time.monotonic() < until
        return Refuse(503, "RequestLimitExceeded") if throttled else None

    proxy.choose = throttle
    put(deployed.emulator, attack.record)
    assert contained(deployed, attack) < SOON


def test_a_fault_that_outlasts_the_invocation_comes_back_in_seconds(deployed, proxy):
    attack = attacks.open_group(deployed)
    until = time.monotonic() + 75

    def throttle(call: Call) -> Fault:
        throttled = call.name == attack.containing and time.monotonic() < until
        return Refuse(503, "RequestLimitExceeded") if throttled else None

    proxy.choose = throttle
    put(deployed.emulator, attack.record)
    assert contained(deployed, attack, 75 + SOON) < 75 + SOON
    asked = [call.name for call in proxy.made if call.name.startswith("sqs:")]
    assert "sqs:ChangeMessageVisibilityBatch" in asked


def test_many_attacks_on_one_group_are_all_contained_soon(deployed):
    emulator, attacker = deployed.emulator, deployed.account.attacker
    group = account.create_group(emulator, deployed.account.vpc_id, "rush")
    before = state.rules(emulator, group)
    ports = [22, 23, 139, 445, 512, 513, 514, 636, 873, 1433, 1521, 2181, 2375, 2376, 2379, 2380, 3306, 5432, 5439, 5601]
    ports += [5900, 5901, 5902, 5903, 5984, 5985, 5986, 6379, 6443, 7000, 7001, 9042, 9200, 9300, 10250]
    records = [events.authorize_ingress_plain(emulator, attacker, group, port, "0.0.0.0/0") for port in ports]
    for record in records:
        put(emulator, record)
    began = time.monotonic()
    eventually(lambda: state.rules(emulator, group) == before, "a closed group", SOON)
    assert time.monotonic() - began < SOON
    deployed.settle(timeout=SOON)
    assert deployed.dead_letters("ingress-guard") == []
