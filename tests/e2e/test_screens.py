"""What a person sees in a terminal of 80 columns, the main ones of 100 and 200 too, kept as screens that were looked at.

`RIPOSTE_SCREENS=write` writes them anew; look at each before it is committed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import attacks
import pytest
from terminal import screen, without_chance

HERE = Path(__file__).parent
SCREENS = HERE / "screens"
DOCS = HERE.parents[1] / "docs"


def looks(name: str, shown: str, columns: int = 80) -> None:
    """Holds a screen to the one that was looked at. No line is wider than the terminal."""
    # An error is one line, which the terminal wraps; so are those of wrong usage.
    wide = [line for line in shown.splitlines() if len(line) > columns and not line.startswith(("riposte: ", "error: "))]
    assert not wide, wide
    file, seen = SCREENS / f"{name}.txt", without_chance(shown)
    if os.environ.get("RIPOSTE_SCREENS") == "write":
        SCREENS.mkdir(exist_ok=True)
        file.write_text(seen)
    assert seen == file.read_text(), f"{file.name} looks otherwise"


def looks_everywhere(name: str, at) -> None:
    """Holds a screen of each width; `at` shows it in so many columns."""
    for columns in (80, 100, 200):
        looks(name if columns == 80 else f"{name}-{columns}", at(columns), columns)


@pytest.fixture(scope="module")
def typed(live):
    """Types a command line, and answers its question."""

    def run(*arguments: str, answer: str = "", columns: int = 80) -> str:
        return screen(live.command.binary, list(arguments), live.command.environment(), typed=answer, columns=columns)

    return run


@pytest.fixture(scope="module")
def contained(live) -> dict:
    """An incident that was contained."""
    (found,) = live.send(attacks.open_group(live).record)
    return found


@pytest.fixture
def asked(live):
    """An incident that asks a person."""
    ssm, path = live.emulator.client("ssm"), "/riposte/guardrails/ask"
    text = 'forbid (principal, action, resource) when { resource.kind == "security-group" } unless { context.approved };'
    ssm.put_parameter(Name=path, Value=text, Type="String")
    live.refresh()
    (found,) = live.send(attacks.open_group(live).record)
    yield found
    ssm.delete_parameter(Name=path)
    live.refresh()


def test_the_day_of_an_operator(typed, contained):
    looks_everywhere("incidents", lambda columns: typed("incidents", "--outcome", "contained", "--limit", "1", columns=columns))
    looks_everywhere("show", lambda columns: typed("show", contained["id"], columns=columns))
    looks("undo-refused", typed("undo", contained["id"], answer="n\n"))
    looks("undo", typed("undo", contained["id"], answer="y\n"))
    looks("undo-again", typed("undo", contained["id"]))


def test_an_approval(typed, asked):
    looks("show-asked", typed("show", asked["id"]))
    looks("approve-refused", typed("approve", asked["id"], answer="n\n"))
    looks("approve", typed("approve", asked["id"], "--reason", "CHG-1", answer="y\n"))
    looks("approve-again", typed("approve", asked["id"]))


def test_what_else_a_person_looks_at(typed, contained):
    looks("why", typed("why", contained["event_id"]))
    looks("report-shadow", typed("report", "shadow", "--days", "1"))
    looks("exclusions", typed("exclusions", "list"))
    looks("redrive", typed("redrive"))


def test_exclusions_say_what_each_left_out(typed, live, tmp_path):
    """As the functions count it: a metric with the exclusion's name."""
    for name, who in (("scanner", "*:role/scanner"), ("release", "*:role/release")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(f"detectors: ['s3-*']\nprincipal: '{who}'\nreason: it reads every bucket at night\nexpires: '2099-01-31'\n")
        live.command.must("exclusions", "set", name, str(file))
    counted = [{"MetricName": "Excluded", "Dimensions": [{"Name": "Exclusion", "Value": "scanner"}], "Value": value, "Unit": "Count"}
               for value in (1, 6)]
    live.emulator.client("cloudwatch").put_metric_data(Namespace="Riposte", MetricData=counted)
    looks("exclusions-counted", typed("exclusions", "list"))
    lines = [json.loads(line) for line in live.command.must("exclusions", "list", "--json").splitlines()]
    assert {line["name"]: line["findings"] for line in lines} == {"scanner": 7, "release": 0}
    for name in ("scanner", "release"):
        live.command.must("exclusions", "remove", name)


def test_what_belongs_together_and_whether_all_is_well(typed, live, contained):
    looks_everywhere("cases", lambda columns: typed("cases", columns=columns))
    case = json.loads(live.command.must("cases", "--json").splitlines()[0])
    assert {step["outcome"] for step in case["steps"]} <= {"contained", "undone"}, case
    looks_everywhere("show-case", lambda columns: typed("show", case["id"], columns=columns))
    looks_everywhere("status", lambda columns: typed("status", columns=columns))


def test_the_worst_messages_say_what_to_do(typed, live):
    """One line each, in words of the reader's: no debug output, and what to type."""
    looks("no-incident", typed("show", "inc-0000000000000000"))
    looks("no-action", typed("contain", "revoke-ingres", "sg-1", "--dry-run"))
    looks("no-check", typed("fix", "no-such-check:arn:aws:s3:::b", "--dry-run"))
    looks("no-setting", typed("settings", "set", "notice-severty", "high"))
    looks("no-mode", typed("mode", "maybe"))
    environment = live.command.environment()
    elsewhere = {**environment, "AWS_REGION": "eu-west-3"}
    looks("not-deployed", screen(live.command.binary, ["mode"], elsewhere))
    nobody = {name: value for name, value in environment.items() if not name.startswith("AWS_SECRET")}
    looks("no-credentials", screen(live.command.binary, ["incidents"], nobody | {"AWS_EC2_METADATA_DISABLED": "true"}))
    closed = {**environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    looks("wrong-endpoint", screen(live.command.binary, ["incidents"], closed))


def test_the_mode(typed, live):
    looks("mode", typed("mode"))
    looks("mode-narrowed", typed("mode", "live", "--only", "open-all-ports", answer="n\n"))


def test_files(live, tmp_path):
    records = [json.loads((DOCS / "guardrails" / f"{name}.json").read_text())
               for name in ("open-ssh", "open-ssh", "admin-policy")]
    (tmp_path / "trail.json").write_text(json.dumps({"Records": records}))
    (tmp_path / "open-ssh.json").write_text(json.dumps(records[0]))

    def run(*arguments: str, columns: int = 80) -> str:
        return screen(live.command.binary, list(arguments), {}, cwd=tmp_path, columns=columns)

    looks_everywhere("detect", lambda columns: run("--quiet", "detect", "trail.json", columns=columns))
    looks("guardrails-test", run("guardrails", "test", "open-ssh.json", "--offline"))
    looks("no-region", run("incidents"))
