//! API Gateway: HTTP and WebSocket APIs.

use riposte_core::finding::Severity::Medium;

use crate::check::{Check, check};
use crate::verdict::Verdict;
use crate::view::text;

pub(crate) static CHECKS: &[Check] = &[
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
];
