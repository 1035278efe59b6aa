//! What faces the world: distributions, load balancers, APIs, certificates, search domains, caches and file systems.

use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use serde_json::Value;

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, flag, list, text};

const CONFIG: &str = "GetDistributionConfig.DistributionConfig";
const DOMAIN: &str = "DescribeDomain.DomainStatus";

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
            list(o, "CustomOriginConfig.OriginSslProtocols.Items")
                .iter()
                .any(|p| matches!(p.as_str(), Some("SSLv3" | "TLSv1" | "TLSv1.1")))
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
            |o: &Value| o.get("S3OriginConfig").is_some() && text(o, "OriginAccessControlId").is_none_or(str::is_empty);
        Verdict::fail_if(
            v.list(&format!("{CONFIG}.Origins.Items"))?.iter().any(bare),
            "an S3 origin has no origin access control",
            "S3 origins have an origin access control",
        )
    }),
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
    check("apigateway-stage-not-logged", "An API's stage is not logged", Medium, "apigateway", "stage")
        .cis("", "", "4.10")
        .fsbp(&["APIGateway.1"])
        .page(
            "Execution logging is ERROR or INFO.",
            "Who called what is not known afterwards.",
            "Set the logging level of all methods.",
            "None.",
        )
        .detectors(&["api-logging-disabled"])
        .each(|v| {
            let settings = v.get("GetStages.methodSettings")?.and_then(Value::as_object);
            let on = settings
                .is_some_and(|all| all.values().any(|s| matches!(text(s, "loggingLevel"), Some("ERROR" | "INFO"))));
            Verdict::fail_if(!on, "it is not logged", "it is logged")
        }),
    check(
        "apigateway-stage-without-client-certificate",
        "An API's backend can't tell who calls",
        Medium,
        "apigateway",
        "stage",
    )
    .fsbp(&["APIGateway.2"])
    .page(
        "The stage has a client certificate.",
        "Whoever reaches the backend passes for the API.",
        "Generate a client certificate.",
        "Backends of AWS services.",
    )
    .each(|v| v.unset("GetStages.clientCertificateId", "it has no client certificate", "it has a client certificate")),
    check("apigateway-stage-not-traced", "An API's stage is not traced", Low, "apigateway", "stage")
        .fsbp(&["APIGateway.3"])
        .page("X-Ray tracing is on.", "What took long is not known.", "Turn on tracing.", "None.")
        .each(|v| v.off("GetStages.tracingEnabled", "it is not traced", "it is traced")),
    check("apigateway-stage-without-waf", "An API stands before no firewall", Medium, "apigateway", "stage")
        .fsbp(&["APIGateway.4"])
        .page(
            "A web ACL is associated.",
            "Known attacks on web applications pass.",
            "Associate a web ACL.",
            "Private APIs.",
        )
        .detectors(&["web-acl-disassociated"])
        .each(|v| v.unset("GetStages.webAclArn", "it has no web ACL", "it has a web ACL")),
    check("apigateway-stage-cache-not-encrypted", "An API's cache is not encrypted", Medium, "apigateway", "stage")
        .fsbp(&["APIGateway.5"])
        .page(
            "Where methods are cached the cache is encrypted.",
            "Answers lie open in it.",
            "Set cacheDataEncrypted.",
            "None.",
        )
        .each(|v| {
            let settings = v.get("GetStages.methodSettings")?.and_then(Value::as_object);
            let bad = settings
                .is_some_and(|all| all.values().any(|s| flag(s, "cachingEnabled") && !flag(s, "cacheDataEncrypted")));
            Verdict::fail_if(bad, "its cache is not encrypted", "its cache is encrypted, or it has none")
        }),
    check("apigatewayv2-route-without-authorizer", "A route asks nobody who he is", Medium, "apigatewayv2", "api")
        .fsbp(&["APIGateway.8"])
        .page(
            "Every route has an authorization type.",
            "Everyone calls what stands behind it.",
            "Set an authorizer.",
            "Public routes.",
        )
        .detectors(&["api-method-without-authorization"])
        .each(|v| {
            let open = v
                .list("GetRoutes.Items")?
                .iter()
                .filter(|r| matches!(text(r, "AuthorizationType"), None | Some("NONE")));
            let names: Vec<_> = open.map(|r| text(r, "RouteKey").unwrap_or("?").to_owned()).collect();
            Verdict::fail_for(&names, "these routes ask nobody", "every route asks who calls")
        }),
    check("apigatewayv2-stage-not-logged", "An HTTP API's stage is not logged", Medium, "apigatewayv2", "stage")
        .cis("", "", "4.10")
        .fsbp(&["APIGateway.9"])
        .page("Access logs are on.", "Who called what is not known afterwards.", "Set accessLogSettings.", "None.")
        .detectors(&["api-logging-disabled"])
        .each(|v| v.unset("GetStages.AccessLogSettings.DestinationArn", "it is not logged", "it is logged")),
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
    check("opensearch-domain-public", "A search domain is on the internet", Critical, "opensearch", "domain")
        .fsbp(&["ES.2", "OpenSearch.2"])
        .page(
            "The domain is in a VPC.",
            "Search domains on the internet are copied and held to ransom.",
            "Make a new domain in a VPC, and move over.",
            "Domains whose policy names addresses.",
        )
        .detectors(&["opensearch-domain-weakened"])
        .each(|v| v.unset(&format!("{DOMAIN}.VPCOptions.VPCId"), "it is in no VPC", "it is in a VPC")),
    check("opensearch-domain-open-policy", "Everyone may use a search domain", Critical, "opensearch", "domain")
        .page(
            "The access policy names who gets in, or the domain is in a VPC.",
            "Everyone reads and deletes the indexes.",
            "Name principals or addresses in the access policy.",
            "None.",
        )
        .each(|v| {
            if v.text(&format!("{DOMAIN}.VPCOptions.VPCId"))?.is_some() {
                Ok(Verdict::Pass("it is in a VPC".to_owned()))
            } else {
                crate::exposure::public(v, &format!("{DOMAIN}.AccessPolicies"))
            }
        }),
    check("opensearch-domain-not-encrypted", "A search domain is not encrypted", Medium, "opensearch", "domain")
        .fsbp(&["ES.1", "OpenSearch.1"])
        .page("Encryption at rest is on.", "Indexes lie open in its storage.", "Turn it on.", "None.")
        .each(|v| {
            v.off(&format!("{DOMAIN}.EncryptionAtRestOptions.Enabled"), "it is not encrypted", "it is encrypted")
        }),
    check(
        "opensearch-domain-node-traffic-clear",
        "A search domain's nodes talk in clear",
        Medium,
        "opensearch",
        "domain",
    )
    .fsbp(&["ES.3", "OpenSearch.3"])
    .page("Node-to-node encryption is on.", "Documents pass in clear between nodes.", "Turn it on.", "None.")
    .each(|v| {
        v.off(
            &format!("{DOMAIN}.NodeToNodeEncryptionOptions.Enabled"),
            "its nodes talk in clear",
            "its nodes talk over TLS",
        )
    }),
    check("opensearch-domain-not-logged", "A search domain's errors are not logged", Medium, "opensearch", "domain")
        .fsbp(&["ES.4", "OpenSearch.4"])
        .page(
            "Application logs go to CloudWatch.",
            "What failed is not known.",
            "Publish ES_APPLICATION_LOGS.",
            "None.",
        )
        .each(|v| {
            v.off(
                &format!("{DOMAIN}.LogPublishingOptions.ES_APPLICATION_LOGS.Enabled"),
                "its errors are not logged",
                "its errors are logged",
            )
        }),
    check("opensearch-domain-audit-log-off", "A search domain is not audited", Medium, "opensearch", "domain")
        .fsbp(&["ES.5", "OpenSearch.5"])
        .page("Audit logs go to CloudWatch.", "Who asked what is not known afterwards.", "Publish AUDIT_LOGS.", "None.")
        .each(|v| {
            v.off(&format!("{DOMAIN}.LogPublishingOptions.AUDIT_LOGS.Enabled"), "it is not audited", "it is audited")
        }),
    check("opensearch-domain-few-nodes", "A search domain has too few nodes", Medium, "opensearch", "domain")
        .fsbp(&["ES.6", "OpenSearch.6"])
        .page(
            "Three data nodes at least, over zones.",
            "The loss of a node is the loss of data.",
            "Raise the instance count.",
            "Domains for tests.",
        )
        .each(|v| {
            Verdict::fail_if(
                v.number(&format!("{DOMAIN}.ClusterConfig.InstanceCount"))?.unwrap_or(0.0) < 3.0
                    || !v.flag(&format!("{DOMAIN}.ClusterConfig.ZoneAwarenessEnabled"))?,
                "it has fewer than three nodes over zones",
                "it has three nodes over zones",
            )
        }),
    check("opensearch-domain-no-fine-access", "A search domain knows no users", High, "opensearch", "domain")
        .fsbp(&["OpenSearch.7"])
        .page(
            "Fine-grained access control is on.",
            "Whoever gets in may do everything.",
            "Turn on AdvancedSecurityOptions.",
            "None.",
        )
        .detectors(&["opensearch-domain-weakened"])
        .each(|v| {
            v.off(
                &format!("{DOMAIN}.AdvancedSecurityOptions.Enabled"),
                "fine-grained access control is off",
                "fine-grained access control is on",
            )
        }),
    check("opensearch-domain-clear-text", "A search domain takes old or no TLS", Medium, "opensearch", "domain")
        .fsbp(&["ES.8", "OpenSearch.8"])
        .page("HTTPS is enforced, with TLS 1.2.", "Documents pass in clear.", "Set DomainEndpointOptions.", "None.")
        .each(|v| {
            let (https, policy) = (
                v.flag(&format!("{DOMAIN}.DomainEndpointOptions.EnforceHTTPS"))?,
                v.text(&format!("{DOMAIN}.DomainEndpointOptions.TLSSecurityPolicy"))?,
            );
            Verdict::fail_if(
                !https || !policy.is_some_and(|p| p.contains("Min-TLS-1-2")),
                "it takes old or no TLS",
                "it takes TLS 1.2 or later",
            )
        }),
    check("elasticache-backups-off", "A cache is not backed up", High, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.1"])
        .page(
            "Snapshots are kept.",
            "What it holds is lost with it.",
            "Set a snapshot retention.",
            "Caches that can be filled again.",
        )
        .each(|v| {
            v.below(
                "DescribeReplicationGroups.SnapshotRetentionLimit",
                1.0,
                "no snapshots are kept",
                "snapshots are kept",
            )
        }),
    check(
        "elasticache-minor-upgrades-off",
        "A cache does not take minor upgrades",
        High,
        "elasticache",
        "cache-cluster",
    )
    .fsbp(&["ElastiCache.2"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open.",
        "Set AutoMinorVersionUpgrade.",
        "None.",
    )
    .each(|v| {
        v.off("DescribeCacheClusters.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")
    }),
    check("elasticache-failover-off", "A cache does not fail over", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.3"])
        .page("Automatic failover is on.", "The loss of a node is the loss of the service.", "Turn it on.", "None.")
        .each(|v| {
            v.none_of(
                "DescribeReplicationGroups.AutomaticFailover",
                &["enabled"],
                "automatic failover is off",
                "automatic failover is on",
            )
        }),
    check("elasticache-not-encrypted", "A cache is not encrypted", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.4"])
        .page(
            "Encryption at rest is on.",
            "What it holds lies open in its storage.",
            "Make a new one with encryption.",
            "None.",
        )
        .each(|v| v.off("DescribeReplicationGroups.AtRestEncryptionEnabled", "it is not encrypted", "it is encrypted")),
    check(
        "elasticache-clear-text",
        "A cache takes connections without TLS",
        Medium,
        "elasticache",
        "replication-group",
    )
    .fsbp(&["ElastiCache.5"])
    .page("Encryption in transit is on.", "Sessions and answers pass in clear.", "Turn on transit encryption.", "None.")
    .each(|v| {
        v.off("DescribeReplicationGroups.TransitEncryptionEnabled", "it takes connections without TLS", "it takes TLS")
    }),
    check("elasticache-without-password", "A cache asks nobody who he is", Medium, "elasticache", "replication-group")
        .fsbp(&["ElastiCache.6"])
        .page(
            "A token or user groups are set.",
            "Whoever reaches the port reads and writes.",
            "Set user groups.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                !v.flag("DescribeReplicationGroups.AuthTokenEnabled")?
                    && v.list("DescribeReplicationGroups.UserGroupIds")?.is_empty(),
                "it asks nobody",
                "it asks for a token or a user",
            )
        }),
    check("elasticache-default-subnets", "A cache stands in the default subnets", High, "elasticache", "cache-cluster")
        .fsbp(&["ElastiCache.7"])
        .page(
            "The cache has a subnet group of its own.",
            "The default group holds every subnet, public ones among them.",
            "Make a subnet group.",
            "None.",
        )
        .each(|v| {
            Verdict::fail_if(
                matches!(v.text("DescribeCacheClusters.CacheSubnetGroupName")?, None | Some("default")),
                "it is in the default subnet group",
                "it is in a subnet group of its own",
            )
        }),
    check("efs-not-encrypted", "A file system is not encrypted", Medium, "efs", "file-system")
        .cis("2.3.1", "3.3.1", "3.3.1")
        .fsbp(&["EFS.1"])
        .page(
            "The file system is encrypted.",
            "Files lie open in its storage.",
            "Make a new one with encryption, and copy.",
            "None.",
        )
        .each(|v| v.off("DescribeFileSystems.Encrypted", "it is not encrypted", "it is encrypted")),
    check("efs-not-backed-up", "A file system is not backed up", Medium, "efs", "file-system")
        .fsbp(&["EFS.2"])
        .page(
            "Automatic backups are on.",
            "Files that are deleted or encrypted for ransom can't be brought back.",
            "aws efs put-backup-policy.",
            "Scratch files.",
        )
        .detectors(&["backup-recovery-point-deleted"])
        .each(|v| {
            v.none_of(
                "DescribeBackupPolicy.BackupPolicy.Status",
                &["ENABLED", "ENABLING"],
                "automatic backups are off",
                "automatic backups are on",
            )
        }),
    check(
        "efs-access-point-without-root",
        "An access point shows the whole file system",
        Medium,
        "efs",
        "access-point",
    )
    .fsbp(&["EFS.3"])
    .page(
        "The access point has a root directory of its own.",
        "Each application sees all files.",
        "Make one with a path.",
        "None.",
    )
    .each(|v| {
        Verdict::fail_if(
            matches!(v.text("DescribeAccessPoints.RootDirectory.Path")?, None | Some("/")),
            "it shows the whole file system",
            "it shows a directory",
        )
    }),
    check("efs-access-point-without-user", "An access point takes any user", Medium, "efs", "access-point")
        .fsbp(&["EFS.4"])
        .page(
            "The access point sets a POSIX user.",
            "Clients say who they are, root among them.",
            "Make one with a user.",
            "None.",
        )
        .each(|v| v.unset("DescribeAccessPoints.PosixUser.Uid", "it takes any user", "it sets a user")),
    check("efs-public", "Everyone may mount a file system", High, "efs", "file-system")
        .page(
            "The policy asks for a mount target or names who may mount.",
            "Who reaches it reads the files.",
            "Narrow the file system's policy.",
            "None.",
        )
        .detectors(&["efs-policy-deleted"])
        .each(|v| crate::exposure::public(v, "DescribeFileSystemPolicy.Policy")),
    check(
        "dms-instance-public",
        "A replication instance has a public address",
        Critical,
        "dms",
        "replication-instance",
    )
    .fsbp(&["DMS.1"])
    .page(
        "The instance is not publicly accessible.",
        "It holds the credentials of two databases.",
        "Make a new one without.",
        "None.",
    )
    .each(|v| {
        v.on(
            "DescribeReplicationInstances.PubliclyAccessible",
            "it is publicly accessible",
            "it is not publicly accessible",
        )
    }),
    check(
        "dms-instance-minor-upgrades-off",
        "A replication instance does not take minor upgrades",
        Medium,
        "dms",
        "replication-instance",
    )
    .fsbp(&["DMS.6"])
    .page(
        "Minor versions are installed by themselves.",
        "Known flaws stay open.",
        "Set AutoMinorVersionUpgrade.",
        "None.",
    )
    .each(|v| {
        v.off("DescribeReplicationInstances.AutoMinorVersionUpgrade", "minor upgrades are off", "minor upgrades are on")
    }),
    check("dms-endpoint-clear-text", "A database is copied without TLS", Medium, "dms", "endpoint")
        .fsbp(&["DMS.9"])
        .page(
            "The endpoint asks for TLS.",
            "Rows pass in clear.",
            "Set SslMode.",
            "Endpoints of AWS services, which use TLS anyway.",
        )
        .each(|v| {
            if matches!(
                v.text("DescribeEndpoints.EngineName")?,
                Some(
                    "s3" | "dynamodb"
                        | "kinesis"
                        | "redshift"
                        | "redshift-serverless"
                        | "opensearch"
                        | "neptune"
                        | "timestream"
                )
            ) {
                return Ok(Verdict::Skip);
            }
            Verdict::fail_if(
                matches!(v.text("DescribeEndpoints.SslMode")?, None | Some("none")),
                "it asks for no TLS",
                "it asks for TLS",
            )
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
