//! `restore-config-recorder`: has a recorder of AWS Config record what it recorded.

use riposte_core::action::{ActionId, RestoreConfigRecorder as Request};
use riposte_core::plan::{Plan, Snapshot};
use serde_json::{Map, Value, json};

use super::{ActionMeta, Contain, Permission, Planned, Site, When, change, formerly};
use crate::api::{Model, models};
use crate::fault::Fault;

/// The action.
#[derive(Debug, Clone, Copy)]
pub struct RestoreConfigRecorder;

const PART: &str = "ConfigurationRecorder";
const RECORDING: &str = "recording";

/// Where the account audit keeps the recorders of a region.
const KEPT: &str = "DescribeConfigurationRecorders.ConfigurationRecorders";

/// What PutConfigurationRecorder takes of a recorder; the others are AWS's own.
const SETTABLE: [&str; 4] = ["name", "roleARN", "recordingGroup", "recordingMode"];

/// Config is passed the role by which it records, which stands in what is restored.
const PASSED: When = When { test: "StringEquals", key: "iam:PassedToService", values: &["config.amazonaws.com"] };

impl Contain for RestoreConfigRecorder {
    type Request = Request;

    const MODELS: &'static [&'static Model] = &[&models::CLOUDTRAIL, &models::CONFIG];

    const META: ActionMeta = ActionMeta {
        id: ActionId::RestoreConfigRecorder,
        title: "Have a Config recorder record what it recorded",
        permissions: &[
            Permission::anywhere(&[
                "cloudtrail:LookupEvents",
                "config:DescribeConfigurationRecorderStatus",
                "config:DescribeConfigurationRecorders",
                "config:PutConfigurationRecorder",
                "config:StartConfigurationRecorder",
            ]),
            Permission::on(&["arn:${AWS::Partition}:iam::${AWS::AccountId}:role/*"], &["iam:PassRole"]).when(&[PASSED]),
        ],
        undo_permissions: &[Permission::anywhere(&["config:DeleteConfigurationRecorder", "config:StopConfigurationRecorder"])],
        reversibility: "complete: the recorder is written as it was found, or deleted where there was none",
        reversible: true,
        disruptive: false,
        prose: "\
## What it does
Writes the recorder as it was before it was narrowed or deleted: the types that it records, how often, and its role. The \
account audit keeps it; where it does not, it is looked up in CloudTrail's history of the last 90 days, in the call that \
wrote it last. Where that is longer ago, nothing is done and the notice says so. A recorder that was deleted is made and \
started; where its delivery channel was deleted too, Config refuses the start, and a person must write the channel first.

To write a recorder is to pass its role to Config: the function's role has `iam:PassRole`, narrowed by \
`iam:PassedToService` to `config.amazonaws.com`.

## What it keeps
The delivery channel, what was recorded, and Config's rules. A recorder that is there and stopped stays so: that is \
`restart-config-recorder`.

## Undo
Writes the recorder as it was found, or stops and deletes it where there was none. Refused where it has changed since.
",
    };

    async fn plan(&self, site: &Site<'_>, request: Request) -> Result<Planned, Fault> {
        let live = recorder(site, &request).await?;
        let is_it = |recorder: &&Value| recorder.get("name").and_then(Value::as_str) == Some(&request.recorder);
        let asked = |given: &Value| given.get("configurationRecorder").filter(is_it).map(settable);
        let kept = |state: &riposte_audit::baseline::State| {
            state.get(KEPT)?.as_array()?.iter().find(is_it).map(settable)
        };
        let sources = formerly::Sources {
            of: ("config", "account"),
            kept: &kept,
            call: "PutConfigurationRecorder",
            asked: &asked,
            before: request.before.as_deref(),
        };
        let arn = site.arn("config", &format!("config-recorder/{}", request.recorder));
        let former = formerly::value(site, &arn, &sources).await?;
        let set = |value: &Value| {
            let parameters = json!({ PART: value });
            change("config:PutConfigurationRecorder", &parameters, [(PART.to_owned(), Some(value.clone()))])
        };
        let named = json!({ "ConfigurationRecorderName": request.recorder });
        let delete = || change("config:DeleteConfigurationRecorder", &named, [(PART.to_owned(), None)]);
        let before = snapshot(site, &request, live.as_ref()).await?;
        let starts = (request.deleted || live.is_none()) && !before.0.contains_key(RECORDING);
        let plan = Plan::of(request.clone().into(), arn, before);
        let planned = formerly::plan(plan, (PART, live.as_ref()), former, set, delete)?;
        Ok(match planned {
            Planned::Plan(plan) if starts => {
                let start = change("config:StartConfigurationRecorder", &named, [(RECORDING.to_owned(), Some(true.into()))])?;
                let stop = change("config:StopConfigurationRecorder", &named, [(RECORDING.to_owned(), None)])?;
                plan.then(start, [stop]).into()
            }
            other => other,
        })
    }

    async fn read(&self, site: &Site<'_>, request: Request, _: &Plan) -> Result<Snapshot, Fault> {
        let live = recorder(site, &request).await?;
        snapshot(site, &request, live.as_ref()).await
    }

    /// An empty plan shows the recorder.
    fn rests_on_absence(&self, _: &Request, _: &Plan) -> bool {
        false
    }
}

fn settable(recorder: &Value) -> Value {
    let member = |name: &&str| Some(((*name).to_owned(), recorder.get(name)?.clone()));
    SETTABLE.iter().filter_map(member).collect::<Map<_, _>>().into()
}

/// The recorder as it could be written; `None` where it does not exist.
async fn recorder(site: &Site<'_>, request: &Request) -> Result<Option<Value>, Fault> {
    let named = json!({ "ConfigurationRecorderNames": [request.recorder] });
    let found = site.find("config:DescribeConfigurationRecorders", named).await?;
    Ok(found.and_then(|body| body.pointer("/ConfigurationRecorders/0").map(settable)))
}

/// The recorder, and whether it records: `None` where it does not, as of one that does not exist.
async fn snapshot(site: &Site<'_>, request: &Request, live: Option<&Value>) -> Result<Snapshot, Fault> {
    let mut snapshot = formerly::snapshot(PART, live);
    // Asked for where there is no recorder, too: what may not be read is known before anything is changed.
    let named = json!({ "ConfigurationRecorderNames": [request.recorder] });
    let status = site.find("config:DescribeConfigurationRecorderStatus", named).await?;
    if status.is_some_and(|body| body.pointer("/ConfigurationRecordersStatus/0/recording") == Some(&Value::Bool(true))) {
        snapshot.0.insert(RECORDING.to_owned(), true.into());
    }
    Ok(snapshot)
}
