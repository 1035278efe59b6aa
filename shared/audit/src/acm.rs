//! Certificates.

use riposte_core::finding::Severity::{High, Medium};

use crate::check::{Check, check};
use crate::verdict::{Unknown, Verdict};

pub(crate) static CHECKS: &[Check] = &[
    check("acm-certificate-expiring", "A certificate expires soon", Medium, "acm", "certificate")
        .fsbp(&["ACM.1"])
        .page(
            "The certificate is valid for 30 days more.",
            "On the day every client refuses.",
            "Renew it, or let ACM do so by DNS validation.",
            "Certificates out of use.",
        )
        .each(|v| {
            if v.text("DescribeCertificate.Certificate.Status")?.is_some_and(|s| !matches!(s, "ISSUED" | "EXPIRED")) {
                return Ok(Verdict::Skip);
            }
            let end = v
                .time("DescribeCertificate.Certificate.NotAfter")?
                .ok_or_else(|| Unknown("its end is not known".to_owned()))?;
            let left = -v.days_since(end);
            Verdict::fail_with(
                (left < 30)
                    .then(|| if left < 0 { "it has expired".to_owned() } else { format!("it expires in {left} days") }),
                "it is valid for 30 days more",
            )
        }),
    check("acm-certificate-weak-key", "A certificate's key is short", High, "acm", "certificate")
        .fsbp(&["ACM.2"])
        .page("RSA keys have 2048 bits at least.", "A short key is broken.", "Request a new certificate.", "None.")
        .each(|v| {
            Verdict::fail_if(
                matches!(
                    v.text("DescribeCertificate.Certificate.KeyAlgorithm")?,
                    Some("RSA_1024" | "RSA-1024" | "RSA_512")
                ),
                "its key is short",
                "its key is long enough",
            )
        }),
];
