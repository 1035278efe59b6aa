//! Whom a resource's policy lets in, in words.

use riposte_core::iam::{OutsideGrant, Outsider, Policy};

use crate::verdict::{Answer, Verdict};
use crate::view::View;

/// What everyone gets. A condition that says nothing of who asks leaves it standing: whoever wants to meets it.
pub(crate) fn to_everyone(view: &View<'_>, policy: &Policy) -> Vec<OutsideGrant> {
    let grants = policy.outside_grants(&view.home());
    grants.into_iter().filter(|grant| grant.who == Outsider::Everyone).collect()
}

/// Fails where the policy at a path lets everyone in.
pub(crate) fn public(view: &View<'_>, path: &str) -> Answer {
    let Some(policy) = view.policy(path)? else {
        return Ok(Verdict::Pass("it has no policy, so that only its own account gets in".to_owned()));
    };
    let resource = view.resource;
    let grants = to_everyone(view, &policy.on(prefix_of(&resource.service), &[&resource.arn]));
    let wrong = grants.first().map(|grant| format!("its policy lets in {grant}: {}", actions(grant)));
    Verdict::fail_with(wrong, "its policy lets in nobody but whom it names")
}

/// The prefix of a service's actions.
fn prefix_of(service: &str) -> &str {
    match service {
        "opensearch" => "es",
        "efs" => "elasticfilesystem",
        other => other,
    }
}

/// The actions of a grant, as a sentence's end.
pub(crate) fn actions(grant: &OutsideGrant) -> String {
    let shown: Vec<_> = grant.actions.iter().take(6).map(|a| riposte_core::text::plain(a, 80)).collect();
    let more = if grant.actions.len() > 6 { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
