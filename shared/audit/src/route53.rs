//! Route 53: zones.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;

pub(crate) static CHECKS: &[Check] =
    &[check("route53-zone-not-logged", "A public zone's queries are not logged", Medium, "route53", "hosted-zone")
        .fsbp(&["Route53.2"])
        .page(
            "Queries for names of a public zone are logged.",
            "Who looks for names that should be unknown shows nowhere.",
            "aws route53 create-query-logging-config.",
            "Zones of parked names.",
        )
        .detectors(&["zone-query-logs-stopped"])
        .each(|v| {
            if v.flag("ListHostedZones.Config.PrivateZone")? {
                return Ok(Verdict::Skip);
            }
            v.unset(
                "ListQueryLoggingConfigs.QueryLoggingConfigs",
                "its queries are not logged",
                "its queries are logged",
            )
        })];
