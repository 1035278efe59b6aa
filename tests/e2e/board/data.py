"""Data made public, shared, deleted or locked."""

from __future__ import annotations

import json

import trace
from board.table import OUTSIDE, OUTSIDER, Attack, Make, Thing, World, absent, allow, name, policy


def a_bucket(w: World) -> Thing:
    bucket = name("bucket")
    s3 = w.owner("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=BLOCKED)
    return {"bucket": bucket}


BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def an_open_bucket(w: World) -> Thing:
    """A bucket without a block, with a policy of its own."""
    bucket = name("bucket")
    s3 = w.owner("s3")
    s3.create_bucket(Bucket=bucket, ObjectOwnership="ObjectWriter")
    absent(lambda: s3.delete_public_access_block(Bucket=bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(own_statement(bucket)))
    s3.put_object(Bucket=bucket, Key="report", Body=b"figures")
    return {"bucket": bucket}


def own_statement(bucket: str) -> dict:
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    return allow("s3:GetObject", root, f"arn:aws:s3:::{bucket}/*", Sid="Own")


def bucket_policy(w: World, thing: Thing) -> object:
    return absent(lambda: json.loads(w.owner("s3").get_bucket_policy(Bucket=thing["bucket"])["Policy"]))


def put_bucket_policy(*principals: object, **more) -> Make:
    def make(w: World, thing: Thing) -> None:
        bucket = thing["bucket"]
        added = [allow("s3:GetObject", who, f"arn:aws:s3:::{bucket}/*", **more) for who in principals]
        text = policy(own_statement(bucket), *added)
        shown = trace.s3_shown(bucket, "policy", bucketPolicy=json.loads(text))
        w.call("s3", "PutBucketPolicy", shown, Bucket=bucket, Policy=text)

    return make


def access_block(w: World, thing: Thing) -> object:
    read = w.owner("s3").get_public_access_block
    return absent(lambda: read(Bucket=thing["bucket"])["PublicAccessBlockConfiguration"])


def drop_block(w: World, thing: Thing) -> None:
    shown = trace.s3_shown(thing["bucket"], "publicAccessBlock")
    w.call("s3", "DeletePublicAccessBlock", shown, Bucket=thing["bucket"])


XMLNS = {"xmlns": "http://s3.amazonaws.com/doc/2006-03-01/"}


def put_block(**flags) -> Make:
    def make(w: World, thing: Thing) -> None:
        block = BLOCKED | flags
        shown = trace.s3_shown(thing["bucket"], "publicAccessBlock", PublicAccessBlockConfiguration=XMLNS | block)
        w.call("s3", "PutPublicAccessBlock", shown, Bucket=thing["bucket"], PublicAccessBlockConfiguration=block)

    return make


def bucket_acl(w: World, thing: Thing) -> object:
    grants = w.owner("s3").get_bucket_acl(Bucket=thing["bucket"])["Grants"]
    return sorted(json.dumps(grant, sort_keys=True) for grant in grants)


def object_acl(w: World, thing: Thing) -> object:
    grants = w.owner("s3").get_object_acl(Bucket=thing["bucket"], Key="report")["Grants"]
    return sorted(json.dumps(grant, sort_keys=True) for grant in grants)


def set_acl(canned: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        shown = trace.s3_shown(thing["bucket"], "acl") | {"x-amz-acl": canned}
        w.call("s3", "PutBucketAcl", shown, Bucket=thing["bucket"], ACL=canned)

    return make


def grant_acl(uri: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        acl = w.owner("s3").get_bucket_acl(Bucket=thing["bucket"])
        grantee = {"Type": "Group", "URI": uri}
        granted = {"Grants": [*acl["Grants"], {"Grantee": grantee, "Permission": "READ"}], "Owner": acl["Owner"]}
        xsi = {"xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:type": "Group", "URI": uri}
        body = {
            "AccessControlList": {"Grant": {"Grantee": xsi, "Permission": "READ"}},
            "Owner": {"ID": acl["Owner"]["ID"]},
        }
        shown = trace.s3_shown(thing["bucket"], "acl", AccessControlPolicy=XMLNS | body)
        w.call("s3", "PutBucketAcl", shown, Bucket=thing["bucket"], AccessControlPolicy=granted)

    return make


def set_object_acl(canned: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        shown = trace.s3_shown(thing["bucket"], "acl", key="report") | {"x-amz-acl": canned}
        w.call("s3", "PutObjectAcl", shown, Bucket=thing["bucket"], Key="report", ACL=canned)

    return make


def a_versioned_bucket(w: World) -> Thing:
    thing = a_bucket(w)
    enabled = {"Status": "Enabled"}
    w.owner("s3").put_bucket_versioning(Bucket=thing["bucket"], VersioningConfiguration=enabled)
    return thing


def versioning(w: World, thing: Thing) -> object:
    return w.owner("s3").get_bucket_versioning(Bucket=thing["bucket"]).get("Status")


def set_versioning(status: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        shown = trace.s3_shown(thing["bucket"], "versioning", VersioningConfiguration=XMLNS | {"Status": status})
        w.call("s3", "PutBucketVersioning", shown, Bucket=thing["bucket"], VersioningConfiguration={"Status": status})

    return make


def lifecycle(w: World, thing: Thing) -> object:
    rules = absent(lambda: w.owner("s3").get_bucket_lifecycle_configuration(Bucket=thing["bucket"])["Rules"])
    return sorted(json.dumps(rule, sort_keys=True) for rule in rules or [])


def expire(days: int, prefix: str = "") -> Make:
    def make(w: World, thing: Thing) -> None:
        rule = {"ID": "expire", "Status": "Enabled", "Filter": {"Prefix": prefix}, "Expiration": {"Days": days}}
        shown = trace.s3_shown(thing["bucket"], "lifecycle", LifecycleConfiguration=XMLNS | {"Rule": rule})
        w.call(
            "s3",
            "PutBucketLifecycleConfiguration",
            shown,
            Bucket=thing["bucket"],
            LifecycleConfiguration={"Rules": [rule]},
        )

    return make


def rule_disabled(_before, _attacked, after) -> bool:
    return len(after) == 1 and '"Status": "Disabled"' in after[0]


def replication(w: World, thing: Thing) -> object:
    read = w.owner("s3").get_bucket_replication
    told = absent(lambda: read(Bucket=thing["bucket"])["ReplicationConfiguration"])
    return [json.dumps(rule, sort_keys=True) for rule in (told or {}).get("Rules", [])]


def replicate(owner: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.owner("s3").create_bucket(Bucket=(copy := name("copy")))
        w.owner("s3").put_bucket_versioning(Bucket=copy, VersioningConfiguration={"Status": "Enabled"})
        destination = {"Bucket": f"arn:aws:s3:::{copy}", "Account": owner}
        rule = {
            "ID": "copy",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": destination,
        }
        role = "arn:aws:iam::123456789012:role/s3-replication"
        body = {"Role": role, "Rule": rule}
        shown = trace.s3_shown(thing["bucket"], "replication", ReplicationConfiguration=XMLNS | body)
        configuration = {"Role": role, "Rules": [rule]}
        w.call("s3", "PutBucketReplication", shown, Bucket=thing["bucket"], ReplicationConfiguration=configuration)

    return make


def a_key(w: World) -> Thing:
    key = w.owner("kms").create_key(Description="data")["KeyMetadata"]
    return {"key": key["KeyId"], "arn": key["Arn"]}


def key_policy(w: World, thing: Thing) -> object:
    return json.loads(w.owner("kms").get_key_policy(KeyId=thing["key"], PolicyName="default")["Policy"])


def put_key_policy(*principals: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        document = key_policy(w, thing)
        own = document["Statement"]
        added = [allow("kms:Decrypt", who, "*") for who in principals]
        text = json.dumps(document | {"Statement": [*own, *added]})
        w.call("kms", "PutKeyPolicy", KeyId=thing["key"], PolicyName="default", Policy=text)

    return make


def key_state(w: World, thing: Thing) -> object:
    told = w.owner("kms").describe_key(KeyId=thing["key"])["KeyMetadata"]
    return {"state": told["KeyState"], "enabled": told["Enabled"]}


def usable(_before, _attacked, after) -> bool:
    return after["enabled"]


def delete_key(w: World, thing: Thing) -> None:
    w.call("kms", "ScheduleKeyDeletion", KeyId=thing["key"], PendingWindowInDays=7)


def disable_key(w: World, thing: Thing) -> None:
    w.call("kms", "DisableKey", KeyId=thing["key"])


def rotate_key(w: World, thing: Thing) -> None:
    w.call("kms", "EnableKeyRotation", KeyId=thing["key"])


def grants(w: World, thing: Thing) -> object:
    return [grant["GranteePrincipal"] for grant in w.owner("kms").list_grants(KeyId=thing["key"])["Grants"]]


def grant(who: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("kms", "CreateGrant", KeyId=thing["key"], GranteePrincipal=who, Operations=["Decrypt"])

    return make


def a_secret(w: World) -> Thing:
    made = w.owner("secretsmanager").create_secret(Name=name("secret"), SecretString="open sesame")
    return {"secret": made["Name"], "arn": made["ARN"]}


def secret_policy(w: World, thing: Thing) -> object:
    text = w.owner("secretsmanager").get_resource_policy(SecretId=thing["secret"]).get("ResourcePolicy")
    return json.loads(text) if text else None


def put_secret_policy(who: object, by: str = "secret") -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow("secretsmanager:GetSecretValue", who, "*"))
        w.call("secretsmanager", "PutResourcePolicy", SecretId=thing[by], ResourcePolicy=text)

    return make


def secret_state(w: World, thing: Thing) -> object:
    return "DeletedDate" in w.owner("secretsmanager").describe_secret(SecretId=thing["secret"])


def delete_secret(**more) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call("secretsmanager", "DeleteSecret", SecretId=thing["arn"], **more)

    return make


def tag_secret(w: World, thing: Thing) -> None:
    w.call("secretsmanager", "TagResource", SecretId=thing["secret"], Tags=[{"Key": "team", "Value": "a"}])


def a_queue(w: World) -> Thing:
    url = w.owner("sqs").create_queue(QueueName=name("queue"))["QueueUrl"]
    told = w.owner("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return {"queue": url, "arn": told["Attributes"]["QueueArn"]}


def queue_policy(w: World, thing: Thing) -> object:
    told = w.owner("sqs").get_queue_attributes(QueueUrl=thing["queue"], AttributeNames=["Policy"])
    text = told.get("Attributes", {}).get("Policy")
    return json.loads(text) if text else None


def put_queue_policy(who: object, **more) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow("sqs:SendMessage", who, thing["arn"], **more))
        w.call("sqs", "SetQueueAttributes", QueueUrl=thing["queue"], Attributes={"Policy": text})

    return make


def queue_permission(accounts: list[str]) -> Make:
    def make(w: World, thing: Thing) -> None:
        w.call(
            "sqs",
            "AddPermission",
            QueueUrl=thing["queue"],
            Label="more",
            AWSAccountIds=accounts,
            Actions=["ReceiveMessage"],
        )

    return make


def a_topic(w: World) -> Thing:
    return {"topic": w.owner("sns").create_topic(Name=name("topic"))["TopicArn"]}


def topic_policy(w: World, thing: Thing) -> object:
    text = w.owner("sns").get_topic_attributes(TopicArn=thing["topic"])["Attributes"].get("Policy")
    return json.loads(text) if text else None


def put_topic_policy(who: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        own = allow("sns:Publish", {"AWS": "arn:aws:iam::123456789012:root"}, thing["topic"], Sid="Own")
        text = policy(own, allow("sns:Subscribe", who, thing["topic"]))
        w.call("sns", "SetTopicAttributes", TopicArn=thing["topic"], AttributeName="Policy", AttributeValue=text)

    return make


def topic_of_own_alone(_before, _attacked, after) -> bool:
    return "123456789012" in json.dumps(after) and OUTSIDE not in json.dumps(after) and '"*"' not in json.dumps(after)


def a_repository(w: World) -> Thing:
    repository = name("images")
    w.owner("ecr").create_repository(repositoryName=repository)
    return {"repository": repository}


def repository_policy(w: World, thing: Thing) -> object:
    read = w.owner("ecr").get_repository_policy
    return absent(lambda: json.loads(read(repositoryName=thing["repository"])["policyText"]))


def put_repository_policy(who: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], who))
        w.call("ecr", "SetRepositoryPolicy", repositoryName=thing["repository"], policyText=text)

    return make


def a_snapshot(w: World) -> Thing:
    ec2 = w.owner("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8)["VolumeId"]
    return {"snapshot": ec2.create_snapshot(VolumeId=volume)["SnapshotId"]}


def snapshot_shared(w: World, thing: Thing) -> object:
    told = w.owner("ec2").describe_snapshot_attribute(
        SnapshotId=thing["snapshot"], Attribute="createVolumePermission"
    )
    return told.get("CreateVolumePermissions", [])


def share_snapshot(*accounts: str) -> Make:
    def make(w: World, thing: Thing) -> None:
        shown = {
            "snapshotId": thing["snapshot"],
            "createVolumePermission": {"add": trace.as_items([{"userId": one} for one in accounts])},
            "attributeType": "CREATE_VOLUME_PERMISSION",
        }
        w.call(
            "ec2",
            "ModifySnapshotAttribute",
            shown,
            SnapshotId=thing["snapshot"],
            Attribute="createVolumePermission",
            OperationType="add",
            UserIds=list(accounts),
        )

    return make


def an_image(w: World) -> Thing:
    made = w.owner("ec2").register_image(Name=name("image"), RootDeviceName="/dev/xvda", Architecture="x86_64")
    return {"image": made["ImageId"]}


def image_shared(w: World, thing: Thing) -> object:
    told = w.owner("ec2").describe_image_attribute(ImageId=thing["image"], Attribute="launchPermission")
    return told.get("LaunchPermissions", [])


def share_image(added: dict) -> Make:
    def make(w: World, thing: Thing) -> None:
        low = {key[0].lower() + key[1:]: value for key, value in added.items()}
        shown = {
            "imageId": thing["image"],
            "attributeType": "launchPermission",
            "launchPermission": {"add": trace.as_items([low])},
        }
        w.call("ec2", "ModifyImageAttribute", shown, ImageId=thing["image"], LaunchPermission={"Add": [added]})

    return make


def a_table(w: World) -> Thing:
    made = w.owner("dynamodb").create_table(
        TableName=name("orders"),
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]
    return {"table": made["TableArn"]}


def table_policy(w: World, thing: Thing) -> object:
    read = w.owner("dynamodb").get_resource_policy
    return absent(lambda: json.loads(read(ResourceArn=thing["table"])["Policy"]))


def put_table_policy(who: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow("dynamodb:GetItem", who, thing["table"]))
        w.call("dynamodb", "PutResourcePolicy", ResourceArn=thing["table"], Policy=text)

    return make


def a_file_system(w: World) -> Thing:
    return {"files": w.owner("efs").create_file_system(CreationToken=name("files"))["FileSystemId"]}


def file_system_policy(w: World, thing: Thing) -> object:
    read = w.owner("efs").describe_file_system_policy
    return absent(lambda: json.loads(read(FileSystemId=thing["files"])["Policy"]))


def put_file_system_policy(who: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow("elasticfilesystem:ClientMount", who, "*"))
        w.call("efs", "PutFileSystemPolicy", FileSystemId=thing["files"], Policy=text)

    return make


def a_stream(w: World) -> Thing:
    stream = name("clicks")
    w.owner("kinesis").create_stream(StreamName=stream, ShardCount=1)
    return {"stream": f"arn:aws:kinesis:us-east-1:123456789012:stream/{stream}"}


def stream_policy(w: World, thing: Thing) -> object:
    read = w.owner("kinesis").get_resource_policy
    text = absent(lambda: read(ResourceARN=thing["stream"]).get("Policy"))
    return json.loads(text) if text and text != "{}" else None


def put_stream_policy(who: object) -> Make:
    def make(w: World, thing: Thing) -> None:
        text = policy(allow("kinesis:GetRecords", who, thing["stream"]))
        w.call("kinesis", "PutResourcePolicy", ResourceARN=thing["stream"], Policy=text)

    return make


EVERYONE = {"AWS": "*"}
ATTACKS = [
    Attack("bucket-policy-public", an_open_bucket, put_bucket_policy("*"), bucket_policy, put_bucket_policy({"AWS": "arn:aws:iam::123456789012:role/app-server"})),
    Attack(
        "bucket-policy-account",
        an_open_bucket,
        put_bucket_policy({"AWS": OUTSIDER}),
        bucket_policy,
        put_bucket_policy({"AWS": "123456789012"}),
        technique="exfiltration.s3-backdoor-bucket-policy",
        asks=True,
    ),
    Attack(
        "bucket-policy-own-and-account",
        an_open_bucket,
        put_bucket_policy({"AWS": ["arn:aws:iam::123456789012:root", OUTSIDE]}),
        bucket_policy,
        put_bucket_policy({"Service": "cloudfront.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}),
        lambda _before, _attacked, after: OUTSIDE not in json.dumps(after) and len(after["Statement"]) == 2,
        asks=True,
    ),
    Attack("bucket-block-deleted", a_bucket, drop_block, access_block, put_block()),
    Attack("bucket-block-loosened", a_bucket, put_block(BlockPublicPolicy=False, RestrictPublicBuckets=False), access_block, put_block()),
    Attack("bucket-acl-public", an_open_bucket, set_acl("public-read"), bucket_acl, set_acl("private")),
    Attack(
        "bucket-acl-authenticated",
        an_open_bucket,
        grant_acl("http://acs.amazonaws.com/groups/global/AuthenticatedUsers"),
        bucket_acl,
        set_acl("private"),
    ),
    Attack("object-acl-public", an_open_bucket, set_object_acl("public-read"), object_acl, set_object_acl("private")),
    Attack("versioning-suspended", a_versioned_bucket, set_versioning("Suspended"), versioning, set_versioning("Enabled")),
    Attack(
        "lifecycle-deletes-all",
        a_bucket,
        expire(1),
        lifecycle,
        expire(1, "tmp/"),
        rule_disabled,
        "defense-evasion.cloudtrail-lifecycle-rule",
    ),
    Attack("replicated-outside", a_versioned_bucket, replicate(OUTSIDE), replication, replicate("123456789012"), rule_disabled),
    Attack("key-policy-public", a_key, put_key_policy("*"), key_policy, put_key_policy({"AWS": "arn:aws:iam::123456789012:role/app-server"})),
    Attack("key-policy-account", a_key, put_key_policy({"AWS": OUTSIDER}), key_policy, put_key_policy({"AWS": "123456789012"}), asks=True),
    Attack("key-deletion-scheduled", a_key, delete_key, key_state, rotate_key, usable),
    Attack("key-disabled", a_key, disable_key, key_state, rotate_key),
    Attack("key-granted-outside", a_key, grant(OUTSIDER), grants, grant("arn:aws:iam::123456789012:role/app-server"), asks=True),
    Attack("secret-policy-public", a_secret, put_secret_policy(EVERYONE), secret_policy, put_secret_policy({"AWS": "123456789012"})),
    Attack("secret-policy-account", a_secret, put_secret_policy({"AWS": OUTSIDER}, "arn"), secret_policy, put_secret_policy({"AWS": "123456789012"}), asks=True),
    Attack("secret-deleted", a_secret, delete_secret(RecoveryWindowInDays=7), secret_state, tag_secret, asks=True),
    Attack("secret-deleted-by-default", a_secret, delete_secret(), secret_state, tag_secret, asks=True),
    Attack("queue-policy-public", a_queue, put_queue_policy("*"), queue_policy, put_queue_policy({"AWS": "123456789012"})),
    Attack("queue-policy-account", a_queue, put_queue_policy({"AWS": OUTSIDE}), queue_policy, put_queue_policy({"Service": "sns.amazonaws.com"}, Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:*"}}), asks=True),
    Attack("queue-permission-account", a_queue, queue_permission([OUTSIDE]), queue_policy, queue_permission(["123456789012"]), asks=True),
    Attack("topic-policy-public", a_topic, put_topic_policy("*"), topic_policy, put_topic_policy({"AWS": "123456789012"}), topic_of_own_alone),
    Attack("topic-policy-account", a_topic, put_topic_policy({"AWS": OUTSIDER}), topic_policy, put_topic_policy({"AWS": "123456789012"}), topic_of_own_alone, asks=True),
    Attack("repository-public", a_repository, put_repository_policy("*"), repository_policy, put_repository_policy({"AWS": "123456789012"})),
    Attack("repository-account", a_repository, put_repository_policy({"AWS": OUTSIDER}), repository_policy, put_repository_policy({"AWS": "123456789012"}), asks=True),
    Attack(
        "snapshot-shared",
        a_snapshot,
        share_snapshot(OUTSIDE),
        snapshot_shared,
        share_snapshot("123456789012"),
        technique="exfiltration.ec2-share-ebs-snapshot",
    ),
    Attack(
        "image-shared",
        an_image,
        share_image({"UserId": OUTSIDE}),
        image_shared,
        share_image({"UserId": "123456789012"}),
        technique="exfiltration.ec2-share-ami",
    ),
    Attack("image-public", an_image, share_image({"Group": "all"}), image_shared, share_image({"UserId": "123456789012"})),
    *[
        Attack(f"{kind}-policy-{whom}", set_up, put(who), read, put({"AWS": "123456789012"}), asks=whom == "account")
        for kind, set_up, put, read in (
            ("table", a_table, put_table_policy, table_policy),
            ("files", a_file_system, put_file_system_policy, file_system_policy),
            ("stream", a_stream, put_stream_policy, stream_policy),
        )
        for whom, who in (("public", EVERYONE), ("account", {"AWS": OUTSIDER}))
    ],
]
