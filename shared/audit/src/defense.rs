//! GuardDuty, Security Hub, Macie, Inspector, Access Analyzer, contacts, and the organization.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, text};

pub(crate) static CHECKS: &[Check] = &[
    check("guardduty-off", "GuardDuty does not watch a region", High, "guardduty", "account")
        .fsbp(&["GuardDuty.1"])
        .page(
            "A detector exists and is enabled.",
            "Known attacks on the account are not noticed.",
            "aws guardduty create-detector --enable, in each region.",
            "Regions that are denied by policy.",
        )
        .detectors(&["guardduty-disabled"])
        .beside(&[("guardduty", "detector")], |v, index| {
            let mut on = false;
            for detector in index.near("guardduty", "detector", v.resource) {
                on |= detector.text("GetDetector.Status")? == Some("ENABLED");
            }
            Verdict::fail_if(!on, "no detector is enabled", "a detector is enabled")
        }),
    check("guardduty-s3-protection-off", "GuardDuty does not watch buckets", High, "guardduty", "detector")
        .fsbp(&["GuardDuty.10"])
        .page(
            "S3 protection is enabled.",
            "Data that is carried off bucket by bucket is not noticed.",
            "aws guardduty update-detector with the feature S3_DATA_EVENTS.",
            "Regions without buckets.",
        )
        .detectors(&["guardduty-weakened"])
        .each(|v| feature(v, "S3_DATA_EVENTS", Some("GetDetector.DataSources.S3Logs.Status"))),
    check("guardduty-rds-protection-off", "GuardDuty does not watch database logins", High, "guardduty", "detector")
        .fsbp(&["GuardDuty.9"])
        .page(
            "RDS protection is enabled.",
            "Guessed passwords of databases are not noticed.",
            "aws guardduty update-detector with the feature RDS_LOGIN_EVENTS.",
            "Regions without Aurora.",
        )
        .detectors(&["guardduty-weakened"])
        .each(|v| feature(v, "RDS_LOGIN_EVENTS", None)),
    check("guardduty-lambda-protection-off", "GuardDuty does not watch functions", High, "guardduty", "detector")
        .fsbp(&["GuardDuty.6"])
        .page(
            "Lambda protection is enabled.",
            "Functions that mine or call home are not noticed.",
            "aws guardduty update-detector with the feature LAMBDA_NETWORK_LOGS.",
            "Regions without functions.",
        )
        .detectors(&["guardduty-weakened"])
        .each(|v| feature(v, "LAMBDA_NETWORK_LOGS", None)),
    check("guardduty-eks-audit-off", "GuardDuty does not watch Kubernetes' audit logs", High, "guardduty", "detector")
        .fsbp(&["GuardDuty.5"])
        .page(
            "EKS audit log monitoring is enabled.",
            "Attacks within clusters are not noticed.",
            "aws guardduty update-detector with the feature EKS_AUDIT_LOGS.",
            "Regions without clusters.",
        )
        .detectors(&["guardduty-weakened"])
        .each(|v| feature(v, "EKS_AUDIT_LOGS", Some("GetDetector.DataSources.Kubernetes.AuditLogs.Status"))),
    check("guardduty-malware-protection-off", "GuardDuty does not scan disks", High, "guardduty", "detector")
        .fsbp(&["GuardDuty.8"])
        .page(
            "Malware protection for EC2 is enabled.",
            "What runs on a suspicious machine is not looked at.",
            "aws guardduty update-detector with the feature EBS_MALWARE_PROTECTION.",
            "Regions without instances.",
        )
        .detectors(&["guardduty-weakened"])
        .each(|v| {
            feature(
                v,
                "EBS_MALWARE_PROTECTION",
                Some("GetDetector.DataSources.MalwareProtection.ScanEc2InstanceWithFindings.EbsVolumes.Status"),
            )
        }),
    check("securityhub-off", "Security Hub is not enabled in a region", High, "securityhub", "account")
        .cis("4.16", "5.16", "5.16")
        .page(
            "Security Hub is enabled.",
            "Findings of the account's services come together nowhere.",
            "aws securityhub enable-security-hub.",
            "Regions that are denied by policy.",
        )
        .detectors(&["securityhub-disabled"])
        .each(|v| {
            Verdict::fail_if(
                v.get("DescribeHub.HubArn")?.is_none(),
                "Security Hub is not enabled",
                "Security Hub is enabled",
            )
        }),
    check("securityhub-no-standard", "Security Hub checks no standard", Low, "securityhub", "account")
        .page(
            "A standard is enabled where Security Hub is.",
            "It collects findings and checks nothing itself.",
            "aws securityhub batch-enable-standards.",
            "Where Riposte's audit runs instead.",
        )
        .detectors(&["securityhub-checks-disabled"])
        .each(|v| {
            if v.get("DescribeHub.HubArn")?.is_none() {
                Ok(Verdict::Skip)
            } else {
                v.unset("GetEnabledStandards.StandardsSubscriptions", "no standard is enabled", "a standard is enabled")
            }
        }),
    check("macie-off", "Macie does not look for sensitive data in a region", Medium, "macie2", "account")
        .cis("2.1.3", "3.1.3", "3.1.3")
        .fsbp(&["Macie.1"])
        .page(
            "Macie is enabled.",
            "Nobody knows which bucket holds personal data.",
            "aws macie2 enable-macie.",
            "Regions without buckets.",
        )
        .detectors(&["macie-disabled"])
        .each(|v| v.none_of("GetMacieSession.status", &["ENABLED"], "Macie is not enabled", "Macie is enabled")),
    check("macie-discovery-off", "Macie does not look by itself", High, "macie2", "account")
        .fsbp(&["Macie.2"])
        .page(
            "Automated discovery is enabled.",
            "Only what somebody asks for is looked at.",
            "aws macie2 update-automated-discovery-configuration --status ENABLED.",
            "Accounts that run jobs of their own.",
        )
        .detectors(&["macie-weakened"])
        .each(|v| {
            if v.get("GetMacieSession.status")?.is_none() {
                Ok(Verdict::Skip)
            } else {
                v.none_of(
                    "GetAutomatedDiscoveryConfiguration.status",
                    &["ENABLED"],
                    "automated discovery is off",
                    "automated discovery is on",
                )
            }
        }),
    check("inspector-off", "Inspector does not scan instances, images and functions", High, "inspector2", "account")
        .fsbp(&["Inspector.1", "Inspector.2", "Inspector.3", "Inspector.4"])
        .page(
            "Inspector scans EC2, ECR and Lambda.",
            "Known flaws in what runs are not known to you.",
            "aws inspector2 enable --resource-types EC2 ECR LAMBDA LAMBDA_CODE.",
            "Regions where nothing runs.",
        )
        .detectors(&["inspector-disabled"])
        .each(|v| {
            let accounts = v.list("BatchGetAccountStatus.accounts")?;
            let kinds = ["ec2", "ecr", "lambda", "lambdaCode"];
            let off: Vec<_> = kinds
                .into_iter()
                .filter(|kind| {
                    !accounts.iter().any(|a| text(a, &format!("resourceState.{kind}.status")) == Some("ENABLED"))
                })
                .map(str::to_owned)
                .collect();
            Verdict::fail_for(&off, "it does not scan", "it scans all")
        }),
    check("accessanalyzer-off", "No analyzer watches what is shared outside", Low, "accessanalyzer", "account")
        .cis("1.19", "2.19", "2.18")
        .page(
            "An active analyzer of external access exists, for the account or the organization.",
            "What is opened to strangers is found by strangers.",
            "aws accessanalyzer create-analyzer --type ACCOUNT, in each region.",
            "Regions that are denied by policy.",
        )
        .detectors(&["access-analyzer-deleted"])
        .each(|v| {
            let active = v.list("ListAnalyzers.analyzers")?.iter().any(|a| {
                text(a, "status") == Some("ACTIVE")
                    && matches!(text(a, "type"), None | Some("ACCOUNT" | "ORGANIZATION"))
            });
            Verdict::fail_if(
                !active,
                "no analyzer of external access is active",
                "an analyzer of external access is active",
            )
        }),
    check("account-no-security-contact", "AWS knows no security contact", Medium, "account", "account")
        .cis("1.2", "2.2", "2.3")
        .fsbp(&["Account.1"])
        .page(
            "A security contact is registered.",
            "AWS's warning of a leaked key goes to root's mailbox, which nobody reads.",
            "aws account put-alternate-contact --alternate-contact-type SECURITY.",
            "Accounts whose organization handles it.",
        )
        .detectors(&["account-contact-changed"])
        .each(|v| {
            Verdict::fail_if(
                v.get("GetAlternateContact.AlternateContact")?.is_none(),
                "no security contact is registered",
                "a security contact is registered",
            )
        }),
    check("account-contact-details-to-review", "Contact details must be kept current", Medium, "account", "account")
        .cis("1.1", "2.1", "2.2")
        .page(
            "The account's contact details are there; whether they are current, a person must say.",
            "AWS can't reach anybody when it suspends the account.",
            "Review them in the account's settings.",
            "None: review them, and mute this until the next review.",
        )
        .detectors(&["account-contact-changed"])
        .each(|v| {
            Ok(if v.get("GetContactInformation.ContactInformation")?.is_none() {
                Verdict::Fail("there are no contact details".to_owned())
            } else {
                Verdict::Manual("contact details are there: are they current?".to_owned())
            })
        }),
    check("organizations-none", "The account is in no organization", Medium, "organizations", "account")
        .page(
            "The account is a member of an organization with all features.",
            "No service control policy bounds it, and root least of all.",
            "Invite it into an organization.",
            "An account on its own.",
        )
        .detectors(&["organization-left"])
        .each(|v| {
            v.none_of(
                "DescribeOrganization.Organization.FeatureSet",
                &["ALL"],
                "it is in no organization with all features",
                "it is in an organization with all features",
            )
        }),
    check(
        "organizations-no-guardrail",
        "No service control policy bounds the organization",
        Medium,
        "organizations",
        "account",
    )
    .cis("", "", "2.1.2")
    .page(
        "A service control policy exists beside the one that allows everything.",
        "Whoever rules an account does what he likes in it.",
        "Write policies that deny leaving, stopping trails, and unused regions.",
        "Members, which are not shown them.",
    )
    .detectors(&["organization-policy-detached"])
    .each(|v| {
        if v.get("DescribeOrganization.Organization")?.is_none() {
            return Ok(Verdict::Skip);
        }
        let own = v.list("ListPolicies.Policies")?.iter().filter(|p| !crate::view::flag(p, "AwsManaged")).count();
        Verdict::fail_if(
            own == 0,
            "no service control policy of its own exists",
            "service control policies of its own exist",
        )
    }),
    check(
        "organizations-no-delegated-administrator",
        "The management account administers everything itself",
        Critical,
        "organizations",
        "account",
    )
    .cis("", "", "2.1.5 2.1.6")
    .page(
        "Services are administered from a member account.",
        "The management account, which no policy bounds, is worked in every day.",
        "aws organizations register-delegated-administrator.",
        "Accounts without an organization.",
    )
    .detectors(&["delegated-administrator-registered"])
    .each(|v| {
        if v.get("DescribeOrganization.Organization")?.is_none() {
            return Ok(Verdict::Skip);
        }
        v.unset(
            "ListDelegatedAdministrators.DelegatedAdministrators",
            "no member administers any service",
            "members administer services",
        )
    }),
    check(
        "organizations-management-account-in-use",
        "Applications run in the management account",
        High,
        "organizations",
        "account",
    )
    .cis("", "", "2.1.3")
    .page(
        "No machine, function or database is in the management account of the organization.",
        "No service control policy bounds what an attacker finds there, and it rules every other account.",
        "Move what runs there into member accounts.",
        "Tools that must run there: mute this with the reason.",
    )
    .with(&[("ec2", "instance"), ("lambda", "function"), ("rds", "db-instance"), ("eks", "cluster")], |v, index| {
        let Some(manager) = v.text("DescribeOrganization.Organization.MasterAccountId")? else {
            return match v.get("DescribeOrganization.Organization")? {
                None => Ok(Verdict::Skip),
                Some(_) => Err(Unknown("which account manages it is not known".to_owned())),
            };
        };
        if manager != v.resource.account {
            return Ok(Verdict::Skip);
        }
        let types = [("ec2", "instance"), ("lambda", "function"), ("rds", "db-instance"), ("eks", "cluster")];
        // What Riposte itself brings is no application.
        let own = |name: &str| name.starts_with("riposte-");
        let found: Vec<_> = types
            .iter()
            .flat_map(|(service, kind)| index.of_account(service, kind, v.resource))
            .filter(|found| !own(&found.resource.name))
            .map(|found| found.resource.arn.clone())
            .collect();
        if found.is_empty() {
            index.listed(&types, v.resource)?;
        }
        Verdict::fail_for(&found, "these run in the management account", "nothing runs in the management account")
    }),
    check(
        "organizations-units-to-review",
        "Organizational units must keep apart what differs",
        Medium,
        "organizations",
        "account",
    )
    .cis("", "", "2.1.4")
    .page(
        "Accounts stand in units by environment and by how sensitive their data is; whether they do, a person must say.",
        "One guardrail for tests and production is too weak for the one or too strong for the other.",
        "Make units, move the accounts, and attach service control policies to the units.",
        "None: review them, and mute this until the next review.",
    )
    .detectors(&["organization-account-moved"])
    .each(|v| {
        if v.get("DescribeOrganization.Organization")?.is_none() {
            return Ok(Verdict::Skip);
        }
        Ok(Verdict::Manual("look whether units keep environments and sensitive data apart".to_owned()))
    }),
];

fn feature(v: &View<'_>, name: &str, old: Option<&str>) -> Answer {
    let features = v.list("GetDetector.Features")?;
    let on = match features.iter().find(|f| text(f, "Name") == Some(name)) {
        Some(feature) => text(feature, "Status") == Some("ENABLED"),
        None => match old {
            Some(path) if features.is_empty() => v.text(path)? == Some("ENABLED"),
            _ => false,
        },
    };
    Verdict::fail_if(!on, &format!("{name} is not enabled"), &format!("{name} is enabled"))
}
