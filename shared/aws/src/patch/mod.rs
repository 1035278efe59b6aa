//! The patch responder: the thinking of [`riposte_patch`] carried out.
//!
//! [`Patcher::plan`] reads the account, [`Patcher::begin`] writes down what is undertaken, [`Patcher::round`] takes
//! every run that may go on as far as it goes. The guardrails decide, and the ledger has every step.
//!
//! INVARIANT: one round at a time in an account and region, under the lease of the board; and one process at a time on
//! a node, under the lease that actions take on an instance too.

mod collect;
mod decide;
mod declared;
mod guard;
mod left;
mod look_back;
mod missing;
mod notices;
mod permissions;
mod round;
mod silent;
mod source;
mod walk;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use aws_smithy_types::retry::RetryConfig;
use riposte_core::finding::Severity;
use riposte_core::guardrail::Guardrails;
use riposte_patch::Other;
use riposte_patch::plan::{Own, Plan, plan};
use riposte_patch::run::Run;
use riposte_patch::settings::{PATH, Settings, SettingsError};
use thiserror::Error;

pub use self::decide::Preview;
pub use self::declared::group_id;
pub use self::guard::PatchGuard;
pub use self::look_back::{LookedBack, look_back};
pub use self::permissions::PERMISSIONS;
pub use self::round::{Begin, Round};
pub use self::source::{Source, SourceError};
use crate::api::{Api, Client, Model, models};
use crate::clients::SdkConfig;
use crate::fault::Fault;
use crate::invocation::now_ms;
use crate::ledger::{Ledger, LedgerError};
use crate::settings::Loaded;

/// The services that are called.
static MODELS: [&Model; 11] = [
    &models::SSM,
    &models::AUTOSCALING,
    &models::HEALTH,
    &models::EC2,
    &models::INSPECTOR2,
    &models::CLOUDWATCH,
    &models::S3,
    &models::LAMBDA,
    &models::RDS,
    &models::ELASTICACHE,
    &models::EKS,
];

/// Why patching could not go on now. What was done until then is in the ledger.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PatchError {
    /// A call failed.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The settings of patching.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// What the settings name cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A declared group could not be brought to an end.
    #[error(transparent)]
    Respond(Box<crate::responder::RespondError>),
    /// There is no such run.
    #[error("there is no run `{}`", riposte_core::text::plain(.0, 80))]
    Unknown(String),
    /// What is asked for cannot be done.
    #[error("{0}")]
    Impossible(String),
}

impl PatchError {
    /// Whether it may go better later.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        match self {
            Self::Fault(fault) => fault.worth_retrying(),
            Self::Ledger(error) => error.worth_retrying(),
            Self::Source(error) => error.worth_retrying(),
            Self::Respond(error) => error.worth_retrying(),
            _ => false,
        }
    }
}

/// A client for patching. A call that changes something is sent once: whether it was carried out is looked up before it
/// is sent again, which the SDK's own repetitions do not do.
#[must_use]
pub fn client(config: &SdkConfig) -> Arc<dyn Api> {
    let config = config.to_builder().retry_config(RetryConfig::disabled()).build();
    Arc::new(Client::new(&config, &MODELS))
}

/// Patches one account and region.
#[derive(Debug)]
pub struct Patcher<'a> {
    /// Who acts: a function's name, or the operator.
    pub function: &'a str,
    /// The way to AWS, from [`client`].
    pub api: &'a dyn Api,
    /// The ledger.
    pub ledger: Ledger,
    /// For notices.
    pub sns: &'a aws_sdk_sns::Client,
    /// Settings and guardrails of this moment.
    pub loaded: &'a Loaded,
    /// The account.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
}

impl Patcher<'_> {
    /// The settings of patching, as they stand.
    ///
    /// # Errors
    /// Names what is wrong.
    pub fn settings(&self) -> Result<Settings, PatchError> {
        Ok(Settings::parse(self.loaded.parameter(PATH).unwrap_or_default())?)
    }

    /// Reads the account and makes the plan. `kev` takes the place of the settings' list.
    ///
    /// # Errors
    /// Where what every plan needs cannot be read, or the list `kev`. The settings' list, where it cannot be used, is told
    /// in the plan.
    pub async fn plan(&self, settings: &Settings, kev: Option<&Source>) -> Result<Plan, PatchError> {
        let mut facts = collect::facts(self.api, self.region).await?;
        let mut unusable = None;
        if let Some(source) = kev {
            facts.kev = collect::kev(self.api, self.region, source).await?;
        } else if let Some(named) = settings.kev.as_deref() {
            // Without the list deadlines are later; without a plan there are none. So it is told, and holds nothing up.
            match collect::kev(self.api, self.region, &Source::of(named)).await {
                Ok(list) => facts.kev = list,
                Err(error) if error.worth_retrying() => return Err(error.into()),
                Err(error) => unusable = Some((named.to_owned(), format!("{error}: it is planned without it"))),
            }
        }
        match self.missing_since().await {
            Ok(remembered) => facts.missing_since = remembered,
            Err(error) => facts
                .unread
                .push(format!("since when updates are missing ({error}): their deadlines count from the last scan")),
        }
        let roles: Vec<String> =
            self.loaded.settings.own_roles.iter().filter_map(|arn| arn.rsplit('/').next()).map(str::to_owned).collect();
        let mut plan = plan(&facts, settings, Own { roles: &roles }, now_ms());
        plan.others.extend(unusable.map(|(resource, what)| Other { service: "kev".to_owned(), resource, what }));
        Ok(plan)
    }

    /// A run as it stands.
    ///
    /// # Errors
    /// Where there is none, or it cannot be read.
    pub async fn run(&self, id: &str) -> Result<(Run, u64), PatchError> {
        self.ledger.patch(id).await?.ok_or_else(|| PatchError::Unknown(id.to_owned()))
    }

    fn guardrails(&self) -> &Guardrails {
        &self.loaded.guardrails
    }

    fn told_from(&self) -> Severity {
        self.loaded.settings.notice_severity
    }
}
