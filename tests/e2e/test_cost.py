"""docs/cost.md says what the template's own patterns come to today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COST = ROOT / "tests" / "bench" / "cost.py"


def test_the_page_is_what_the_program_computes(binary):
    done = subprocess.run([sys.executable, COST, "--riposte", binary, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_patterns_are_read_as_eventbridge_reads_them():
    sys.path.insert(0, str(COST.parent))
    try:
        import cost
    finally:
        sys.path.remove(str(COST.parent))
    event = {"source": "aws.ec2", "detail": {"eventName": "RunInstances", "userIdentity": {"type": "AssumedRole"}}}
    assert cost.matches({"source": [{"prefix": "aws."}]}, event)
    assert cost.matches({"detail": {"eventName": ["StopInstances", "RunInstances"], "errorCode": [{"exists": False}]}}, event)
    assert cost.matches({"detail": {"userIdentity": {"type": [{"anything-but": "AWSService"}]}}}, event)
    assert not cost.matches({"detail": {"userIdentity": {"type": [{"anything-but": "AssumedRole"}]}}}, event)
    assert not cost.matches({"detail": {"errorCode": ["AccessDenied"]}}, event)
    called = {"detail": {"userAgent": "aws exec-env/AWS_ECS x", "sourceIPAddress": "10.1.2.3", "userIdentity": {"type": "Root"}}}
    for matcher, holds in [
        ({"userAgent": [{"wildcard": "*exec-env/AWS_ECS*"}]}, True),
        ({"userAgent": [{"wildcard": "exec-env*"}]}, False),
        ({"userAgent": [{"prefix": {"equals-ignore-case": "AWS"}}]}, True),
        ({"userAgent": [{"prefix": "AWS"}]}, False),
        ({"userAgent": [{"suffix": "x"}]}, True),
        ({"userIdentity": {"type": [{"equals-ignore-case": "ROOT"}]}}, True),
        ({"sourceIPAddress": [{"anything-but": {"prefix": ["10.", "192.168."]}}]}, False),
        ({"sourceIPAddress": [{"anything-but": ["10.1.2.4", "10.1.2.5"]}]}, True),
        ({"$or": [{"userAgent": ["x"]}, {"vpcEndpointId": [{"exists": False}]}]}, True),
        ({"$or": [{"userAgent": ["x"]}, {"vpcEndpointId": [{"exists": True}]}]}, False),
    ]:
        assert cost.matches({"detail": matcher}, called) is holds, matcher
    # An absent field is no other value.
    assert not cost.matches({"detail": {"userIdentity": {"accountId": [{"anything-but": "1"}]}}}, event)


def test_what_waits_comes_in_batches():
    sys.path.insert(0, str(COST.parent))
    try:
        import cost
    finally:
        sys.path.remove(str(COST.parent))
    # One every 2.6 seconds, as a million in a month are.
    hundred = list(range(100))
    assert cost.batches(hundred, 0, 10) == 100
    assert cost.batches(hundred, 10_000, 10) == 10
    assert cost.batches(hundred, 6, 10) == 34
    assert cost.batches([5, 5, 9], 0, 10) == 2
