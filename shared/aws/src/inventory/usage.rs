//! What a role used: a list that AWS makes on demand, for each role by itself.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::Options;
use crate::api::{Api, Call};
use crate::fault::{Fault, Kind};

/// The operation.
pub(super) const USAGE: &str = "GetServiceLastAccessedDetails";

/// How often it is looked whether the list is made: for about twenty seconds.
const LOOKS: u32 = 7;

/// Whether a role's trust policy names Lambda. What other roles used, no check reads.
pub(super) fn is_of_a_function(role: &Value) -> bool {
    role.get("AssumeRolePolicyDocument").is_some_and(|trust| trust.to_string().contains("lambda.amazonaws.com"))
}

/// Has the list made, and reads it. More pages than one are of services beyond the first hundred.
pub(super) async fn used(api: &dyn Api, options: &Options, region: &str, role: &str) -> Result<Value, Fault> {
    const CALL: &str = "iam:GetServiceLastAccessedDetails";
    let left = options.usages.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    if left.is_err() {
        return Err(not_made(CALL, "NotAsked", "there are more roles than are asked about in one run"));
    }
    let job = api.send(&Call::new("iam:GenerateServiceLastAccessedDetails", region, json!({ "Arn": role }))).await?;
    let id = job.body.get("JobId").cloned().ok_or_else(|| Fault::refused(CALL, "the answer names no job"))?;
    let mut pause = Duration::from_millis(200);
    let mut all: Vec<Value> = Vec::new();
    let mut marker: Option<Value> = None;
    let mut looks = 0;
    loop {
        let mut parameters = json!({ "JobId": id, "MaxItems": 1000 });
        if let (Some(marker), Some(map)) = (&marker, parameters.as_object_mut()) {
            map.insert("Marker".to_owned(), marker.clone());
        }
        let mut body = api.send(&Call::new(CALL, region, parameters)).await?.body;
        match body.get("JobStatus").and_then(Value::as_str) {
            Some("COMPLETED") => {}
            Some("IN_PROGRESS") if looks < LOOKS => {
                looks += 1;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(6));
                continue;
            }
            Some("IN_PROGRESS") => return Err(not_made(CALL, "DeadlineExceeded", "the list was not made in time")),
            _ => return Err(not_made(CALL, "JobFailed", "the list could not be made")),
        }
        if let Some(Value::Array(services)) = body.get_mut("ServicesLastAccessed").map(Value::take) {
            all.extend(services);
        }
        let more = body.get("IsTruncated").and_then(Value::as_bool) == Some(true);
        marker = body.get("Marker").filter(|marker| more && !marker.is_null()).cloned();
        if marker.is_none() {
            return Ok(json!({ "JobStatus": "COMPLETED", "ServicesLastAccessed": all }));
        }
    }
}

fn not_made(call: &'static str, code: &str, why: &str) -> Fault {
    Fault { kind: Kind::Transient, code: code.to_owned(), ..Fault::refused(call, why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_that_functions_take_are_asked_about() {
        let role = |service: &str| json!({ "AssumeRolePolicyDocument": { "Statement": [{ "Principal": { "Service": service } }] } });
        assert!(is_of_a_function(&role("lambda.amazonaws.com")));
        assert!(!is_of_a_function(&role("ec2.amazonaws.com")) && !is_of_a_function(&json!({})));
    }
}
