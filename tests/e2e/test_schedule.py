"""The schedule's own tick, as EventBridge sends it: the one event that no test can send by itself.

The shortest schedule is a minute, so its account is started when the run begins (`conftest.py`) and looked at here.
"""

from __future__ import annotations

import events
import state
from deployed import eventually


def test_the_schedule_pulls_the_named_groups(ticking):
    deployed, host = ticking
    denial = eventually(
        lambda: state.network_acl(deployed.emulator, host.network_acl_id).get((False, 99)),
        "the answer to a tick",
        timeout=140,
    )
    assert denial["CidrBlock"] == f"{events.ATTACKER_ADDRESS}/32" and denial["RuleAction"] == "deny"
    (incident,) = deployed.command.incidents()
    assert (incident["detector"], incident["outcome"]) == ("ssh-brute-force", "contained")
    assert deployed.dead_letters("log-watch") == []
