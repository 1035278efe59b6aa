//! Records that were read and verified before: who looks at the same list again and again reads what is new alone.
//!
//! A page of the index is then asked for keys and signatures, a few hundred bytes where an item has up to 400 KB, and
//! only the items that are not known are read whole, a hundred in a call. A signature belongs to one record in one version
//! by one signer, so that what is remembered is what was verified.
//!
//! INVARIANT: a record is remembered by its signature and by the keys that verified it, and for [`FRESH_MS`] at most: an
//! item that was changed and kept its signature is found then, and until then its verified record is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use riposte_core::incident::Incident;
use riposte_patch::run::Run;

use super::item::{Fields, PLAN, string};
use super::{Keys, Ledger, LedgerError};
use crate::clock::now_ms;

/// The most records of a kind, and the most bytes of their texts; where there is more, all are forgotten.
const MOST: usize = 1000;
const MOST_BYTES: usize = 24 << 20;

/// After so many milliseconds an item is read and verified again, whatever its signature.
const FRESH_MS: i64 = 600_000;

/// What a page of the index is asked for by who remembers.
const STAMP: &str = "pk, signature";

/// What is remembered between lists; its clones remember together.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    pub(super) incidents: Arc<Known<Incident>>,
    pub(super) runs: Arc<Known<Run>>,
}

/// An item of a page of the index.
#[derive(Debug)]
pub(super) enum Recalled<T> {
    /// It was verified before, and has the same signature.
    Known(Arc<T>),
    /// The whole item, to be verified.
    Read(Fields),
    /// It left the table since the index named it.
    Gone(LedgerError),
}

impl Ledger {
    /// What the query of a page asks for; `None`: for everything.
    pub(super) fn asked_of_a_page(&self) -> Option<String> {
        self.memory.is_some().then(|| STAMP.to_owned())
    }

    /// The items of a page, in its order: one call for each hundred that are not known.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub(super) async fn recalled<T>(
        &self,
        page: Vec<Fields>,
        known: Option<&Known<T>>,
    ) -> Result<Vec<Recalled<T>>, LedgerError> {
        let Some(known) = known else { return Ok(page.into_iter().map(Recalled::Read).collect()) };
        let stamps: Vec<(String, Option<Arc<T>>)> = page
            .iter()
            .map(|stamp| (string(stamp, "pk").unwrap_or_default().to_owned(), known.get(stamp, &self.keys)))
            .collect();
        let unknown: BTreeSet<String> =
            stamps.iter().filter(|(_, record)| record.is_none()).map(|(pk, _)| pk.clone()).collect();
        let mut whole = self.items(&unknown).await?;
        let recalled = |(pk, record): (String, Option<Arc<T>>)| match record {
            Some(record) => Recalled::Known(record),
            None => match whole.remove(&pk) {
                Some(fields) => Recalled::Read(fields),
                None => Recalled::Gone(LedgerError::Item { pk, wrong: "it is gone".to_owned() }),
            },
        };
        Ok(stamps.into_iter().map(recalled).collect())
    }

    /// Remembers what a whole item says, where anything is remembered and it could be read.
    pub(super) fn keep<T>(
        &self,
        known: Option<&Known<T>>,
        fields: &Fields,
        read: Result<T, LedgerError>,
    ) -> Result<Arc<T>, LedgerError> {
        let read = read.map(Arc::new);
        if let (Some(known), Ok(record)) = (known, &read) {
            known.keep(fields, &self.keys, record);
        }
        read
    }
}

/// Records of one kind.
#[derive(Debug)]
pub(super) struct Known<T>(Mutex<Records<T>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Mutex::new(Records { public: Arc::default(), all: HashMap::new(), bytes: 0 }))
    }
}

#[derive(Debug)]
struct Records<T> {
    /// The keys that verified them.
    public: Arc<BTreeMap<String, [u8; 32]>>,
    /// By the item's key.
    all: HashMap<String, Verified<T>>,
    /// Of the texts that were verified.
    bytes: usize,
}

#[derive(Debug)]
struct Verified<T> {
    signature: String,
    at_ms: i64,
    /// Handed out as it is: who looks at a list copies none of its records.
    record: Arc<T>,
}

impl<T> Known<T> {
    /// What an item with this key and signature says, where it was verified lately.
    fn get(&self, stamp: &Fields, keys: &Keys) -> Option<Arc<T>> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = records.all.get(string(stamp, "pk")?).filter(|_| records.public == keys.public)?;
        let fresh = (0..FRESH_MS).contains(&now_ms().saturating_sub(seen.at_ms));
        (fresh && string(stamp, "signature") == Some(&seen.signature)).then(|| Arc::clone(&seen.record))
    }

    /// Remembers what a whole item says, which was verified by these keys.
    fn keep(&self, fields: &Fields, keys: &Keys, record: &Arc<T>) {
        let [Some(pk), Some(signature)] = ["pk", "signature"].map(|name| string(fields, name).map(str::to_owned))
        else {
            return;
        };
        let bytes = ["record", PLAN].iter().filter_map(|name| string(fields, name)).map(str::len).sum::<usize>();
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = records.all.len() >= MOST || records.bytes + bytes > MOST_BYTES;
        if full || records.public != keys.public {
            *records = Records { public: Arc::clone(&keys.public), all: HashMap::new(), bytes: 0 };
        }
        records.bytes += bytes;
        records.all.insert(pk, Verified { signature, at_ms: now_ms(), record: Arc::clone(record) });
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::ledger::item;
    use crate::testing::{incident as sample, keys};

    fn stamp(fields: &Fields) -> Fields {
        fields.iter().filter(|(name, _)| STAMP.contains(name.as_str())).map(|(n, v)| (n.clone(), v.clone())).collect()
    }

    #[test]
    fn a_record_is_known_by_its_signature_and_another_version_is_not() {
        let (known, keys) = (Known::<Incident>::default(), keys("ingress-guard"));
        let [first, second] = [1, 2].map(|version| item::incident(&sample(), version, &keys).unwrap());
        assert_eq!(known.get(&stamp(&first), &keys), None);
        let record = Arc::new(sample());
        known.keep(&first, &keys, &record);
        let handed = known.get(&stamp(&first), &keys).unwrap();
        assert!(Arc::ptr_eq(&handed, &record), "the record itself is handed out, and no copy of it");
        assert_eq!(known.get(&stamp(&second), &keys), None);
        let mut unsigned = stamp(&first);
        unsigned.remove("signature");
        assert_eq!(known.get(&unsigned, &keys), None);
    }

    #[test]
    fn other_keys_verify_anew_and_memory_is_bounded() {
        let known = Known::<u64>::default();
        let of = |number: usize, text: &str| {
            [("pk", number.to_string()), ("signature", "s".to_owned()), ("record", text.to_owned())]
                .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
                .into()
        };
        let mut keys = keys("ingress-guard");
        known.keep(&of(1, ""), &keys, &Arc::new(1));
        assert_eq!(known.get(&of(1, ""), &keys).as_deref(), Some(&1));
        keys.public = Arc::new(BTreeMap::from([("other".to_owned(), [7; 32])]));
        assert_eq!(known.get(&of(1, ""), &keys), None);
        for number in 0..3 * MOST {
            known.keep(&of(number, ""), &keys, &Arc::new(0));
        }
        assert!(known.0.lock().unwrap().all.len() <= MOST);
        let large = "x".repeat(MOST_BYTES / 4);
        for number in 0..9 {
            known.keep(&of(number, &large), &keys, &Arc::new(0));
            assert!(known.0.lock().unwrap().bytes <= MOST_BYTES);
        }
        assert_eq!(known.get(&of(8, &large), &keys).as_deref(), Some(&0));
    }
}
