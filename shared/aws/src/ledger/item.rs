//! The items of the ledger's table.
//!
//! An incident is two JSON texts: `record`, which is the incident without its plan, and `plan`. Both are signed together
//! with the version, as the exact texts that stand there. The other attributes repeat parts of the record for people who
//! look at the table and for the index by time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::{Incident, rfc3339};

use super::{Keys, LEASE_TTL_SECONDS, LedgerError, waiting};

/// The fields of an item.
pub(super) type Fields = HashMap<String, AttributeValue>;

/// What the `kind` of an incident says; the hash key of the index `by-time`.
pub(super) const KIND: &str = "incident";

/// What the key of an incident begins with.
pub(super) const PREFIX: &str = "incident#";

/// The attribute that holds a plan.
pub(super) const PLAN: &str = "plan";

pub(super) fn incident_pk(id: &str) -> String {
    format!("{PREFIX}{id}")
}

pub(super) fn lease_pk(account: &str, region: &str, target: &str) -> String {
    format!("lease#{account}/{region}/{target}")
}

pub(super) fn lease(pk: &str, owner: &str, until_ms: i64) -> Fields {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(pk.to_owned())),
        ("owner".to_owned(), AttributeValue::S(owner.to_owned())),
        ("until_ms".to_owned(), AttributeValue::N(until_ms.to_string())),
        ("expires_at".to_owned(), AttributeValue::N((until_ms / 1000 + LEASE_TTL_SECONDS).to_string())),
    ])
}

pub(super) fn incident(incident: &Incident, version: u64, keys: &Keys) -> Result<Fields, LedgerError> {
    let json = |wrong: serde_json::Error| LedgerError::Item { pk: incident_pk(&incident.id), wrong: wrong.to_string() };
    let mut bare = incident.clone();
    let plan = bare.plan.take();
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let finding = &incident.finding;
    let mut fields = HashMap::from([
        ("pk".to_owned(), AttributeValue::S(incident_pk(&incident.id))),
        ("kind".to_owned(), text(KIND)),
        ("opened_at".to_owned(), AttributeValue::S(rfc3339(incident.opened_ms))),
        ("version".to_owned(), AttributeValue::N(version.to_string())),
        ("state".to_owned(), text(incident.state.as_str())),
        ("detector".to_owned(), text(&finding.detector)),
        ("event_id".to_owned(), text(&finding.scope.event_id)),
        ("target".to_owned(), AttributeValue::S(finding.target.key())),
    ]);
    let record = serde_json::to_string(&bare).map_err(json)?;
    let plan = plan.map(|plan| serde_json::to_string(&plan)).transpose().map_err(json)?;
    let signed = signed_text(version, &record, plan.as_deref());
    let signature = keys.sign(&incident.id, &signed);
    let (by, signature) = signature.ok_or_else(|| LedgerError::NoKey { id: incident.id.clone() })?;
    fields.insert("signed_by".to_owned(), text(by));
    fields.insert("signature".to_owned(), AttributeValue::S(signature));
    fields.insert("record".to_owned(), AttributeValue::S(record));
    if let Some(plan) = plan {
        fields.insert(PLAN.to_owned(), AttributeValue::S(plan));
    }
    if let Some(until_ms) = waiting::of(incident) {
        waiting::until(&mut fields, until_ms);
    }
    Ok(fields)
}

/// What is signed: an older version of the same item must not pass for this one either.
fn signed_text(version: u64, record: &str, plan: Option<&str>) -> String {
    format!("{version}\n{record}\n{}", plan.unwrap_or_default())
}

pub(super) fn read_incident(fields: &Fields, keys: &Keys) -> Result<(Incident, u64), LedgerError> {
    let pk = string(fields, "pk").unwrap_or_default().to_owned();
    let wrong = |wrong: String| LedgerError::Item { pk: pk.clone(), wrong };
    let record = string(fields, "record").ok_or_else(|| wrong("it has no `record`".to_owned()))?;
    let mut incident: Incident = serde_json::from_str(record).map_err(|e| wrong(format!("`record`: {e}")))?;
    if incident_pk(&incident.id) != pk {
        return Err(wrong(format!("its `record` is of `{}`", incident.id)));
    }
    let version = fields
        .get("version")
        .and_then(|v| v.as_n().ok())
        .and_then(|n| n.parse().ok())
        .ok_or_else(|| wrong("it has no `version`".to_owned()))?;
    let plan = string(fields, PLAN);
    let signed = signed_text(version, record, plan);
    let [by, signature] = ["signed_by", "signature"].map(|name| string(fields, name).unwrap_or_default());
    if !keys.holds(&incident.function, &incident.id, &signed, by, signature) {
        return Err(LedgerError::Seal { id: incident.id });
    }
    if let Some(plan) = plan {
        incident.plan = Some(serde_json::from_str(plan).map_err(|e| wrong(format!("`plan`: {e}")))?);
    }
    Ok((incident, version))
}

pub(super) fn string<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{incident as sample, keys};

    fn key() -> Keys {
        keys("ingress-guard")
    }

    #[test]
    fn an_incident_comes_back_as_it_went() {
        let wanted = sample();
        assert!(wanted.plan.is_some());
        let fields = incident(&wanted, 3, &key()).unwrap();
        assert_eq!(read_incident(&fields, &key()).unwrap(), (wanted, 3));
    }

    #[test]
    fn what_was_changed_in_the_table_is_refused() {
        let mut fields = incident(&sample(), 1, &key()).unwrap();
        let plan = string(&fields, "plan").unwrap().replace("sg-1", "sg-2");
        fields.insert("plan".to_owned(), AttributeValue::S(plan));
        assert!(matches!(read_incident(&fields, &key()), Err(LedgerError::Seal { .. })));
        fields.remove("signature");
        assert!(matches!(read_incident(&fields, &key()), Err(LedgerError::Seal { .. })));
        // A shadow incident must not become one that was carried out, nor an old version a new one.
        for (name, from, to) in [("record", "verified", "undone"), ("record", "eu-west-1", "eu-west-2")] {
            let mut fields = incident(&sample(), 1, &key()).unwrap();
            let text = string(&fields, name).unwrap().replace(from, to);
            fields.insert(name.to_owned(), AttributeValue::S(text));
            assert!(matches!(read_incident(&fields, &key()), Err(LedgerError::Seal { .. })), "{from}");
        }
        let mut fields = incident(&sample(), 1, &key()).unwrap();
        fields.insert("version".to_owned(), AttributeValue::N("2".to_owned()));
        assert!(matches!(read_incident(&fields, &key()), Err(LedgerError::Seal { .. })));
    }

    #[test]
    fn an_item_that_cannot_be_read_is_named() {
        let mut fields = incident(&sample(), 1, &key()).unwrap();
        fields.insert("record".to_owned(), AttributeValue::S("{".to_owned()));
        assert!(read_incident(&fields, &key()).unwrap_err().to_string().contains("incident#inc-"));
    }
}
