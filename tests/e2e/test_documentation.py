"""Every command line of README and docs is run, as it stands there, on an account and files such as the pages speak of.

A shell runs it, so that pipes and redirections are what they say. What a page leaves open (`ID`, `EVENT`, `WHY`) is filled
in with something of the account; a choice (`a|b`) and an option in brackets make several lines. It must end as a command
ends that did what was asked; where it does not, the exit code stands below, with why.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import attacks
import pytest
from account import ADMINISTRATOR
from deployed import Deployed
from emulator import free_port

ROOT = Path(__file__).resolve().parents[2]
# Generated from the code's own tables: they are held elsewhere.
GENERATED = {"catalogue.md", "checks.md", "containment.md", "inventory.md"}
PAGES = [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name not in GENERATED)]

# A verb that is only spoken of: it wants more words than are there.
USAGE = 2
# Lines that end otherwise than with 0, and why that is right here.
ENDS = [
    (r"^riposte status$", {0, 3}, "what is wrong is told by 3: nobody has confirmed the subscription"),
    (r"^riposte test$", {1}, "the emulator's CloudTrail hands EventBridge nothing, so that nothing comes of it in time"),
    (r"^riposte audit .*--fail-on critical", {4}, "what --fail-on names was found"),
    (r"^riposte audit\b", {0, 3}, "the emulator refuses some of what is read"),
    (r"^riposte fix ", {0, 1}, "1: the group was fixed by the line before"),
    (r"^riposte patch plan", {0, 1}, "the emulator has no maintenance windows"),
    (r"^riposte patch (approve|rollback) ", {1}, "there is no such run"),
    (r"^riposte patch run ", {0, 1}, "there is no node in the ring"),
    (r"--maxmind ", {1, 2, 3}, "the databases of addresses are MaxMind's, and not here"),
    (r"^riposte show case-", {1}, "there is no such case"),
    (r"^riposte hunt (s3://|--status)(?!.*--dry-run)", {1}, "no hunt is deployed in that account"),
    (r"^riposte history ", {1}, "the auditor has kept nothing of it yet"),
]


# What is done by hand, which proves nothing of a function that does it: the page of proofs looks for whole names in the tests.
BY_HAND = "-".join(("deactivate", "access", "key"))


@dataclass(frozen=True)
class Line:
    page: str
    text: str
    # Between backticks in a sentence or a table, and not in a block: it may be no more than a verb.
    spoken: bool


def lines_of(page: Path) -> list[Line]:
    """The command lines of a page, each once."""
    text = page.read_text()
    found = []
    for block in re.findall(r"```[^\n]*\n(.*?)```", text, re.S):
        for line in block.replace("\\\n", " ").splitlines():
            # An output of a run may be quoted, with its prompt.
            bare = re.sub(r"^\s*(\| )?(\$ )?", "", line)
            if bare.startswith("riposte ") or "| riposte " in bare:
                found.append(Line(page.name, re.sub(r"\s+#.*", "", bare).strip(), False))
    rest = re.sub(r"```.*?```", "", text, flags=re.S)
    for line in re.findall(r"`(riposte [^`]+)`", " ".join(rest.split())):
        found.append(Line(page.name, line.replace("\\|", "|").strip(), True))
    return list(dict.fromkeys(found))


def variants(text: str) -> list[str]:
    """A line that leaves a choice, as the lines that it stands for."""
    parts = re.split(r"\[([^\]]+)\]", text)
    brackets = [("", part) for part in parts[1::2]]
    spread = []
    for chosen in itertools.product(*brackets):
        joined = "".join(itertools.chain(*itertools.zip_longest(parts[::2], chosen, fillvalue="")))
        words = [word.split("|") if re.fullmatch(r"[\w:-]+(\|[\w:-]+)+", word) else [word] for word in joined.split(" ")]
        spread += [" ".join(words).strip() for words in itertools.product(*words)]
    return list(dict.fromkeys(re.sub(r"\s+", " ", line) for line in spread))


ALL = [line for page in PAGES for line in lines_of(page)]


def test_pages_hold_command_lines():
    assert len(ALL) > 100
    assert variants("riposte show ID [--json]") == ["riposte show ID", "riposte show ID --json"]
    assert variants("riposte mode shadow|live") == ["riposte mode shadow", "riposte mode live"]
    assert lines_of(ROOT / "README.md")[0].text.startswith("riposte ")


@dataclass
class Ground:
    """An account, and a folder with the files that the pages name."""

    live: Deployed
    folder: Path
    environment: dict[str, str]

    def fresh(self) -> dict:
        """A new incident, contained."""
        found = self.live.send(attacks.open_group(self.live).record)
        return next(one for one in found if one["can_be_undone"])

    def undecided(self) -> dict:
        """One that asks a person."""
        ssm, path = self.live.emulator.client("ssm"), "/riposte/guardrails/ask"
        text = "forbid (principal, action, resource) unless { context.approved };"
        ssm.put_parameter(Name=path, Value=text, Type="String", Overwrite=True)
        self.live.refresh()
        try:
            return next(one for one in self.live.send(attacks.open_group(self.live).record) if one["outcome"] == "needs-approval")
        finally:
            ssm.delete_parameter(Name=path)
            self.live.refresh()

    def filled(self, text: str) -> str:
        """The line with something in the place of what it leaves open. The incident is made for it alone."""
        words = text.split()
        takes_incident = words[0] == "riposte" and words[1] in ("show", "approve", "deny", "mark", "undo")
        if takes_incident and len(words) > 2 and re.fullmatch(r"ID|inc-[0-9a-f]{16}", words[2]):
            words[2] = (self.undecided() if words[1] in ("approve", "deny") else self.fresh())["id"]
            if words[1] in ("approve", "undo") and "--yes" not in words:
                words.append("--yes")
        filled = " ".join(words)
        if filled.startswith("riposte explain ID"):
            filled = "riposte explain open-admin-port"
        if filled.startswith("riposte rules new "):
            # It writes over nothing; what an earlier line made in the same folder is made anew.
            filled = filled.replace(" ID", " my-own-rule")
            into = re.search(r"--folder (\S+)", filled)
            for file in (self.folder / (into[1] if into else ".")).glob(f"{filled.split()[3]}.*"):
                file.unlink()
        for pattern, instead in {
            r"\bEVENT\.json\b": "EVENT.json",
            r"\bEVENT(-ID)?\b(?!\.json)": self.event_id,
            r"\bWHY\b": "because",
            r"\bCHECK:RESOURCE\b": f"ec2-security-group-ssh-open:{self.group}",
            r"\bACTION TARGET\b": f"{BY_HAND} {self.live.account.attacker.name}/{self.live.account.attacker.key.id}",
            r"\bFUNCTION\b": "ingress-guard",
            r"\bRUN\b": "run-0123456789abcdef",
            # The emulator knows a bus by its name alone.
            r"\bARN\b": "default",
            r"\bFILE\b": "groups.json",
            r"\b(detect) PATH…": r"\1 trail/",
            r"\b(logs) PATH…": r"\1 app.log",
            r"deny-principal …": f"deny-principal user/{self.user} --dry-run",
            r"/var/log\b": "var-log",
            r" jq ": " cat #",
            # Somebody else's command, which gives lines of a log.
            r"^aws logs tail .* \|": "cat app.log |",
            r"--port 9000": f"--port {free_port()}",
        }.items():
            filled = re.sub(pattern, instead, filled)
        # Who types these says yes.
        if re.match(r"riposte (mode (live|shadow|halt)|redrive|apply-groups)\b", filled):
            filled += "" if "--yes" in filled or "--dry-run" in filled else " --yes"
        if filled == "riposte test":
            filled += " --wait 1"
        # Its own port may be another's on this machine.
        if filled.startswith("riposte dashboard") and "--port" not in filled:
            filled += f" --port {free_port()}"
        return filled

    @property
    def event_id(self) -> str:
        return self._event

    _event: str = ""
    group: str = ""
    user: str = ""

    def run(self, text: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["bash", "-c", "set -o pipefail; " + text], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=300,
        )

    def serves(self, text: str) -> None:
        """A line that goes on until it is ended: it says where it serves."""
        process = subprocess.Popen(
            ["bash", "-c", "exec " + text], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        try:
            time.sleep(0.1)
            assert "http://127.0.0.1:" in process.stdout.readline(), text
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="module")
def ground(live, binary, tmp_path_factory) -> Ground:
    folder = tmp_path_factory.mktemp("pages")
    environment = live.command.environment() | {"HOME": str(folder)}
    environment["PATH"] = f"{binary.parent}:{environment['PATH']}"
    ground = Ground(live, folder, environment)
    incident = ground.fresh()
    ground._event, ground.group = incident["event_id"], incident["target"].rsplit("/", 1)[-1]
    ground.user = live.account.attacker.name
    _files(folder)
    s3 = live.emulator.client("s3")
    s3.create_bucket(Bucket="my-trail")
    prefix = "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/05/"
    s3.put_object(Bucket="my-trail", Key=prefix + "quiet.json", Body=json.dumps({"Records": []}))
    for name in ("my-rules", "sigma/rules/cloud/aws"):
        (folder / name).mkdir(parents=True)
        made = ground.run(f"cd {name} && riposte rules new break-glass-used")
        assert made.returncode == 0, made.stderr
    saved = ground.run("riposte audit --save account.jsonl")
    assert saved.returncode in (0, 1, 3), saved.stderr
    for name in ("today.jsonl", "yesterday.jsonl"):
        shutil.copyfile(folder / "account.jsonl", folder / name)
    learned = ground.run("riposte baseline learn --file usual.jsonl logs/2026/")
    assert learned.returncode == 0, learned.stderr
    return ground


def _files(folder: Path) -> None:
    """The files that the pages name."""
    event = json.loads((ROOT / "docs" / "guardrails" / "open-ssh.json").read_text())
    (folder / "EVENT.json").write_text(json.dumps(event))
    for path in (ROOT / "docs" / "guardrails").glob("*.json"):
        shutil.copyfile(path, folder / path.name)
    # The policies stand on the page, each under its file's name.
    page = (ROOT / "docs" / "guardrails.md").read_text()
    for name, policy in re.findall(r"```cedar\n// (\S+\.cedar)\n(.*?)```", page, re.S):
        (folder / name).write_text(policy)
    (folder / "mine.cedar").write_text(
        'forbid (principal, action, resource) when { resource.hasTag("mine") } unless { action == Riposte::Action::"undo" };\n'
    )
    records = {"Records": [event.get("detail", event)]}
    for name in ("trail/trail.json", "today/trail.json", "logs/2026/trail.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(records))
    (folder / "var-log").mkdir()
    line = "2026-05-04T10:00:00Z host app[1]: order 4711 was paid in 12 ms\n"
    for name in ("var-log/app.log", "app.log", "access.log"):
        (folder / name).write_text(line * 20)
    subprocess.run(["gzip", "--keep", "--stdout", "app.log"], cwd=folder, check=True, stdout=(folder / "logs.gz").open("wb"))
    (own,) = re.findall(r"```\n# shop.format\n(.*?)```", (ROOT / "docs" / "logs.md").read_text(), re.S)
    (folder / "shop.format").write_text(own)
    (folder / "event.gz").write_bytes(gzip.compress(json.dumps(records).encode()))
    (folder / "known.json").write_text('{"vulnerabilities": []}')
    (folder / "groups.json").write_text('{"groups": []}')


@pytest.mark.parametrize("line", ALL, ids=lambda line: f"{line.page}: {line.text}")
def test_a_command_line_of_the_pages_runs(line, ground):
    for text in variants(line.text):
        filled = ground.filled(text)
        if re.match(r"riposte dashboard\b", filled):
            ground.serves(filled)
            continue
        done = ground.run(filled)
        said = f"`{filled}` exits {done.returncode}: {done.stderr[-600:]}"
        assert "panicked" not in done.stderr, said
        expected = next((codes for pattern, codes, _ in ENDS if re.search(pattern, text)), {0})
        if line.spoken and done.returncode == USAGE:
            # A verb alone is a mention of it; and it must be one.
            assert len(filled.split()) <= 3 and re.search("required|Usage", done.stderr + done.stdout), said
            continue
        assert done.returncode in expected, said
    if ground.live.command.must("mode").split()[0] != "live":
        ground.live.command.must("mode", "live", "--yes")
        ground.live.refresh()


def makes() -> list[tuple[str, str]]:
    """What the pages type to make: page and command line, variables included."""
    found = []
    for page in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        text = page.read_text().replace("\\\n", " ")
        for block in re.findall(r"```[^\n]*\n(.*?)```", text, re.S):
            # Two commands may stand beside each other, each with what it does.
            for line in re.findall(r"\bmake [a-z-]+(?: +[A-Z_]+=(?:'[^']*'|\S+))*", block):
                found.append((page.name, line))
        found += [(page.name, line) for line in re.findall(r"`(make [a-z-]+(?: [A-Z_]+=[^`]*)?)`", text)]
    return list(dict.fromkeys(found))


def test_what_the_pages_type_to_make_is_a_target():
    lines = makes()
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.M))
    assert len(lines) > 20, lines
    unknown = [(page, line) for page, line in lines if line.split()[1] not in targets]
    assert not unknown, unknown


def test_what_ends_otherwise_is_still_on_a_page():
    for pattern, codes, _ in ENDS:
        assert any(re.search(pattern, text) for line in ALL for text in variants(line.text)), (pattern, codes)
