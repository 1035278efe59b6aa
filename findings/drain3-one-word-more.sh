#!/usr/bin/env bash
# drain3 0.9.11, default settings: lines are first told apart by how many words they have, so one message of a program
# becomes two templates where a parameter has one word more. OpenSSH writes 'for root' and 'for invalid user bob' in the
# same message: counted by template, the guesses of names that do not exist are never added to the others.
# Seen: 2 templates for one message.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check drain3==0.9.11
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from drain3 import TemplateMiner

miner = TemplateMiner()
names = ["root", "admin", "backup", "invalid user bob", "invalid user eve", "invalid user guest"]
for port, name in enumerate(names, 50001):
    miner.add_log_message(f"Failed password for {name} from 203.0.113.7 port {port} ssh2")
templates = [cluster.get_template() for cluster in miner.drain.clusters]
print(len(templates), "templates for one message:", *templates, sep="\n  ")
assert len(templates) == 2
PYTHON
