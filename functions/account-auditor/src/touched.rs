//! What a call touches: a type of resource, and what its request and answer call the resource.

use std::collections::BTreeSet;

use riposte_audit::baseline::Whose;
use riposte_audit::{Check, checks};
use riposte_core::audited::{self, changed_by};
use riposte_core::event::ApiCall;
use serde_json::Value;

/// What a call touches.
#[derive(Debug)]
pub(crate) struct Touched {
    pub(crate) service: &'static str,
    pub(crate) kind: &'static str,
    /// Ids, names and ARNs that stand in the request and in the answer.
    pub(crate) names: BTreeSet<String>,
}

/// Longer texts name nothing: documents, data.
const LONGEST_NAME: usize = 2048;

/// So many names are kept of one call.
const MOST_NAMES: usize = 500;

/// What a call touches; `None` where no check looks at it.
pub(crate) fn by(call: &ApiCall) -> Option<Touched> {
    let changed = changed_by(call.event_source()?, call.event_name())?;
    let mut names = if changed.kind == "account" { BTreeSet::new() } else { named(call) };
    // Flow logs are deleted by their own ids, and whose they were the event does not say.
    if changed.kind == "vpc" && !names.iter().any(|name| name.starts_with("vpc-")) {
        names.clear();
    }
    Some(Touched { service: changed.service, kind: changed.kind, names })
}

/// What a call deletes; `None` where nothing is kept of such a resource.
pub(crate) fn deleted_by(call: &ApiCall) -> Option<Touched> {
    let deleted = audited::deleted_by(call.event_source()?, call.event_name())?;
    Some(Touched { service: deleted.service, kind: deleted.kind, names: named(call) })
}

/// What the request and the answer name.
fn named(call: &ApiCall) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for part in ["requestParameters", "responseElements"] {
        collect(call.record().get(part).unwrap_or(&Value::Null), &mut names);
    }
    names
}

impl Touched {
    /// The checks of its type.
    pub(crate) fn checks(&self) -> Vec<&'static Check> {
        checks().filter(|check| check.of == self.service && check.kind == self.kind).collect()
    }

    /// Whether the call names a resource.
    pub(crate) fn is(&self, whose: &Whose) -> bool {
        let is_named = || [&whose.arn, &whose.id, &whose.name].into_iter().any(|name| self.names.contains(name));
        (whose.service.as_str(), whose.kind.as_str()) == (self.service, self.kind)
            && (self.names.is_empty() || is_named())
    }

    /// The types that these checks read.
    pub(crate) fn types(&self) -> BTreeSet<(String, String)> {
        let needs = self.checks().into_iter().flat_map(Check::keeps);
        // Whom else of an account's people one of them reaches is for the schedule: it costs calls for each of them.
        let is_other = |kind: &str| self.service == "iam" && ["user", "role"].contains(&kind) && kind != self.kind;
        let needs = needs.filter(|(service, kind)| *service != "iam" || !is_other(kind));
        let all = needs.chain([(self.service, self.kind)]).filter(|(service, kind)| {
            // Of other services' accounts only what they say of their listings is read.
            *kind != "account" || (*service, *kind) == (self.service, self.kind) || *service == self.service
        });
        all.map(|(service, kind)| (service.to_owned(), kind.to_owned())).collect()
    }
}

/// The texts of a value, and the last parts of ARNs and addresses.
fn collect(value: &Value, names: &mut BTreeSet<String>) {
    if names.len() >= MOST_NAMES {
        return;
    }
    match value {
        Value::String(text) if !text.is_empty() && text.len() <= LONGEST_NAME && !text.starts_with('{') => {
            if text.starts_with("arn:") || text.starts_with("http") {
                names.extend(text.rsplit([':', '/']).next().map(str::to_owned));
            }
            names.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, names)),
        Value::Object(members) => members.values().for_each(|member| collect(member, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use riposte_core::audited::CHANGES;
    use serde_json::json;

    fn call(record: &Value) -> ApiCall {
        ApiCall::new(record.as_object().unwrap().clone(), None, None)
    }

    #[test]
    fn each_type_that_a_call_changes_has_checks_whose_types_are_collected() {
        let collected: BTreeSet<(String, String)> =
            riposte_aws::inventory::collected().into_iter().map(|one| (one.service.to_owned(), one.kind)).collect();
        for changed in CHANGES {
            let touched = Touched { service: changed.service, kind: changed.kind, names: BTreeSet::new() };
            assert!(!touched.checks().is_empty(), "{changed:?}: no check looks at it");
            assert!(collected.contains(&(changed.service.to_owned(), changed.kind.to_owned())), "{changed:?}");
        }
    }

    #[test]
    fn a_call_names_its_resource_and_no_other_types_checks_run() {
        let record = json!({"eventSource": "ec2.amazonaws.com", "eventName": "AuthorizeSecurityGroupIngress",
            "requestParameters": {"groupId": "sg-1", "ipPermissions": {"items": [{"fromPort": 22}]}},
            "responseElements": {"securityGroupRuleSet": {"items": [{"groupId": "sg-1", "securityGroupRuleArn": "arn:aws:ec2:eu-west-1:111122223333:security-group-rule/sgr-1"}]}}});
        let touched = by(&call(&record)).unwrap();
        assert!(touched.names.contains("sg-1") && touched.names.contains("sgr-1"), "{:?}", touched.names);
        assert!(touched.checks().iter().all(|check| check.kind == "security-group"));
        assert!(touched.types().contains(&("ec2".to_owned(), "prefix-list".to_owned())));
        let whose = |id: &str| Whose {
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            service: "ec2".to_owned(),
            kind: "security-group".to_owned(),
            arn: format!("arn:aws:ec2:eu-west-1:111122223333:security-group/{id}"),
            id: id.to_owned(),
            name: id.to_owned(),
        };
        assert!(touched.is(&whose("sg-1")) && !touched.is(&whose("sg-2")));
        assert!(!touched.is(&Whose { kind: "vpc".to_owned(), ..whose("sg-1") }));
        let other = json!({"eventSource": "ec2.amazonaws.com", "eventName": "CreateTags", "requestParameters": null});
        assert!(by(&call(&other)).is_none());
    }

    #[test]
    fn a_change_of_a_user_asks_about_no_other_user_or_role() {
        let record = json!({"eventSource": "iam.amazonaws.com", "eventName": "AttachUserPolicy",
            "requestParameters": {"userName": "u", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}});
        let types = by(&call(&record)).unwrap().types();
        let has = |kind: &str| types.contains(&("iam".to_owned(), kind.to_owned()));
        assert!(has("user") && has("group") && has("policy") && !has("role"), "{types:?}");
    }

    #[test]
    fn a_deletion_names_what_is_gone_and_changes_nothing_else() {
        let record = json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucket",
            "requestParameters": {"bucketName": "mine", "Host": "mine.s3.eu-west-1.amazonaws.com"}});
        let deleted = deleted_by(&call(&record)).unwrap();
        assert_eq!((deleted.service, deleted.kind), ("s3", "bucket"));
        assert!(deleted.names.contains("mine") && by(&call(&record)).is_none());
        let other = json!({"eventSource": "s3.amazonaws.com", "eventName": "DeleteBucketPolicy"});
        assert!(deleted_by(&call(&other)).is_none());
        for deletion in audited::DELETIONS {
            assert!(changed_by(deletion.call.source, deletion.call.name).is_none(), "{deletion:?} is a change as well");
        }
    }

    #[test]
    fn deleted_flow_logs_may_be_any_vpcs() {
        let record = json!({"eventSource": "ec2.amazonaws.com", "eventName": "DeleteFlowLogs",
            "requestParameters": {"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-1"}}}});
        assert!(by(&call(&record)).unwrap().names.is_empty());
        let record = json!({"eventSource": "ec2.amazonaws.com", "eventName": "CreateVpc",
            "responseElements": {"vpc": {"vpcId": "vpc-1"}}});
        assert!(by(&call(&record)).unwrap().names.contains("vpc-1"));
    }
}
