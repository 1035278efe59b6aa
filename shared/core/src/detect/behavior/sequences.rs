//! Sequences: steps that are ordinary one by one, and an attack in their order. They are Sigma rules with a correlation
//! in time, as a user's are; they run where behavior is compared, since they need a past too.

use std::path::PathBuf;
use std::sync::LazyLock;

use crate::detect::Detector;
use crate::detect::sigma::{RuleError, RuleFile, load};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$((concat!($name, ".yml"), include_str!(concat!("sequences/", $name, ".yml")))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "sequence-mfa-removed-password-changed",
    "sequence-objects-ransomed",
    "sequence-recon-grant-new-key",
    "sequence-snapshot-shared-deleted",
    "sequence-trail-stopped-bulk-reads",
];

/// The detectors of sequences. They live as long as the process.
#[must_use]
pub fn sequences() -> &'static [&'static dyn Detector] {
    // INVARIANT: the files are part of the program, and a test loads them: none is broken.
    static ALL: LazyLock<Vec<&'static dyn Detector>> = LazyLock::new(|| loaded().unwrap_or_default());
    &ALL
}

fn loaded() -> Result<Vec<&'static dyn Detector>, Vec<RuleError>> {
    let file = |(name, text): &(&str, &str)| RuleFile { file: PathBuf::from(name), text: (*text).to_owned() };
    load(&FILES.iter().map(file).collect::<Vec<_>>(), &[])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::behavior::tests::{Call, START, call};
    use crate::detect::{Domain, Facts, Index, Tally, run};

    /// The detectors that these calls, one a minute, complete.
    fn found(steps: &[Call]) -> Vec<String> {
        let index = Index::new(sequences().iter().copied());
        let mut tally = Tally::default();
        let mut found = Vec::new();
        for step in steps {
            let call = step.api_call();
            let report = run(&index, &call, &call.scope().unwrap(), &Facts::default());
            assert!(report.failures.is_empty(), "{:?}", report.failures);
            found.extend(report.sightings.into_iter().filter_map(|sighting| tally.count(sighting)));
        }
        found.into_iter().map(|finding| finding.detector).collect()
    }

    fn steps(names: &[(&str, &str)]) -> Vec<Call> {
        let step = |(number, (source, name)): (i64, &(&str, &str))| {
            let made = call(START + number * 60, source, name);
            match *name {
                "ListUsers" => made.denied(),
                "CopyObject" => {
                    made.with("/requestParameters/x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:k")
                }
                "PutObject" => made.with("/requestParameters/key", "HOW_TO_RECOVER.txt"),
                _ => made,
            }
        };
        (0..).zip(names).map(step).collect()
    }

    const STORIES: &[(&str, &[(&str, &str)])] = &[
        (
            "sequence-recon-grant-new-key",
            &[("iam", "ListUsers"), ("iam", "AttachUserPolicy"), ("iam", "CreateAccessKey")],
        ),
        ("sequence-mfa-removed-password-changed", &[("iam", "DeactivateMFADevice"), ("iam", "UpdateLoginProfile")]),
        ("sequence-trail-stopped-bulk-reads", &[("cloudtrail", "StopLogging"), ("secretsmanager", "GetSecretValue")]),
        (
            "sequence-snapshot-shared-deleted",
            &[("ec2", "CreateSnapshot"), ("ec2", "ModifySnapshotAttribute"), ("ec2", "DeleteSnapshot")],
        ),
        ("sequence-objects-ransomed", &[("s3", "CopyObject"), ("s3", "DeleteObject"), ("s3", "PutObject")]),
    ];

    #[test]
    fn all_files_are_rules_of_behavior() {
        let loaded = loaded().unwrap();
        let mut ids: Vec<_> = loaded.iter().map(|detector| detector.meta().id).collect();
        ids.sort_unstable();
        let mut wanted: Vec<_> = STORIES.iter().map(|(id, _)| *id).collect();
        wanted.sort_unstable();
        assert_eq!(ids, wanted);
        assert!(loaded.iter().all(|detector| detector.meta().domain == Domain::Behavior));
    }

    #[test]
    fn a_story_in_its_order_is_found_and_in_another_is_not() {
        for (id, names) in STORIES {
            let steps = steps(names);
            assert_eq!(found(&steps), [*id]);
            let mut doubled = steps.clone();
            doubled.extend(steps.clone());
            assert_eq!(found(&doubled), [*id], "a repeated delivery");
            let mut backwards: Vec<_> = names.to_vec();
            backwards.reverse();
            assert!(found(&super::tests::steps(&backwards)).is_empty(), "{id}");
            let mut of_two = steps.clone();
            let last = of_two.pop().unwrap();
            of_two.push(last.user("joe"));
            assert!(found(&of_two).is_empty(), "{id}: two principals");
        }
        let plain = call(START, "s3", "PutObject").with("/requestParameters/key", "photo.jpg");
        let mut harmless = steps(&[("s3", "CopyObject"), ("s3", "DeleteObject")]);
        harmless.push(plain.with("/requestParameters", json!({"key": "photo.jpg"})));
        assert!(found(&harmless).is_empty());
    }
}
