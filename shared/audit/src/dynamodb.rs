//! DynamoDB: tables.

use riposte_core::finding::Severity::{Critical, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("dynamodb-table-public", "Everyone may use a table", Critical, "dynamodb", "table")
        .page("The table's policy names who gets in.", "Everyone reads or changes its items.", "Take the statement with Principal * out.", "None.")
        .detectors(&["resource-policy-public"])
        .each(|v| public(v, "GetResourcePolicy.Policy")),
    check("dynamodb-table-not-scaling", "A table does not scale with its load", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.1"])
        .page("The table is on demand, or scales its capacity.", "A burst is refused, an attacker's too cheaply.", "aws dynamodb update-table --billing-mode PAY_PER_REQUEST.", "Tables of steady load.")
        .each(|v| {
            if v.text("DescribeTable.Table.BillingModeSummary.BillingMode")? == Some("PAY_PER_REQUEST") {
                return Ok(Verdict::Pass("it is on demand".to_owned()));
            }
            let kinds: Vec<_> = v.list("DescribeScalableTargets.ScalableTargets")?.iter().filter_map(|t| text(t, "ScalableDimension")).collect();
            let both = kinds.contains(&"dynamodb:table:ReadCapacityUnits") && kinds.contains(&"dynamodb:table:WriteCapacityUnits");
            Verdict::fail_if(!both, "its capacity is fixed", "its capacity scales")
        }),
    check("dynamodb-table-point-in-time-recovery-off", "A table can't be turned back", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.2"])
        .page("Point-in-time recovery is on.", "A wrong or hostile write can't be undone.", "aws dynamodb update-continuous-backups.", "Tables that can be made again.")
        .detectors(&["backup-recovery-point-deleted"])
        .each(|v| v.none_of("DescribeContinuousBackups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus", &["ENABLED"], "point-in-time recovery is off", "point-in-time recovery is on")),
    check("dynamodb-table-not-backed-up", "A table is in no backup plan", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.4"])
        .page("A backup plan selects the table, or it was backed up within 35 days.", "A table that is deleted can't be brought back.", "Select it in a backup plan, by a tag.", "Tables that can be made again.")
        .beside(crate::backup::BESIDE, |v, index| { v.fact("DescribeTable")?; crate::backup::protected(v, index) }),
    check("dynamodb-table-deletion-unprotected", "A table can be deleted by one call", Medium, "dynamodb", "table")
        .fsbp(&["DynamoDB.6"])
        .page("Deletion protection is on.", "One call, by mistake or by an attacker, and the data is gone.", "aws dynamodb update-table --deletion-protection-enabled.", "Tables for tests.")
        .detectors(&["database-deletion-protection-disabled"])
        .each(|v| v.off("DescribeTable.Table.DeletionProtectionEnabled", "deletion protection is off", "deletion protection is on")),
];
