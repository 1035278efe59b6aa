//! The ledger in DynamoDB: at least once in, once in effect.
//!
//! One table, seven kinds of items, told apart by the prefix of `pk`: `incident#ID` is an incident, `lease#TARGET` says
//! who may change a target until when, `stream#…` items belong to [`crate::streams`], and `tally#…` items count the
//! events of a burst, and `patch#…` and `patch-node#…` are those of patching. `note#…` items are
//! what a function remembers from run to run, `timer#ID` items say when the clock looks at an incident, and `plan#ID#…`
//! items hold plans that are too large for their incident's.
//!
//! INVARIANT: every write of an incident is conditional on the version that was read, so a holder whose
//! lease ran out cannot overwrite what its successor wrote.

pub mod audit;
mod baseline;
mod batch;
mod counter;
mod item;
mod large;
mod lease;
mod list;
mod mark;
mod memory;
mod note;
pub mod owned;
mod part;
mod past;
mod patches;
mod pieces;
pub mod posture;
mod signature;
mod stream_item;
mod tally;
mod timer;
mod waiting;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Delete, Put, TransactWriteItem};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use riposte_core::incident::{Incident, Next, State};
use thiserror::Error;
use tokio::sync::OwnedMutexGuard;

use crate::fault::{Fault, Kind};
use crate::invocation::{Invocation, now_ms};
use crate::settings::Loaded;

pub use baseline::Sighting;
pub use counter::{Counter, Intended};
pub use lease::{Lease, Turns};
pub use list::{Listed, Wanted};
pub use memory::Memory;
pub use note::Note;
pub use part::{Part, Parted, Place, Tally};
pub use past::Kept;
pub use patches::Begun;
pub use signature::{Keys, Signer};
pub use stream_item::{Passed, StreamItem};
pub use tally::Full;
pub(crate) use timer::PERMISSION as TIMER_PERMISSION;

/// Time after a lease's end before TTL may delete it, in seconds.
const LEASE_TTL_SECONDS: i64 = 3600;

/// What went wrong with the ledger.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// DynamoDB did not answer, or refused.
    #[error("ledger: {0}")]
    Fault(#[from] Fault),
    /// An item cannot be read.
    #[error("ledger item `{pk}`: {wrong}")]
    Item {
        /// Its key.
        pk: String,
        /// What is wrong with it.
        wrong: String,
    },
    /// The item in the ledger was not written by Riposte: its signature does not hold.
    #[error("incident `{id}`: its signature does not hold; it was changed outside Riposte and is not carried out")]
    Seal {
        /// The incident.
        id: String,
    },
    /// There is no private key to sign a record with.
    #[error(
        "incident `{id}` cannot be recorded: the private key under `/riposte-keys/` could not be read; \
             `riposte init` makes it, and whoever changes anything needs ssm:GetParameter on it"
    )]
    NoKey {
        /// The incident.
        id: String,
    },
    /// Another invocation went on with the incident.
    #[error("incident `{id}` was changed by another invocation meanwhile")]
    Overtaken {
        /// The incident.
        id: String,
    },
}

impl LedgerError {
    /// Whether the queue should bring the event again.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Fault(fault) => fault.worth_retrying(),
            Self::Overtaken { .. } => true,
            Self::Item { .. } | Self::Seal { .. } | Self::NoKey { .. } => false,
        }
    }
}

/// An incident that this invocation holds the lease for.
#[derive(Debug)]
pub struct Held {
    /// The record, as last written or changed since.
    pub incident: Incident,
    version: u64,
    lease: Lease,
    /// The lease on what the plan changes beside, while the change is made.
    shared: Option<Lease>,
    /// Nobody else in this process works on the target meanwhile.
    _turn: OwnedMutexGuard<()>,
}

impl Held {
    /// The lease, to be kept while the incident is worked on.
    #[must_use]
    pub fn lease(&self) -> Lease {
        self.lease.clone()
    }
}

/// What came of opening an incident.
#[derive(Debug)]
pub enum Opened {
    /// It is this invocation's to carry on: new, or left unfinished by another.
    Held(Box<Held>),
    /// It was answered to the end before.
    Done(Box<Incident>),
    /// Somebody holds the target.
    Busy,
}

/// The ledger.
#[derive(Debug, Clone)]
pub struct Ledger {
    client: Client,
    table: String,
    keys: Keys,
    turns: Turns,
    /// Only whoever asks for the same lists again and again has one.
    memory: Option<Memory>,
}

impl Ledger {
    /// The ledger in `table`, whose records are signed and verified with `keys`.
    #[must_use]
    pub fn new(client: Client, table: &str, keys: Keys) -> Self {
        Self { client, table: table.to_owned(), keys, turns: Turns::default(), memory: None }
    }

    /// The ledger that the settings name, with a client of its own: for who looks at it alone.
    #[must_use]
    pub fn reading(config: &aws_types::SdkConfig, loaded: &Loaded) -> Self {
        Self::new(Client::new(config), &loaded.settings.ledger_table, loaded.keys())
    }

    /// The same, which reads and verifies an item of a list once, and again when it changes or after a while.
    #[must_use]
    pub fn remembering(mut self, memory: &Memory) -> Self {
        self.memory = Some(memory.clone());
        self
    }

    /// The same, taking turns with all others that share these.
    #[must_use]
    pub fn sharing(mut self, turns: &Turns) -> Self {
        self.turns = turns.clone();
        self
    }

    /// Opens an incident and takes the lease on its target, in one call where the incident is new.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or what it holds cannot be read.
    pub async fn open(&self, incident: Incident, invocation: &Invocation) -> Result<Opened, LedgerError> {
        let turn = self.turns.take(&Lease::of(&incident, invocation).pk).await;
        // Only now: who waited for a turn has a lease that begins with it.
        let lease = Lease::of(&incident, invocation);
        let writes = vec![self.put_new(&incident).await?, self.put_lease(&lease)?];
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else {
            return Ok(Opened::Held(Box::new(Held { incident, version: 1, lease, shared: None, _turn: turn })));
        };
        let failed = failed_conditions(&error);
        match failed.as_slice() {
            [true, ..] => self.reopen(&incident.id, lease, turn).await,
            [false, true, ..] => Ok(Opened::Busy),
            _ => Err(retry_conflict(Fault::of("dynamodb:TransactWriteItems (open)")(error)).into()),
        }
    }

    /// Takes up an incident that exists: unfinished ones are carried on under the lease.
    async fn reopen(&self, id: &str, lease: Lease, turn: OwnedMutexGuard<()>) -> Result<Opened, LedgerError> {
        let before = self.get(id).await?;
        if let Some((incident, _)) = before
            && incident.next() == Next::Nothing
        {
            return Ok(Opened::Done(Box::new(incident)));
        }
        let Some(held) = self.take(id, lease, turn).await? else { return Ok(Opened::Busy) };
        // Its holder may have finished it between the two calls: then there is nothing to hold it for.
        if held.incident.next() == Next::Nothing {
            self.release(&held).await?;
            return Ok(Opened::Done(Box::new(held.incident)));
        }
        Ok(Opened::Held(Box::new(held)))
    }

    /// Takes the lease on an incident's target for a person's undo. `None`: somebody holds it.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub async fn hold(&self, incident: &Incident, invocation: &Invocation) -> Result<Option<Held>, LedgerError> {
        let lease = Lease::of(incident, invocation);
        let turn = self.turns.take(&lease.pk).await;
        self.take(&incident.id, lease, turn).await
    }

    async fn take(&self, id: &str, lease: Lease, turn: OwnedMutexGuard<()>) -> Result<Option<Held>, LedgerError> {
        if !self.take_lease(&lease).await? {
            return Ok(None);
        }
        // Read only now: whoever held the lease before may have written since.
        match self.get(id).await? {
            Some((incident, version)) => Ok(Some(Held { incident, version, lease, shared: None, _turn: turn })),
            None => Err(LedgerError::Item { pk: item::incident_pk(id), wrong: "it is gone".to_owned() }),
        }
    }

    /// Writes what is known so far and keeps the lease.
    ///
    /// # Errors
    /// [`LedgerError::Overtaken`] where another invocation wrote meanwhile.
    pub async fn write(&self, held: &mut Held) -> Result<(), LedgerError> {
        // Once the change was verified, or failed, nobody need wait for it any longer.
        if held.incident.state != State::Intended
            && let Some(shared) = held.shared.clone()
        {
            return self.write_and_give(held, &[shared]).await;
        }
        self.put(held).await
    }

    async fn put(&self, held: &mut Held) -> Result<(), LedgerError> {
        let fields = self.fields(&held.incident, held.version + 1).await?;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(fields))
            .condition_expression("#v = :v")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":v", AttributeValue::N(held.version.to_string()))
            .send()
            .await;
        match put.map_err(Fault::of("dynamodb:PutItem (incident)")) {
            Ok(_) => {
                held.version += 1;
                Ok(())
            }
            Err(fault) if fault.code == "ConditionalCheckFailedException" => self.was_written(held).await,
            Err(fault) => Err(fault.into()),
        }
    }

    /// Tells our own write, whose answer was lost and which the SDK sent again, from another's.
    async fn was_written(&self, held: &mut Held) -> Result<(), LedgerError> {
        match self.get(&held.incident.id).await? {
            Some((there, version)) if version == held.version + 1 && there == held.incident => {
                held.version = version;
                Ok(())
            }
            _ => Err(LedgerError::Overtaken { id: held.incident.id.clone() }),
        }
    }

    /// Writes the last word and gives the lease back, in one call.
    ///
    /// # Errors
    /// As [`Ledger::write`].
    pub async fn finish(&self, held: &mut Held) -> Result<(), LedgerError> {
        let leases: Vec<_> = std::iter::once(held.lease.clone()).chain(held.shared.clone()).collect();
        self.write_and_give(held, &leases).await
    }

    /// Writes the record and gives these leases back, in one call.
    async fn write_and_give(&self, held: &mut Held, leases: &[Lease]) -> Result<(), LedgerError> {
        let mut writes = vec![TransactWriteItem::builder().put(self.put_next(held).await?).build()];
        for lease in leases {
            let release = Delete::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(lease.pk.clone()))
                .condition_expression(LEASE_IS_OURS)
                .expression_attribute_names("#o", "owner")
                .expression_attribute_values(":o", AttributeValue::S(lease.owner.clone()))
                .build()
                .map_err(built_wrong)?;
            writes.push(TransactWriteItem::builder().delete(release).build());
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        held.shared = None;
        let Err(error) = sent else {
            held.version += 1;
            return Ok(());
        };
        match failed_conditions(&error).as_slice() {
            [true, ..] => self.was_written(held).await,
            // A lease ran out and is another's now: the record is still ours to write, and the others end by themselves.
            [false, ..] => self.put(held).await,
            _ => Err(retry_conflict(Fault::of("dynamodb:TransactWriteItems (finish)")(error)).into()),
        }
    }

    /// Gives the lease back without writing the incident, so that a retry need not wait for its end.
    ///
    /// # Errors
    /// Where DynamoDB does not answer; the lease then ends by itself.
    pub async fn release(&self, held: &Held) -> Result<(), LedgerError> {
        if let Some(shared) = &held.shared {
            self.give_lease(shared).await?;
        }
        self.give_lease(&held.lease).await
    }

    /// Reads an incident, verifies its signature, and returns it with its version.
    ///
    /// # Errors
    /// Where it cannot be read, or its plan is not the one that was signed.
    pub async fn get(&self, id: &str) -> Result<Option<(Incident, u64)>, LedgerError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(item::incident_pk(id)))
            .consistent_read(true)
            .send()
            .await
            .map_err(Fault::of("dynamodb:GetItem (incident)"))?;
        match answer.item() {
            Some(fields) => self.incident_of(fields).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether this is the first time within `seconds` that `key` is asked for: of what is told once.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn once(&self, key: &str, seconds: i64) -> Result<bool, LedgerError> {
        let now = now_ms() / 1000;
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(format!("once#{key}")))
            .item("expires_at", AttributeValue::N(now.saturating_add(seconds).to_string()))
            .condition_expression("attribute_not_exists(pk) OR expires_at < :now")
            .expression_attribute_values(":now", AttributeValue::N(now.to_string()))
            .send()
            .await;
        match put.map_err(Fault::of("dynamodb:PutItem (once)")) {
            Ok(_) => Ok(true),
            Err(fault) if fault.code == "ConditionalCheckFailedException" => Ok(false),
            Err(fault) => Err(fault.into()),
        }
    }

    /// The record as it is now, to be written in a transaction over the version that was read.
    async fn put_next(&self, held: &Held) -> Result<Put, LedgerError> {
        let fields = self.fields(&held.incident, held.version + 1).await?;
        Put::builder()
            .table_name(&self.table)
            .set_item(Some(fields))
            .condition_expression("#v = :v")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":v", AttributeValue::N(held.version.to_string()))
            .build()
            .map_err(built_wrong)
    }

    async fn put_new(&self, incident: &Incident) -> Result<TransactWriteItem, LedgerError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.fields(incident, 1).await?))
            .condition_expression("attribute_not_exists(pk)")
            .build()
            .map_err(built_wrong)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    fn put_lease(&self, lease: &Lease) -> Result<TransactWriteItem, LedgerError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item::lease(&lease.pk, &lease.owner, lease.until_ms)))
            .condition_expression(LEASE_IS_FREE)
            .expression_attribute_names("#o", "owner")
            .expression_attribute_values(":o", AttributeValue::S(lease.owner.clone()))
            .expression_attribute_values(":now", AttributeValue::N(now_ms().to_string()))
            .expression_attribute_values(":far", AttributeValue::N(lease::latest_end_ms().to_string()))
            .build()
            .map_err(built_wrong)?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}

/// Free, run out, or ours already: the SDK may have sent the call a second time after its answer was lost.
///
/// One that ends later than any of ours was not written by us: whoever can write the table could else hold a target for
/// ever.
const LEASE_IS_FREE: &str = "attribute_not_exists(pk) OR until_ms < :now OR until_ms > :far OR #o = :o";
const LEASE_IS_OURS: &str = "#o = :o";

/// Which conditions of a cancelled transaction failed, in the order of its writes; empty where the
/// transaction failed for another reason.
fn failed_conditions(error: &SdkError<TransactWriteItemsError, HttpResponse>) -> Vec<bool> {
    let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
        return Vec::new();
    };
    let failed = |reason: &CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    let reasons: Vec<bool> = cancelled.cancellation_reasons().iter().map(failed).collect();
    if reasons.contains(&true) { reasons } else { Vec::new() }
}

/// A transaction that was cancelled without a failed condition met another one: that passes.
fn retry_conflict(fault: Fault) -> Fault {
    if fault.code == "TransactionCanceledException" { Fault { kind: Kind::Transient, ..fault } } else { fault }
}

fn built_wrong(error: impl std::fmt::Display) -> LedgerError {
    Fault::refused("dynamodb:TransactWriteItems", error.to_string()).into()
}

#[cfg(test)]
mod tests;
