"""Plays the board: every attack and every twin is made and delivered, and what became of each is read.

All are made first and delivered together, as a bad hour would; or one after another, which counts each one's API calls.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from board.table import Attack, World, actor
from deployed import Deployed, eventually

import events

# The outcomes after which a person or nobody has the next word.
SETTLED = {
    "observed", "needs-approval", "denied", "contained", "no-action-needed", "action-failed", "partly-done", "undone",
    "verification-failed",
}


@dataclass
class Played:
    """One attack or twin, and what was read of it."""

    attack: Attack
    is_twin: bool
    world: World
    thing: dict
    before: object
    attacked: object
    after: object = None
    undone: object = None
    calls: int = 0
    # What the operator's command said where it refused.
    refusals: list[str] = field(default_factory=list)
    incidents: list[dict] = field(default_factory=list)

    @property
    def answered(self) -> list[dict]:
        """The incidents that changed something or would."""
        return [one for one in self.incidents if one["outcome"] != "observed"]

    @property
    def contained(self) -> bool:
        """Whether the account reads as it should after the answer."""
        return self.attack.contained(self.before, self.attacked, self.after)

    def run(self, verb: str, incident: dict) -> None:
        """Runs the operator's command on one of its incidents; a refusal is kept and spoils no other attack's test."""
        done = self.world.deployed.command.run(verb, incident["id"], "--yes", "--reason", "the board")
        if done.returncode != 0:
            self.refusals.append(f"{verb}: {done.stderr.strip()}")

    def read(self) -> object:
        """What the attack is read by, now."""
        return self.attack.read(self.world, self.thing)


def make(deployed: Deployed, attack: Attack, is_twin: bool) -> Played:
    """Lays out what it needs, and makes the calls; nothing is delivered yet."""
    world = World(deployed, actor(deployed))
    thing = attack.set_up(world)
    world.records.clear()
    before = attack.read(world, thing)
    (attack.twin if is_twin else attack.make)(world, thing)
    return Played(attack, is_twin, world, thing, before, attack.read(world, thing))


def deliver(deployed: Deployed, played: list[Played]) -> None:
    """Puts the records of all of them, and waits until they are handled."""
    there = {incident["id"] for incident in deployed.command.incidents()}
    records = [record for one in played for record in one.world.records]
    for record in records:
        events.put(deployed.emulator, record)
    deployed.settle(timeout=240)
    # What is bad in numbers only is told of under no single event; each has an actor of its own.
    of_actor: dict[str, list[dict]] = {}
    for incident in _incidents(deployed, there):
        of_actor.setdefault(incident["finding"]["principal"]["arn"], []).append(incident)
    for one in played:
        one.incidents = of_actor.get(one.world.actor.arn, [])
        one.after = one.read()


def _incidents(deployed: Deployed, there: set[str]) -> list[dict]:
    """The incidents that are new, whole."""
    ids = [incident["id"] for incident in deployed.command.incidents() if incident["id"] not in there]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(deployed.command.show, ids))


def approve(deployed: Deployed, played: list[Played]) -> None:
    """Approves what a person is asked about, as a person does; what is read afterwards is kept."""

    def one(each: Played) -> None:
        for incident in each.incidents:
            if incident["outcome"] == "needs-approval":
                each.run("approve", incident)
        each.incidents = [deployed.command.show(incident["id"]) for incident in each.incidents]
        each.after = each.read()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, [each for each in played if each.attack.asks and not each.is_twin]))


def undo(deployed: Deployed, played: list[Played]) -> None:
    """Takes back what was done, the last first; what is read afterwards is kept."""

    def one(each: Played) -> None:
        for incident in reversed(each.incidents):
            if incident["outcome"] in ("contained", "verification-failed") and incident.get("changed") in ("yes", "unknown"):
                each.run("undo", incident)
        each.undone = each.read()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, [each for each in played if not each.is_twin]))


def play_one(deployed: Deployed, attack: Attack) -> Played:
    """One attack alone, with the API calls that the functions made for it."""
    played = make(deployed, attack, False)
    since = time.time()
    deliver(deployed, [played])
    eventually(lambda: all(one["outcome"] in SETTLED for one in played.incidents), "its incidents settle")
    played.calls = sum(call.by_function for call in deployed.emulator.calls(since))
    return played
