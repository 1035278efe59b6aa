//! Patching in the ledger: the record of each run, and which run has a node.
//!
//! `patch#ID` is a run, signed with its version like an incident. `patch-node#ACCOUNT/REGION/NODE` names the run that
//! has the node: no other begins meanwhile.

use std::sync::Arc;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use riposte_core::catalogue::PATCHER;
use riposte_core::incident::rfc3339;
use riposte_patch::run::Run;

use super::item::{Fields, string};
use super::memory::{Known, Recalled};
use super::{Ledger, LedgerError, built_wrong, failed_conditions, retry_conflict, waiting};
use crate::fault::Fault;

/// What the `kind` of a run says; the hash key of the index `by-time`.
pub(super) const KIND: &str = "patch";

/// What came of beginning a run.
#[derive(Debug, PartialEq)]
pub enum Begun {
    /// It is written.
    New,
    /// The same undertaking is there: this is how it stands.
    There(Box<Run>),
    /// Another run has the node.
    Taken,
}

fn pk(id: &str) -> String {
    format!("patch#{id}")
}

fn node_pk(run: &Run) -> String {
    format!("patch-node#{}/{}/{}", run.account, run.region, run.plan.node)
}

/// What is signed: an older version of the same item must not pass for this one either, nor an incident for a run.
fn signed_text(version: u64, record: &str) -> String {
    format!("patch\n{version}\n{record}")
}

impl Ledger {
    /// Begins a run: its record if there is none, and the node if it is free. `again` is the version of an ended record
    /// of the same undertaking that it takes the place of.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or what it holds cannot be read.
    pub async fn begin_patch(&self, run: &Run, again: Option<u64>) -> Result<Begun, LedgerError> {
        let version = again.map_or(1, |version| version + 1);
        let put = Put::builder().table_name(&self.table).set_item(Some(self.patch_fields(run, version)?));
        let put = match again {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("#v = :v")
                .expression_attribute_names("#v", "version")
                .expression_attribute_values(":v", AttributeValue::N(version.to_string())),
        };
        let node = Put::builder()
            .table_name(&self.table)
            .item("pk", AttributeValue::S(node_pk(run)))
            .item("run", AttributeValue::S(run.id.clone()))
            .condition_expression("attribute_not_exists(pk) OR #r = :r")
            .expression_attribute_names("#r", "run")
            .expression_attribute_values(":r", AttributeValue::S(run.id.clone()));
        let writes = [put.build().map_err(built_wrong)?, node.build().map_err(built_wrong)?];
        let writes = writes.map(|put| TransactWriteItem::builder().put(put).build()).to_vec();
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(Begun::New) };
        match failed_conditions(&error).as_slice() {
            [true, ..] => match self.patch(&run.id).await? {
                Some((there, _)) => Ok(Begun::There(Box::new(there))),
                None => Err(LedgerError::Item { pk: pk(&run.id), wrong: "it is gone".to_owned() }),
            },
            [false, true] => Ok(Begun::Taken),
            _ => Err(retry_conflict(Fault::of("dynamodb:TransactWriteItems (patch)")(error)).into()),
        }
    }

    /// Reads a run and its version, and verifies its signature.
    ///
    /// # Errors
    /// Where it cannot be read, or was changed outside Riposte.
    pub async fn patch(&self, id: &str) -> Result<Option<(Run, u64)>, LedgerError> {
        let get = self.client.get_item().table_name(&self.table).key("pk", AttributeValue::S(pk(id)));
        let answer = get.consistent_read(true).send().await.map_err(Fault::of("dynamodb:GetItem (patch)"))?;
        answer.item().map(|fields| self.read_patch(fields)).transpose()
    }

    /// Writes a run on, and returns its new version. Where it has ended, the node is given back in the same call.
    ///
    /// # Errors
    /// [`LedgerError::Overtaken`] where somebody else wrote meanwhile.
    pub async fn write_patch(&self, run: &Run, version: u64) -> Result<u64, LedgerError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(self.patch_fields(run, version + 1)?))
            .condition_expression("#v = :v")
            .expression_attribute_names("#v", "version")
            .expression_attribute_values(":v", AttributeValue::N(version.to_string()))
            .build()
            .map_err(built_wrong)?;
        let mut writes = vec![TransactWriteItem::builder().put(put).build()];
        if run.is_done() {
            let free = Delete::builder()
                .table_name(&self.table)
                .key("pk", AttributeValue::S(node_pk(run)))
                .condition_expression("attribute_not_exists(pk) OR #r = :r")
                .expression_attribute_names("#r", "run")
                .expression_attribute_values(":r", AttributeValue::S(run.id.clone()))
                .build()
                .map_err(built_wrong)?;
            writes.push(TransactWriteItem::builder().delete(free).build());
        }
        let sent = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = sent else { return Ok(version + 1) };
        if failed_conditions(&error).first() != Some(&true) {
            return Err(retry_conflict(Fault::of("dynamodb:TransactWriteItems (patch)")(error)).into());
        }
        // Our own write, whose answer was lost?
        match self.patch(&run.id).await? {
            Some((there, now)) if now == version + 1 && there == *run => Ok(now),
            _ => Err(LedgerError::Overtaken { id: run.id.clone() }),
        }
    }

    /// The newest runs, and those that cannot be read, each with why: at most `limit` together.
    ///
    /// # Errors
    /// Where DynamoDB does not answer, or refuses.
    pub async fn patches(&self, limit: usize) -> Result<(Vec<Run>, Vec<LedgerError>), LedgerError> {
        let (runs, unreadable) = self.shared_patches(limit).await?;
        Ok((runs.into_iter().map(Arc::unwrap_or_clone).collect(), unreadable))
    }

    /// The same; those that are remembered are shared with who remembers them, and no copy of any is made.
    ///
    /// # Errors
    /// As [`Ledger::patches`].
    pub async fn shared_patches(&self, limit: usize) -> Result<(Vec<Arc<Run>>, Vec<LedgerError>), LedgerError> {
        let known = self.memory.as_ref().map(|memory| &*memory.runs);
        let (mut runs, mut unreadable, mut start) = (Vec::new(), Vec::new(), None);
        loop {
            let query = self.client.query().table_name(&self.table).index_name("by-time");
            let query = query.key_condition_expression("#k = :k").expression_attribute_names("#k", "kind");
            let query = query.expression_attribute_values(":k", AttributeValue::S(KIND.to_owned()));
            // What is not asked for need not be read: a page is a megabyte otherwise.
            let most = i32::try_from(limit.saturating_sub(runs.len() + unreadable.len())).unwrap_or(i32::MAX);
            let query = query.limit(most.max(1)).scan_index_forward(false).set_exclusive_start_key(start);
            let query = query.set_projection_expression(self.asked_of_a_page());
            let mut page = query.send().await.map_err(Fault::of("dynamodb:Query (patches)"))?;
            for item in self.recalled(page.items.take().unwrap_or_default(), known).await? {
                match self.run_of(item, known) {
                    Ok(run) => runs.push(run),
                    Err(error) => unreadable.push(error),
                }
                if runs.len() + unreadable.len() >= limit {
                    return Ok((runs, unreadable));
                }
            }
            start = page.last_evaluated_key().cloned();
            if start.is_none() {
                return Ok((runs, unreadable));
            }
        }
    }

    /// The run of an item of a page, remembered where anything is.
    pub(super) fn run_of(&self, item: Recalled<Run>, known: Option<&Known<Run>>) -> Result<Arc<Run>, LedgerError> {
        match item {
            Recalled::Known(run) => Ok(run),
            Recalled::Gone(error) => Err(error),
            Recalled::Read(fields) => self.keep(known, &fields, self.read_patch(&fields).map(|(run, _)| run)),
        }
    }

    fn patch_fields(&self, run: &Run, version: u64) -> Result<Fields, LedgerError> {
        let record = serde_json::to_string(run)
            .map_err(|error| LedgerError::Item { pk: pk(&run.id), wrong: error.to_string() })?;
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let signature = self.keys.sign(&run.id, &signed_text(version, &record));
        let (by, signature) = signature.ok_or_else(|| LedgerError::NoKey { id: run.id.clone() })?;
        let outcome = run.outcome.as_ref().map_or("under-way", |outcome| outcome.kind.word());
        let mut fields = Fields::from([
            ("pk".to_owned(), AttributeValue::S(pk(&run.id))),
            ("kind".to_owned(), text(KIND)),
            ("opened_at".to_owned(), AttributeValue::S(rfc3339(run.opened_ms))),
            ("version".to_owned(), AttributeValue::N(version.to_string())),
            ("state".to_owned(), text(outcome)),
            ("target".to_owned(), text(&run.plan.node)),
            ("signed_by".to_owned(), text(by)),
            ("signature".to_owned(), AttributeValue::S(signature)),
            ("record".to_owned(), AttributeValue::S(record)),
        ]);
        if run.asked {
            waiting::until(&mut fields, None);
        }
        Ok(fields)
    }

    fn read_patch(&self, fields: &Fields) -> Result<(Run, u64), LedgerError> {
        let found = string(fields, "pk").unwrap_or_default().to_owned();
        let wrong = |wrong: String| LedgerError::Item { pk: found.clone(), wrong };
        let record = string(fields, "record").ok_or_else(|| wrong("it has no `record`".to_owned()))?;
        let run: Run = serde_json::from_str(record).map_err(|error| wrong(format!("`record`: {error}")))?;
        if pk(&run.id) != found {
            return Err(wrong(format!("its `record` is of `{}`", run.id)));
        }
        let version = fields.get("version").and_then(|v| v.as_n().ok()).and_then(|n| n.parse::<u64>().ok());
        let version = version.ok_or_else(|| wrong("it has no `version`".to_owned()))?;
        let [by, signature] = ["signed_by", "signature"].map(|name| string(fields, name).unwrap_or_default());
        if !self.keys.holds(PATCHER.name, &run.id, &signed_text(version, record), by, signature) {
            return Err(LedgerError::Seal { id: run.id });
        }
        Ok((run, version))
    }
}
