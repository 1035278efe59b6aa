//! `access-key-for-another`: an access key made for a user other than the caller.

use serde_json::Value;

use super::caller::{Other, other_user};
use crate::action::{ActionId, DeactivateAccessKey};
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Outcome};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct AccessKeyForAnother;

const META: Meta = Meta {
    id: "access-key-for-another",
    title: "Access key made for another user",
    domain: Domain::Identity,
    severity: Severity::High,
    confidence: Confidence::Medium,
    technique: &["T1098.001"],
    events: Events::Calls(&[EventName { source: "iam.amazonaws.com", name: "CreateAccessKey" }]),
    outcome: Outcome::Success,
    burst: None,
    reads: &[],
    actions: &[ActionId::DeactivateAccessKey],
    prose: page(
        "\
## What it does
Fires when `CreateAccessKey` makes a key for a user other than the one who called. A user who renews its
own key, named or not, does not match. For the root user and for roles every user is another one. Names are
compared without case, since IAM allows no two users that differ only in case.

The response sets that one key inactive. It is not deleted, so undo makes it work again.

## Why is this bad?
The secret of a key is shown once, to whoever made it. So whoever makes a key for someone else can from
then on act as that user, with its permissions and under its name, for as long as the key lives: the
commonest back door that attackers leave in AWS accounts.

## False positives
Administrators and tools that hand out keys: provisioning pipelines, secret rotation. Name them as
protected principals; better, give people temporary credentials and machines roles.

## References
- <https://attack.mitre.org/techniques/T1098/001/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.persistence.iam-backdoor-user/>
- <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for AccessKeyForAnother {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let Some(Other { name: named, .. }) = other_user(call)? else { return Ok(Vec::new()) };
        let actor = call.actor();
        let made = |key: &str| call.response("accessKey").and_then(|made| made.get(key)).and_then(Value::as_str);
        // The response spells the name as the user was created.
        let user_name = made("userName").unwrap_or(named);
        // Some services hand records on without the answer: who made a key is known then, and which is not.
        let Some(access_key_id) = made("accessKeyId") else {
            let why = format!("`CreateAccessKey` by `{}` made a key of another user, `{user_name}`", actor.label());
            let target = Target::Resource { service: "iam".to_owned(), id: plain(&format!("user/{user_name}"), 300) };
            return Ok(vec![Claim::of(target, plain(&why, 600))]);
        };
        let why = format!(
            "`CreateAccessKey` by `{}` made the key `{access_key_id}` of another user, `{user_name}`",
            actor.label()
        );
        let (user_name, access_key_id) = (user_name.to_owned(), access_key_id.to_owned());
        Ok(vec![Claim {
            severity: None,
            target: Target::AccessKey { user_name: user_name.clone(), access_key_id: access_key_id.clone() },
            why: plain(&why, 600),
            confidence: None,
            counted: None,
            group: None,
            response: Some(DeactivateAccessKey { user_name, access_key_id }.into()),
        }])
    }
}
