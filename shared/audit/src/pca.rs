//! Private certificate authorities.

use riposte_core::finding::Severity::Low;

use crate::check::{Check, check};
use crate::verdict::{Unknown, Verdict};

pub(crate) static CHECKS: &[Check] =
    &[check("acm-pca-root-in-use", "A root certificate authority is at work", Low, "acm-pca", "certificate-authority")
        .fsbp(&["PCA.1", "PrivateCertificateAuthority.1"])
        .page(
            "A root authority that has signed its subordinates is disabled.",
            "Whoever gets at it makes certificates that everybody of yours believes.",
            "aws acm-pca update-certificate-authority --status DISABLED.",
            "While a subordinate is being signed.",
        )
        .each(|v| {
            let kind = v.text("ListCertificateAuthorities.Type")?;
            if kind.ok_or_else(|| Unknown("its type is not known".to_owned()))? != "ROOT" {
                return Ok(Verdict::Skip);
            }
            let status = v
                .text("ListCertificateAuthorities.Status")?
                .ok_or_else(|| Unknown("its status is not known".to_owned()))?;
            Verdict::fail_if(status == "ACTIVE", "it is at work", "it is not at work")
        })];
