//! How resources are, noted for the baseline: what a restoring action goes back to, and who changed what.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use riposte_audit::baseline::{By, Seen};
use riposte_audit::{AuditFinding, Mute, Status, check_of};
use riposte_aws::guard::ItemError;
use riposte_aws::ledger::{Ledger, LedgerError, Sighting};
use riposte_core::event::ApiCall;
use riposte_core::finding::Severity;
use riposte_core::text::plain;

use crate::touched::Touched;
use crate::{AccountAuditor, mutes};

/// What is less severe says nothing of whether a state was good.
const COUNTS: Severity = Severity::Medium;

/// So many states are noted at once.
const AT_ONCE: usize = 16;

/// Service, region and ARN: accounts have one ARN for all.
type Place<'a> = (&'a str, &'a str, &'a str);

impl AccountAuditor {
    /// Notes how resources are. `call` is what led to the look.
    pub(crate) async fn note_states(
        &self,
        seen: Vec<Seen>,
        findings: &[AuditFinding],
        call: Option<(&ApiCall, &Touched)>,
    ) -> Result<(), ItemError> {
        let loaded = self.base.loaded().await?;
        let now = Timestamp::now();
        let sightings: Vec<Sighting> = {
            let failing = failing(findings, &mutes(&loaded, now));
            seen.into_iter().map(|seen| sighting(seen, &failing, call, now)).collect()
        };
        let (ledger, by_a_call) = (self.base.ledger(&loaded), call.is_some());
        let mut all = stream::iter(sightings).map(|one| note(&ledger, one, by_a_call)).buffer_unordered(AT_ONCE);
        let mut first_error = None;
        while let Some(noted) = all.next().await {
            if let Err(error) = noted {
                first_error.get_or_insert(error);
            }
        }
        first_error.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl AccountAuditor {
    /// Notes that a call deleted what it names, in the histories of what bore these names there.
    pub(crate) async fn note_gone(&self, call: &ApiCall, deleted: &Touched) -> Result<(), ItemError> {
        let scope = call.scope()?;
        let loaded = self.base.loaded().await?;
        let ledger = self.base.ledger(&loaded);
        let at = call.event_time().and_then(|time| time.parse().ok()).unwrap_or_else(Timestamp::now);
        let mut noted = BTreeSet::new();
        for name in &deleted.names {
            for history in ledger.histories_of(&scope.account, name).await? {
                let whose = history.whose;
                let there = [scope.region.as_str(), GLOBAL].contains(&whose.region.as_str());
                if !there || !deleted.is(&whose) || !noted.insert(whose.clone()) {
                    continue;
                }
                if ledger.note_gone(&whose, at, by(call).as_ref()).await? {
                    tracing::info!(resource = plain(&whose.arn, 300), "it was deleted");
                }
            }
        }
        Ok(())
    }
}

/// The region of what has none.
const GLOBAL: &str = "aws-global";

/// Notes one. Who cannot be noted costs nobody else, unless another try may help.
async fn note(ledger: &Ledger, sighting: Sighting, by_a_call: bool) -> Result<(), LedgerError> {
    let arn = plain(&sighting.seen.whose.arn, 300);
    match ledger.note_state(&sighting).await {
        Ok(changed) => {
            if changed && by_a_call {
                tracing::info!(resource = arn, "it is another than it was");
            }
            Ok(())
        }
        Err(error) if error.worth_retrying() => Err(error),
        Err(error) => {
            tracing::error!(resource = arn, %error, "how it is could not be noted");
            Ok(())
        }
    }
}

/// The checks that each resource fails, without those that somebody muted.
fn failing<'a>(findings: &'a [AuditFinding], mutes: &[Mute]) -> BTreeMap<Place<'a>, BTreeSet<String>> {
    let mut all: BTreeMap<Place<'a>, BTreeSet<String>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.status == Status::Fail && finding.severity >= COUNTS) {
        let Some(check) = check_of(&finding.check) else { continue };
        if !mutes.iter().any(|mute| mute.covers(finding)) {
            all.entry((check.of, &finding.region, &finding.resource)).or_default().insert(finding.check.clone());
        }
    }
    all
}

fn sighting(
    seen: Seen,
    failing: &BTreeMap<Place<'_>, BTreeSet<String>>,
    call: Option<(&ApiCall, &Touched)>,
    now: Timestamp,
) -> Sighting {
    let whose = &seen.whose;
    let place = (whose.service.as_str(), whose.region.as_str(), whose.arn.as_str());
    let made = call.filter(|(_, touched)| touched.is(whose)).map(|(call, _)| call);
    let failing = failing.get(&place).cloned().unwrap_or_default();
    Sighting {
        seen,
        failing,
        at: made.and_then(|call| call.event_time()?.parse().ok()).unwrap_or(now),
        by: made.and_then(by),
    }
}

/// Who called. A call without an id is told apart from no other, and made nothing that is known.
fn by(call: &ApiCall) -> Option<By> {
    let actor = call.actor();
    Some(By {
        who: actor.arn.clone().or(actor.name).or(actor.kind).unwrap_or_default(),
        call: call.event_name().to_owned(),
        event: call.scope().ok()?.event_id,
        address: actor.source_ip,
    })
}

#[cfg(test)]
mod tests {
    use riposte_audit::baseline::{State, Whose};
    use serde_json::json;

    use super::*;
    use crate::touched;

    fn finding(check: &str, status: Status, resource: &str) -> AuditFinding {
        let severity = check_of(check).unwrap().severity;
        serde_json::from_value(json!({
            "check": check, "title": "", "severity": severity, "service": "s3", "account": "111122223333",
            "region": "eu-west-1", "resource": resource, "resource_id": resource, "status": status, "controls": [],
            "why": "", "evidence": {},
        }))
        .unwrap()
    }

    #[test]
    fn what_fails_counts_unless_it_is_muted_or_small() {
        let findings = [
            finding("s3-bucket-publicly-readable", Status::Fail, "arn:aws:s3:::a"),
            finding("s3-bucket-not-versioned", Status::Fail, "arn:aws:s3:::a"),
            finding("s3-bucket-publicly-readable", Status::Pass, "arn:aws:s3:::b"),
            finding("s3-bucket-publicly-readable", Status::Fail, "arn:aws:s3:::muted"),
        ];
        let mute = r#"{"check": "*", "resource": "*muted", "reason": "a website", "until": "2099-01-01"}"#;
        let all = failing(&findings, &[Mute::read(mute).unwrap()]);
        let place = ("s3", "eu-west-1", "arn:aws:s3:::a");
        assert_eq!(all.keys().collect::<Vec<_>>(), [&place]);
        let counted: Vec<_> = all[&place].iter().map(String::as_str).collect();
        let small = check_of("s3-bucket-not-versioned").unwrap().severity < COUNTS;
        assert_eq!(counted.len(), if small { 1 } else { 2 });
        assert!(counted.contains(&"s3-bucket-publicly-readable"));
    }

    #[test]
    fn a_version_is_of_the_call_that_names_the_resource() {
        let record = json!({"eventSource": "s3.amazonaws.com", "eventName": "PutBucketVersioning", "eventID": "e-1",
            "eventTime": "2026-11-27T10:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
            "sourceIPAddress": "203.0.113.9", "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/eve"},
            "requestParameters": {"bucketName": "mine"}});
        let call = ApiCall::new(record.as_object().unwrap().clone(), None, None);
        let touched = touched::by(&call).unwrap();
        let of = |name: &str| Seen {
            whose: Whose {
                account: "111122223333".to_owned(),
                region: "eu-west-1".to_owned(),
                service: "s3".to_owned(),
                kind: "bucket".to_owned(),
                arn: format!("arn:aws:s3:::{name}"),
                id: name.to_owned(),
                name: name.to_owned(),
            },
            state: State::new(),
        };
        let (mine, other, now) = (of("mine"), of("other"), Timestamp::now());
        let made = sighting(mine.clone(), &BTreeMap::new(), Some((&call, &touched)), now);
        assert_eq!(made.at, "2026-11-27T10:00:00Z".parse().unwrap());
        let by = made.by.unwrap();
        assert_eq!((by.who.as_str(), by.event.as_str()), ("arn:aws:iam::111122223333:user/eve", "e-1"));
        assert_eq!(by.address.as_deref(), Some("203.0.113.9"));
        let beside = sighting(other, &BTreeMap::new(), Some((&call, &touched)), now);
        assert_eq!((beside.at, beside.by), (now, None));
        assert_eq!(sighting(mine.clone(), &BTreeMap::new(), None, now).by, None);
    }
}
