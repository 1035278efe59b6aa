//! `instance-from-old-image`: a machine launched from an image that is deprecated, or older than a year.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::detect::meta::page;
use crate::detect::{
    Answer, Claim, DetectError, Detector, Domain, EventName, Events, Facts, LaunchedImage, Meta, Question,
};
use crate::event::{ApiCall, age_ms};
use crate::finding::{Confidence, Severity, Target};
use crate::text::plain;

/// See [`META`].
pub(super) struct InstanceFromOldImage;

const META: Meta = Meta {
    id: "instance-from-old-image",
    title: "Instance launched from an old image",
    domain: Domain::Compute,
    severity: Severity::Low,
    confidence: Confidence::High,
    technique: &["T1190", "T1578.002"],
    reads: &["ec2:DescribeImages"],
    events: Events::Calls(&[EventName { source: "ec2.amazonaws.com", name: "RunInstances" }]),
    prose: page(
        "\
## What it does
Fires when instances are launched from an image that its owner has deprecated, or that is older than a year, by whomever:
a person, a pipeline, or an Auto Scaling group. When the image was made and since when it is deprecated EC2 is asked.

An image that is gone by then, or that EC2 does not show, does not fire.

## Why is this bad?
Such a machine starts with every hole that was found since its image was made, and has them until it is patched; a
group launches it again and again. Owners deprecate images that nobody should launch any more.

## False positives
Images that are patched at their first start, before anything reaches them. Renewing them makes starts faster, too.

## References
- <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html>
- <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html>
- <https://attack.mitre.org/techniques/T1190/>
",
    ),
    ..Meta::PLAIN
};

/// Older than that is old: a year.
const OLD_MS: i64 = 365 * 86_400_000;

/// How many instances a sentence names before it counts the rest.
const NAMED: usize = 4;

impl Detector for InstanceFromOldImage {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn questions(&self, call: &ApiCall) -> Vec<Question> {
        question(&launched(call)).into_iter().collect()
    }

    fn judge(&self, call: &ApiCall, facts: &Facts) -> Result<Vec<Claim>, DetectError> {
        let launched = launched(call);
        let Some(question) = question(&launched) else { return Ok(Vec::new()) };
        let images = match facts.answers.get(&question) {
            Some(Answer::Images(images)) => images,
            Some(Answer::Gone) => return Ok(Vec::new()),
            _ => {
                let names: Vec<_> = launched.keys().copied().collect();
                return Err(DetectError::Unanswered { what: format!("images {}", plain(&names.join(", "), 200)) });
            }
        };
        let told = images.iter().filter_map(|image| {
            let instances = launched.get(image.id.as_str())?;
            let wrong = wrong(image, call)?;
            let named: Vec<_> = instances.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
            let more = match instances.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let why = format!("{}{more} launched from the image `{}`, {wrong}", named.join(", "), image.id);
            let first = instances.iter().next().copied().unwrap_or_default();
            let target = Target::Resource { service: "ec2".to_owned(), id: first.to_owned() };
            Some(Claim::of(target, plain(&why, 600)))
        });
        Ok(told.collect())
    }
}

/// The instances that were launched, by their image. What the record leaves out is not asked about.
fn launched(call: &ApiCall) -> BTreeMap<&str, BTreeSet<&str>> {
    let items = call.response("instancesSet").and_then(|set| set.get("items")).and_then(Value::as_array);
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for item in items.into_iter().flatten() {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        if let (Some(image), Some(instance)) = (text("imageId").filter(|id| is_image(id)), text("instanceId")) {
            all.entry(image).or_default().insert(instance);
        }
    }
    all
}

/// Whether a text has the form of an image's id: nothing else is asked about.
fn is_image(id: &str) -> bool {
    id.strip_prefix("ami-")
        .is_some_and(|rest| (1..=32).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn question(launched: &BTreeMap<&str, BTreeSet<&str>>) -> Option<Question> {
    let ids: Vec<String> = launched.keys().map(|id| (*id).to_owned()).collect();
    (!ids.is_empty()).then_some(Question::Images { ids })
}

/// What is wrong with an image, at the time of the launch.
fn wrong(image: &LaunchedImage, call: &ApiCall) -> Option<String> {
    let time = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let age = |time: jiff::Timestamp| age_ms(call.event_time(), time.as_millisecond()).map(|after| -after);
    if let Some(since) = time(&image.deprecated).filter(|since| age(*since).is_some_and(|ms| ms >= 0)) {
        return Some(format!("which its owner deprecated at {since}"));
    }
    let made = time(&image.created)?;
    age(made).filter(|ms| *ms > OLD_MS).map(|ms| format!("which was made at {made}, {} days before", ms / 86_400_000))
}
