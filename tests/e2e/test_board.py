"""The board of attacks, black box: the account is read before and after, and each benign twin stays as it is.

Every attack is a real change of the emulated account, every event goes through EventBridge to the deployed functions,
and nothing is set but live mode. What is read afterwards decides, not what the product says of itself.
"""

from __future__ import annotations

import json
from pathlib import Path

import playing
import pytest
from board import ATTACKS
from deployed import set_up
from playing import Played

BOARD = Path(__file__).with_name("board.json")
# As the template has it: nothing here may depend on a message that comes back soon.
RETRY = "360"
IDS = [attack.id for attack in ATTACKS]


@pytest.fixture(scope="module")
def played(emulator, zips, binary) -> dict[tuple[str, bool], Played]:
    """All of it: made, delivered together, approved where a person is asked, and taken back."""
    deployed = set_up(emulator, zips, binary, RetryDelaySeconds=RETRY)
    all_of_it = [playing.make(deployed, attack, is_twin) for attack in ATTACKS for is_twin in (False, True)]
    playing.deliver(deployed, all_of_it)
    playing.approve(deployed, all_of_it)
    playing.undo(deployed, all_of_it)
    return {(one.attack.id, one.is_twin): one for one in all_of_it}


@pytest.fixture(scope="module")
def told() -> dict[str, dict]:
    """What the documentation says of each."""
    return {line["attack"]: line for line in json.loads(BOARD.read_text())}


def test_every_attack_is_one_of_its_own():
    assert len(IDS) == len(set(IDS)) >= 60


@pytest.mark.parametrize("attack", IDS)
def test_an_attack_is_contained_and_can_be_taken_back(played, attack):
    one = played[attack, False]
    said = [(incident["finding"]["detector"], incident["outcome"], incident["timeline"][-2:]) for incident in one.incidents]
    assert one.refusals == [], said
    assert one.contained, f"\nbefore   {one.before}\nattacked {one.attacked}\nafter    {one.after}\nsaid     {said}"
    assert not [incident for incident in one.incidents if incident["outcome"] in ("action-failed", "partly-done", "verification-failed")], said
    if not one.attack.loses:
        assert one.undone == one.attacked, f"\nattacked {one.attacked}\nundone   {one.undone}\nsaid     {said}"


@pytest.mark.parametrize("attack", IDS)
def test_its_benign_twin_is_left_alone(played, attack):
    twin = played[attack, True]
    assert twin.after == twin.attacked
    assert twin.answered == [], [(incident["finding"]["detector"], incident["outcome"]) for incident in twin.answered]


@pytest.mark.parametrize("attack", IDS)
def test_the_documentation_says_what_happens(played, told, attack):
    one, line = played[attack, False], told[attack]
    # Which of several detectors tells of a change first differs from run to run, who answers does not.
    answered = sorted({incident["finding"]["detector"] for incident in one.answered})
    assert (answered, one.attack.asks) == (line["answered_by"], line["asks"])


def test_the_documentation_says_nothing_of_other_attacks(told):
    assert sorted(told) == sorted(IDS)
