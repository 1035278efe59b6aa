//! `function-shared-externally`: another account may call a function.

use super::function_grant::{self, outside_grants, response};
use crate::action::ActionId;
use crate::detect::{Claim, DetectError, Detector, Domain, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::iam::Outsider;
use crate::text::plain;

/// See [`META`].
pub(super) struct FunctionSharedExternally;

const META: Meta = Meta {
    id: "function-shared-externally",
    title: "Lambda function opened to another account",
    domain: Domain::Compute,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098", "T1546", "T1648"],
    actions: &[ActionId::RemovePermission],
    events: Events::Calls(function_grant::EVENTS),
    prose: "\
## What it does
Fires when a permission is added to a Lambda function that lets another account call it: the account, a user
or a role of it is the principal, or an AWS service may call it for a source in that account.

The account's own principals and sources do not fire, and neither do organizations. Everyone is
`function-public`; a service without any source is `function-open-to-any-source`.

## Why is this bad?
The other account runs code with the power of this one's role, whenever it likes. Intruders use their own
account so: nothing of theirs stays here but one line in a policy.

It is high because the permission is a lasting way back in, which stands in the policy of one function among
many. Accounts of the company are trusted by name and do not match.

## False positives
Companies with several accounts, and vendors whose service calls back. The account's number says which.

## References
- <https://attack.mitre.org/techniques/T1098/>
- <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>
- <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
",
    ..Meta::PLAIN
};

impl Detector for FunctionSharedExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (function, grants) = outside_grants(call, facts)?;
        let accounts = grants.into_iter().filter(|grant| matches!(grant.who, Outsider::Account(_)));
        let named: Vec<_> = accounts.map(|grant| grant.who.to_string()).collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let why = format!("`{}` lets {} call the function `{function}`", call.event_name(), named.join(", "));
        let target = Target::Resource { service: "lambda".to_owned(), id: function };
        Ok(vec![Claim::of(target, plain(&why, 600)).asking(response(call))])
    }
}
