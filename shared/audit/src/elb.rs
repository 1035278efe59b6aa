//! Classic load balancers.

use riposte_core::finding::Severity::Medium;
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
    check("elb-clear-text", "A classic load balancer serves in clear", Medium, "elb", "load-balancer")
        .fsbp(&["ELB.3"])
        .page(
            "Front listeners are HTTPS or SSL.",
            "Content and cookies pass in clear.",
            "Use HTTPS listeners, better a newer load balancer.",
            "Internal ones.",
        )
        .detectors(&["listener-without-tls"])
        .each(|v| {
            let clear = |l: &Value| matches!(text(l, "Listener.Protocol"), Some("HTTP" | "TCP"));
            Verdict::fail_if(
                v.list("DescribeLoadBalancers.ListenerDescriptions")?.iter().any(clear),
                "a listener serves in clear",
                "listeners use TLS",
            )
        }),
    check("elb-not-logged", "A classic load balancer is not logged", Medium, "elb", "load-balancer")
        .fsbp(&["ELB.5"])
        .page("Access logs are on.", "Who asked for what is not known afterwards.", "Turn on its access log.", "None.")
        .detectors(&["load-balancer-logging-disabled"])
        .each(|v| {
            v.off(
                "DescribeLoadBalancerAttributes.LoadBalancerAttributes.AccessLog.Enabled",
                "it is not logged",
                "it is logged",
            )
        }),
    check(
        "elb-without-connection-draining",
        "A classic load balancer cuts connections",
        Medium,
        "elb",
        "load-balancer",
    )
    .fsbp(&["ELB.7"])
    .page("Connection draining is on.", "Requests are lost whenever a machine goes.", "Turn it on.", "None.")
    .each(|v| {
        v.off(
            "DescribeLoadBalancerAttributes.LoadBalancerAttributes.ConnectionDraining.Enabled",
            "connection draining is off",
            "connection draining is on",
        )
    }),
    check(
        "elb-not-across-zones",
        "A classic load balancer does not share its load over zones",
        Medium,
        "elb",
        "load-balancer",
    )
    .fsbp(&["ELB.9"])
    .page("Cross-zone load balancing is on.", "One zone's machines drown while others idle.", "Turn it on.", "None.")
    .each(|v| {
        v.off(
            "DescribeLoadBalancerAttributes.LoadBalancerAttributes.CrossZoneLoadBalancing.Enabled",
            "cross-zone load balancing is off",
            "cross-zone load balancing is on",
        )
    }),
    check("elb-single-zone", "A classic load balancer stands in one zone", Medium, "elb", "load-balancer")
        .fsbp(&["ELB.10"])
        .page("It has several zones.", "The loss of a zone is the loss of the service.", "Add another zone.", "None.")
        .each(|v| {
            Verdict::fail_if(
                v.list("DescribeLoadBalancers.AvailabilityZones")?.len() < 2,
                "it has one zone",
                "it has several zones",
            )
        }),
    check(
        "elb-certificate-by-hand",
        "A classic load balancer's certificate is not ACM's",
        Medium,
        "elb",
        "load-balancer",
    )
    .fsbp(&["ELB.2"])
    .page(
        "Listeners with TLS use a certificate of ACM.",
        "A certificate that is kept by hand expires, and its key has lain on somebody's disk.",
        "Use a certificate of ACM.",
        "Certificates of authorities that ACM cannot import.",
    )
    .each(|v| {
        let listeners = v.list("DescribeLoadBalancers.ListenerDescriptions")?;
        let certificates: Vec<_> = listeners
            .iter()
            .filter(|l| matches!(text(l, "Listener.Protocol"), Some("HTTPS" | "SSL")))
            .map(|l| text(l, "Listener.SSLCertificateId").unwrap_or_default())
            .collect();
        if certificates.is_empty() {
            return Ok(Verdict::Skip);
        }
        let by_hand = certificates.iter().any(|arn| arn.split(':').nth(2) != Some("acm"));
        Verdict::fail_if(by_hand, "a listener's certificate is not ACM's", "its certificates are ACM's")
    }),
    check(
        "elb-request-smuggling",
        "A classic load balancer passes ambiguous requests on",
        Medium,
        "elb",
        "load-balancer",
    )
    .fsbp(&["ELB.14"])
    .page(
        "The desync mitigation mode is defensive or strictest.",
        "Requests are smuggled past it.",
        "Set elb.http.desyncmitigationmode.",
        "Old clients.",
    )
    .each(|v| {
        let mode = v.attribute(
            "DescribeLoadBalancerAttributes.LoadBalancerAttributes.AdditionalAttributes",
            "elb.http.desyncmitigationmode",
        )?;
        // Defensive is what it has where nothing is said.
        Verdict::fail_if(
            mode.is_some_and(|mode| !matches!(mode, "defensive" | "strictest")),
            "ambiguous requests pass",
            "ambiguous requests do not pass",
        )
    }),
];
