//! A function on the fake account, without Lambda around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use riposte_core::catalogue::FUNCTIONS;
use riposte_core::finding::Finding;
use riposte_core::incident::Incident;

use super::{Aws, ScriptedApi, keys};
use crate::actions::{Action, Actions};
use crate::by_hand::OPERATOR;
use crate::guard::Base;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::Ledger;
use crate::responder::{Answered, RespondError};
use crate::settings::Loaded;
use crate::undo::{UndoError, Undoer, Wish};

/// An invocation with a minute to go, unlike any other.
pub(crate) fn invocation() -> Invocation {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let id = format!("invocation-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    Invocation { id, deadline_ms: now_ms() + 60_000 }
}

/// An invocation that has no time to wait for others.
pub(crate) fn hurried() -> Invocation {
    Invocation { deadline_ms: now_ms() + 2_500, ..invocation() }
}

/// A function that has all actions.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) aws: Aws,
    pub(crate) base: Base,
}

impl Function {
    pub(crate) fn new(aws: &Aws) -> Self {
        Self::with(aws, &aws.config())
    }

    /// With clients of this configuration.
    pub(crate) fn with(aws: &Aws, config: &aws_types::SdkConfig) -> Self {
        let base = Base::new(*FUNCTIONS[0], "111122223333".to_owned(), config, Actions::all(config));
        Self { aws: aws.clone(), base }
    }

    /// With these actions alone, on the account that the case scripts.
    pub(crate) fn scripted(aws: &Aws, action: Box<dyn Action>) -> Self {
        let config = aws.config();
        let actions = Actions::new(&config).with_any(action).through(Arc::new(ScriptedApi(aws.clone())));
        let base = Base::new(*FUNCTIONS[0], "111122223333".to_owned(), &config, actions);
        Self { aws: aws.clone(), base }
    }

    pub(crate) async fn loaded(&self) -> Arc<Loaded> {
        self.base.settings.get().await.unwrap()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::new(aws_sdk_dynamodb::Client::new(&self.aws.config()), "riposte-ledger", keys(OPERATOR))
    }

    pub(crate) async fn respond(&self, finding: Finding) -> Result<Answered, RespondError> {
        self.respond_in(finding, &hurried()).await
    }

    pub(crate) async fn respond_in(&self, finding: Finding, invocation: &Invocation) -> Result<Answered, RespondError> {
        let loaded = self.loaded().await;
        self.base.responder(&loaded).respond(finding, invocation).await
    }

    /// The finding's incident as it stands in the ledger.
    pub(crate) async fn incident(&self, finding: &Finding) -> Incident {
        self.ledger().get(&Incident::id_of(finding)).await.unwrap().unwrap().0
    }

    pub(crate) async fn undo(&self, finding: &Finding, accept_changes: bool) -> Result<Incident, UndoError> {
        let (loaded, ledger) = (self.loaded().await, self.ledger());
        let undoer = Undoer { ledger: &ledger, actions: &self.base.actions, guardrails: &loaded.guardrails };
        let wish = Wish { accept_changes, ..Wish::default() };
        undoer.undo(&Incident::id_of(finding), &wish, &invocation()).await
    }
}
