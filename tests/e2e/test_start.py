"""One broken setting is named by its path and blinds nothing; no secret is shown."""

from __future__ import annotations

import attacks
import pytest
from deployed import Deployed, eventually, set_up
from events import put
from processes import Programs

# Each with the state that an attack's incident ends in meanwhile. What holds actions back is held to be on.
BROKEN = [
    ("mode", None, "observed"),
    ("mode", "on", "observed"),
    ("topic-arn", None, "contained"),
    ("topic-arn", "notices", "contained"),
    ("ledger-table", None, "contained"),
    ("own-roles", None, "observed"),
    ("own-roles", "ingress-guard", "observed"),
    ("protected-principals", "break-glass", "observed"),
    ("protected-addresses", "the office", "observed"),
    ("ssh/failures", "many", "contained"),
    ("ssh/window-seconds", "0", "contained"),
    ("ssh/failures-before-login", "-1", "contained"),
    ("guardrails/mine", "forbid (principal, action, resource) when { context.mod == \"live\" };", "observed"),
    ("guardrails/typo", "forbit (principal, action, resource);", "observed"),
    ("guardrails/blank", " ", "observed"),
]


def run(functions: Programs, attack):
    """Starts the attack's function with its own environment, and delivers the event."""
    stack = functions.deployed.stack
    variables = {
        "RIPOSTE_ACCOUNT_ID": functions.deployed.emulator.account,
        "RIPOSTE_TOPIC_ARN": stack["TopicArn"],
        "RIPOSTE_LEDGER_TABLE": stack["LedgerTable"],
    }
    return functions.run_payload(attack.function, attack.batch(), seconds=9.0, variables=variables)


@pytest.fixture
def parameters(live):
    """Changes settings, and puts them back."""
    ssm, kept = live.emulator.client("ssm"), {}

    def change(path: str, value: str | None) -> None:
        full = f"/riposte/{path}"
        found = ssm.get_parameters(Names=[full], WithDecryption=True)["Parameters"]
        kept[full] = (found[0]["Value"], found[0]["Type"]) if found else None
        if found:
            ssm.delete_parameter(Name=full)
        if value is not None:
            ssm.put_parameter(Name=full, Value=value, Type="String")

    yield change
    for path, before in kept.items():
        for found in ssm.get_parameters(Names=[path])["Parameters"]:
            ssm.delete_parameter(Name=found["Name"])
        if before:
            ssm.put_parameter(Name=path, Value=before[0], Type=before[1])


@pytest.mark.parametrize("path, value, state", BROKEN, ids=[f"{path}-{value}" for path, value, _ in BROKEN])
def test_a_broken_setting_is_named_and_blinds_nothing(functions, parameters, path, value, state):
    attack = attacks.open_group(functions.deployed)
    attacked = attack.read()
    parameters(path, value)
    ran = run(functions, attack)
    assert ran.outcome.answer == {"batchItemFailures": []}, ran.output
    assert f"setting `/riposte/{path}`" in ran.output and '"SettingFailures":1' in ran.output
    # The command works with the same settings.
    (incident,) = attack.incidents(functions.deployed)
    assert incident["outcome"] == state and (attack.read() == attacked) == (state == "observed")
    shown = functions.deployed.command.run("show", incident["id"])
    assert shown.returncode == 0 or path in ("topic-arn", "ledger-table"), shown.stderr
    assert functions.deployed.inbox.of(incident["id"])


def test_without_the_ledgers_key_the_event_comes_again(functions, parameters):
    attack = attacks.open_group(functions.deployed)
    attacked = attack.read()
    parameters("secrets/ledger-key", "c2hvcnQ=")
    ran = run(functions, attack)
    assert len(ran.outcome.answer["batchItemFailures"]) == 1 and attack.read() == attacked
    assert "setting `/riposte/secrets/ledger-key`" in ran.output and "c2hvcnQ=" not in ran.output


@pytest.mark.parametrize("account", [None, "12345"], ids=["missing", "malformed"])
def test_the_variable_that_names_the_account_is_checked(functions, account):
    variables = {"RIPOSTE_ACCOUNT_ID": account} if account else {}
    written = functions.run_payload("ingress-guard", "{}", variables=variables).output
    assert "environment variable `RIPOSTE_ACCOUNT_ID`" in written


def test_events_wait_for_the_setting_that_is_missing(emulator_of_its_own, zips, binary):
    deployed: Deployed = set_up(emulator_of_its_own, zips, binary, init=False, RetryDelaySeconds="10")
    attack = attacks.open_group(deployed)
    attacked = attack.read()
    put(deployed.emulator, attack.record)
    missing = "setting `/riposte/secrets/ledger-key` is missing"
    eventually(lambda: missing in deployed.logs("ingress-guard"), "the setting's name in the log", 60)
    assert attack.read() == attacked
    deployed.command.must("init")
    eventually(lambda: [i["outcome"] for i in attack.incidents(deployed)] == ["contained"], "the answer")
    assert attack.read() != attacked
