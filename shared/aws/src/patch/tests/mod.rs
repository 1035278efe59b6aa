//! Patching on a scripted Systems Manager, killed, throttled, lied to and repeated.

mod around;
mod declared;
mod faults;
mod function;
mod look_back;
mod manager;
mod members;
mod told;
mod ways;

use std::sync::Arc;
use std::time::Duration;

use riposte_core::incident::Incident;
use riposte_patch::run::Run;
use riposte_patch::settings::{PATH, Settings};
use serde_json::Value;

use super::{Begin, PatchError, Patcher, Round};
use crate::clock;
use crate::invocation::{Invocation, now_ms};
use crate::ledger::Ledger;
use crate::settings::{Loaded, SettingsCache};
use crate::testing::{Aws, Scripted, ScriptedApi, keys};

/// The undertakings on an account, as a function sees them.
struct Fleet {
    aws: Aws,
    api: ScriptedApi,
    sns: aws_sdk_sns::Client,
}

/// With a snapshot there is a way back, and nobody is asked.
const SETTINGS: &str = r#"{"snapshot":true,"emergency":"act","emergency_hours":96}"#;

impl Fleet {
    fn of(mut state: Value, settings: &str) -> Self {
        let aws = Aws::new();
        aws.world(|world| {
            // A script answers for the whole account, so the functions' keys and settings are in it too.
            for (path, value) in &world.ssm {
                state["parameters"][path] = Value::from(value.as_str());
            }
            world.script = Scripted { state, calls: manager::CALLS };
            world.ssm.insert(PATH.to_owned(), settings.to_owned());
        });
        Self { api: ScriptedApi(aws.clone()), sns: aws_sdk_sns::Client::new(&aws.config()), aws }
    }

    /// One node in the ring `dev`.
    fn one() -> Self {
        Self::of(manager::account(&[("i-1", manager::node())]), SETTINGS)
    }

    async fn loaded(&self) -> Arc<Loaded> {
        let client = aws_sdk_ssm::Client::new(&self.aws.config());
        SettingsCache::new("patcher", client, Default::default()).get().await.unwrap()
    }

    fn patcher<'a>(&'a self, loaded: &'a Loaded) -> Patcher<'a> {
        let client = aws_sdk_dynamodb::Client::new(&self.aws.config());
        Patcher {
            function: "patcher",
            api: &self.api,
            ledger: Ledger::new(client, "riposte-ledger", keys("patcher")),
            sns: &self.sns,
            loaded,
            account: "111122223333",
            region: "eu-west-1",
        }
    }

    /// Plans, and undertakes what is to be done.
    async fn begin(&self, by: Option<&str>) -> Result<Vec<Begin>, PatchError> {
        let loaded = self.loaded().await;
        let patcher = self.patcher(&loaded);
        let settings = patcher.settings()?;
        let mut begun = Vec::new();
        for node in patcher.plan(&settings, None).await?.nodes {
            begun.push(patcher.begin(&node, &settings, by).await?);
        }
        Ok(begun)
    }

    async fn round(&self) -> Result<Round, PatchError> {
        let loaded = self.loaded().await;
        let patcher = self.patcher(&loaded);
        let settings: Settings = patcher.settings()?;
        patcher.round(&settings, &invocation()).await
    }

    /// Rounds, five minutes apart, until nothing is under way any more or so many hours are over.
    async fn rounds(&self, hours: i64) {
        let until = now_ms() + hours * 3_600_000;
        while now_ms() < until {
            let round = self.round().await.unwrap();
            assert!(round.failed.is_empty(), "{:?}", round.failed);
            if self.runs().await.iter().all(|run| run.is_done() && run.notified) {
                return;
            }
            clock::sleep(Duration::from_secs(300)).await;
        }
    }

    async fn runs(&self) -> Vec<Run> {
        let loaded = self.loaded().await;
        let (mut runs, unreadable) = self.patcher(&loaded).ledger.patches(1000).await.unwrap();
        assert!(unreadable.is_empty(), "{unreadable:?}");
        runs.sort_by(|a, b| a.plan.node.cmp(&b.plan.node));
        runs
    }

    /// What responded to declarations.
    async fn incidents(&self) -> Vec<Incident> {
        let loaded = self.loaded().await;
        self.patcher(&loaded).ledger.list(100).await.unwrap().incidents
    }

    /// The only run, which has ended.
    async fn run(&self) -> Run {
        let runs = self.runs().await;
        assert_eq!(runs.len(), 1);
        runs[0].clone()
    }

    fn state<T>(&self, look: impl FnOnce(&mut Value) -> T) -> T {
        self.aws.world(|world| look(&mut world.script.state))
    }

    fn version(&self, node: &str) -> String {
        self.state(|state| state["nodes"][node]["packages"]["libssl3"].as_str().unwrap().to_owned())
    }

    /// How many commands of a stage were sent.
    fn commands(&self, stage: &str) -> usize {
        let ends = format!(" {stage}");
        self.state(|state| {
            let all = state["commands"].as_array().unwrap().iter();
            all.filter(|command| command["comment"].as_str().unwrap().ends_with(&ends)).count()
        })
    }
}

/// An invocation with ten minutes to go, unlike any other.
fn invocation() -> Invocation {
    Invocation { deadline_ms: now_ms() + 600_000, ..crate::testing::invocation() }
}
