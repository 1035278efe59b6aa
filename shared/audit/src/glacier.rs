//! Archives.

use riposte_core::finding::Severity::Critical;

use crate::check::{Check, check};
use crate::exposure::public;

pub(crate) static CHECKS: &[Check] =
    &[check("glacier-vault-public", "Everyone may use an archive", Critical, "glacier", "vault")
        .cis("", "", "2.21")
        .page(
            "The vault's policy names who gets in.",
            "Everyone reads or deletes the archives.",
            "Take the statement with Principal * out.",
            "None.",
        )
        .each(|v| public(v, "GetVaultAccessPolicy.policy.Policy"))];
