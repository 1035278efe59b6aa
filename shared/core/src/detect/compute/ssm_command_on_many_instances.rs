//! `ssm-command-on-many-instances`: code run all over the fleet.

use serde_json::Value;

use crate::action::{ActionId, against};
use crate::detect::{Burst, Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta, Per};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct SsmCommandOnManyInstances;

const META: Meta = Meta {
    id: "ssm-command-on-many-instances",
    title: "Code run on several instances",
    domain: Domain::Compute,
    severity: Severity::Medium,
    confidence: Confidence::Medium,
    technique: &["T1651", "T1021.007"],
    actions: &[ActionId::DenyPrincipal, ActionId::RevokeSessions],
    events: Events::Calls(&[EventName { source: "ssm.amazonaws.com", name: "SendCommand" }]),
    burst: Some(Burst { what: "instances or groups of them", at_least: 3, within_s: 600, per: Per::Principal }),
    prose: "\
## What it does
Fires when one principal sends code of its own to three different instances within ten minutes through
Systems Manager, in one call or in many, or to all instances at once. A tag that stands for several
instances counts once, since the event does not say how many they are.

Code of the caller's own are the documents that run a script, a playbook or a file from somewhere else
(`AWS-RunShellScript` and its like), and every document that is not one of AWS's. AWS's documents that
patch, collect an inventory or update an agent do not count, nor do commands that Systems Manager sends by
schedule, nor refused ones.

## Why is this bad?
The agent runs it as root or SYSTEM. One credential that may send commands is a foothold on every managed
machine at once, and ransomware has been rolled out that way.

## False positives
Operators and pipelines that administer their fleet by command. Name their roles as protected principals.

## References
- <https://attack.mitre.org/techniques/T1651/>
- <https://stratus-red-team.cloud/attack-techniques/AWS/aws.execution.ssm-send-command/>
- <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html>
",
    ..Meta::PLAIN
};

/// AWS's own documents that run what the caller gives them.
const RUN_ANYTHING: &[&str] = &[
    "AWS-ApplyAnsiblePlaybooks",
    "AWS-ApplyChefRecipes",
    "AWS-ApplyDSCMofs",
    "AWS-InstallApplication",
    "AWS-InstallPowerShellModule",
    "AWS-RunAnsiblePlaybook",
    "AWS-RunDocument",
    "AWS-RunPowerShellScript",
    "AWS-RunRemoteScript",
    "AWS-RunSaltState",
    "AWS-RunShellScript",
];

impl Detector for SsmCommandOnManyInstances {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, _: &Facts) -> Result<Vec<Claim>, DetectError> {
        let document = call.request_text("documentName").unwrap_or_default();
        if call.by_service() || !runs_anything(document) {
            return Ok(Vec::new());
        }
        let claim = |item: &str| {
            let target = Target::Resource { service: "ssm".to_owned(), id: item.to_owned() };
            let why = format!("`SendCommand` of `{document}` to `{item}`");
            // All instances at once need no further call.
            let counted = (item != EVERY_INSTANCE).then(|| item.to_owned());
            Claim { counted, ..Claim::of(target, plain(&why, 600)).asking(against(call)) }
        };
        Ok(receivers(call).iter().map(|item| claim(item)).collect())
    }
}

/// Whether a document runs code that its caller chose. Documents of AWS are named `AWS…` or `Amazon…`,
/// which no other account may do; an ARN names the owner's account.
fn runs_anything(document: &str) -> bool {
    let name = document.rsplit('/').next().unwrap_or(document);
    let of_aws = ["AWS", "Amazon"].iter().any(|prefix| name.starts_with(prefix));
    !of_aws || RUN_ANYTHING.contains(&name)
}

const EVERY_INSTANCE: &str = "every instance";

/// The instances that a command goes to, and the tags and groups that stand for some.
fn receivers(call: &ApiCall) -> Vec<String> {
    let texts = |value: Option<&Value>| -> Vec<String> {
        let members = value.and_then(Value::as_array).into_iter().flatten();
        members.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let mut receivers = texts(call.request("instanceIds"));
    for target in call.request("targets").and_then(Value::as_array).into_iter().flatten() {
        let key = target.get("key").and_then(Value::as_str).unwrap_or_default();
        let by_id = key.eq_ignore_ascii_case("InstanceIds");
        receivers.extend(texts(target.get("values")).into_iter().map(|value| match value.as_str() {
            "*" if by_id => EVERY_INSTANCE.to_owned(),
            _ if by_id => value,
            _ => format!("{key}={value}"),
        }));
    }
    receivers
}

#[cfg(test)]
mod tests {
    use super::runs_anything;

    #[test]
    fn a_document_is_judged_by_its_owner_and_its_purpose() {
        for (document, want) in [
            ("AWS-RunShellScript", true),
            ("arn:aws:ssm:eu-west-1::document/AWS-RunShellScript", true),
            ("AWS-RunPatchBaseline", false),
            ("AmazonInspector2-InspectorSsmPlugin", false),
            ("restart-ledger", true),
            ("arn:aws:ssm:eu-west-1:444455556666:document/cleanup", true),
            ("", true),
        ] {
            assert_eq!(runs_anything(document), want, "{document}");
        }
    }
}
