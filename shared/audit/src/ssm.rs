//! Systems Manager: documents and managed instances.

use riposte_core::finding::Severity::{Critical, High, Low};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::{View, text};

pub(crate) static CHECKS: &[Check] = &[
    check("ssm-document-public", "A document is public", Critical, "ssm", "document")
        .fsbp(&["SSM.4"])
        .page(
            "The document is shared with named accounts only.",
            "Everyone reads your scripts, and what was left in them.",
            "aws ssm modify-document-permission --account-ids-to-remove all.",
            "Published documents.",
        )
        .detectors(&["ssm-document-public"])
        .each(|v| {
            Verdict::fail_if(
                v.texts("DescribeDocumentPermission.AccountIds")?.contains(&"all"),
                "it is shared with everyone",
                "it is not shared with everyone",
            )
        }),
    check("ssm-public-sharing-allowed", "Documents can be made public", High, "ssm", "account")
        .fsbp(&["SSM.7"])
        .page(
            "Public sharing of documents is blocked.",
            "One call publishes your scripts.",
            "aws ssm update-service-setting with /ssm/documents/console/public-sharing-permission Disable.",
            "Publishers of documents.",
        )
        .detectors(&["ssm-public-sharing-allowed"])
        .each(|v| {
            v.none_of(
                "GetServiceSetting.ServiceSetting.SettingValue",
                &["Disable"],
                "public sharing is allowed",
                "public sharing is blocked",
            )
        }),
    check("ssm-instance-patches-missing", "An instance lacks patches", High, "ssm", "managed-instance")
        .fsbp(&["SSM.2"])
        .page(
            "The instance complies with its patch baseline.",
            "Known flaws are open on it.",
            "Run the patch baseline, and a maintenance window.",
            "Instances that live for hours.",
        )
        .each(|v| compliance(v, "Patch", "its patches do not comply", "its patches comply")),
    check("ssm-association-failing", "An instance lacks what an association should do", Low, "ssm", "managed-instance")
        .fsbp(&["SSM.3"])
        .page(
            "The instance complies with its associations.",
            "An agent or a setting that should be there is not.",
            "Look at the association's last run.",
            "None.",
        )
        .each(|v| compliance(v, "Association", "its associations do not comply", "its associations comply")),
];

fn compliance(v: &View<'_>, kind: &str, bad: &str, good: &str) -> crate::verdict::Answer {
    let all = v.list("ListResourceComplianceSummaries.ResourceComplianceSummaryItems")?;
    let of_kind: Vec<_> = all.iter().filter(|item| text(item, "ComplianceType") == Some(kind)).collect();
    if of_kind.is_empty() {
        return Ok(Verdict::Skip);
    }
    Verdict::fail_if(of_kind.iter().any(|item| text(item, "Status") == Some("NON_COMPLIANT")), bad, good)
}
