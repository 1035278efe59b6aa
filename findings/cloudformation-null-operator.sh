#!/usr/bin/env bash
# The condition operator Null of IAM, written unquoted as a key in a YAML template, is YAML 1.1's null: three tools for
# CloudFormation read three things. cfn-lint 1.58.0 refuses the template (E0000), aws-sam-translator 1.115.0 has None for
# the operator, cfn-flip 1.3.0 writes "null". Quoted, all three keep it: so a policy's `'Null':` must stay quoted.
# Seen: E0000; {None: ...}; "null"; and quoted no finding and 'Null' twice.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  cfn-lint==1.58.0 aws-sam-translator==1.115.0 cfn-flip==1.3.0
"$folder/venv/bin/python" -W ignore - "$folder" <<'PYTHON'
import json
import pathlib
import subprocess
import sys

import cfn_flip
from samtranslator.yaml_helper import yaml_parse

folder = pathlib.Path(sys.argv[1])
template = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: lambda.amazonaws.com}
            Action: sts:AssumeRole
            Condition:
              Null: {"aws:SourceAccount": "false"}
"""


def operator(read):
    (statement,) = read["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    return list(statement["Condition"])


def read(text):
    file = folder / "template.yaml"
    file.write_text(text)
    lint = subprocess.run([folder / "venv/bin/cfn-lint", file], capture_output=True, text=True).stdout
    return lint.split("\n")[0], operator(yaml_parse(text)), operator(json.loads(cfn_flip.to_json(text)))


seen = read(template)
print(*seen, sep="\n")
assert seen[0].startswith("E0000") and seen[1:] == ([None], ["null"])
assert read(template.replace("Null:", "'Null':")) == ("", ["Null"], ["Null"])
PYTHON
