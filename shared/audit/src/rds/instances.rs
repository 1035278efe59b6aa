//! RDS: instances.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::{View, text};

pub(crate) static CHECKS: &[Check] = &[
    check("rds-instance-public", "A database instance has a public address", Critical, "rds", "db-instance")
        .cis("2.2.3", "3.2.3", "3.2.3")
        .fsbp(&["RDS.2"])
        .page(
            "The instance is not publicly accessible.",
            "A database on the internet is one leaked password, or one flaw, from being copied.",
            "aws rds modify-db-instance --no-publicly-accessible.",
            "None that we know of: reach it over a VPN.",
        )
        .detectors(&["database-public"])
        .action(ActionId::MakeDatabasePrivate)
        .each(|v| {
            v.on("DescribeDBInstances.PubliclyAccessible", "it is publicly accessible", "it is not publicly accessible")
        }),
    check("rds-instance-not-encrypted", "A database instance is not encrypted", High, "rds", "db-instance")
        .cis("2.2.1", "3.2.1", "3.2.1")
        .fsbp(&["RDS.3"])
        .page(
            "The instance's storage is encrypted.",
            "Its snapshots and storage are readable to whoever gets at them.",
            "Restore an encrypted copy of a snapshot, and move over.",
            "Databases that hold nothing of value.",
        )
        .each(|v| {
            v.off("DescribeDBInstances.StorageEncrypted", "its storage is not encrypted", "its storage is encrypted")
        }),
    check(
        "rds-instance-minor-upgrades-off",
        "A database instance does not take minor upgrades",
        High,
        "rds",
        "db-instance",
    )
    .cis("2.2.2", "3.2.2", "3.2.2")
    .fsbp(&["RDS.13"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open until somebody remembers.",
        "aws rds modify-db-instance --auto-minor-version-upgrade.",
        "Databases whose vendor approves each version.",
    )
    .each(|v| v.off("DescribeDBInstances.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")),
    check("rds-instance-single-zone", "A database instance stands in one zone", Medium, "rds", "db-instance")
        .cis("2.2.4", "3.2.4", "3.2.4")
        .fsbp(&["RDS.5"])
        .page(
            "The instance has a standby in another zone.",
            "The loss of a zone is the loss of the service.",
            "aws rds modify-db-instance --multi-az.",
            "Databases for tests.",
        )
        .each(|v| {
            if in_cluster(v)? {
                Ok(Verdict::Skip)
            } else {
                v.off(
                    "DescribeDBInstances.MultiAZ",
                    "it has no standby in another zone",
                    "it has a standby in another zone",
                )
            }
        }),
    check("rds-instance-monitoring-off", "A database instance is not watched closely", Low, "rds", "db-instance")
        .fsbp(&["RDS.6"])
        .page(
            "Enhanced monitoring is on.",
            "What runs on the host beside the database is not seen.",
            "aws rds modify-db-instance --monitoring-interval 60.",
            "Databases for tests.",
        )
        .each(|v| {
            v.below(
                "DescribeDBInstances.MonitoringInterval",
                1.0,
                "enhanced monitoring is off",
                "enhanced monitoring is on",
            )
        }),
    check(
        "rds-instance-deletion-unprotected",
        "A database instance can be deleted by one call",
        Low,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.8"])
    .page(
        "Deletion protection is on.",
        "One call, by mistake or by an attacker, and the data is gone.",
        "aws rds modify-db-instance --deletion-protection.",
        "Databases for tests.",
    )
    .detectors(&["database-deletion-protection-disabled"])
    .each(|v| {
        if in_cluster(v)? {
            Ok(Verdict::Skip)
        } else {
            v.off("DescribeDBInstances.DeletionProtection", "deletion protection is off", "deletion protection is on")
        }
    }),
    check("rds-instance-logs-not-exported", "A database instance's logs stay on it", Medium, "rds", "db-instance")
        .fsbp(&["RDS.9"])
        .page(
            "The instance sends logs to CloudWatch.",
            "Who signed in and what he asked is lost with the instance.",
            "aws rds modify-db-instance --cloudwatch-logs-export-configuration.",
            "Databases for tests.",
        )
        .detectors(&["database-logging-disabled"])
        .each(|v| {
            v.unset(
                "DescribeDBInstances.EnabledCloudwatchLogsExports",
                "it sends no logs to CloudWatch",
                "it sends logs to CloudWatch",
            )
        }),
    check(
        "rds-instance-iam-authentication-off",
        "A database instance takes passwords only",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.10"])
    .page(
        "IAM authentication is on, where the engine has it.",
        "Passwords are kept in files and never change; IAM's tokens last 15 minutes.",
        "aws rds modify-db-instance --enable-iam-database-authentication.",
        "Applications that can't.",
    )
    .each(|v| {
        let engine = v.text("DescribeDBInstances.Engine")?.unwrap_or_default();
        if !["mysql", "postgres", "mariadb", "aurora", "aurora-mysql", "aurora-postgresql"].contains(&engine) {
            return Ok(Verdict::Skip);
        }
        v.off(
            "DescribeDBInstances.IAMDatabaseAuthenticationEnabled",
            "IAM authentication is off",
            "IAM authentication is on",
        )
    }),
    check(
        "rds-instance-backups-off",
        "A database instance is backed up for less than 7 days",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.11"])
    .page(
        "Automatic backups are kept for 7 days at least.",
        "A mistake that shows after a weekend can't be undone.",
        "aws rds modify-db-instance --backup-retention-period 7.",
        "Replicas, and databases for tests.",
    )
    .detectors(&["database-backups-disabled"])
    .each(|v| {
        if v.text("DescribeDBInstances.ReadReplicaSourceDBInstanceIdentifier")?.is_some() {
            return Ok(Verdict::Skip);
        }
        v.below(
            "DescribeDBInstances.BackupRetentionPeriod",
            7.0,
            "backups are kept for less than 7 days",
            "backups are kept for 7 days at least",
        )
    }),
    check("rds-instance-tags-not-copied", "A database instance's snapshots lose its tags", Low, "rds", "db-instance")
        .fsbp(&["RDS.17"])
        .page(
            "Tags are copied to snapshots.",
            "Policies that go by tags don't hold for the copies.",
            "aws rds modify-db-instance --copy-tags-to-snapshot.",
            "Instances of Aurora, whose cluster does it.",
        )
        .each(|v| {
            if in_cluster(v)? {
                Ok(Verdict::Skip)
            } else {
                v.off(
                    "DescribeDBInstances.CopyTagsToSnapshot",
                    "tags are not copied to snapshots",
                    "tags are copied to snapshots",
                )
            }
        }),
    check("rds-instance-outside-vpc", "A database instance stands in no VPC", High, "rds", "db-instance")
        .fsbp(&["RDS.18"])
        .page(
            "The instance is in a VPC.",
            "Outside one there are no security groups, routes or flow logs around it.",
            "Restore a snapshot into a VPC.",
            "None.",
        )
        .each(|v| v.unset("DescribeDBInstances.DBSubnetGroup.VpcId", "it is in no VPC", "it is in a VPC")),
    check(
        "rds-instance-default-port",
        "A database instance listens on its engine's usual port",
        Low,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.23"])
    .page(
        "The instance listens on another port than the engine's own.",
        "Scanners try the usual ports first.",
        "aws rds modify-db-instance --db-port-number.",
        "Databases that only their application reaches.",
    )
    .each(|v| {
        let engine = v.text("DescribeDBInstances.Engine")?.unwrap_or_default();
        let usual = if engine.contains("postgres") {
            5432.0
        } else if engine.starts_with("oracle") {
            1521.0
        } else if engine.starts_with("sqlserver") {
            1433.0
        } else if engine.starts_with("db2") {
            50000.0
        } else {
            3306.0
        };
        let port = v
            .number("DescribeDBInstances.Endpoint.Port")?
            .or(v.number("DescribeDBInstances.DbInstancePort")?.filter(|port| *port > 0.0));
        let port = port.ok_or_else(|| crate::verdict::Unknown("its port is not known".to_owned()))?;
        Verdict::fail_if(
            (port - usual).abs() < 0.5,
            "it listens on the engine's usual port",
            "it does not listen on the engine's usual port",
        )
    }),
    check(
        "rds-instance-default-admin",
        "A database instance's administrator has the usual name",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.25"])
    .page(
        "The master user is not called admin, postgres or the like.",
        "Half of the credentials is known to whoever guesses.",
        "The name can't be changed: restore into a new instance.",
        "Databases that only their application reaches.",
    )
    .each(|v| default_admin(v, "DescribeDBInstances.MasterUsername")),
    check(
        "rds-instance-clear-text-accepted",
        "A database instance takes connections without TLS",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.38", "RDS.39"])
    .page(
        "The parameter that insists on TLS is on (`rds.force_ssl`, `require_secure_transport`).",
        "Passwords and rows pass in clear.",
        "Set the parameter in the instance's parameter group.",
        "Engines that have no such parameter are left out.",
    )
    .detectors(&["database-accepts-clear-text"])
    .each(|v| {
        let engine = v.text("DescribeDBInstances.Engine")?.unwrap_or_default();
        let name = if engine.contains("postgres") || engine.starts_with("sqlserver") {
            "rds.force_ssl"
        } else if engine.contains("mysql") || engine.contains("mariadb") {
            "require_secure_transport"
        } else {
            return Ok(Verdict::Skip);
        };
        let parameters = v.list("DescribeDBParameters.Parameters")?;
        let value =
            parameters.iter().find(|p| text(p, "ParameterName") == Some(name)).and_then(|p| text(p, "ParameterValue"));
        Verdict::fail_if(
            !matches!(value.map(str::to_ascii_lowercase).as_deref(), Some("1" | "on" | "true")),
            "it takes connections without TLS",
            "it insists on TLS",
        )
    }),
    check(
        "rds-instance-unprotected-by-backup-plan",
        "A database instance is in no backup plan",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.26"])
    .page(
        "AWS Backup protects the instance.",
        "Its own backups are deleted together with it, or by whoever holds the account.",
        "Select it in a backup plan, by a tag.",
        "Databases for tests.",
    )
    .beside(crate::backup::BESIDE, crate::backup::protected),
    check(
        "rds-instance-postgresql-logs-not-exported",
        "A PostgreSQL instance's logs stay on it",
        Medium,
        "rds",
        "db-instance",
    )
    .fsbp(&["RDS.36"])
    .page(
        "RDS for PostgreSQL sends its log to CloudWatch.",
        "Who signed in and what he asked is lost with the instance.",
        "aws rds modify-db-instance --cloudwatch-logs-export-configuration.",
        "Databases for tests.",
    )
    .each(|v| {
        if v.text("DescribeDBInstances.Engine")? != Some("postgres") {
            return Ok(Verdict::Skip);
        }
        Verdict::fail_if(
            !v.texts("DescribeDBInstances.EnabledCloudwatchLogsExports")?.contains(&"postgresql"),
            "it sends no PostgreSQL log",
            "it sends its PostgreSQL log",
        )
    }),
];

fn in_cluster(v: &View<'_>) -> Result<bool, crate::verdict::Unknown> {
    Ok(v.text("DescribeDBInstances.DBClusterIdentifier")?.is_some())
}

fn default_admin(v: &View<'_>, path: &str) -> Answer {
    let name = v.text(path)?.unwrap_or_default().to_ascii_lowercase();
    Verdict::fail_if(
        ["admin", "postgres", "root", "sa", "master", "awsuser", "administrator"].contains(&name.as_str()),
        "its administrator has the usual name",
        "its administrator has no usual name",
    )
}
