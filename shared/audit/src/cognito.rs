//! Cognito: pools of users, and pools that hand out credentials.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;

const POLICY: &str = "DescribeUserPool.UserPool.Policies.PasswordPolicy";

pub(crate) static CHECKS: &[Check] = &[
    check("cognito-threats-let-in", "A user pool lets known attacks sign in", Medium, "cognito-idp", "user-pool")
        .fsbp(&["Cognito.1"])
        .page(
            "Threat protection is enforced.",
            "Passwords from leaks are tried by machines until one fits.",
            "Set AdvancedSecurityMode to ENFORCED.",
            "Pools whose people sign in elsewhere alone.",
        )
        .each(|v| {
            v.none_of(
                "DescribeUserPool.UserPool.UserPoolAddOns.AdvancedSecurityMode",
                &["ENFORCED"],
                "threat protection is not enforced",
                "threat protection is enforced",
            )
        }),
    check("cognito-weak-passwords", "A user pool takes weak passwords", Medium, "cognito-idp", "user-pool")
        .fsbp(&["Cognito.3"])
        .page(
            "Passwords have eight characters at least, of all four kinds, and first ones end within seven days.",
            "Simple passwords are guessed, from lists and by machines.",
            "Strengthen the pool's password policy.",
            "Pools whose people sign in elsewhere alone.",
        )
        .each(|v| {
            let mut weak = Vec::new();
            if v.number(&format!("{POLICY}.MinimumLength"))?.unwrap_or(0.0) < 8.0 {
                weak.push("fewer than eight characters".to_owned());
            }
            for kind in ["Uppercase", "Lowercase", "Numbers", "Symbols"] {
                if !v.flag(&format!("{POLICY}.Require{kind}"))? {
                    weak.push(format!("no {}", kind.to_ascii_lowercase()));
                }
            }
            if v.number(&format!("{POLICY}.TemporaryPasswordValidityDays"))?.unwrap_or(7.0) > 7.0 {
                weak.push("first passwords that last more than seven days".to_owned());
            }
            Verdict::fail_for(&weak, "it takes passwords with", "its passwords are strong")
        }),
    check("cognito-mfa-off", "A user pool asks for a password alone", Medium, "cognito-idp", "user-pool")
        .fsbp(&["Cognito.5"])
        .page(
            "A second factor is required, or asked for by risk.",
            "One leaked password is one account taken over.",
            "Set the MFA configuration to ON, or to OPTIONAL under enforced threat protection.",
            "Pools whose people sign in elsewhere alone.",
        )
        .each(|v| {
            let mfa = v.text("GetUserPoolMfaConfig.MfaConfiguration")?;
            let threats = v.text("DescribeUserPool.UserPool.UserPoolAddOns.AdvancedSecurityMode")? == Some("ENFORCED");
            let asked = mfa == Some("ON") || (mfa == Some("OPTIONAL") && threats);
            Verdict::fail_if(!asked, "it asks for no second factor", "it asks for a second factor")
        }),
    check(
        "cognito-pool-deletion-unprotected",
        "A user pool can be deleted by one call",
        Medium,
        "cognito-idp",
        "user-pool",
    )
    .fsbp(&["Cognito.6"])
    .page(
        "Deletion protection is on.",
        "One call, by mistake or by an attacker, and nobody can sign in any more.",
        "Set DeletionProtection to ACTIVE.",
        "Pools for tests.",
    )
    .each(|v| {
        v.none_of(
            "DescribeUserPool.UserPool.DeletionProtection",
            &["ACTIVE"],
            "deletion protection is off",
            "deletion protection is on",
        )
    }),
    check(
        "cognito-guests-allowed",
        "An identity pool gives credentials to anybody",
        Medium,
        "cognito-identity",
        "identity-pool",
    )
    .fsbp(&["Cognito.2"])
    .page(
        "The pool gives no credentials to guests.",
        "Anybody on the internet is a role of the account, and tries what it may do.",
        "Set AllowUnauthenticatedIdentities to false.",
        "Applications whose guests need a role, which is narrow.",
    )
    .detectors(&["cognito-identity-pool-open-to-guests"])
    .each(|v| {
        v.on(
            "DescribeIdentityPool.AllowUnauthenticatedIdentities",
            "guests get credentials",
            "guests get no credentials",
        )
    }),
];
