"""An account's CloudTrail as it is on a working day: most of it reads and service events of programs, a few changes by
pipelines and people, and now and then an attack. The seed is fixed, so that every run judges the same file.

The calls, their shares and their sizes are drawn from a table of what programs, services and people do; changes come
from the recorded ordinary events of the fixtures, attacks from the fixtures that make a detector fire.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import uuid
from collections.abc import Iterator
from pathlib import Path

import fixtures

SEED = 20260504
RECORDS = 320_000

# Of a thousand records.
CHANGES = 29
ATTACKS = 1

PRINCIPALS = 400
ACCOUNTS = [f"{number:012}" for number in range(111_122_220_000, 111_122_220_012)]
REGIONS = ["us-east-1"] * 5 + ["eu-west-1"] * 4 + ["us-west-2"] * 2 + ["eu-central-1"]

# How large an unpacked object of the trail is.
OBJECT = 5_000_000

PROGRAM_AGENTS = [
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10.223-212.873.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.4 "
    "md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 cfg/retry-mode#legacy Botocore/1.34.131",
    "aws-sdk-java/2.25.60 Linux/6.1.97-104.177.amzn2023.x86_64 OpenJDK_64-Bit_Server_VM/21.0.4+7-LTS Java/21.0.4 "
    "kotlin/1.9.24 vendor/Amazon.com_Inc. io/async http/NettyNioAsync cfg/retry-mode/standard",
    "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#arm64 api/{service}#1.47.2 m/E,g",
    "aws-sdk-js/3.614.0 ua/2.1 os/linux#5.10.219-229.866.amzn2.x86_64 lang/js md/nodejs#20.14.0 api/{service}#3.614.0",
    "aws-sdk-rust/1.3.2 os/linux lang/rust/1.80.0 api/{service}/1.38.0",
    "kubelet/v1.30.2 (linux/amd64) aws-sdk-go/1.54.6 (go1.22.4; linux; amd64) EKS-node",
]
PEOPLE_AGENTS = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/macos#23.5.0 md/arch#arm64 lang/python#3.11.9 md/pyimpl#CPython "
    "cfg/retry-mode#standard md/installer#source md/prompt#off md/command#{service}",
]
PIPELINE_AGENTS = [
    "APN/1.0 HashiCorp/1.0 Terraform/1.8.5 (+https://www.terraform.io) terraform-provider-aws/5.57.0 "
    "(+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.30.1 os/linux lang/go#1.22.4 api/{service}#1.54.1",
]

# Who makes a call.
SERVICE, PROGRAM, PERSON, PIPELINE, LINKED = "service", "program", "person", "pipeline", "linked"

# Per thousand reads and service events: who, service, name, read only, request, response. Texts in angle brackets are
# filled anew for each record.
CALLS = [
    (95, SERVICE, "sts", "AssumeRole", True, "assume", "credentials"),
    (52, PROGRAM, "sts", "AssumeRole", True, "assume", "credentials"),
    (60, PROGRAM, "sts", "AssumeRoleWithWebIdentity", True, "web", "credentials"),
    (98, PROGRAM, "kms", "Decrypt", True, "decrypt", None),
    (40, LINKED, "kms", "Decrypt", True, "decrypt", None),
    (52, PROGRAM, "kms", "GenerateDataKey", True, "data-key", None),
    (22, PROGRAM, "secretsmanager", "GetSecretValue", True, "secret", None),
    (30, PROGRAM, "ssm", "GetParameter", True, "parameter", None),
    (18, PROGRAM, "ssm", "GetParametersByPath", True, "parameters", None),
    (14, PROGRAM, "sts", "GetCallerIdentity", True, None, None),
    (46, PROGRAM, "s3", "GetObject", True, "object", None),
    (20, PROGRAM, "s3", "HeadObject", True, "object", None),
    (26, PROGRAM, "s3", "PutObject", False, "object", "stored"),
    (12, PROGRAM, "s3", "ListObjects", True, "bucket", None),
    (16, PROGRAM, "dynamodb", "DescribeTable", True, "table", None),
    (18, PROGRAM, "logs", "CreateLogStream", False, "log-stream", None),
    (14, PROGRAM, "logs", "DescribeLogStreams", True, "log-group", None),
    (11, PROGRAM, "lambda", "Invoke", False, "function", None),
    (12, PROGRAM, "ecr", "GetAuthorizationToken", True, None, None),
    (16, PROGRAM, "ecr", "BatchGetImage", True, "image", None),
    (10, PROGRAM, "ecr", "GetDownloadUrlForLayer", True, "image", None),
    (16, PROGRAM, "ec2", "DescribeInstances", True, "filters", None),
    (10, PROGRAM, "ec2", "DescribeTags", True, "filters", None),
    (10, PROGRAM, "ec2", "DescribeNetworkInterfaces", True, "filters", None),
    (10, PROGRAM, "autoscaling", "DescribeAutoScalingGroups", True, "names", None),
    (8, PROGRAM, "elasticloadbalancing", "DescribeTargetHealth", True, "target", None),
    (12, PROGRAM, "monitoring", "GetMetricData", True, "metrics", None),
    (20, PROGRAM, "ssm", "UpdateInstanceInformation", False, "agent", None),
    (8, PROGRAM, "ssm", "ListInstanceAssociations", True, "agent", None),
    (6, PROGRAM, "bedrock", "InvokeModel", True, "model", None),
    (9, LINKED, "ec2", "DescribeInstances", True, "filters", None),
    (8, LINKED, "ec2", "DescribeVolumes", True, "filters", None),
    (8, LINKED, "ec2", "DescribeSecurityGroups", True, "filters", None),
    (8, LINKED, "ec2", "DescribeSnapshots", True, "filters", None),
    (14, LINKED, "s3", "GetBucketAcl", True, "bucket", None),
    (8, LINKED, "s3", "GetBucketPolicy", True, "bucket", None),
    (8, LINKED, "s3", "GetBucketEncryption", True, "bucket", None),
    (5, LINKED, "s3", "GetBucketTagging", True, "bucket", None),
    (5, LINKED, "rds", "DescribeDBInstances", True, "database", None),
    (6, LINKED, "iam", "GetRolePolicy", True, "role-policy", None),
    (6, LINKED, "iam", "ListAttachedRolePolicies", True, "role", None),
    (5, LINKED, "lambda", "ListFunctions20150331", True, None, None),
    (5, LINKED, "config", "PutEvaluations", False, "evaluations", None),
    (12, PERSON, "ec2", "DescribeInstances", True, "filters", None),
    (6, PERSON, "cloudformation", "DescribeStacks", True, "stack", None),
    (6, PERSON, "logs", "FilterLogEvents", True, "log-group", None),
    (5, PERSON, "monitoring", "DescribeAlarms", True, "names", None),
    (4, PERSON, "s3", "ListBuckets", True, None, None),
    (4, PERSON, "health", "DescribeEventAggregates", True, None, None),
    (4, PERSON, "notifications", "ListNotificationEvents", True, None, None),
    (3, PERSON, "iam", "ListRoles", True, None, None),
    (6, PIPELINE, "iam", "GetRole", True, "role", None),
    (6, PIPELINE, "ec2", "DescribeVpcs", True, "filters", None),
    (4, PIPELINE, "s3", "GetBucketVersioning", True, "bucket", None),
    (4, PIPELINE, "route53", "ListResourceRecordSets", True, "zone", None),
    (14, SERVICE, "kms", "Decrypt", True, "decrypt", None),
    (10, SERVICE, "kms", "GenerateDataKey", True, "data-key", None),
    (10, SERVICE, "logs", "CreateLogStream", False, "log-stream", None),
    (8, SERVICE, "s3", "GetBucketAcl", True, "bucket", None),
    (6, SERVICE, "s3", "PutObject", False, "object", "stored"),
]


def make(folder: Path, records: int = RECORDS) -> tuple[Path, Path]:
    """The file as JSON lines, and a folder of the same records as objects of a trail. Their names say what is in them,
    so that what is there is the same."""
    source = hashlib.sha256(Path(__file__).read_bytes() + b"".join(_templates_bytes())).hexdigest()[:8]
    plain = folder / f"realistic-{records}-{source}.jsonl"
    objects = folder / f"realistic-{records}-{source}.objects"
    if not plain.exists():
        unfinished = plain.with_suffix(".part")
        with unfinished.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines(records))
        unfinished.rename(plain)
    if not objects.exists():
        unfinished = objects.with_suffix(".part")
        unfinished.mkdir(exist_ok=True)
        for number, content in enumerate(_objects(plain)):
            (unfinished / f"{number:05}.json.gz").write_bytes(content)
        unfinished.rename(objects)
    return plain, objects


def lines(records: int, attacks: int = ATTACKS) -> Iterator[str]:
    """The records, each as JSON on one line, in the order of their times. `attacks` of a thousand are attacks."""
    choice = random.Random(SEED)
    world = _World(choice)
    changes, deeds = _changes(), _attacks()
    calls = choice.choices(CALLS, weights=[call[0] for call in CALLS], k=records)
    for number, call in enumerate(calls):
        kind = choice.randrange(1000)
        when = _time(number, records)
        if kind < attacks:
            record = _moved(choice.choice(deeds), choice, when)
        elif kind < attacks + CHANGES:
            record = _moved(choice.choice(changes), choice, when)
        else:
            record = world.record(call, when)
        yield json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def _objects(plain: Path) -> Iterator[bytes]:
    """The lines as objects of a trail, packed as it packs them."""
    with plain.open("rb") as file:
        lines, size = [], 0
        for line in file:
            lines.append(line.rstrip(b"\n"))
            size += len(line)
            if size >= OBJECT:
                yield _packed(lines)
                lines, size = [], 0
        if lines:
            yield _packed(lines)


def _packed(lines: list[bytes]) -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6, mtime=0) as file:
        file.write(b'{"Records":[' + b",".join(lines) + b"]}")
    return packed.getvalue()


def _time(number: int, records: int) -> str:
    """A day from its beginning to its end."""
    second = number * 86_400 // records
    return f"2026-05-04T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z"


class _World:
    """Principals, and what there is for them to call."""

    def __init__(self, choice: random.Random) -> None:
        self.choice = choice
        shares = [(SERVICE, 40), (PROGRAM, 250), (PERSON, 50), (PIPELINE, 20), (LINKED, 40)]
        self.principals = {
            kind: [self._principal(kind, number) for number in range(count * PRINCIPALS // 400)] for kind, count in shares
        }
        # A few programs make most of the calls.
        self.weights = {kind: [1 / (rank + 3) for rank in range(len(all))] for kind, all in self.principals.items()}

    def _hex(self, digits: int) -> str:
        return f"{self.choice.getrandbits(4 * digits):0{digits}x}"

    def _key(self, prefix: str) -> str:
        return prefix + "".join(self.choice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))

    def _principal(self, kind: str, number: int) -> dict:
        choice = self.choice
        account, region = choice.choice(ACCOUNTS), choice.choice(REGIONS)
        services = ["ec2", "lambda", "ecs-tasks", "states", "events", "config", "cloudtrail", "delivery.logs", "backup"]
        made = {"account": account, "region": region, "agents": PROGRAM_AGENTS, "ip": f"10.{number % 200}.{number // 7}.17"}
        if kind == SERVICE:
            service = f"{choice.choice(services)}.amazonaws.com"
            return made | {"identity": {"type": "AWSService", "invokedBy": service}, "ip": service, "agents": [service]}
        role_id = self._key("AROA")
        if kind == LINKED:
            service = choice.choice(["config", "securityhub", "guardduty", "trustedadvisor", "access-analyzer"])
            name = f"AWSServiceRoleFor{service.title().replace('-', '')}"
            path, session, address = f"aws-service-role/{service}.amazonaws.com/", service, f"{service}.amazonaws.com"
            made |= {"ip": address, "agents": [address], "invoked": address}
        elif kind == PERSON:
            name = f"AWSReservedSSO_{choice.choice(['PowerUser', 'ReadOnly', 'Billing', 'DevOps'])}_{self._hex(16)}"
            path, session = f"aws-reserved/sso.amazonaws.com/{region}/", f"person.{number}@example.com"
            made |= {"ip": f"198.51.100.{number + 10}", "agents": PEOPLE_AGENTS}
        elif kind == PIPELINE:
            name, path, session = f"pipeline-deploy-{number}", "ci/", f"run-{self._hex(8)}"
            made |= {"ip": f"203.0.113.{number + 5}", "agents": PIPELINE_AGENTS}
        else:
            name, path = f"{choice.choice(['orders', 'billing', 'search', 'media', 'login', 'ledger'])}-service-{number}", ""
            session = choice.choice([f"i-0{self._hex(16)}", f"{name}-worker", self._hex(32)])
        identity = {
            "type": "AssumedRole",
            "principalId": f"{role_id}:{session}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "accountId": account,
            "accessKeyId": self._key("ASIA"),
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role_id,
                    "arn": f"arn:aws:iam::{account}:role/{path}{name}",
                    "accountId": account,
                    "userName": name,
                },
                "attributes": {"creationDate": "2026-05-04T00:00:00Z", "mfaAuthenticated": "false"},
            },
        }
        if session.startswith("i-0"):
            identity["sessionContext"]["ec2RoleDelivery"] = "2.0"
        if "invoked" in made:
            identity["invokedBy"] = made["invoked"]
        return made | {"identity": identity}

    def record(self, call: tuple, when: str) -> dict:
        """A record of this call."""
        _, kind, service, name, read_only, request, response = call
        choice = self.choice
        who = choice.choices(self.principals[kind], weights=self.weights[kind])[0]
        account, region = who["account"], who["region"]
        data = (service, name) in _DATA
        record = {
            "eventVersion": "1.11",
            "userIdentity": who["identity"],
            "eventTime": when,
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": region,
            "sourceIPAddress": who["ip"],
            "userAgent": who["agents"][hash_of(who["ip"]) % len(who["agents"])].replace("{service}", service),
        }
        if read_only and choice.randrange(100) < 3:
            record["errorCode"] = "AccessDenied" if choice.randrange(3) else "ResourceNotFoundException"
            record["errorMessage"] = (
                f"User: {who['identity'].get('arn', who['ip'])} is not authorized to perform: {service}:{name} because no "
                "identity-based policy allows the action"
            )
        record["requestParameters"] = self._request(request, account, region)
        record["responseElements"] = None if "errorCode" in record else self._response(response, account)
        if service == "s3":
            record["additionalEventData"] = {
                "SignatureVersion": "SigV4",
                "CipherSuite": "TLS_AES_128_GCM_SHA256",
                "bytesTransferredIn": 0,
                "AuthenticationMethod": "AuthHeader",
                "x-amz-id-2": self._hex(76),
                "bytesTransferredOut": choice.randrange(1_000_000),
            }
        record |= {"requestID": self._uuid(), "eventID": self._uuid(), "readOnly": read_only}
        resources = self._resources(service, request, account, region)
        if resources:
            record["resources"] = resources
        record |= {
            "eventType": "AwsApiCall",
            "managementEvent": not data,
            "recipientAccountId": account,
            "eventCategory": "Data" if data else "Management",
        }
        if kind != SERVICE and kind != LINKED:
            record["tlsDetails"] = {
                "tlsVersion": "TLSv1.3",
                "cipherSuite": "TLS_AES_128_GCM_SHA256",
                "clientProvidedHostHeader": f"{service}.{region}.amazonaws.com",
            }
        else:
            record["sharedEventID"] = self._uuid()
        if kind == PROGRAM and not hash_of(who["ip"]) % 2:
            record |= {"vpcEndpointId": f"vpce-0{hash_of(who['ip']):016x}", "vpcEndpointAccountId": account}
        if kind == PERSON and who["agents"][hash_of(who["ip"]) % 2].startswith("Mozilla"):
            record["sessionCredentialFromConsole"] = "true"
        return record

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self.choice.getrandbits(128)))

    def _request(self, kind: str | None, account: str, region: str) -> dict | None:
        choice, hexed = self.choice, self._hex
        number = choice.randrange(40)
        if kind is None:
            return None
        if kind == "assume":
            return {
                "roleArn": f"arn:aws:iam::{account}:role/orders-service-{number}",
                "roleSessionName": f"session-{hexed(12)}",
                "durationSeconds": 3600,
            }
        if kind == "web":
            return {
                "roleArn": f"arn:aws:iam::{account}:role/irsa-search-{number}",
                "roleSessionName": f"aws-sdk-java-{choice.getrandbits(40)}",
            }
        if kind == "decrypt":
            return {
                "encryptionContext": {
                    "aws:lambda:FunctionArn": f"arn:aws:lambda:{region}:{account}:function:orders-{number}",
                    "PARAMETER_ARN": f"arn:aws:ssm:{region}:{account}:parameter/orders/{number}/database/password",
                },
                "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
            }
        if kind == "data-key":
            return {
                "keyId": f"arn:aws:kms:{region}:{account}:key/{self._uuid()}",
                "encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::data-lake-{account}/tables/orders/{number}"},
                "keySpec": "AES_256",
            }
        if kind == "secret":
            return {"secretId": f"arn:aws:secretsmanager:{region}:{account}:secret:orders/{number}/database-{hexed(6)}"}
        if kind == "parameter":
            return {"name": f"/orders/{number}/feature-flags", "withDecryption": bool(choice.randrange(2))}
        if kind == "parameters":
            return {"path": f"/orders/{number}/", "recursive": True, "withDecryption": True, "maxResults": 10}
        if kind in ("object", "bucket"):
            bucket = f"data-lake-{account}-{number}"
            request = {"bucketName": bucket, "Host": f"{bucket}.s3.{region}.amazonaws.com"}
            if kind == "object":
                request["key"] = f"tables/orders/year=2026/month=05/day=04/part-{hexed(32)}.snappy.parquet"
                if not choice.randrange(3):
                    request |= {"x-amz-server-side-encryption": "aws:kms", "x-amz-acl": "private"}
            else:
                request["acl"] = ""
            return request
        if kind == "filters":
            items = [
                {"name": name, "valueSet": {"items": [{"value": f"vpc-0{hexed(16)}"} for _ in range(choice.randrange(1, 5))]}}
                for name in ("vpc-id", "tag:Name", "instance-state-name")[: choice.randrange(1, 4)]
            ]
            ids = [{"instanceId": f"i-0{hexed(16)}"} for _ in range(choice.choice([0, 1, 1, 2, 8, 40]))]
            return {"maxResults": 1000, "instancesSet": {"items": ids} if ids else {}, "filterSet": {"items": items}}
        if kind == "names":
            return {"autoScalingGroupNames": [f"eks-nodes-{hexed(12)}-{n}" for n in range(choice.choice([1, 2, 3, 30]))]}
        if kind == "target":
            arn = f"arn:aws:elasticloadbalancing:{region}:{account}:targetgroup/orders-{number}/{hexed(16)}"
            return {"targetGroupArn": arn}
        if kind == "metrics":
            queries = [
                {
                    "id": f"m{n}",
                    "metricStat": {
                        "metric": {
                            "namespace": "AWS/ApplicationELB",
                            "metricName": "RequestCount",
                            "dimensions": [{"name": "LoadBalancer", "value": f"app/orders-{n}/{hexed(16)}"}],
                        },
                        "period": 300,
                        "stat": "Sum",
                    },
                    "returnData": True,
                }
                for n in range(choice.choice([1, 3, 10, 60]))
            ]
            return {"startTime": "May 4, 2026 9:00:00 AM", "endTime": "May 4, 2026 10:00:00 AM", "metricDataQueries": queries}
        if kind == "agent":
            return {
                "instanceId": f"i-0{hexed(16)}",
                "agentVersion": "3.3.551.0",
                "agentStatus": "Active",
                "platformType": "Linux",
                "platformName": "Amazon Linux",
                "platformVersion": "2023",
                "iPAddress": f"10.0.{number}.12",
                "computerName": f"ip-10-0-{number}-12.{region}.compute.internal",
            }
        if kind == "evaluations":
            return {
                "evaluations": [
                    {
                        "complianceResourceType": "AWS::EC2::Instance",
                        "complianceResourceId": f"i-0{hexed(16)}",
                        "complianceType": "COMPLIANT",
                        "annotation": "The instance has the tags \"owner\" and \"cost-center\".",
                        "orderingTimestamp": "May 4, 2026 10:00:00 AM",
                    }
                    for _ in range(choice.choice([1, 5, 40]))
                ],
                "resultToken": hexed(400),
                "testMode": False,
            }
        names = {
            "table": "tableName",
            "function": "functionName",
            "database": "dBInstanceIdentifier",
            "role": "roleName",
            "stack": "stackName",
            "zone": "hostedZoneId",
            "model": "modelId",
        }
        if kind == "role-policy":
            return {"roleName": f"orders-service-{number}", "policyName": "read-tables"}
        if kind == "image":
            return {
                "registryId": account,
                "repositoryName": f"orders/service-{number}",
                "imageIds": [{"imageDigest": f"sha256:{hexed(64)}"}],
                "acceptedMediaTypes": [
                    "application/vnd.docker.distribution.manifest.v2+json",
                    "application/vnd.oci.image.manifest.v1+json",
                ],
            }
        if kind == "log-stream":
            return {
                "logGroupName": f"/aws/lambda/orders-{number}",
                "logStreamName": f"2026/05/04/[$LATEST]{hexed(32)}",
            }
        if kind == "log-group":
            return {"logGroupName": f"/aws/lambda/orders-{number}", "limit": 50, "descending": True}
        return {names[kind]: f"orders-{number}"}

    def _response(self, kind: str | None, account: str) -> dict | None:
        if kind == "credentials":
            role = f"orders-service-{self.choice.randrange(40)}"
            session = f"session-{self._hex(12)}"
            return {
                "credentials": {
                    "accessKeyId": self._key("ASIA"),
                    "sessionToken": self._hex(360),
                    "expiration": "May 4, 2026, 11:00:00 AM",
                },
                "assumedRoleUser": {
                    "assumedRoleId": f"{self._key('AROA')}:{session}",
                    "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session}",
                },
            }
        if kind == "stored":
            return {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-bucket-key-enabled": "true"}
        return None

    def _resources(self, service: str, request: str | None, account: str, region: str) -> list | None:
        if service == "kms":
            arn = f"arn:aws:kms:{region}:{account}:key/{self._uuid()}"
            return [{"accountId": account, "type": "AWS::KMS::Key", "ARN": arn}]
        if request == "object":
            bucket = f"arn:aws:s3:::data-lake-{account}-{self.choice.randrange(40)}"
            return [
                {"type": "AWS::S3::Object", "ARN": f"{bucket}/tables/orders/{self._hex(32)}"},
                {"accountId": account, "type": "AWS::S3::Bucket", "ARN": bucket},
            ]
        if service == "sts" and request:
            return [{"accountId": account, "type": "AWS::IAM::Role", "ARN": f"arn:aws:iam::{account}:role/orders"}]
        return None


_DATA = {("s3", "GetObject"), ("s3", "HeadObject"), ("s3", "PutObject"), ("s3", "ListObjects"), ("lambda", "Invoke")}


def hash_of(text: str) -> int:
    """The same in every run, as `hash` is not."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _moved(record: dict, choice: random.Random, when: str) -> dict:
    """A fixture's record at this time, with an id of its own."""
    return record | {"eventTime": when, "eventID": str(uuid.UUID(int=choice.getrandbits(128)))}


def _changes() -> list[dict]:
    records = []
    for path in sorted(fixtures.ORDINARY.glob("*.jsonl")):
        records += [json.loads(line) for line in path.read_text().splitlines()]
    return [r for r in records if r.get("readOnly") is False and r.get("eventSource") and "errorCode" not in r]


def _attacks() -> list[dict]:
    records = []
    for path in fixtures.firing():
        record = json.loads(path.read_text())
        record = record.get("detail", record) if isinstance(record, dict) else {}
        if "eventName" in record and "eventSource" in record:
            records.append(record)
    return records


def _templates_bytes() -> Iterator[bytes]:
    for path in sorted(fixtures.ORDINARY.glob("*.jsonl")) + fixtures.firing():
        yield path.read_bytes()
