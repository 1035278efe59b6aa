//! Who may change a target, and until when.
//!
//! A lease is short, so that a target whose holder died is soon free, and renewed for as long as its holder works.
//!
//! INVARIANT: a holder that cannot renew stops before the lease ends, so that nobody acts without one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use riposte_core::incident::Incident;
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::{Held, LEASE_IS_FREE, LEASE_IS_OURS, Ledger, LedgerError, item};
use crate::clock::{self, now_ms};
use crate::fault::Fault;
use crate::invocation::Invocation;

/// How long a lease is taken at a time, in milliseconds.
const LEASE_MS: i64 = 15_000;

/// How often it is renewed.
const RENEWAL: Duration = Duration::from_secs(4);

/// So long before its end a holder that could not renew it stops, in milliseconds: longer than one call takes.
const MARGIN_MS: i64 = 6_000;

/// How far the clocks of two machines may be apart, in milliseconds.
const SKEW_MS: i64 = 60_000;

/// The latest time at which a lease that is one of ours can end, in milliseconds since 1970.
pub(super) fn latest_end_ms() -> i64 {
    now_ms().saturating_add(LEASE_MS + SKEW_MS)
}

/// A lease that an invocation has taken, or tries to take.
#[derive(Debug, Clone)]
pub struct Lease {
    pub(super) pk: String,
    pub(super) owner: String,
    pub(super) until_ms: i64,
    /// The invocation's end, after which its holder is dead for certain.
    deadline_ms: i64,
}

impl Lease {
    /// The lease on `target` in an account and a region.
    pub(crate) fn on(account: &str, region: &str, target: &str, invocation: &Invocation) -> Self {
        Self {
            pk: item::lease_pk(account, region, target),
            owner: invocation.id.clone(),
            until_ms: invocation.deadline_ms.min(now_ms().saturating_add(LEASE_MS)),
            deadline_ms: invocation.deadline_ms,
        }
    }

    pub(super) fn of(incident: &Incident, invocation: &Invocation) -> Self {
        let scope = &incident.finding.scope;
        Self::on(&scope.account, &scope.region, &incident.finding.lease_key(), invocation)
    }
}

impl Ledger {
    /// Takes a lease by its key. `false`: somebody holds it.
    ///
    /// # Errors
    /// Where DynamoDB does not answer.
    pub async fn take_lease(&self, lease: &Lease) -> Result<bool, LedgerError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item::lease(&lease.pk, &lease.owner, lease.until_ms)))
            .condition_expression(LEASE_IS_FREE)
            .expression_attribute_names("#o", "owner")
            .expression_attribute_values(":o", AttributeValue::S(lease.owner.clone()))
            .expression_attribute_values(":now", AttributeValue::N(now_ms().to_string()))
            .expression_attribute_values(":far", AttributeValue::N(latest_end_ms().to_string()))
            .send()
            .await;
        match put.map_err(Fault::of("dynamodb:PutItem (lease)")) {
            Ok(_) => Ok(true),
            Err(fault) if fault.code == "ConditionalCheckFailedException" => Ok(false),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Takes the lease on what an incident's plan changes beside its target. `false`: somebody holds it.
    ///
    /// # Errors
    /// As [`Ledger::take_lease`].
    pub async fn share(&self, held: &mut Held, lease: &Lease) -> Result<bool, LedgerError> {
        let taken = self.take_lease(lease).await?;
        if taken {
            held.shared = Some(lease.clone());
        }
        Ok(taken)
    }

    /// Gives a lease back. One that is no longer ours is left alone.
    ///
    /// # Errors
    /// Where DynamoDB does not answer; the lease then ends by itself.
    pub async fn give_lease(&self, lease: &Lease) -> Result<(), LedgerError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(lease.pk.clone()))
            .condition_expression(LEASE_IS_OURS)
            .expression_attribute_names("#o", "owner")
            .expression_attribute_values(":o", AttributeValue::S(lease.owner.clone()));
        match delete.send().await.map_err(Fault::of("dynamodb:DeleteItem (lease)")) {
            Ok(_) => Ok(()),
            Err(fault) if fault.code == "ConditionalCheckFailedException" => Ok(()),
            Err(fault) => Err(fault.into()),
        }
    }

    /// Does `work` while the lease is kept.
    ///
    /// # Errors
    /// Those of `work`, and where the lease could not be kept: the work is dropped then where it stands, as if its
    /// process had died.
    pub async fn under<T, E: From<LedgerError>>(
        &self,
        lease: Lease,
        id: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        tokio::select! {
            biased;
            done = work => done,
            lost = self.renewed(lease, id) => Err(lost.into()),
        }
    }

    /// Renews the lease until that fails.
    async fn renewed(&self, mut lease: Lease, id: &str) -> LedgerError {
        loop {
            clock::sleep(RENEWAL).await;
            let until_ms = lease.deadline_ms.min(now_ms().saturating_add(LEASE_MS));
            let put = self
                .client
                .put_item()
                .table_name(&self.table)
                .set_item(Some(item::lease(&lease.pk, &lease.owner, until_ms)))
                .condition_expression(LEASE_IS_OURS)
                .expression_attribute_names("#o", "owner")
                .expression_attribute_values(":o", AttributeValue::S(lease.owner.clone()))
                .send()
                .await;
            match put.map_err(Fault::of("dynamodb:PutItem (renewal)")) {
                Ok(_) => lease.until_ms = until_ms,
                Err(fault) if fault.code == "ConditionalCheckFailedException" => {
                    return LedgerError::Overtaken { id: id.to_owned() };
                }
                Err(fault) if now_ms().saturating_add(MARGIN_MS) < lease.until_ms => {
                    tracing::warn!(incident = id, %fault, "a lease could not be renewed yet");
                }
                Err(fault) => return fault.into(),
            }
        }
    }
}

/// Who waits for the same target within one process takes turns, without asking the table again and again.
#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<Mutex<HashMap<String, Weak<Turn<()>>>>>);

impl Turns {
    /// Waits for the turn of this key. It lasts until the guard is dropped.
    pub(super) async fn take(&self, key: &str) -> OwnedMutexGuard<()> {
        let turn = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let known = all.get(key).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                all.retain(|_, turn| turn.strong_count() > 0);
                let turn = Arc::new(Turn::new(()));
                all.insert(key.to_owned(), Arc::downgrade(&turn));
                turn
            })
        };
        turn.lock_owned().await
    }
}
