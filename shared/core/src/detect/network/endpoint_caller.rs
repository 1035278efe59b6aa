//! Whose calls a VPC endpoint sees. What the detectors of both outcomes share.

use crate::detect::{Claim, Facts};
use crate::event::ApiCall;
use crate::finding::Target;
use crate::text::plain;

/// A claim, to be counted once for each caller, where somebody of another account called through an endpoint of
/// ours. Services of AWS have no account, and accounts of the same owner are no others.
pub(super) fn external(call: &ApiCall, facts: &Facts, what: &str) -> Option<Claim> {
    let text = |key: &str| call.member(key).and_then(serde_json::Value::as_str);
    let own = text("vpcEndpointAccountId").map(Into::into).or_else(|| call.account())?;
    let caller = call.identity()?.get("accountId")?.as_str().filter(|account| !account.is_empty())?;
    let anonymous = caller.eq_ignore_ascii_case("anonymous") || caller == "ANONYMOUS_PRINCIPAL";
    if call.by_service() || !(anonymous || facts.trusted.is_foreign(Some(&own), caller)) {
        return None;
    }
    let endpoint = text("vpcEndpointId").unwrap_or("(not named)");
    let who = if anonymous { "somebody without credentials".to_owned() } else { format!("the account `{caller}`") };
    let why = format!("`{}` by {who} {what} the VPC endpoint `{endpoint}`", call.event_name());
    let target = Target::Resource { service: "ec2".to_owned(), id: plain(endpoint, 300) };
    Some(Claim { counted: Some(format!("{endpoint} {caller}")), ..Claim::of(target, plain(&why, 600)) })
}
