//! Load balancers of applications, networks and gateways.

use riposte_core::finding::Severity::Medium;
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::{View, list, text};

pub(crate) static CHECKS: &[Check] = &[
    check("elbv2-clear-text-not-redirected", "A load balancer serves over HTTP", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.1"])
        .page(
            "HTTP listeners of an application load balancer redirect to HTTPS.",
            "Content and cookies pass in clear.",
            "Make the listener's default action a redirect.",
            "Internal ones behind TLS.",
        )
        .detectors(&["listener-without-tls"])
        .each(|v| {
            if v.text("DescribeLoadBalancers.Type")? != Some("application") {
                return Ok(Verdict::Skip);
            }
            let clear = |l: &Value| {
                text(l, "Protocol") == Some("HTTP")
                    && !list(l, "DefaultActions").iter().any(|a| text(a, "RedirectConfig.Protocol") == Some("HTTPS"))
            };
            Verdict::fail_if(
                v.list("DescribeListeners.Listeners")?.iter().any(clear),
                "an HTTP listener does not redirect to HTTPS",
                "HTTP listeners redirect to HTTPS",
            )
        }),
    check("elbv2-old-tls", "A load balancer takes old TLS", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.17"])
        .page(
            "Listeners use a policy of TLS 1.2 or later.",
            "Old versions are broken.",
            "Set ELBSecurityPolicy-TLS13-1-2-2021-06 or later.",
            "Old clients.",
        )
        .detectors(&["listener-accepts-old-tls"])
        .each(|v| {
            let old = |l: &Value| {
                text(l, "SslPolicy")
                    .is_some_and(|p| !["TLS-1-2", "TLS13-1-2", "TLS13-1-3"].iter().any(|modern| p.contains(modern)))
            };
            Verdict::fail_if(
                v.list("DescribeListeners.Listeners")?.iter().any(old),
                "a listener takes old TLS",
                "no listener takes old TLS",
            )
        }),
    check("elbv2-invalid-headers-kept", "A load balancer passes broken headers on", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.4"])
        .page(
            "Invalid headers are dropped.",
            "Requests are smuggled past it.",
            "Set routing.http.drop_invalid_header_fields.enabled.",
            "Applications with odd headers.",
        )
        .detectors(&["load-balancer-lets-attacks-pass"])
        .each(|v| {
            alb(
                v,
                "routing.http.drop_invalid_header_fields.enabled",
                &["true"],
                "invalid headers are kept",
                "invalid headers are dropped",
            )
        }),
    check("elbv2-not-logged", "A load balancer is not logged", Medium, "elbv2", "load-balancer")
        .cis("", "", "4.10")
        .fsbp(&["ELB.5"])
        .page(
            "Access logs are on.",
            "Who asked for what is not known afterwards.",
            "Set access_logs.s3.enabled.",
            "Load balancers for tests.",
        )
        .detectors(&["load-balancer-logging-disabled"])
        .each(|v| {
            if v.text("DescribeLoadBalancers.Type")? == Some("gateway") {
                Ok(Verdict::Skip)
            } else {
                attribute(v, "access_logs.s3.enabled", &["true"], "it is not logged", "it is logged")
            }
        }),
    check("elbv2-deletion-unprotected", "A load balancer can be deleted by one call", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.6"])
        .page(
            "Deletion protection is on.",
            "One call takes the service off the net.",
            "Set deletion_protection.enabled.",
            "Load balancers for tests.",
        )
        .each(|v| {
            attribute(
                v,
                "deletion_protection.enabled",
                &["true"],
                "deletion protection is off",
                "deletion protection is on",
            )
        }),
    check("elbv2-request-smuggling", "A load balancer passes ambiguous requests on", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.12"])
        .page(
            "The desync mitigation mode is defensive or strictest.",
            "Requests are smuggled past it.",
            "Set routing.http.desync_mitigation_mode.",
            "Old clients.",
        )
        .detectors(&["load-balancer-lets-attacks-pass"])
        .each(|v| {
            alb(
                v,
                "routing.http.desync_mitigation_mode",
                &["defensive", "strictest"],
                "ambiguous requests pass",
                "ambiguous requests do not pass",
            )
        }),
    check("elbv2-single-zone", "A load balancer stands in one zone", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.13"])
        .page(
            "It has several zones.",
            "The loss of a zone is the loss of the service.",
            "Add a subnet in another zone.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.list("DescribeLoadBalancers.AvailabilityZones")?.len() < 2,
                "it has one zone",
                "it has several zones",
            )
        }),
    check("elbv2-without-waf", "A load balancer stands before no firewall", Medium, "elbv2", "load-balancer")
        .fsbp(&["ELB.16"])
        .page(
            "A web ACL is associated with an application load balancer.",
            "Known attacks on web applications pass.",
            "Associate a web ACL.",
            "Internal ones.",
        )
        .detectors(&["web-acl-disassociated"])
        .each(|v| {
            if v.text("DescribeLoadBalancers.Type")? != Some("application") {
                Ok(Verdict::Skip)
            } else {
                v.unset("GetWebACLForResource.WebACL.ARN", "it has no web ACL", "it has a web ACL")
            }
        }),
];

fn alb(v: &View<'_>, key: &str, good: &[&str], bad_why: &str, good_why: &str) -> Answer {
    if v.text("DescribeLoadBalancers.Type")? != Some("application") {
        return Ok(Verdict::Skip);
    }
    attribute(v, key, good, bad_why, good_why)
}

fn attribute(v: &View<'_>, key: &str, good: &[&str], bad_why: &str, good_why: &str) -> Answer {
    let value = v.attribute("DescribeLoadBalancerAttributes.Attributes", key)?;
    Verdict::fail_if(!value.is_some_and(|value| good.contains(&value)), bad_why, good_why)
}
