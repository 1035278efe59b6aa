//! What a rule's findings are about: what the call names, unless the rule is about the caller.

use std::collections::BTreeSet;

use crate::detect::Detector;
use crate::detect::sigma::pack;

/// The rules that are about the caller, or that have nothing else to name, with the reason.
const ABOUT_THE_CALLER: &[(&str, &str)] = &[
    ("buckets-listed-with-long-lived-key", "the key that was used is what matters, and a list names no bucket"),
    ("console-login", "a sign-in is about who signed in"),
    ("console-login-authorized-for-program", "the sign-in of a person is what is lent"),
    ("console-login-by-iam-user", "a sign-in is about who signed in"),
    ("console-login-failed", "a sign-in is about who tried to sign in"),
    ("console-login-token-issued", "the credentials are those of the person who signed in"),
    ("console-login-with-federation-token", "a sign-in is about who signed in"),
    ("console-session-from-credentials", "the console is opened as the caller"),
    ("denied-call-of-person", "it reads every refused call, and no path names what all of them are about"),
    ("deprecated-images-listed", "a list of what is there names no image"),
    ("ecr-login-by-hand", "a login is about who logs in"),
    ("inventory-queried", "a search of the whole account names no resource"),
    ("launch-rehearsed", "a rehearsal launches nothing, and an image alone does not tell what would be hit"),
    ("long-lived-key-asks-who-it-is", "the call is about the key that makes it"),
    ("pass-role-refused", "the refused role stands in the message alone, in a sentence"),
    ("role-switched-in-console", "the record has the role as the caller"),
    ("root-console-login", "a sign-in is about who signed in"),
    ("root-login-failed", "a sign-in is about who tried to sign in"),
    ("root-used", "that root was used at all is what matters, whatever the call"),
    ("secrets-listed", "a list of what is there names no secret"),
    ("session-token-without-mfa", "the token is one of the caller's own"),
    ("sms-sent-directly", "the record hides the number, and what is spent is the caller's doing"),
    ("sso-sign-in", "a sign-in is about who signed in"),
    ("stepfunctions-task-answered-by-hand", "a token of one use stands for the step, and no workflow is named"),
    ("sts-denial-message-decoded", "the message is one that the caller was given"),
    ("trail-searched", "the whole account's past is searched, by the caller"),
    ("web-identity-token-issued", "the token is one of the caller's own"),
    ("web-identity-token-issued-to-person", "the token is one of the caller's own"),
];

/// Whether a path leads to who called, or to the service that was called.
fn is_caller_or_service(path: &str) -> bool {
    path == "eventSource" || path.starts_with("userIdentity.")
}

#[test]
fn a_rule_names_what_was_called_upon_and_the_caller_only_where_it_is_about_the_caller() {
    let mut about_caller = BTreeSet::new();
    for rule in pack::all() {
        let meta = rule.meta();
        // What is counted is a principal's or an address's, and with a response the target is what that changes.
        if meta.burst.is_some() || !meta.actions.is_empty() {
            continue;
        }
        let target = rule.paths().target.unwrap_or_default();
        if target.split(',').map(str::trim).all(is_caller_or_service) {
            about_caller.insert(meta.id);
        }
    }
    let listed: BTreeSet<_> = ABOUT_THE_CALLER.iter().map(|(id, _)| *id).collect();
    assert_eq!(listed.len(), ABOUT_THE_CALLER.len(), "a rule is listed twice");
    let unlisted: Vec<_> = about_caller.difference(&listed).collect();
    assert!(unlisted.is_empty(), "name what these are about, or list them with the reason: {unlisted:?}");
    let stale: Vec<_> = listed.difference(&about_caller).collect();
    assert!(stale.is_empty(), "these name something else by now, or are gone: {stale:?}");
}
