//! Glue: the catalog and its jobs.

use riposte_core::finding::Severity::{Critical, Medium};

use crate::check::{Check, check};
use crate::exposure::public;
use crate::verdict::Verdict;

const SETTINGS: &str = "GetDataCatalogEncryptionSettings.DataCatalogEncryptionSettings";

pub(crate) static CHECKS: &[Check] = &[
    check("glue-catalog-public", "Everyone may use the data catalog", Critical, "glue", "account")
        .page(
            "The catalog's policy names who gets in.",
            "Everyone reads what tables there are, and where their data lies.",
            "Take the statement with Principal * out.",
            "None.",
        )
        .detectors(&["resource-policy-public"])
        .each(|v| public(v, "GetResourcePolicy.PolicyInJson")),
    check("glue-catalog-not-encrypted", "The data catalog is not encrypted", Medium, "glue", "account")
        .page(
            "The catalog is encrypted under a KMS key.",
            "The names of all tables and columns lie open in its storage.",
            "aws glue put-data-catalog-encryption-settings.",
            "Regions without Glue.",
        )
        .detectors(&["glue-catalog-encryption-removed"])
        .each(|v| {
            let mode = v.text(&format!("{SETTINGS}.EncryptionAtRest.CatalogEncryptionMode"))?;
            Verdict::fail_if(!mode.is_some_and(|m| m.starts_with("SSE-KMS")), "it is not encrypted", "it is encrypted")
        }),
    check("glue-job-version-unsupported", "A job runs on a version past its support", Medium, "glue", "job")
        .fsbp(&["Glue.4"])
        .page(
            "Spark jobs run on Glue 3.0 or later.",
            "Known flaws stay open.",
            "Set a later GlueVersion, and test.",
            "None.",
        )
        .each(|v| {
            if v.text("GetJobs.Command.Name")? != Some("glueetl") {
                return Ok(Verdict::Skip);
            }
            let version = v.number("GetJobs.GlueVersion")?.unwrap_or(0.9);
            Verdict::fail_if(version < 3.0, "its version is past its support", "its version is supported")
        }),
];
