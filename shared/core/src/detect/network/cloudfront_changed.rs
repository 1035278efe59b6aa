//! `cloudfront-changed`: cloudFront distribution or function changed.

use crate::detect::change::{Change, always};
use crate::detect::meta::page;
use crate::detect::{Domain, EventName, Events, Meta};
use crate::finding::{Confidence, Severity};

pub(super) const CDN_CHANGED: Change = Change {
    meta: Meta {
        id: "cloudfront-changed",
        title: "CloudFront distribution or function changed",
        domain: Domain::Network,
        severity: Severity::Informational,
        confidence: Confidence::Medium,
        technique: &["T1583.006"],
        events: Events::Calls(&[
            EventName { source: "cloudfront.amazonaws.com", name: "CreateDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateDistributionWithTags" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateFunction" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteFunction" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateCloudFrontOriginAccessIdentity" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateFunction" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateOriginAccessControl" },
            EventName { source: "cloudfront.amazonaws.com", name: "AssociateDistributionTenantWebACL" },
            EventName { source: "cloudfront.amazonaws.com", name: "AssociateDistributionWebACL" },
            EventName { source: "cloudfront.amazonaws.com", name: "CopyDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateContinuousDeploymentPolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateDistributionTenant" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateKeyValueStore" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateOriginAccessControl" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateRealtimeLogConfig" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateStreamingDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "CreateVpcOrigin" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteCachePolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteDistributionTenant" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteKeyValueStore" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteOriginRequestPolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "DeleteStreamingDistribution" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateCachePolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateContinuousDeploymentPolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateDistributionTenant" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateDistributionWithStagingConfig" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateKeyValueStore" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateOriginRequestPolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateRealtimeLogConfig" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateResponseHeadersPolicy" },
            EventName { source: "cloudfront.amazonaws.com", name: "UpdateStreamingDistribution" },
        ]),
        prose: page(
            "\
## What it does
Fires when a CloudFront distribution, a tenant of one or a function for the edge is made, changed or deleted, or how a
distribution caches, logs, and shows itself to its origins is changed. Clearing the cache does not match; a function that goes live is `cloudfront-function-published`.

## Why is this bad?
A distribution decides where the requests of all visitors go and what code sees them first. Kept for
whoever looks back.

## False positives
Nearly all of them: this keeps a record and sends no alert.

## References
- <https://attack.mitre.org/techniques/T1583/006/>
- <https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html>
",
        ),
        ..Meta::PLAIN
    },
    names: &["id", "name", "domainName"],
    when: always,
};
