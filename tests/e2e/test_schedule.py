"""The schedule's own tick, as EventBridge sends it: the one event that no test can send by itself.

The shortest schedule is a minute, so its account is started when the run begins (`conftest.py`) and looked at here.
"""

from __future__ import annotations

import events
import sshd
import state
from account import create_host
from deployed import eventually


def test_the_schedule_pulls_the_named_groups(ticking):
    host = create_host(ticking.emulator)
    address = events.ATTACKER_ADDRESS
    sshd.write(ticking.emulator, ticking.account, sshd.failures(address, 12), host.log_stream)
    acl = eventually(
        lambda: state.network_acl(ticking.emulator, host.network_acl_id).get((False, 99)), "a tick's answer", timeout=140
    )
    assert acl["CidrBlock"] == f"{address}/32" and acl["RuleAction"] == "deny"
    assert ticking.dead_letters("log-watch") == []
