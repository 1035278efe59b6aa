//! CloudFront: distributions.

use riposte_core::finding::Severity::{High, Low, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::{at, list, strings, text};

const CONFIG: &str = "GetDistributionConfig.DistributionConfig";

pub(crate) static CHECKS: &[Check] = &[
    check("cloudfront-no-default-root-object", "A distribution lists its origin", High, "cloudfront", "distribution")
        .fsbp(&["CloudFront.1"])
        .page(
            "A default root object is set.",
            "A request for `/` may list what the bucket holds.",
            "Set the default root object.",
            "Distributions of APIs.",
        )
        .each(|v| {
            v.unset(
                &format!("{CONFIG}.DefaultRootObject"),
                "it has no default root object",
                "it has a default root object",
            )
        }),
    check("cloudfront-clear-text-viewers", "A distribution serves over HTTP", Medium, "cloudfront", "distribution")
        .fsbp(&["CloudFront.3"])
        .page(
            "Every behavior asks for HTTPS, or redirects to it.",
            "Content and cookies pass in clear.",
            "Set the viewer protocol policy to redirect-to-https.",
            "None.",
        )
        .each(|v| {
            let own = v.text(&format!("{CONFIG}.DefaultCacheBehavior.ViewerProtocolPolicy"))?;
            let others = v.list(&format!("{CONFIG}.CacheBehaviors.Items"))?;
            let all =
                own == Some("allow-all") || others.iter().any(|b| text(b, "ViewerProtocolPolicy") == Some("allow-all"));
            Verdict::fail_if(all, "a behavior serves over HTTP", "every behavior asks for HTTPS")
        }),
    check("cloudfront-no-origin-failover", "A distribution has one origin", Low, "cloudfront", "distribution")
        .fsbp(&["CloudFront.4"])
        .page(
            "An origin group has a second origin.",
            "The loss of the origin is the loss of the site.",
            "Add an origin group.",
            "Sites of no weight.",
        )
        .each(|v| {
            Verdict::fail_if(
                !v.list(&format!("{CONFIG}.OriginGroups.Items"))?.iter().any(|g| list(g, "Members.Items").len() > 1),
                "it has no origin group",
                "it has an origin group",
            )
        }),
    check("cloudfront-not-logged", "A distribution is not logged", Medium, "cloudfront", "distribution")
        .cis("", "", "4.10")
        .fsbp(&["CloudFront.5"])
        .page(
            "Access logging is on.",
            "Who asked for what is not known afterwards.",
            "Set a log bucket.",
            "Distributions with real-time logs.",
        )
        .each(|v| v.off(&format!("{CONFIG}.Logging.Enabled"), "it is not logged", "it is logged")),
    check("cloudfront-without-waf", "A distribution stands before no firewall", Medium, "cloudfront", "distribution")
        .fsbp(&["CloudFront.6"])
        .page(
            "A web ACL is associated.",
            "Known attacks on web applications pass.",
            "Associate a web ACL.",
            "Static files.",
        )
        .detectors(&["web-acl-disassociated"])
        .each(|v| v.unset(&format!("{CONFIG}.WebACLId"), "it has no web ACL", "it has a web ACL")),
    check(
        "cloudfront-default-certificate",
        "A distribution uses CloudFront's own certificate",
        Medium,
        "cloudfront",
        "distribution",
    )
    .fsbp(&["CloudFront.7"])
    .page(
        "It has a certificate of yours.",
        "Viewers can't tell your name from others', and old TLS can't be turned off.",
        "Use a certificate of ACM.",
        "Distributions without a name of their own.",
    )
    .each(|v| {
        v.said(
            &format!("{CONFIG}.ViewerCertificate.CloudFrontDefaultCertificate"),
            "it uses CloudFront's own certificate",
            "it uses a certificate of yours",
        )
    }),
    check("cloudfront-without-sni", "A distribution pays for addresses of its own", Low, "cloudfront", "distribution")
        .fsbp(&["CloudFront.8"])
        .page(
            "A custom certificate is served by SNI.",
            "Addresses of its own cost, for viewers that no longer exist.",
            "Set the support method to sni-only.",
            "Viewers of old devices.",
        )
        .each(|v| match v.text(&format!("{CONFIG}.ViewerCertificate.SSLSupportMethod"))? {
            None => Ok(Verdict::Skip),
            Some(method) => Verdict::fail_if(method != "sni-only", "it is not served by SNI", "it is served by SNI"),
        }),
    check(
        "cloudfront-clear-text-origin",
        "A distribution asks its origin over HTTP",
        Medium,
        "cloudfront",
        "distribution",
    )
    .fsbp(&["CloudFront.9"])
    .page(
        "Custom origins are asked over HTTPS.",
        "What viewers sent over TLS goes on in clear.",
        "Set the origin protocol policy to https-only.",
        "None.",
    )
    .each(|v| {
        let clear = |o: &Value| {
            matches!(text(o, "CustomOriginConfig.OriginProtocolPolicy"), Some("http-only" | "match-viewer"))
        };
        Verdict::fail_if(
            v.list(&format!("{CONFIG}.Origins.Items"))?.iter().any(clear),
            "an origin is asked over HTTP",
            "origins are asked over HTTPS",
        )
    }),
    check(
        "cloudfront-old-tls-origin",
        "A distribution talks old TLS to its origin",
        Medium,
        "cloudfront",
        "distribution",
    )
    .fsbp(&["CloudFront.10"])
    .page(
        "SSLv3, TLS 1.0 and 1.1 are not used to the origin.",
        "Old versions are broken.",
        "Leave TLSv1.2 alone.",
        "Old origins.",
    )
    .each(|v| {
        let old = |o: &Value| {
            strings(o, "CustomOriginConfig.OriginSslProtocols.Items")
                .any(|p| matches!(p, "SSLv3" | "TLSv1" | "TLSv1.1"))
        };
        Verdict::fail_if(
            v.list(&format!("{CONFIG}.Origins.Items"))?.iter().any(old),
            "old TLS is used to an origin",
            "old TLS is used to no origin",
        )
    }),
    check(
        "cloudfront-origin-bucket-missing",
        "A distribution's bucket does not exist",
        High,
        "cloudfront",
        "distribution",
    )
    .fsbp(&["CloudFront.12"])
    .page(
        "The bucket of every S3 origin is in the account.",
        "Whoever makes a bucket of that name serves your site.",
        "Remove the origin.",
        "Buckets of other accounts.",
    )
    .beside(&[("s3", "bucket")], |v, index| {
        let mut missing = Vec::new();
        for origin in v.list(&format!("{CONFIG}.Origins.Items"))? {
            let Some(name) = text(origin, "DomainName") else { continue };
            let Some((bucket, _)) = name.split_once(".s3") else { continue };
            if name.ends_with(".amazonaws.com")
                && !index.views("s3", "bucket").any(|b| b.resource.name == bucket || b.resource.id == bucket)
            {
                missing.push(bucket.to_owned());
            }
        }
        Verdict::fail_for(&missing, "these buckets do not exist in the account", "its buckets exist")
    }),
    check(
        "cloudfront-origin-without-access-control",
        "A distribution's bucket is asked without a signature",
        Medium,
        "cloudfront",
        "distribution",
    )
    .fsbp(&["CloudFront.13"])
    .page(
        "S3 origins have an origin access control.",
        "The bucket must be public, and is reached past the distribution.",
        "Make an origin access control.",
        "Buckets that serve websites.",
    )
    .each(|v| {
        let bare =
            |o: &Value| at(o, "S3OriginConfig").is_some() && text(o, "OriginAccessControlId").is_none_or(str::is_empty);
        Verdict::fail_if(
            v.list(&format!("{CONFIG}.Origins.Items"))?.iter().any(bare),
            "an S3 origin has no origin access control",
            "S3 origins have an origin access control",
        )
    }),
];
