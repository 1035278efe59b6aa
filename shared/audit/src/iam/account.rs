//! The root user and the account's password policy.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, text};

const PRINCIPALS: &[(&str, &str)] = &[("iam", "role"), ("iam", "user"), ("iam", "group")];
const DETAILS: &str = "GetAccountAuthorizationDetails";

pub(crate) static CHECKS: &[Check] = &[
    check("iam-root-access-key", "The root user has an access key", Critical, "iam", "account")
        .cis("1.3", "2.3", "2.4")
        .fsbp(&["IAM.4"])
        .page(
            "The root user has no access keys.",
            "Root's key does everything, is asked for no second factor, and no policy stops it.",
            "Sign in as root and delete the keys.",
            "None.",
        )
        .detectors(&["root-access-key-created", "root-access-key-used"])
        .each(|v| {
            Verdict::fail_if(
                summary(v, "AccountAccessKeysPresent")? > 0.0,
                "root has an access key",
                "root has no access key",
            )
        }),
    check("iam-root-mfa-missing", "The root user signs in without a second factor", Critical, "iam", "account")
        .cis("1.4", "2.4", "2.5")
        .fsbp(&["IAM.9"])
        .page(
            "The root user has an MFA device, or no credentials at all.",
            "One password, or one mailbox, is the whole account.",
            "Sign in as root and register two MFA devices.",
            "A member account whose root credentials are managed centrally has none.",
        )
        .detectors(&["root-mfa-removed"])
        .each(|v| {
            if summary(v, "AccountMFAEnabled")? <= 0.0 && has_no_root_credentials(v) {
                return Ok(Verdict::Pass("root has no password and no keys".to_owned()));
            }
            Verdict::fail_if(
                summary(v, "AccountMFAEnabled")? <= 0.0,
                "root has no MFA device",
                "root has an MFA device",
            )
        }),
    check(
        "iam-root-hardware-mfa-missing",
        "The root user's second factor is not a hardware device",
        Critical,
        "iam",
        "account",
    )
    .cis("1.5", "2.5", "2.6")
    .fsbp(&["IAM.6"])
    .page(
        "The root user's MFA device is hardware: a security key or a token.",
        "What lives on a phone is copied with the phone's backup, or moves with its number.",
        "Register a security key for root, keep it locked away, and remove the virtual device.",
        "A member account whose root credentials are managed centrally has none.",
    )
    .detectors(&["root-mfa-removed"])
    .each(|v| {
        if summary(v, "AccountMFAEnabled")? <= 0.0 {
            if has_no_root_credentials(v) {
                return Ok(Verdict::Pass("root has no password and no keys".to_owned()));
            }
            return Ok(Verdict::Fail("root has no MFA device".to_owned()));
        }
        let devices = v.list("ListVirtualMFADevices.VirtualMFADevices")?;
        let of_root = |device: &serde_json::Value| {
            text(device, "SerialNumber").is_some_and(|serial| serial.ends_with(":mfa/root-account-mfa-device"))
                || text(device, "User.Arn").is_some_and(|arn| arn.ends_with(":root"))
        };
        Verdict::fail_if(devices.iter().any(of_root), "root's MFA device is virtual", "root's MFA device is hardware")
    }),
    check("iam-root-used-recently", "The root user was used within 30 days", High, "iam", "account")
        .cis("1.6", "2.6", "2.7")
        .page(
            "Neither root's password nor its keys were used within 30 days.",
            "Whoever works as root has no bounds, and the records do not say who it is.",
            "Use roles; keep root for the few tasks that need it.",
            "Such a task: closing the account, changing its payment.",
        )
        .detectors(&["root-used", "root-console-login"])
        .each(|v| {
            let mut last = None;
            for column in ["password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"] {
                let time = v.reported_time(&format!("GetCredentialReport.{column}"))?;
                last = last.max(time);
            }
            if v.get("GetCredentialReport.user")?.is_none() {
                return Err(Unknown("the credential report has no row of root".to_owned()));
            }
            let days = last.map(|time| v.days_since(time));
            Verdict::fail_with(
                days.filter(|days| *days <= 30).map(|days| format!("root was used {days} days ago")),
                "root was not used within 30 days",
            )
        }),
    check("iam-password-policy-short", "Passwords may be shorter than 14 characters", Medium, "iam", "account")
        .cis("1.7", "2.7", "2.8")
        .fsbp(&["IAM.7", "IAM.10"])
        .page(
            "The password policy asks for 14 characters at least.",
            "Short passwords are guessed.",
            "aws iam update-account-password-policy --minimum-password-length 14.",
            "Accounts without IAM users that sign in.",
        )
        .detectors(&["password-policy-weakened"])
        .each(|v| match policy(v)? {
            Some(fail) => Ok(fail),
            None => v.below(
                "GetAccountPasswordPolicy.PasswordPolicy.MinimumPasswordLength",
                14.0,
                "passwords may be shorter than 14 characters",
                "passwords have 14 characters at least",
            ),
        }),
    check("iam-password-policy-reuse", "Passwords may be used again", Medium, "iam", "account")
        .cis("1.8", "2.8", "2.9")
        .fsbp(&["IAM.7", "IAM.10"])
        .page(
            "The password policy remembers 24 passwords.",
            "A password that leaked once comes back.",
            "aws iam update-account-password-policy --password-reuse-prevention 24.",
            "Accounts without IAM users that sign in.",
        )
        .detectors(&["password-policy-weakened"])
        .each(|v| match policy(v)? {
            Some(fail) => Ok(fail),
            None => v.below(
                "GetAccountPasswordPolicy.PasswordPolicy.PasswordReusePrevention",
                24.0,
                "fewer than 24 passwords are remembered",
                "24 passwords are remembered",
            ),
        }),
    check("iam-password-policy-no-uppercase", "Passwords need no capital letter", Medium, "iam", "account")
        .fsbp(&["IAM.7", "IAM.10"])
        .page("The password policy asks for a capital letter.", WEAK, FIX, NO_USERS)
        .detectors(&["password-policy-weakened"])
        .each(|v| asks(v, "RequireUppercaseCharacters", "a capital letter")),
    check("iam-password-policy-no-lowercase", "Passwords need no small letter", Medium, "iam", "account")
        .fsbp(&["IAM.7", "IAM.10"])
        .page("The password policy asks for a small letter.", WEAK, FIX, NO_USERS)
        .detectors(&["password-policy-weakened"])
        .each(|v| asks(v, "RequireLowercaseCharacters", "a small letter")),
    check("iam-password-policy-no-number", "Passwords need no digit", Medium, "iam", "account")
        .fsbp(&["IAM.7", "IAM.10"])
        .page("The password policy asks for a digit.", WEAK, FIX, NO_USERS)
        .detectors(&["password-policy-weakened"])
        .each(|v| asks(v, "RequireNumbers", "a digit")),
    check("iam-password-policy-no-symbol", "Passwords need no symbol", Medium, "iam", "account")
        .fsbp(&["IAM.7"])
        .page("The password policy asks for a symbol.", WEAK, FIX, NO_USERS)
        .detectors(&["password-policy-weakened"])
        .each(|v| asks(v, "RequireSymbols", "a symbol")),
    check(
        "iam-password-policy-no-expiry",
        "Passwords never expire, or after more than 90 days",
        Medium,
        "iam",
        "account",
    )
    .fsbp(&["IAM.7", "IAM.10"])
    .page(
        "Passwords expire within 90 days.",
        "A password that leaked works for years.",
        "aws iam update-account-password-policy --max-password-age 90.",
        "Accounts that follow NIST 800-63, which advises against expiry: mute it with that reason.",
    )
    .detectors(&["password-policy-weakened"])
    .each(|v| match policy(v)? {
        Some(fail) => Ok(fail),
        None => {
            let days = v.number("GetAccountPasswordPolicy.PasswordPolicy.MaxPasswordAge")?.unwrap_or(0.0);
            Verdict::fail_if(
                !(1.0..=90.0).contains(&days),
                "passwords do not expire within 90 days",
                "passwords expire within 90 days",
            )
        }
    }),
    check("iam-support-role-missing", "Nobody may talk to AWS Support", Low, "iam", "account")
        .cis("1.16", "2.16", "2.15")
        .page(
            "The policy AWSSupportAccess is attached to a role, group or user.",
            "In an incident somebody must open a case, and root is the only one who can.",
            "Make a role with AWSSupportAccess for those who handle incidents.",
            "Accounts whose administrators open the cases.",
        )
        .beside(PRINCIPALS, |v, index| {
            Verdict::fail_if(
                attached(v, index, "AWSSupportAccess")?.is_empty(),
                "AWSSupportAccess is attached to nobody",
                "AWSSupportAccess is attached",
            )
        }),
    check("iam-cloudshell-full-access", "CloudShell is given with file transfer", Medium, "iam", "account")
        .cis("1.21", "2.21", "2.20")
        .page(
            "The policy AWSCloudShellFullAccess is attached to nobody.",
            "It is a machine with the internet behind it, and a way to carry files out past every wall.",
            "Give a policy that denies cloudshell:GetFileDownloadUrls and GetFileUploadUrls.",
            "Accounts for trying things out.",
        )
        .detectors(&["cloudshell-opened"])
        .beside(PRINCIPALS, |v, index| {
            Verdict::fail_for(
                &attached(v, index, "AWSCloudShellFullAccess")?,
                "AWSCloudShellFullAccess is attached to",
                "AWSCloudShellFullAccess is attached to nobody",
            )
        }),
    check(
        "iam-people-not-federated",
        "People sign in as IAM users, and no identity provider is there",
        Low,
        "iam",
        "account",
    )
    .cis("1.20", "2.20", "2.19")
    .page(
        "Where IAM users sign in to the console, an identity provider (SAML) exists as well.",
        "Each account's users are left behind when somebody leaves, and have passwords of their own.",
        "Use IAM Identity Center, or a SAML provider, and delete the users.",
        "Emergency users: keep two, and mute this.",
    )
    .detectors(&["console-login-by-iam-user"])
    .beside(&[("iam", "saml-provider"), ("iam", "user"), ("iam", "role")], |v, index| {
        if index.of_account("iam", "saml-provider", v.resource).next().is_some() {
            return Ok(Verdict::Pass("a SAML provider exists".to_owned()));
        }
        let sso = index
            .of_account("iam", "role", v.resource)
            .any(|r| r.resource.arn.contains(":role/aws-reserved/sso.amazonaws.com/"));
        if sso {
            return Ok(Verdict::Pass("IAM Identity Center has roles in the account".to_owned()));
        }
        let mut people = 0_usize;
        for user in index.of_account("iam", "user", v.resource) {
            people += usize::from(super::credentials::Credentials::of(&user)?.password);
        }
        Verdict::fail_with(
            (people > 0).then(|| format!("{people} IAM users sign in, and there is no identity provider")),
            "no IAM user signs in",
        )
    }),
    check(
        "iam-root-of-members-not-managed",
        "Root credentials of member accounts are not managed centrally",
        High,
        "iam",
        "account",
    )
    .cis("", "", "2.1.1")
    .page(
        "The organization manages the root credentials of its member accounts.",
        "Every member's root is a password and a mailbox that somebody must watch.",
        "aws iam enable-organizations-root-credentials-management, then delete the members' credentials.",
        "Accounts without an organization.",
    )
    .detectors(&["root-access-centralized"])
    .each(|v| {
        let features = v.texts("ListOrganizationsFeatures.EnabledFeatures")?;
        Verdict::fail_if(
            !features.contains(&"RootCredentialsManagement"),
            "root credentials of members are not managed centrally",
            "root credentials of members are managed centrally",
        )
    }),
];

const WEAK: &str = "Simple passwords are guessed, from lists and by machines.";
const FIX: &str = "aws iam update-account-password-policy: give all settings, since those left out fall back.";
const NO_USERS: &str = "Accounts without IAM users that sign in.";

fn summary(v: &View<'_>, name: &str) -> Result<f64, Unknown> {
    let path = format!("GetAccountSummary.SummaryMap.{name}");
    v.number(&path)?.ok_or_else(|| Unknown(format!("`{path}` is missing")))
}

/// The report says that root has neither password nor keys, as in a member account that is managed centrally.
fn has_no_root_credentials(v: &View<'_>) -> bool {
    let says = |column: &str| v.text(&format!("GetCredentialReport.{column}")).ok().flatten().map(str::to_owned);
    says("password_enabled").as_deref() == Some("false")
        && says("access_key_1_active").as_deref() == Some("false")
        && says("access_key_2_active").as_deref() == Some("false")
}

/// Failed where there is no password policy at all.
fn policy(v: &View<'_>) -> Result<Option<Verdict>, Unknown> {
    let none = v.fact("GetAccountPasswordPolicy")?.is_none();
    Ok(none.then(|| Verdict::Fail("the account has no password policy".to_owned())))
}

fn asks(v: &View<'_>, setting: &str, what: &str) -> Answer {
    match policy(v)? {
        Some(fail) => Ok(fail),
        None => v.off(
            &format!("GetAccountPasswordPolicy.PasswordPolicy.{setting}"),
            &format!("passwords need not hold {what}"),
            &format!("passwords must hold {what}"),
        ),
    }
}

/// Those to whom a policy of AWS's is attached.
fn attached(v: &View<'_>, index: &Index, name: &str) -> Result<Vec<String>, Unknown> {
    let mut names = Vec::new();
    for (service, kind) in PRINCIPALS {
        for principal in index.of_account(service, kind, v.resource) {
            let policies = principal.list(&format!("{DETAILS}.AttachedManagedPolicies"))?;
            let ours = |policy: &serde_json::Value| {
                text(policy, "PolicyArn").is_some_and(|arn| arn.ends_with(&format!(":iam::aws:policy/{name}")))
            };
            if policies.iter().any(ours) {
                names.push(format!("{kind} {}", principal.resource.name));
            }
        }
    }
    Ok(names)
}
