//! The state machine of a hunt: found, started, followed.

use std::sync::Arc;

use aws_types::SdkConfig;
use riposte_core::arn::{account_of, partition};
use riposte_core::text::plain;
use serde_json::{Value, json};
use thiserror::Error;

use crate::api::{Api, Call, Client, models};
use crate::fault::{Fault, Kind};
use crate::objects::Place;

/// The name that the template gives it.
pub const MACHINE: &str = "riposte-hunt";

/// A deployed state machine.
#[derive(Debug)]
pub struct Machine {
    api: Arc<dyn Api>,
    region: String,
    account: String,
    arn: String,
    /// Where results go, as the deployment says.
    pub output: Place,
}

/// Why there is no state machine to work with.
#[derive(Debug, Error)]
pub enum MachineError {
    /// It is not deployed.
    #[error(
        "hunting is not deployed in region {region} of account {account}: deploy it (make hunt-deploy), or set AWS_REGION or AWS_PROFILE to where it is"
    )]
    Missing {
        /// Where it was looked for.
        region: String,
        /// Whose.
        account: String,
    },
    /// What is deployed is no hunt of this version.
    #[error("the state machine {MACHINE} is no hunt of this version ({0}): deploy it again (make hunt-deploy)")]
    Other(String),
    /// AWS refuses.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What became of an execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    /// `RUNNING`, `SUCCEEDED`, `FAILED`, `TIMED_OUT` or `ABORTED`.
    pub status: String,
    /// Why it failed, in AWS's words; empty where nothing is said.
    pub cause: String,
    /// What it was started with.
    pub input: Value,
}

impl Execution {
    /// Whether it goes on.
    #[must_use]
    pub fn runs(&self) -> bool {
        matches!(self.status.as_str(), "RUNNING" | "PENDING_REDRIVE")
    }
}

/// How many shares are how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All.
    pub total: u64,
    /// Those that are being evaluated.
    pub running: u64,
    /// Those that are done.
    pub succeeded: u64,
    /// Those that failed, ran out of time or were stopped.
    pub failed: u64,
}

impl Machine {
    /// The one of the configuration's region, in the account of whoever calls (an ARN).
    ///
    /// # Errors
    /// Where it is not deployed, is something else, or AWS does not say.
    pub async fn find(config: &SdkConfig, caller: &str) -> Result<Self, MachineError> {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let api = Arc::new(Client::new(config, &[&models::STEPFUNCTIONS]));
        Self::described(api, region, account_of(caller).unwrap_or_default().to_owned()).await
    }

    async fn described(api: Arc<dyn Api>, region: String, account: String) -> Result<Self, MachineError> {
        let arn = format!("arn:{}:states:{region}:{account}:stateMachine:{MACHINE}", partition(&region));
        let call = Call::new("stepfunctions:DescribeStateMachine", &region, json!({ "stateMachineArn": arn }));
        let body = match api.send(&call).await {
            Ok(answer) => answer.body,
            Err(fault) if fault.kind == Kind::Gone => return Err(MachineError::Missing { region, account }),
            Err(fault) => return Err(fault.into()),
        };
        let definition = body.get("definition").and_then(Value::as_str).unwrap_or_default();
        let definition: Value = serde_json::from_str(definition)
            .map_err(|error| MachineError::Other(format!("its definition: {error}")))?;
        let output = |part: &str| {
            let value = definition.pointer(&format!("/States/Hunt/ItemSelector/output/{part}")).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| MachineError::Other(format!("it does not say its output's {part}")))
        };
        let output = Place { bucket: output("bucket")?, prefix: output("prefix")? };
        Ok(Self { api, region, account, arn, output })
    }

    /// The account that it is in.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Its region.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The ARN of an execution.
    #[must_use]
    pub fn execution_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.arn.replacen(":stateMachine:", ":execution:", 1))
    }

    /// The name of an execution of this machine, by its name or ARN.
    ///
    /// # Errors
    /// Says whose it is, where it is another's, or that it is none.
    pub fn execution_name(&self, named: &str) -> Result<String, String> {
        let shown = plain(named, 200);
        if !named.starts_with("arn:") {
            let fine = named.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
            return if fine && !named.is_empty() && named.len() <= 80 {
                Ok(named.to_owned())
            } else {
                Err(format!("`{shown}` is no name of a hunt: `riposte hunt` says it when it begins one"))
            };
        }
        let parts: Vec<&str> = named.split(':').collect();
        let [_, _, "states", region, account, "execution", machine, name] = parts.as_slice() else {
            return Err(format!("`{shown}` is no ARN of an execution"));
        };
        if *account != self.account {
            return Err(format!(
                "`{shown}` is of account {}, and these credentials are of {}",
                plain(account, 20),
                self.account
            ));
        }
        if *region != self.region {
            return Err(format!("`{shown}` is of region {}: set AWS_REGION to it", plain(region, 40)));
        }
        if *machine != MACHINE {
            return Err(format!("`{shown}` is no hunt: it is an execution of `{}`", plain(machine, 80)));
        }
        Ok((*name).to_owned())
    }

    /// Starts an execution.
    ///
    /// # Errors
    /// Where there is one of this name, or AWS refuses.
    pub async fn start(&self, name: &str, input: &Value) -> Result<(), Fault> {
        let parameters = json!({ "stateMachineArn": self.arn, "name": name, "input": input.to_string() });
        self.call("stepfunctions:StartExecution", parameters).await.map(drop)
    }

    /// What became of an execution; `None` where there is none of this name.
    ///
    /// # Errors
    /// Where AWS does not say.
    pub async fn execution(&self, name: &str) -> Result<Option<Execution>, Fault> {
        let parameters = json!({ "executionArn": self.execution_arn(name) });
        let body = match self.call("stepfunctions:DescribeExecution", parameters).await {
            Ok(body) => body,
            Err(fault) if fault.kind == Kind::Gone => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let cause = [text("error"), text("cause")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let input = serde_json::from_str(&text("input")).unwrap_or_default();
        Ok(Some(Execution { status: text("status"), cause: cause.join(": "), input }))
    }

    /// How far an execution is; `None` while it has not read its shares.
    ///
    /// # Errors
    /// Where AWS does not say.
    pub async fn counts(&self, name: &str) -> Result<Option<Counts>, Fault> {
        let arn = self.execution_arn(name);
        let runs = self.call("stepfunctions:ListMapRuns", json!({ "executionArn": arn })).await?;
        let Some(run) = runs.pointer("/mapRuns/0/mapRunArn").and_then(Value::as_str) else { return Ok(None) };
        let body = self.call("stepfunctions:DescribeMapRun", json!({ "mapRunArn": run })).await?;
        let count = |key: &str| body.pointer(&format!("/itemCounts/{key}")).and_then(Value::as_u64).unwrap_or_default();
        Ok(Some(Counts {
            total: count("total"),
            running: count("running"),
            succeeded: count("succeeded"),
            failed: count("failed") + count("timedOut") + count("aborted"),
        }))
    }

    async fn call(&self, name: &str, parameters: Value) -> Result<Value, Fault> {
        Ok(self.api.send(&Call::new(name, &self.region, parameters)).await?.body)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::api::{Answer, Boxed};

    /// Answers in turn, and keeps what was asked.
    #[derive(Debug, Default)]
    struct Script {
        answers: Mutex<Vec<Result<Value, Fault>>>,
        asked: Mutex<Vec<Call>>,
    }

    impl Api for Script {
        fn send<'a>(&'a self, call: &'a Call) -> Boxed<'a, Result<Answer, Fault>> {
            self.asked.lock().unwrap().push(call.clone());
            let answer = self.answers.lock().unwrap().remove(0);
            Box::pin(async move { answer.map(|body| Answer { request_id: String::new(), body }) })
        }
    }

    fn script(answers: impl IntoIterator<Item = Result<Value, Fault>>) -> Arc<Script> {
        Arc::new(Script { answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() })
    }

    fn answered(code: &str) -> Result<Value, Fault> {
        Err(Fault::answered("stepfunctions:X", code, 400, "words"))
    }

    fn definition() -> Value {
        let output = json!({ "bucket": "results", "prefix": "hunts/" });
        let definition = json!({ "States": { "Hunt": { "ItemSelector": { "output": output } } } });
        json!({ "definition": definition.to_string() })
    }

    async fn machine(script: &Arc<Script>) -> Result<Machine, MachineError> {
        let api: Arc<dyn Api> = Arc::<Script>::clone(script);
        Machine::described(api, "eu-west-1".to_owned(), "111122223333".to_owned()).await
    }

    #[tokio::test]
    async fn where_results_go_is_read_from_the_definition() {
        let found = machine(&script([Ok(definition())])).await.unwrap();
        assert_eq!(found.output, Place { bucket: "results".to_owned(), prefix: "hunts/".to_owned() });
        assert_eq!(found.execution_arn("h"), "arn:aws:states:eu-west-1:111122223333:execution:riposte-hunt:h");
        let missing = machine(&script([answered("StateMachineDoesNotExist")])).await.unwrap_err().to_string();
        assert!(missing.contains("not deployed in region eu-west-1 of account 111122223333"), "{missing}");
        let other = machine(&script([Ok(json!({ "definition": "{}" }))])).await.unwrap_err().to_string();
        assert!(other.contains("no hunt of this version"), "{other}");
        let denied = machine(&script([answered("AccessDeniedException")])).await.unwrap_err();
        assert!(matches!(denied, MachineError::Fault(Fault { kind: Kind::Denied, .. })), "{denied}");
    }

    #[tokio::test]
    async fn an_execution_is_followed_by_its_counts() {
        let counts = json!({ "itemCounts": { "total": 9, "running": 2, "succeeded": 3, "failed": 1, "timedOut": 1, "aborted": 1, "pending": 1 } });
        let answers = script([
            Ok(definition()),
            Ok(json!({ "mapRuns": [] })),
            Ok(json!({ "mapRuns": [{ "mapRunArn": "arn:run" }] })),
            Ok(counts),
            Ok(json!({ "status": "FAILED", "error": "States.X", "cause": "too many", "input": "{\"a\":1}" })),
            answered("ExecutionDoesNotExist"),
        ]);
        let machine = machine(&answers).await.unwrap();
        assert_eq!(machine.counts("h").await.unwrap(), None);
        let want = Counts { total: 9, running: 2, succeeded: 3, failed: 3 };
        assert_eq!(machine.counts("h").await.unwrap(), Some(want));
        let execution = machine.execution("h").await.unwrap().unwrap();
        assert_eq!((execution.cause.as_str(), execution.runs()), ("States.X: too many", false));
        assert_eq!(execution.input, json!({ "a": 1 }));
        assert_eq!(machine.execution("other").await.unwrap(), None);
        let asked = answers.asked.lock().unwrap();
        assert_eq!(asked[3].parameters, json!({ "mapRunArn": "arn:run" }));
    }

    #[tokio::test]
    async fn a_second_execution_of_a_name_is_refused() {
        let answers = script([Ok(definition()), Ok(json!({})), answered("ExecutionAlreadyExists")]);
        let machine = machine(&answers).await.unwrap();
        machine.start("h", &json!({ "x": 1 })).await.unwrap();
        assert_eq!(machine.start("h", &json!({ "x": 2 })).await.unwrap_err().kind, Kind::Conflict);
        assert_eq!(answers.asked.lock().unwrap()[1].parameters["input"], "{\"x\":1}");
    }

    #[tokio::test]
    async fn an_execution_of_somebody_else_is_none_of_ours() {
        let machine = machine(&script([Ok(definition())])).await.unwrap();
        let arn =
            |region: &str, account: &str, name: &str| format!("arn:aws:states:{region}:{account}:execution:{name}:h-1");
        assert_eq!(machine.execution_name("h-1"), Ok("h-1".to_owned()));
        assert_eq!(machine.execution_name(&arn("eu-west-1", "111122223333", MACHINE)), Ok("h-1".to_owned()));
        for (named, said) in [
            (arn("eu-west-1", "999988887777", MACHINE), "is of account 999988887777"),
            (arn("us-east-1", "111122223333", MACHINE), "set AWS_REGION"),
            (arn("eu-west-1", "111122223333", "other"), "is no hunt"),
            ("arn:aws:s3:::b".to_owned(), "no ARN of an execution"),
            ("h 1\u{1b}".to_owned(), "no name of a hunt"),
            (String::new(), "no name of a hunt"),
        ] {
            let error = machine.execution_name(&named).unwrap_err();
            assert!(error.contains(said) && !error.contains('\u{1b}'), "{error}");
        }
    }
}
