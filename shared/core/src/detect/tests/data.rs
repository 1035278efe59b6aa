//! What the claims about data say, and what a burst of them adds up to.

use super::fixture::{everything, fixture};
use crate::detect::{EventName, Facts, Tally, detectors, run};
use crate::event::ApiCall;
use crate::finding::{Confidence, Finding, Target};

fn only(detector: &str, name: &str) -> Finding {
    let mut report = fixture(detector, name).run(detectors());
    report.findings.retain(|finding| finding.detector == detector);
    assert_eq!((report.findings.len(), report.failures.len()), (1, 0), "{report:?}");
    report.findings.remove(0)
}

#[test]
fn a_policy_that_was_opened_tells_whom_it_lets_do_what() {
    let finding = only("bucket-policy-public", "everyone");
    assert_eq!(
        finding.why,
        "`PutBucketPolicy` let everyone (statement 1) use `acme-reports`: `s3:getobject`, `s3:listbucket`"
    );
    assert_eq!(finding.target, Target::Resource { service: "s3".to_owned(), id: "acme-reports".to_owned() });
    assert_eq!(finding.confidence, Confidence::High);
}

#[test]
fn a_condition_that_names_nobody_lowers_the_confidence() {
    let finding = only("bucket-policy-public", "tagged-objects");
    assert_eq!(finding.confidence, Confidence::Low);
    assert!(finding.why.contains("everyone, under a condition (statement 1)"), "{}", finding.why);
}

#[test]
fn a_shared_copy_names_all_accounts_but_the_own() {
    let finding = only("image-shared-externally", "another-account");
    let why = "`ModifyImageAttribute` shared `ami-0a1b2c3d4e5f60718` with account `444455556666`, `777788889999`";
    assert_eq!(finding.why, why);
}

#[test]
fn a_foreign_key_is_told_with_the_object_that_it_encrypts() {
    let finding = only("encrypted-with-external-key", "copied-onto-itself");
    assert_eq!(
        finding.why,
        "`CopyObject` encrypts `acme-reports/2026/q1.pdf` with \
         `arn:aws:kms:eu-west-1:444455556666:key/9d0e7d5d-0a4a-4b11-8f0d-1f5e6f2b4c55`, a key of another account"
    );
}

/// Every name of a call counts, and a name that is read twice counts once.
#[test]
fn parameters_are_counted_by_name_over_several_calls() {
    let template = fixture("ssm-parameters-decrypted-in-bulk", "by-name").call();
    let mut tally = Tally::default();
    let mut read = |names: std::ops::Range<u32>| {
        let mut record = template.record().as_object().unwrap().clone();
        let names: Vec<_> = names.map(|number| format!("/orders/{number}")).collect();
        record["requestParameters"]["names"] = serde_json::json!(names);
        let call = ApiCall::new(record, None, None);
        let report = run(&everything(), &call, &call.scope().unwrap(), &Facts::default());
        let found = report.sightings.into_iter().filter_map(|sighting| tally.count(sighting));
        found.map(|finding| finding.why).collect::<Vec<_>>()
    };
    assert_eq!(read(0..10), Vec::<String>::new());
    assert_eq!(read(0..10), Vec::<String>::new());
    assert_eq!(read(10..19), Vec::<String>::new());
    assert_eq!(
        read(15..25),
        ["20 different parameters within 10 min, the last: `GetParameters` decrypted `/orders/19`"]
    );
}

/// The three steps count, whatever they are called and however often one is repeated.
#[test]
fn a_disk_is_copied_when_all_three_steps_were_taken() {
    let mut tally = Tally::default();
    let mut step = |name: &str| {
        let report = fixture("volume-copied-to-instance", name).run(detectors());
        let sightings = report.sightings.into_iter().filter(|one| one.finding.detector == "volume-copied-to-instance");
        sightings.filter_map(|sighting| tally.count(sighting)).map(|finding| finding.why).collect::<Vec<_>>()
    };
    assert_eq!(step("snapshot"), Vec::<String>::new());
    assert_eq!(step("volume"), Vec::<String>::new());
    assert_eq!(step("snapshot"), Vec::<String>::new());
    assert_eq!(
        step("attached"),
        ["3 different steps of copying a disk within 60 min, the last: `AttachVolume` of `vol-0a1b2c3d4e5f60718`"]
    );
}

/// CloudTrail marks the use of a key as read-only, whatever its name says.
#[test]
fn the_use_of_a_key_is_a_read_and_the_change_of_one_is_not() {
    let of = |source, name| EventName { source, name };
    assert!(of("kms.amazonaws.com", "GenerateDataKeyWithoutPlaintext").is_read());
    assert!(of("kms.amazonaws.com", "ReEncrypt").is_read());
    assert!(!of("kms.amazonaws.com", "EnableKey").is_read());
    assert!(!of("codecommit.amazonaws.com", "EncryptRepository").is_read());
}
