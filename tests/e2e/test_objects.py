"""`riposte detect s3://bucket/prefix`, and `riposte baseline learn` of it: the same as of the files, from a bucket."""

from __future__ import annotations

import gzip
import json
import random

import pytest
from command import Command

BUCKET = "trail-of-the-account"


def record(number: int, name: str = "DescribeInstances") -> dict:
    """A call, and now and then one that matters."""
    attack = number % 40 == 0
    request = {"queueUrl": f"https://sqs.us-east-1.amazonaws.com/111122223333/q{number}"} if attack else None
    return {
        "eventVersion": "1.11",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventName": "PurgeQueue" if attack else name,
        "eventSource": "sqs.amazonaws.com" if attack else "ec2.amazonaws.com",
        "eventTime": "2026-03-02T08:41:37Z",
        "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333",
        "sourceIPAddress": "203.0.113.17",
        "userAgent": "aws-cli/2.17.5",
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/kim", "userName": "kim"},
        "requestParameters": request,
        "responseElements": None,
        "eventType": "AwsApiCall",
    }


def objects() -> dict[str, bytes]:
    """What a trail writes: some hundred small objects, one of several parts, an empty one and one that is no JSON."""
    found = {}
    for day in range(1, 5):
        for number in range(40):
            first = (day * 40 + number) * 10
            records = {"Records": [record(first + offset) for offset in range(10)]}
            key = f"AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/{day:02}/{number:03}.json.gz"
            found[key] = gzip.compress(json.dumps(records).encode())
    lines = [json.dumps({**record(50_000 + number), "pad": random.Random(number).randbytes(400).hex()}) for number in range(6_000)]
    found["AWSLogs/lines.jsonl"] = "\n".join(lines).encode()
    assert len(found["AWSLogs/lines.jsonl"]) > 5 << 20
    return found


@pytest.fixture(scope="module")
def laid(emulator, binary, tmp_path_factory) -> tuple[Command, object]:
    """The command, and a folder of the same files as lie in the bucket."""
    client = emulator.client("s3")
    client.create_bucket(Bucket=BUCKET)
    folder = tmp_path_factory.mktemp("trail")
    for key, content in objects().items():
        client.put_object(Bucket=BUCKET, Key=key, Body=content)
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    client.put_object(Bucket=BUCKET, Key="AWSLogs/", Body=b"")
    return Command(binary, emulator), folder


def findings(output: str) -> list[dict]:
    """The findings without the names of the files, in their order."""
    return [{key: value for key, value in json.loads(line).items() if key != "file"} for line in output.splitlines()]


def test_a_bucket_gives_what_its_files_give(laid):
    command, folder = laid
    of_files = command.run("detect", "--each", "--format", "jsonl", str(folder))
    of_bucket = command.run("detect", "--each", "--format", "jsonl", f"s3://{BUCKET}/AWSLogs/")
    assert (of_bucket.returncode, of_files.returncode) == (0, 0), of_bucket.stderr
    found = findings(of_bucket.stdout)
    assert found == findings(of_files.stdout)
    assert len([finding for finding in found if finding["detector"] == "sqs-queue-purged"]) == 190
    files = {json.loads(line)["file"] for line in of_bucket.stdout.splitlines()}
    assert files and all(file.startswith(f"s3://{BUCKET}/AWSLogs/") for file in files)


def test_a_prefix_is_read_alone_and_beside_files(laid):
    command, folder = laid
    day = "AWSLogs/111122223333/CloudTrail/us-east-1/2026/03/02/"
    done = command.run("detect", "--format", "jsonl", f"s3://{BUCKET}/{day}", str(folder / day))
    assert done.returncode == 0, done.stderr
    assert "800 records" in done.stderr or "800" in done.stderr, done.stderr


def test_what_is_not_there_is_named(laid):
    command, _ = laid
    missing = command.run("detect", f"s3://{BUCKET}/nothing/here")
    assert missing.returncode == 3
    assert f"s3://{BUCKET}/nothing/here" in missing.stderr and "no object" in missing.stderr
    nowhere = command.run("detect", "s3://there-is-no-such-bucket/x")
    assert nowhere.returncode == 3 and "NoSuchBucket" in nowhere.stderr, nowhere.stderr
    wrong = command.run("detect", "s3://Not_A_Bucket/x")
    assert wrong.returncode == 2 and "s3://BUCKET/PREFIX" in wrong.stderr, wrong.stderr


def test_a_baseline_learns_from_a_bucket(laid, tmp_path):
    command, folder = laid
    of_files, of_bucket = tmp_path / "files.jsonl", tmp_path / "bucket.jsonl"
    command.must("baseline", "learn", "--file", str(of_files), str(folder))
    command.must("baseline", "learn", "--file", str(of_bucket), f"s3://{BUCKET}/AWSLogs/")
    assert of_bucket.read_text() == of_files.read_text()
