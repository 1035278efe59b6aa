//! `ssm-parameters-decrypted-in-bulk`: many parameters decrypted at once.

use super::json::{is_true, texts};
use crate::action::{ActionId, against};
use crate::detect::meta::needs;
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct SsmParametersDecryptedInBulk;

const META: Meta = Meta {
    id: "ssm-parameters-decrypted-in-bulk",
    title: "Many parameters decrypted at once",
    domain: Domain::Data,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1555.006", "T1552"],
    actions: &[ActionId::DenyPrincipal, ActionId::RevokeSessions],
    events: Events::Calls(&[
        EventName { source: "ssm.amazonaws.com", name: "GetParameter" },
        EventName { source: "ssm.amazonaws.com", name: "GetParameterHistory" },
        EventName { source: "ssm.amazonaws.com", name: "GetParameters" },
        EventName { source: "ssm.amazonaws.com", name: "GetParametersByPath" },
    ]),
    needs: needs(&[&[
        ("requestParameters.withDecryption", &["true", r#""true""#]),
        ("userIdentity.invokedBy", &[r#"{"exists": false}"#]),
    ]]),
    burst: Some(Burst { what: "parameters", at_least: 20, within_s: 600, per: Per::Principal }),
    prose: "\
## What it does
Fires when one principal decrypts twenty different parameters of the parameter store within ten minutes: by
name, ten at a time, by their history, or by path, where each path counts once. Reading without decryption,
and what a service reads for itself, does not count. It needs a rule that delivers read-only management
events.

## Why is this bad?
The parameter store is where passwords and tokens of applications lie. A program reads its own few; whoever
reads all of them is collecting.

## False positives
Deployments and infrastructure code that refresh their whole state. Name their roles as protected
principals, or keep their parameters under few paths.

## References
- <https://attack.mitre.org/techniques/T1555/006/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.credential-access.ssm-retrieve-securestring-parameters/>
- <https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-parameter-store.html>
",
    ..Meta::PLAIN
};

impl Detector for SsmParametersDecryptedInBulk {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        if call.by_service() || !call.request_part("withDecryption").is_some_and(|with| is_true(Some(&with.value()))) {
            return Ok(Vec::new());
        }
        let named = ["name", "names", "path"].into_iter().flat_map(|field| texts(call.request(field)));
        let claim = |name: &str| {
            let why = plain(&format!("`{}` decrypted `{name}`", call.event_name()), 600);
            let target = Target::Resource { service: "ssm".to_owned(), id: plain(name, 300) };
            Claim { counted: Some(name.to_owned()), ..Claim::of(target, why).asking(against(call)) }
        };
        Ok(named.map(claim).collect())
    }
}
