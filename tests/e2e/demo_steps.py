"""The six steps of the demo. Each shows something, and checks it: what is printed as `ok` was read, not assumed."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

from demo_attacks import Attack, attacks, list_users
from demo_screen import Screen, StepFailed
from deployed import Deployed
from events import put

SHADOW_GUESSER, LIVE_GUESSER = "203.0.113.77", "198.51.100.23"
_SHOWN = {"finding": "finding", "decision": "decision", "action": "action", "verify": "verified", "notice": "notice"}
_STYLES = {"finding": "yellow", "action": "red", "verify": "green"}


@dataclass
class Answered:
    """A live attack and what came of it."""

    attack: Attack
    record: dict
    incident: dict
    before: dict[str, object]
    attacked: dict[str, object]
    after: dict[str, object]


@dataclass
class Demo:
    """The demo's state from step to step."""

    screen: Screen
    deployed: Deployed
    answered: list[Answered] = field(default_factory=list)
    # What IAM said to the attacker between the grant and the answer.
    allowed: str = ""

    def run(self) -> None:
        """All six, in order."""
        self.shadow()
        self.live()
        self.before_and_after()
        self.containment()
        self.duplicates()
        self.undo()

    # ---------------------------------------------------------------------------------------------------------- step 1

    def shadow(self) -> None:
        """What would be done, and that nothing was."""
        screen = self.screen
        screen.step("Shadow mode", "The default: everything is computed, recorded and notified, and nothing is changed.")
        for attack in attacks(self.deployed, SHADOW_GUESSER):
            screen.line()
            screen.line(attack.story, "bold")
            record = attack.make()
            attacked = attack.parts()
            incident = self._answer(attack, record)
            would = [entry for entry in incident["timeline"] if entry["step"] == "decision"][-1]["text"]
            decision, _, call = would.partition(": would call ")
            screen.fact("finding", f"{incident['finding']['detector']} ({incident['finding']['severity']}): "
                                   f"{incident['finding']['why']}")
            screen.fact("decision", decision)
            screen.fact("would call", _spaced(call), "yellow")
            self._holds(incident["outcome"] == "observed", "the incident is only observed", incident["outcome"])
            self._holds(bool(call), "the exact call is in the notice", would)
            screen.check(attack.parts() == attacked, f"nothing was changed: {attack.target} is as the attacker left it")
            attack.take_back()

    # ---------------------------------------------------------------------------------------------------------- step 2

    def live(self) -> None:
        """The same attacks, answered."""
        screen = self.screen
        screen.step("Live mode", "The same three attacks again, through EventBridge, SQS and the deployed functions. "
                                 "Times count from the moment that the event is handed to EventBridge.")
        screen.output("$ riposte mode live --yes\n" + self.deployed.command.must("mode", "live", "--yes"))
        self.deployed.refresh()
        screen.line("The functions' configuration is touched, so that Lambda starts them anew and they read the mode "
                    "now and not within the minute. So each timeline begins with a cold start.", "dim")
        for attack in attacks(self.deployed, LIVE_GUESSER):
            before = attack.parts()
            record = attack.make()
            attacked = attack.parts()
            if attack.detector == "admin-policy-attached":
                self.allowed = list_users(self.deployed)
            began = time.time() * 1000
            incident = self._answer(attack, record)
            self.answered.append(Answered(attack, record, incident, before, attacked, attack.parts()))
            self._timeline(attack, incident, began)
            screen.check(incident["outcome"] == "contained" and incident["notified"],
                         f"contained, read again and notified; guardrail: {', '.join(incident['verdict']['guardrails'])}",
                         json.dumps(incident["timeline"], indent=2))

    def _timeline(self, attack: Attack, incident: dict, began: float) -> None:
        screen, finding = self.screen, incident["finding"]
        screen.line()
        screen.line(attack.story, "bold")
        screen.line(f"{incident['id']}, {finding['severity']}, ATT&CK {' '.join(finding['technique'])}", "dim")
        arn, address = finding["principal"]["arn"], finding["principal"]["source_ip"]
        who = f"by {arn.rsplit(':', 1)[-1]} from {address}" if arn else f"tell of {address}"
        screen.moment(0, "event", f"{finding['event_name']} {who}")
        for entry in incident["timeline"]:
            if step := _SHOWN.get(entry["step"]):
                text = entry["text"]
                if entry["step"] == "finding":
                    text = f"{finding['detector']}: {text}"
                if entry["step"] == "notice":
                    (notice,) = self.deployed.inbox.of(incident["id"])
                    text = notice.subject
                styles = [_STYLES[entry["step"]]] if entry["step"] in _STYLES else []
                screen.moment(round(entry["at_ms"] - began), step, _spaced(text), *styles)

    # ---------------------------------------------------------------------------------------------------------- step 3

    def before_and_after(self) -> None:
        """What went, what came, and what stayed."""
        screen = self.screen
        screen.step("Before and after", "Each resource as the attacker left it and as it is now, part by part.")
        for done in self.answered:
            screen.line()
            screen.row(done.attack.target, "attacked", "now", "bold")
            self._table(done.attacked, done.after)
            stayed = [name for name, part in done.attacked.items() if done.after.get(name) == part]
            if done.attack.detector == "ssh-brute-force":
                came = done.after.keys() - done.attacked.keys()
                right = len(came) == 1 and LIVE_GUESSER in min(came) and len(stayed) == len(done.attacked)
                screen.check(right, f"one entry denies {LIVE_GUESSER} alone; the {len(stayed)} others are unchanged")
            else:
                screen.check(done.after == done.before, f"what the attacker added is gone; the {len(stayed)} other "
                                                        "parts are unchanged, byte for byte")

    def _table(self, attacked: dict[str, object], now: dict[str, object]) -> None:
        for name in [*attacked, *(name for name in now if name not in attacked)]:
            was, is_ = name in attacked, name in now
            styles = {(True, False): ["red"], (False, True): ["green"]}.get((was, is_), [])
            self.screen.row("  " + name, "there" if was else "-", "there" if is_ else "gone", *styles)

    # ---------------------------------------------------------------------------------------------------------- step 4

    def containment(self) -> None:
        """IAM itself is asked."""
        screen = self.screen
        screen.step("Containment, proven by IAM", "The attacker's key is as valid as before; what it may do is what it "
                                                  "could do before the attack. The emulator enforces IAM like AWS.")
        screen.line()
        now = list_users(self.deployed)
        screen.row("iam:ListUsers, called with the attacker's key", "attacked", "now", "bold")
        screen.row("  the result", self.allowed, now, "red")
        contained = (self.allowed, now) == ("allowed", "AccessDenied")
        screen.check(contained, "what IAM allowed during the attack it refuses now", f"{self.allowed}, {now}")
        screen.line("No packet flows on an emulator: that port 22 is closed and the address denied is read from the "
                    "group and the network ACL, in step 3.", "dim")

    # ---------------------------------------------------------------------------------------------------------- step 5

    def duplicates(self) -> None:
        """At least once in, once in effect."""
        screen = self.screen
        screen.step("Duplicates", "Queues deliver at least once. Every event is delivered twice more.")
        incidents, since = self.deployed.command.incidents(), time.time()
        for done in self.answered * 2:
            put(self.deployed.emulator, done.record)
        self.deployed.settle()
        calls = [call for call in self.deployed.emulator.calls(since) if call.by_function]
        changing = [call.action for call in calls if call.service in ("ec2", "iam") and not _reads(call.action)]
        self._holds(bool(calls), "the functions were invoked", "no call of theirs was seen")
        count = 2 * len(self.answered)
        screen.check(not changing, f"{count} events came again, and no changing call was made", str(changing))
        unchanged = all(done.attack.parts() == done.after for done in self.answered)
        self._holds(unchanged, "the resources are as they were", "one of them has changed")
        screen.check(self.deployed.command.incidents() == incidents, "still one incident for each attack, unchanged")

    # ---------------------------------------------------------------------------------------------------------- step 6

    def undo(self) -> None:
        """A person takes an answer back."""
        screen, done = self.screen, self.answered[0]
        screen.step("Undo", "A person can roll a response back, as long as the resource is as Riposte left it.")
        screen.line()
        arguments = ("undo", done.incident["id"], "--yes")
        screen.output(f"$ riposte {' '.join(arguments)}\n" + self.deployed.command.must(*arguments))
        restored = done.attack.parts()
        screen.line()
        screen.row(done.attack.target, "responded", "now", "bold")
        self._table(done.after, restored)
        # AWS gives a restored rule a new id, so the content is what is compared.
        same = _contents(restored) == _contents(done.attacked)
        screen.check(same, "the rule is back as it was, with its description")
        again = self.deployed.command.run(*arguments)
        why = again.stderr.strip().removeprefix("riposte: ")
        screen.check(again.returncode == 1, f"a second undo is refused: {why}")
        screen.line()
        screen.output("$ riposte incidents\n" + _short(self.deployed.command.must("incidents", "--limit", "3")))

    # --------------------------------------------------------------------------------------------------------- helpers

    def _answer(self, attack: Attack, record: dict) -> dict:
        found = [incident for incident in self.deployed.send(record) if incident["detector"] == attack.detector]
        self._holds(len(found) == 1, f"one incident of {attack.detector}", f"{len(found)} incidents were opened")
        return self.deployed.command.show(found[0]["id"])

    def _holds(self, holds: bool, claim: str, otherwise: str) -> None:
        if not holds:
            raise StepFailed(f"not so: {claim}\n{otherwise}")


def _reads(action: str) -> bool:
    # IAM writes its credential report down when it is asked to: no setting changes by it.
    return action.startswith(("Describe", "Get", "List", "GenerateCredentialReport"))


def _spaced(text: str) -> str:
    """A call's parameters with spaces between them, so that a long call is wrapped there."""
    name, brace, parameters = text.partition("{")
    try:
        return name + json.dumps(json.loads(brace + parameters), ensure_ascii=False)
    except json.JSONDecodeError:
        return text


def _contents(parts: dict[str, object]) -> list[str]:
    ids = ("SecurityGroupRuleId", "SecurityGroupRuleArn")
    return sorted(str({key: value for key, value in part.items() if key not in ids}) for part in parts.values())


def _short(listing: str) -> str:
    """The list's first columns: id, time, state, severity and detector."""
    columns = [line.split()[:5] for line in listing.splitlines()]
    return "\n".join("  ".join([*row[:2], f"{row[2]:<9}", f"{row[3]:<8}", row[4]]) for row in columns)
