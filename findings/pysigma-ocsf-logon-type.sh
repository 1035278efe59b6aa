#!/usr/bin/env bash
# pySigma-pipeline-ocsf 0.1.2: a rule on Windows logons (EventID 4624, 4625) is narrowed to `type_uid: 3002001`. OCSF makes
# type_uid of class_uid times 100 plus activity_id, for a logon 300201; no class has the seven digits. And of a DNS rule the
# process (Image) is sought in `query.hostname`. Rules that are translated so find nothing, and nothing says so.
# Seen: type_uid=3002001, of OCSF 1.5.0's authentication [300200 ... 300299] none; `query.hostname` LIKE.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  pysigma==1.5.1 pysigma-backend-sqlite==2.0.0 pysigma-pipeline-ocsf==0.1.2 ocsf-json-schema==1.2.0
"$folder/venv/bin/python" -W ignore - <<'PYTHON'
from ocsf_json_schema import OcsfJsonSchema, get_ocsf_schema
from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.pipelines.ocsf import ocsf_pipeline


def translated(logsource, selection):
    rule = {"title": "seen", "logsource": logsource, "detection": {"selection": selection, "condition": "selection"}}
    (query,) = sqliteBackend(ocsf_pipeline()).convert(SigmaCollection.from_dicts([rule]))
    return query


logon = translated({"product": "windows", "service": "security"}, {"EventID": 4625})
lookup = translated({"product": "windows", "category": "dns_query"}, {"Image|endswith": "\\curl.exe"})
schema = OcsfJsonSchema(get_ocsf_schema(version="1.5.0"))
known = sorted(schema.get_class_schema("authentication")["properties"]["type_uid"]["enum"])
print(logon, known, lookup, sep="\n")
assert "type_uid=3002001" in logon and 3002001 not in known and 300201 in known
assert "`query.hostname` LIKE" in lookup and "curl.exe" in lookup
PYTHON
