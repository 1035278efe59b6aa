"""A function that cannot work says so when it starts, by the path of the setting that is wrong, and shows no secret."""

from __future__ import annotations

import attacks
import pytest
from deploy import FUNCTIONS
from deployed import Deployed, eventually, set_up
from events import put
from processes import Programs

MISSING = ["mode", "topic-arn", "ledger-table", "own-roles", "secrets/ledger-key"]
MALFORMED = {
    "mode": "on",
    "topic-arn": "notices",
    "own-roles": "ingress-guard",
    "protected-principals": "break-glass",
    "secrets/ledger-key": "c2hvcnQ=",
    "ssh/failures": "many",
    "ssh/window-seconds": "0",
    "ssh/failures-before-login": "-1",
    "guardrails/mine": "forbid (principal, action, resource) when { context.mod == \"live\" };",
    "guardrails/typo": "forbit (principal, action, resource);",
}


def start(functions: Programs, function: str = "ingress-guard") -> str:
    """Starts a function that must not come up, and returns what it wrote."""
    run = functions.run_payload(function, "{}")
    assert run.outcome.answer is None and run.outcome.exit_code not in (None, 0), run.outcome
    return run.output


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


@pytest.mark.parametrize("path", MISSING)
def test_a_missing_setting_is_named(functions, parameters, path):
    parameters(path, None)
    assert f"setting `/riposte/{path}` is missing" in start(functions)


@pytest.mark.parametrize("path", MALFORMED)
def test_a_malformed_setting_is_named(functions, parameters, path):
    parameters(path, MALFORMED[path])
    written = start(functions)
    assert f"setting `/riposte/{path}`" in written and "cannot start" in written
    if path.startswith("secrets/"):
        assert MALFORMED[path] not in written


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_names_it(functions, parameters, function):
    parameters("mode", "off")
    assert "setting `/riposte/mode` must be `shadow`, `live` or `halt`, not `off`" in start(functions, function)


@pytest.mark.parametrize("account", [None, "12345"], ids=["missing", "malformed"])
def test_the_variable_that_names_the_account_is_checked(functions, account):
    variables = {"RIPOSTE_ACCOUNT_ID": account} if account else {}
    written = functions.run_payload("ingress-guard", "{}", variables=variables).output
    assert "environment variable `RIPOSTE_ACCOUNT_ID`" in written


def test_events_wait_for_the_setting_that_is_missing(emulator_of_its_own, zips, binary):
    deployed: Deployed = set_up(emulator_of_its_own, zips, binary, init=False, RetryDelaySeconds="1")
    attack = attacks.open_group(deployed)
    attacked = attack.read()
    put(deployed.emulator, attack.record)
    # On AWS this stands in the function's log; the emulator keeps no log of a start that failed and tells the caller.
    said = deployed.invoke("ingress-guard", attack.batch())["errorMessage"]
    assert "setting `/riposte/secrets/ledger-key` is missing" in said
    assert attack.read() == attacked
    deployed.command.must("init")
    eventually(lambda: [i["state"] for i in attack.incidents(deployed)] == ["verified"], "the answer")
    assert attack.read() != attacked
