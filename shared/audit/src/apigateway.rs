//! API Gateway: REST APIs.

use riposte_core::finding::Severity::{Low, Medium};

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::{flag, text};

pub(crate) static CHECKS: &[Check] = &[
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
            let settings = v.members("GetStages.methodSettings")?;
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
            let settings = v.members("GetStages.methodSettings")?;
            let bad = settings
                .is_some_and(|all| all.values().any(|s| flag(s, "cachingEnabled") && !flag(s, "cacheDataEncrypted")));
            Verdict::fail_if(bad, "its cache is not encrypted", "its cache is encrypted, or it has none")
        }),
];
