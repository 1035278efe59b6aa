//! How Riposte's own resources are told by their names.
//!
//! Functions, ledger and log groups have fixed names, and all else carries the stack's name before its
//! own, which is `riposte` unless whoever deployed it chose another. A stack of another name is
//! therefore seen in part only: functions, ledger, logs and settings.

use crate::event::ApiCall;
use crate::settings::{PREFIX, PRIVATE_KEYS_PREFIX};

/// The stack's name, as `deploy` chooses it.
const STACK: &str = "riposte";

/// The name before which the stack's name stands: alone, or a part of an ARN, URL, path or compound
/// identifier. Services whose requests name a resource in the URL may record it encoded.
pub(super) fn resource(text: &str) -> Option<&str> {
    let decoded = |part| ["3A", "3a", "2F", "2f"].iter().find_map(|mark| str::strip_prefix(part, mark)).unwrap_or(part);
    text.split(['/', ':', '|', '%']).map(decoded).find(|part| {
        let rest = part.get(..STACK.len()).filter(|start| start.eq_ignore_ascii_case(STACK));
        rest.is_some() && part.get(STACK.len()..).is_some_and(|rest| rest.starts_with('-'))
    })
}

/// The stack's own name: alone, or in a stack's ARN.
pub(super) fn stack(text: &str) -> Option<&str> {
    let name = text.split_once(":stack/").map_or(text, |(_, name)| name);
    name.split('/').next().filter(|name| name.eq_ignore_ascii_case(STACK))
}

/// A setting's path: alone, or in a parameter's ARN.
pub(super) fn setting(text: &str) -> Option<&str> {
    let path = text.split_once(":parameter/").map_or(Some(text), |(arn, _)| text.get(arn.len() + ":parameter".len()..));
    path.filter(|path| path.starts_with(PREFIX) || path.starts_with(PRIVATE_KEYS_PREFIX))
}

/// Whatever of ours a call may name that takes resources of every kind.
pub(super) fn anything(text: &str) -> Option<&str> {
    setting(text).or_else(|| resource(text)).or_else(|| stack(text))
}

/// Whether CloudFormation made the call for somebody: AWS writes both fields, no caller can.
pub(super) fn by_cloudformation(call: &ApiCall) -> bool {
    const SERVICE: &str = "cloudformation.amazonaws.com";
    let invoked_by = call.identity().and_then(|identity| identity.get("invokedBy")).and_then(|by| by.as_str());
    invoked_by == Some(SERVICE) || call.actor().source_ip.as_deref() == Some(SERVICE)
}

/// Whether one of the functions made the call, in its own role. Somebody who may create roles can take
/// such a name; `riposte-role-changed` tells of that.
pub(super) fn by_itself(call: &ApiCall) -> bool {
    call.actor().role_arn.as_deref().is_some_and(|arn| arn.split(":role/").nth(1).and_then(resource).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_by_a_part_that_begins_with_the_stacks_name() {
        for (text, name) in [
            ("riposte-IngressGuardRule-1A2B", Some("riposte-IngressGuardRule-1A2B")),
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/riposte-Queue-1", Some("riposte-Queue-1")),
            ("arn:aws:lambda:eu-west-1:111122223333:function:riposte-log-watch:3", Some("riposte-log-watch")),
            ("arn:aws:sns:eu-west-1:111122223333:riposte-Notices-1:0b1f", Some("riposte-Notices-1")),
            ("/aws/lambda/Riposte-log-watch", Some("Riposte-log-watch")),
            ("arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Ariposte-log-watch", Some("riposte-log-watch")),
            ("%2Faws%2flambda%2friposte-log-watch", Some("riposte-log-watch")),
            ("default|riposte-IngressGuardRule-1A2B", Some("riposte-IngressGuardRule-1A2B")),
            ("111122223333:riposte-log-watch", Some("riposte-log-watch")),
            ("riposte", None),
            ("riposteur-1", None),
            ("my-riposte-1", None),
            ("", None),
        ] {
            assert_eq!(resource(text), name, "{text}");
        }
    }

    #[test]
    fn the_stack_is_told_by_its_whole_name() {
        for (text, name) in [
            ("riposte", Some("riposte")),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/riposte/0b1f", Some("riposte")),
            ("riposte-sandbox", None),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/riposte-sandbox/0b1f", None),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/riposte", None),
        ] {
            assert_eq!(stack(text), name, "{text}");
        }
    }

    #[test]
    fn what_takes_every_kind_of_resource_is_told_by_any_of_the_names() {
        for (text, name) in [
            ("/riposte/mode", Some("/riposte/mode")),
            ("riposte-ingress-guard", Some("riposte-ingress-guard")),
            ("arn:aws:cloudformation:eu-west-1:111122223333:stack/riposte/0b1f", Some("riposte")),
            ("shop", None),
        ] {
            assert_eq!(anything(text), name, "{text}");
        }
    }

    #[test]
    fn settings_are_told_by_their_path() {
        for (text, path) in [
            ("/riposte/mode", Some("/riposte/mode")),
            ("arn:aws:ssm:eu-west-1:111122223333:parameter/riposte/mode", Some("/riposte/mode")),
            ("/riposte-keys/log-watch", Some("/riposte-keys/log-watch")),
            ("/shop/riposte/mode", None),
            ("/riposter/mode", None),
            ("riposte", None),
        ] {
            assert_eq!(setting(text), path, "{text}");
        }
    }
}
