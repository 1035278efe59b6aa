"""Receives the notices, as a person subscribed to the topic would."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass

from emulator import Emulator


@dataclass(frozen=True)
class Notice:
    """One message of the topic."""

    subject: str
    body: str

    def field(self, name: str) -> str:
        """The value behind a name; names take the first eleven columns."""
        found = [line[11:] for line in self.body.splitlines() if line[:11].strip() == name]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} lines are named `{name}` in:\n{self.body}")
        return found[0]


class Inbox:
    """A queue that is subscribed to the topic."""

    def __init__(self, emulator: Emulator, topic_arn: str):
        sqs = emulator.client("sqs")
        self._sqs = sqs
        self._url = sqs.create_queue(QueueName=f"inbox-{time.time_ns()}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        # As on AWS, the topic may send only where the queue's policy lets it.
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        self._notices: list[Notice] = []
        # A message is in the hands of one reader only, who must not be overtaken before it is noted.
        self._lock = threading.Lock()
        emulator.client("sns").subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn)

    def all(self) -> list[Notice]:
        """Every notice so far, oldest first."""
        with self._lock:
            while messages := self._receive():
                for message in messages:
                    told = json.loads(message["Body"])
                    self._notices.append(Notice(told["Subject"], told["Message"]))
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            return list(self._notices)

    def _receive(self) -> list[dict]:
        return self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages", [])

    def of(self, incident: str) -> list[Notice]:
        """The notices of one incident."""
        return [notice for notice in self.all() if f"Incident   {incident}\n" in notice.body]
