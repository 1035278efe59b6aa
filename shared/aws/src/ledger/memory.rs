//! Records that were read and verified before: who looks at the same list again and again takes apart what is new alone.
//!
//! INVARIANT: a record is remembered by its whole item, as the table had it, and by the keys that verified it. An item that
//! differs in one byte is verified like any other.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use riposte_core::incident::Incident;
use riposte_patch::run::Run;

use super::item::{Fields, string};
use super::{Keys, LedgerError};

/// The most records of a kind; where there are more, all are forgotten.
const MOST: usize = 400;

/// What is remembered between lists; its clones remember together.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub(super) incidents: Arc<Known<Incident>>,
    pub(super) runs: Arc<Known<Run>>,
}

/// Records of one kind.
#[derive(Debug)]
pub(super) struct Known<T>(Mutex<Records<T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::new(Records { public: Arc::default(), all: HashMap::new() }))
    }
}

#[derive(Debug)]
struct Records<T> {
    /// The keys that verified them.
    public: Arc<BTreeMap<String, [u8; 32]>>,
    /// By the item's key: the item, and what it says.
    all: HashMap<String, (Fields, T)>,
}

impl<T: Clone> Known<T> {
    /// What an item says: as remembered, else as `read` verifies it.
    pub(super) fn read(
        &self,
        fields: &Fields,
        keys: &Keys,
        read: impl FnOnce(&Fields) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.public != keys.public {
            *records = Records { public: Arc::clone(&keys.public), all: HashMap::new() };
        }
        let pk = string(fields, "pk").unwrap_or_default();
        if let Some((_, record)) = records.all.get(pk).filter(|(known, _)| known == fields) {
            return Ok(record.clone());
        }
        let record = read(fields)?;
        if records.all.len() >= MOST {
            records.all.clear();
        }
        records.all.insert(pk.to_owned(), (fields.clone(), record.clone()));
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::ledger::item;
    use crate::testing::{incident as sample, keys};

    #[test]
    fn what_is_known_is_not_verified_again_and_what_differs_is() {
        let (known, keys) = (Known::<Incident>::default(), keys("ingress-guard"));
        let fields = item::incident(&sample(), 1, &keys).unwrap();
        let mut verified = 0;
        let mut read = |fields: &Fields| {
            known.read(fields, &keys, |fields| {
                verified += 1;
                item::read_incident(fields, &keys).map(|(incident, _)| incident)
            })
        };
        for _ in 0..3 {
            assert_eq!(read(&fields).unwrap(), sample());
        }
        // Changed in the table, with the signature of before: refused, and what is known is no excuse.
        let mut forged = fields.clone();
        let text = string(&fields, "record").unwrap().replace("ingress", "egress!");
        forged.insert("record".to_owned(), AttributeValue::S(text));
        assert!(read(&forged).is_err() && read(&forged).is_err());
        assert_eq!(read(&fields).unwrap(), sample());
        assert_eq!(verified, 3);
    }

    #[test]
    fn other_keys_verify_anew_and_memory_is_bounded() {
        let known = Known::<u64>::default();
        let of = |number: usize| Fields::from([("pk".to_owned(), AttributeValue::S(number.to_string()))]);
        let mut first = keys("ingress-guard");
        known.read(&of(1), &first, |_| Ok(1)).unwrap();
        assert_eq!(known.read(&of(1), &first, |_| Ok(2)).unwrap(), 1);
        first.public = Arc::new(BTreeMap::from([("other".to_owned(), [7; 32])]));
        assert_eq!(known.read(&of(1), &first, |_| Ok(2)).unwrap(), 2);
        for number in 0..3 * MOST {
            known.read(&of(number), &first, |_| Ok(0)).unwrap();
        }
        assert!(known.0.lock().unwrap().all.len() <= MOST);
    }
}
