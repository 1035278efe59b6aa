//! Athena: work groups.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] = &[
    check("athena-results-not-encrypted", "A work group's results are not encrypted", Medium, "athena", "work-group")
        .fsbp(&["Athena.1"])
        .page(
            "The work group encrypts its results, and its clients can't say otherwise.",
            "Answers to queries lie open in a bucket.",
            "Set encryption in the result configuration, and enforce it.",
            "Work groups that nobody uses: delete them.",
        )
        .each(|v| {
            if v.text("GetWorkGroup.WorkGroup.State")? == Some("DISABLED") {
                return Ok(Verdict::Skip);
            }
            const OF: &str = "GetWorkGroup.WorkGroup.Configuration";
            // Athena keeps the results of such a work group itself, encrypted.
            if v.flag(&format!("{OF}.ManagedQueryResultsConfiguration.Enabled"))? {
                return Ok(Verdict::Pass("Athena keeps its results, encrypted".to_owned()));
            }
            let how = v.text(&format!("{OF}.ResultConfiguration.EncryptionConfiguration.EncryptionOption"))?;
            let enforced = v.flag(&format!("{OF}.EnforceWorkGroupConfiguration"))?;
            match (how, enforced) {
                (None, _) => Ok(Verdict::Fail("its results are not encrypted".to_owned())),
                (Some(_), false) => Ok(Verdict::Fail("clients may leave its encryption out".to_owned())),
                (Some(_), true) => Ok(Verdict::Pass("its results are encrypted".to_owned())),
            }
        }),
    check("athena-not-logged", "A work group's queries are not counted", Medium, "athena", "work-group")
        .fsbp(&["Athena.4"])
        .page(
            "The work group publishes metrics.",
            "A copy of a whole table shows nowhere.",
            "Turn on PublishCloudWatchMetricsEnabled.",
            "Work groups that nobody uses: delete them.",
        )
        .each(|v| {
            if v.text("GetWorkGroup.WorkGroup.State")? == Some("DISABLED") {
                return Ok(Verdict::Skip);
            }
            v.off(
                "GetWorkGroup.WorkGroup.Configuration.PublishCloudWatchMetricsEnabled",
                "its queries are not counted",
                "its queries are counted",
            )
        }),
];
