"""Disks, their snapshots and whom they are shared with; and databases."""

from __future__ import annotations

from audit_cases import OTHER, Account


def make(account: Account) -> None:
    _disks(account)
    _databases(account)


def _disks(account: Account) -> None:
    ec2 = account.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=False)["VolumeId"]
    account.bad(volume, "a disk in the clear", "ec2-volume-not-encrypted")
    sealed = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1, Encrypted=True)["VolumeId"]
    account.good(sealed, "an encrypted disk", "ec2-volume-not-encrypted")
    for case, permission, public in (
        ("shared with everyone", {"CreateVolumePermission": {"Add": [{"Group": "all"}]}}, True),
        ("shared with an account", {"CreateVolumePermission": {"Add": [{"UserId": OTHER}]}}, False),
        ("not shared", None, False),
    ):
        snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        if permission:
            ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", **permission)
            shared = permission["CreateVolumePermission"]["Add"]
            account.forgotten[snapshot] = ("DescribeSnapshotAttribute", "CreateVolumePermissions", shared)
        account.says(snapshot, case, public, "ec2-snapshot-public")
    for name, tokens, bad in (("v1", "optional", True), ("v2", "required", False)):
        options = {"HttpTokens": tokens, "HttpEndpoint": "enabled"}
        made = ec2.run_instances(
            ImageId="ami-12345678", MinCount=1, MaxCount=1, InstanceType="t3.micro", MetadataOptions=options
        )["Instances"][0]["InstanceId"]
        account.forgotten[made] = ("DescribeInstances", "MetadataOptions", options)
        account.says(made, f"metadata of version {name}", bad, "ec2-instance-imdsv1-allowed")


def _databases(account: Account) -> None:
    rds = account.client("rds")
    common = {"Engine": "mysql", "DBInstanceClass": "db.t3.micro", "AllocatedStorage": 20, "MasterUserPassword": "not-a-real-one-7"}
    loose = {"PubliclyAccessible": True, "StorageEncrypted": False, "BackupRetentionPeriod": 0, "MasterUsername": "admin",
             "DeletionProtection": False, "MultiAZ": False, "AutoMinorVersionUpgrade": False, "CopyTagsToSnapshot": False}
    kept = {"PubliclyAccessible": False, "StorageEncrypted": True, "BackupRetentionPeriod": 14, "MasterUsername": "chief7",
            "DeletionProtection": True, "MultiAZ": True, "AutoMinorVersionUpgrade": True, "CopyTagsToSnapshot": True, "Port": 3390}
    checks = ("public", "not-encrypted", "backups-off", "default-admin", "deletion-unprotected", "single-zone",
              "minor-upgrades-off", "tags-not-copied")
    for name, settings, bad in (("loose", loose, True), ("kept", kept, False)):
        rds.create_db_instance(DBInstanceIdentifier=name, **common, **settings)
        account.says(name, f"a {name} database", bad, *(f"rds-instance-{check}" for check in checks))
