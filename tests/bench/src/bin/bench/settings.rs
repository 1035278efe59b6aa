//! The settings that the measured functions read, and that decisions are measured with: a live
//! deployment with its own three roles and two protected principals.

use std::collections::BTreeMap;

use anyhow::Result;
use riposte_core::settings::{LEDGER_KEY_PATH, MODE_PATH, Settings};

const PARAMETERS: [(&str, &str); 6] = [
    (MODE_PATH, "live"),
    (LEDGER_KEY_PATH, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="),
    ("/riposte/topic-arn", "arn:aws:sns:eu-west-1:111122223333:riposte"),
    ("/riposte/ledger-table", "riposte-ledger"),
    (
        "/riposte/own-roles",
        "arn:aws:iam::111122223333:role/riposte-ingress-guard,arn:aws:iam::111122223333:role/riposte-identity-guard,\
         arn:aws:iam::111122223333:role/riposte-log-watch",
    ),
    (
        "/riposte/protected-principals",
        "arn:aws:iam::*:role/break-glass,arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*",
    ),
];

/// As Parameter Store holds them.
pub(crate) fn parameters() -> BTreeMap<String, String> {
    PARAMETERS.map(|(path, value)| (path.to_owned(), value.to_owned())).into()
}

/// As the functions use them.
pub(crate) fn settings() -> Result<Settings> {
    Ok(Settings::from_parameters(&parameters())?)
}
