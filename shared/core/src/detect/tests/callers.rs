//! What must hold for every detector whoever calls: services that call for themselves, and the names that a service gives
//! its own calls.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::firing;
use crate::catalogue::all_metas;
use crate::detect::{Facts, Index, detectors, run};
use crate::event::ApiCall;

/// The calls of Lambda with the date of the interface that each belongs to. CloudTrail writes the date behind many of
/// the names, and `v2` behind some dates.
const LAMBDA: &[(&str, &str)] = &[
    ("AddLayerVersionPermission", "20181031"),
    ("AddPermission", "20150331"),
    ("CheckpointDurableExecution", "20251201"),
    ("CreateAlias", "20150331"),
    ("CreateCapacityProvider", "20251130"),
    ("CreateCodeSigningConfig", "20200422"),
    ("CreateEventSourceMapping", "20150331"),
    ("CreateFunction", "20150331"),
    ("CreateFunctionUrlConfig", "20211031"),
    ("DeleteAlias", "20150331"),
    ("DeleteCapacityProvider", "20251130"),
    ("DeleteCodeSigningConfig", "20200422"),
    ("DeleteEventSourceMapping", "20150331"),
    ("DeleteFunction", "20150331"),
    ("DeleteFunctionCodeSigningConfig", "20200630"),
    ("DeleteFunctionConcurrency", "20171031"),
    ("DeleteFunctionEventInvokeConfig", "20190925"),
    ("DeleteFunctionUrlConfig", "20211031"),
    ("DeleteLayerVersion", "20181031"),
    ("DeleteProvisionedConcurrencyConfig", "20190930"),
    ("DeleteResourcePolicy", "20260709"),
    ("GetAccountSettings", "20160819"),
    ("GetAlias", "20150331"),
    ("GetCapacityProvider", "20251130"),
    ("GetCodeSigningConfig", "20200422"),
    ("GetDurableExecution", "20251201"),
    ("GetDurableExecutionHistory", "20251201"),
    ("GetDurableExecutionState", "20251201"),
    ("GetEventSourceMapping", "20150331"),
    ("GetFunction", "20150331"),
    ("GetFunctionCodeSigningConfig", "20200630"),
    ("GetFunctionConcurrency", "20190930"),
    ("GetFunctionConfiguration", "20150331"),
    ("GetFunctionEventInvokeConfig", "20190925"),
    ("GetFunctionRecursionConfig", "20240831"),
    ("GetFunctionScalingConfig", "20251130"),
    ("GetFunctionUrlConfig", "20211031"),
    ("GetLayerVersion", "20181031"),
    ("GetLayerVersionByArn", "20181031"),
    ("GetLayerVersionPolicy", "20181031"),
    ("GetPolicy", "20150331"),
    ("GetProvisionedConcurrencyConfig", "20190930"),
    ("GetResourcePolicy", "20260709"),
    ("GetRuntimeManagementConfig", "20210720"),
    ("Invoke", "20150331"),
    ("InvokeAsync", "20141113"),
    ("InvokeWithResponseStream", "20211115"),
    ("ListAliases", "20150331"),
    ("ListCapacityProviders", "20251130"),
    ("ListCodeSigningConfigs", "20200422"),
    ("ListDurableExecutionsByFunction", "20251201"),
    ("ListEventSourceMappings", "20150331"),
    ("ListFunctionEventInvokeConfigs", "20190925"),
    ("ListFunctionUrlConfigs", "20211031"),
    ("ListFunctionVersionsByCapacityProvider", "20251130"),
    ("ListFunctions", "20150331"),
    ("ListFunctionsByCodeSigningConfig", "20200422"),
    ("ListLayerVersions", "20181031"),
    ("ListLayers", "20181031"),
    ("ListProvisionedConcurrencyConfigs", "20190930"),
    ("ListTags", "20170331"),
    ("ListVersionsByFunction", "20150331"),
    ("PublishLayerVersion", "20181031"),
    ("PublishVersion", "20150331"),
    ("PutFunctionCodeSigningConfig", "20200630"),
    ("PutFunctionConcurrency", "20171031"),
    ("PutFunctionEventInvokeConfig", "20190925"),
    ("PutFunctionRecursionConfig", "20240831"),
    ("PutFunctionScalingConfig", "20251130"),
    ("PutProvisionedConcurrencyConfig", "20190930"),
    ("PutResourcePolicy", "20260709"),
    ("PutRuntimeManagementConfig", "20210720"),
    ("RemoveLayerVersionPermission", "20181031"),
    ("RemovePermission", "20150331"),
    ("SendDurableExecutionCallbackFailure", "20251201"),
    ("SendDurableExecutionCallbackHeartbeat", "20251201"),
    ("SendDurableExecutionCallbackSuccess", "20251201"),
    ("StopDurableExecution", "20251201"),
    ("TagResource", "20170331"),
    ("UntagResource", "20170331"),
    ("UpdateAlias", "20150331"),
    ("UpdateCapacityProvider", "20251130"),
    ("UpdateCodeSigningConfig", "20200422"),
    ("UpdateEventSourceMapping", "20150331"),
    ("UpdateFunctionCode", "20150331"),
    ("UpdateFunctionConfiguration", "20150331"),
    ("UpdateFunctionEventInvokeConfig", "20190925"),
    ("UpdateFunctionUrlConfig", "20211031"),
];

#[test]
fn a_detector_of_a_call_of_lambda_reads_it_under_its_dated_names() {
    let mut missing = Vec::new();
    for meta in all_metas() {
        let names: BTreeSet<_> =
            meta.events.names().iter().filter(|e| e.source == "lambda.amazonaws.com").map(|e| e.name).collect();
        for (name, date) in LAMBDA.iter().filter(|(name, _)| names.contains(name)) {
            let dated = [format!("{name}{date}"), format!("{name}{date}v2")];
            let needed = if *date == "20150331" { 2 } else { 1 };
            missing.extend(
                dated
                    .into_iter()
                    .take(needed)
                    .filter(|dated| !names.contains(dated.as_str()))
                    .map(|dated| format!("{}: {dated}", meta.id)),
            );
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// The same call, made by a service for itself with its own role.
fn by_service_itself(call: &ApiCall, service: &str, role: &str) -> ApiCall {
    let mut record = call.record().as_object().unwrap().clone();
    let identity = json!({
        "type": "AssumedRole",
        "principalId": format!("AROAEXAMPLESERVICE:{role}"),
        "arn": format!("arn:aws:sts::111122223333:assumed-role/{role}/{role}"),
        "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {
            "type": "Role", "principalId": "AROAEXAMPLESERVICE", "accountId": "111122223333", "userName": role,
            "arn": format!("arn:aws:iam::111122223333:role/aws-service-role/{service}/{role}"),
        }},
        "invokedBy": service,
    });
    record.insert("userIdentity".to_owned(), identity);
    for key in ["sourceIPAddress", "userAgent"] {
        record.insert(key.to_owned(), Value::from(service));
    }
    record.remove("sessionCredentialFromConsole");
    ApiCall::new(record, None, None)
}

#[test]
fn services_that_read_for_themselves_are_no_actors() {
    let index = Index::new(detectors().iter().copied());
    let mut found = BTreeSet::new();
    for meta in all_metas() {
        let names = meta.events.names();
        if names.is_empty() || !names.iter().all(|event| event.is_read()) {
            continue;
        }
        for fixture in firing(meta.id) {
            for (service, role) in [
                ("trustedadvisor.amazonaws.com", "AWSServiceRoleForTrustedAdvisor"),
                ("config.amazonaws.com", "AWSServiceRoleForConfig"),
            ] {
                let call = by_service_itself(&fixture.call(), service, role);
                let report = run(&index, &call, &call.scope().unwrap(), &Facts::default());
                let sighted = report.sightings.iter().map(|sighting| &sighting.finding);
                found.extend(report.findings.iter().chain(sighted).map(|finding| finding.detector.clone()));
            }
        }
    }
    // Keys of an external account are worth knowing of whoever uses them, a federation token is no service's, and nobody
    // but its function reads a key of Riposte's.
    let exempt = ["external-data-keys", "federation-token-with-full-power", "riposte-key-read"];
    assert_eq!(found.iter().filter(|id| !exempt.contains(&id.as_str())).collect::<Vec<_>>(), Vec::<&String>::new());
}
