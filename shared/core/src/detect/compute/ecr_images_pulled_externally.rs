//! `ecr-images-pulled-externally`: somebody from outside takes an image.

use serde_json::Value;

use crate::detect::fields::home;
use crate::detect::meta::page;
use crate::detect::{Claim, DetectError, Detector, Domain, EventName, Events, Facts, Meta};
use crate::event::ApiCall;
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct EcrImagesPulledExternally;

const META: Meta = Meta {
    id: "ecr-images-pulled-externally",
    title: "Container image pulled by another account",
    domain: Domain::Compute,
    severity: Severity::Informational,
    confidence: Confidence::Low,
    technique: &["T1537", "T1213"],
    events: Events::Calls(&[EventName { source: "ecr.amazonaws.com", name: "BatchGetImage" }]),
    prose: page(
        "\
## What it does
Keeps a record of images that a principal of another account pulls from the account's registry. The account's
own principals do not count, nor do accounts under `/riposte/trusted-accounts`, services and refused calls.

## Why is this bad?
The images are the company's programs. Who was let into a repository (`repository-shared-externally`) may
pull for years; only these calls tell whether somebody does, and since when.

## False positives
Companies that build in one account and run in others: every start of a task there. The record is for
looking back.

## References
- <https://attack.mitre.org/techniques/T1537/>
- <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html>
",
    ),
    ..Meta::PLAIN
};

impl Detector for EcrImagesPulledExternally {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let (_, account) = home(call)?;
        let caller = call.identity().and_then(|identity| identity.get("accountId")).and_then(Value::as_str);
        let Some(caller) =
            caller.filter(|caller| facts.trusted.is_foreign(Some(&account), caller) && !call.by_service())
        else {
            return Ok(Vec::new());
        };
        let repository = call.request_text("repositoryName").unwrap_or("(unnamed)");
        let why = format!("the account `{caller}` pulled an image of `{repository}`");
        let target = Target::Resource { service: "ecr".to_owned(), id: repository.to_owned() };
        Ok(vec![Claim::of(target, plain(&why, 600))])
    }
}
