//! What the claims say: target, sentence, confidence, and the answer that covers no more than the finding.

use super::fixture::{everything, fixture};
use crate::action::{DeactivateAccessKey, DeleteInlinePolicy, DetachManagedPolicy, RevokeIngress};
use crate::detect::{LOG_DETECTORS, detectors};
use crate::finding::{Confidence, Finding, IamPrincipal, Target};
use crate::net::IngressRule;

fn only(detector: &str, name: &str) -> Finding {
    let mut report = fixture(detector, name).run(detectors());
    report.findings.retain(|finding| finding.detector == detector);
    assert_eq!((report.findings.len(), report.failures.len()), (1, 0), "{report:?}");
    report.findings.remove(0)
}

fn revoked(finding: &Finding) -> Vec<String> {
    let RevokeIngress { group_id, rules } = finding.response.as_ref().unwrap().read().unwrap();
    assert_eq!(finding.target, Target::SecurityGroup { group_id });
    rules.iter().map(IngressRule::label).collect()
}

#[test]
fn the_answer_covers_the_offending_rules_and_no_others() {
    let finding = only("open-admin-port", "mixed-permissions");
    assert_eq!(revoked(&finding), ["tcp 22 from 0.0.0.0/0", "tcp 22 from ::/0", "tcp 6000-7000 from 0.0.0.0/0"]);
    assert_eq!(
        finding.why,
        "`AuthorizeSecurityGroupIngress` opened SSH, Redis, Kubernetes API, Cassandra of security group \
         `sg-0a1b2c3d4e5f60718` to the internet: `tcp 22 from 0.0.0.0/0`, `tcp 22 from ::/0`, \
         `tcp 6000-7000 from 0.0.0.0/0`"
    );
}

#[test]
fn many_services_are_counted_not_told() {
    let mut record = fixture("open-admin-port", "legacy-top-level").call().record().as_object().unwrap().clone();
    record["requestParameters"]["toPort"] = serde_json::json!(1024);
    let call = crate::event::ApiCall::new(record, None, None);
    let report = crate::detect::run(&everything(), &call, &call.scope().unwrap(), &crate::detect::Facts::default());
    let why = &report.findings.iter().find(|finding| finding.detector == "open-admin-port").unwrap().why;
    assert!(why.contains(" opened SSH, Telnet, RPC portmapper and 9 other services of security group "), "{why}");
}

#[test]
fn rule_ids_come_from_the_response() {
    let finding = only("open-admin-port", "ssh");
    let RevokeIngress { rules, .. } = finding.response.unwrap().read().unwrap();
    assert!(rules[0].rule_id.as_ref().is_some_and(|id| id.starts_with("sgr-")));
}

#[test]
fn long_lists_of_rules_are_counted_not_told() {
    let finding = only("open-admin-port", "many-ranges");
    assert_eq!(revoked(&finding).len(), 64);
    assert!(finding.why.ends_with("`tcp 22 from 14.0.0.0/8`, 60 more"), "{}", finding.why);
}

#[test]
fn a_group_without_an_id_is_told_but_not_touched() {
    let finding = only("open-admin-port", "group-by-name");
    assert_eq!(finding.target, Target::SecurityGroup { group_id: "bastion".to_owned() });
    assert_eq!(finding.response, None);
}

#[test]
fn a_changed_rule_is_judged_as_it_lives() {
    assert_eq!(revoked(&only("open-admin-port", "modified")), ["tcp 22 from 0.0.0.0/0"]);
    assert_eq!(revoked(&only("open-all-ports", "modified")), ["all protocols all from ::/0"]);
}

#[test]
fn an_attached_policy_is_taken_from_its_holder() {
    let finding = only("admin-policy-attached", "user");
    let principal = IamPrincipal::User("backdoor".to_owned());
    let policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess".to_owned();
    assert_eq!(finding.target, Target::AttachedPolicy { principal: principal.clone(), policy_arn: policy_arn.clone() });
    assert_eq!(finding.response, Some(DetachManagedPolicy { principal, policy_arn }.into()));
    assert_eq!(finding.confidence, Confidence::High);
}

#[test]
fn a_condition_lowers_the_confidence() {
    let finding = only("admin-policy-attached", "customer-policy-conditional");
    assert_eq!(finding.confidence, Confidence::Medium);
    assert!(finding.why.ends_with("by statement 1, under a condition"), "{}", finding.why);
    assert_eq!(only("admin-policy-attached", "customer-policy").confidence, Confidence::High);
}

#[test]
fn an_inline_policy_is_deleted_from_its_holder() {
    let finding = only("admin-inline-policy", "role-url-encoded");
    let principal = IamPrincipal::Role("app".to_owned());
    let policy_name = "inline".to_owned();
    assert_eq!(finding.target, Target::InlinePolicy { principal: principal.clone(), policy_name: policy_name.clone() });
    let asked: DeleteInlinePolicy = finding.response.unwrap().read().unwrap();
    assert_eq!((&asked.principal, &asked.policy_name), (&principal, &policy_name));
    assert!(asked.digest.is_some(), "the document in the event is what offends");
}

#[test]
fn a_key_is_named_with_its_user() {
    let finding = only("access-key-for-another", "user");
    let (user_name, access_key_id) = ("alice".to_owned(), "AKIAEXAMPLEBACKDOOR0".to_owned());
    assert_eq!(finding.response, Some(DeactivateAccessKey { user_name, access_key_id }.into()));
    assert_eq!(
        finding.why,
        "`CreateAccessKey` by `arn:aws:iam::111122223333:user/mallory` made the key `AKIAEXAMPLEBACKDOOR0` of \
         another user, `alice`"
    );
}

#[test]
fn a_break_in_tells_who_and_after_how_much() {
    let findings = fixture("ssh-login-after-failures", "guessed").observe(LOG_DETECTORS);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].address.to_string(), "203.0.113.66");
    assert_eq!(
        findings[0].claim.why,
        "203.0.113.66 logged in over SSH as `deploy` after 6 failures, the limit is 5 within 600 s"
    );
}
