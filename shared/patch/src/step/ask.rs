//! What is asked for where a run stands.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::Ask;
use crate::commands::{self, Command};
use crate::plan::{Replace, Route};
use crate::rfc3339;
use crate::run::{At, Phase, Run, Stage};
use crate::settings::s3;

/// The longest that a command may be under way: older ones are of the past.
const LONGEST_COMMAND_MS: i64 = 48 * 3_600_000;

/// A node that does not take a command within so many seconds does not get it later.
const DELIVERY_SECONDS: u32 = 600;

/// Tags the snapshot, so that it is known again.
const SNAPSHOT_TAG: &str = "riposte:patch";

fn read(call: &'static str, parameters: Value) -> Ask {
    Ask { call, parameters, changes: false }
}

fn change(call: &'static str, parameters: Value) -> Ask {
    Ask { call, parameters, changes: true }
}

/// The call.
///
/// # Errors
/// Where none can be made: a name that is none, a platform without a command.
pub(super) fn ask(run: &Run) -> Result<Ask, String> {
    let node = &run.plan.node;
    Ok(match run.at {
        At::Node | At::HealthAgent => {
            let filters = json!([{ "Key": "InstanceIds", "Values": [node] }]);
            read("ssm:DescribeInstanceInformation", json!({ "Filters": filters }))
        }
        At::State | At::ScanRead | At::RescanRead => {
            read("ssm:DescribeInstancePatchStates", json!({ "InstanceIds": [node] }))
        }
        At::Window => {
            let Route::Window { id, .. } = &run.plan.route else { return Err("it has no window".to_owned()) };
            read("ssm:GetMaintenanceWindow", json!({ "WindowId": id }))
        }
        At::AlarmsBefore | At::HealthAlarms => {
            let types = json!(["MetricAlarm", "CompositeAlarm"]);
            read("cloudwatch:DescribeAlarms", json!({ "AlarmNames": run.how.alarms, "AlarmTypes": types }))
        }
        At::Command(_, Phase::Look) => {
            let after = rfc3339(run.opened_ms - LONGEST_COMMAND_MS);
            let filters = json!([{ "key": "InvokedAfter", "value": after }]);
            paged(
                run,
                "ssm:ListCommands",
                json!({ "InstanceId": node, "Filters": filters, "MaxResults": 50 }),
                "NextToken",
            )
        }
        At::Command(stage, Phase::Send) => send(run, stage)?,
        At::Command(_, Phase::Poll) => {
            read("ssm:GetCommandInvocation", json!({ "CommandId": issued(run)?, "InstanceId": node }))
        }
        At::Command(_, Phase::Cancel) => {
            change("ssm:CancelCommand", json!({ "CommandId": issued(run)?, "InstanceIds": [node] }))
        }
        At::Tags | At::TagsAgain if !node.starts_with("i-") => {
            read("ssm:ListTagsForResource", json!({ "ResourceType": "ManagedInstance", "ResourceId": node }))
        }
        At::Volume | At::Tags | At::TagsAgain => read("ec2:DescribeInstances", json!({ "InstanceIds": [node] })),
        At::Associations(_) => {
            let parameters = json!({ "InstanceId": node, "MaxResults": 50 });
            paged(run, "ssm:DescribeInstanceAssociationsStatus", parameters, "NextToken")
        }
        At::SnapshotLook => {
            let filters = json!([{ "Name": format!("tag:{SNAPSHOT_TAG}"), "Values": [run.id] }]);
            read("ec2:DescribeSnapshots", json!({ "OwnerIds": ["self"], "Filters": filters }))
        }
        At::SnapshotCreate => {
            let tags = json!([{ "Key": SNAPSHOT_TAG, "Value": run.id }, { "Key": "Name", "Value": format!("before {}", run.id) }]);
            change(
                "ec2:CreateSnapshot",
                json!({
                    "VolumeId": run.volume,
                    "Description": format!("the root volume of {node} before {}", run.id),
                    "TagSpecifications": [{ "ResourceType": "snapshot", "Tags": tags }],
                }),
            )
        }
        At::HealthStatus => {
            read("ec2:DescribeInstanceStatus", json!({ "InstanceIds": [node], "IncludeAllInstances": true }))
        }
        At::Inspector => {
            let is = |value: &str| json!([{ "comparison": "EQUALS", "value": value }]);
            let criteria = json!({ "resourceId": is(node), "findingStatus": is("ACTIVE") });
            paged(run, "inspector2:ListFindings", json!({ "filterCriteria": criteria, "maxResults": 100 }), "nextToken")
        }
        At::PatchesBefore | At::PatchesAfter => {
            let filters = json!([{ "Key": "State", "Values": ["Missing", "Failed"] }]);
            let parameters = json!({ "InstanceId": node, "Filters": filters, "MaxResults": 100 });
            paged(run, "ssm:DescribeInstancePatches", parameters, "NextToken")
        }
        At::Override => {
            let url = run.baseline_override().ok_or_else(|| "it has no baseline override".to_owned())?;
            let (bucket, key) = s3(&url).ok_or_else(|| "its baseline override has no place".to_owned())?;
            let manager = run.plan.work.manager.ok_or_else(|| "no command is known for its platform".to_owned())?;
            let body =
                commands::baseline_override(manager, &run.plan.work.by_host()).map_err(|error| error.to_string())?;
            let body = BASE64_STANDARD.encode(body);
            change(
                "s3:PutObject",
                json!({ "Bucket": bucket, "Key": key, "Body": body, "ContentType": "application/json" }),
            )
        }
        At::Member => read("autoscaling:DescribeAutoScalingInstances", json!({ "InstanceIds": [node] })),
        At::Retire => change(
            "autoscaling:TerminateInstanceInAutoScalingGroup",
            json!({ "InstanceId": node, "ShouldDecrementDesiredCapacity": false }),
        ),
        At::Refill => {
            read("autoscaling:DescribeAutoScalingGroups", json!({ "AutoScalingGroupNames": [replaced(run)?.group] }))
        }
        At::Fresh => {
            let filters = json!([
                { "Name": "tag:aws:autoscaling:groupName", "Values": [replaced(run)?.group] },
                { "Name": "instance-state-name", "Values": ["running"] },
            ]);
            paged(run, "ec2:DescribeInstances", json!({ "Filters": filters, "MaxResults": 1000 }), "NextToken")
        }
        At::Replace => change(
            "ec2:CreateReplaceRootVolumeTask",
            // The token makes the same request of it, however often it is sent.
            json!({ "InstanceId": node, "SnapshotId": run.snapshot_id, "ClientToken": run.id }),
        ),
        At::ReplacePoll => {
            let filters = json!([{ "Name": "instance-id", "Values": [node] }]);
            read("ec2:DescribeReplaceRootVolumeTasks", json!({ "Filters": filters }))
        }
        At::Decide | At::Confirm | At::Ended => return Err("no call is made here".to_owned()),
    })
}

fn paged(run: &Run, call: &'static str, mut parameters: Value, token: &str) -> Ask {
    if let (Some(page), Some(object)) = (&run.page, parameters.as_object_mut()) {
        object.insert(token.to_owned(), json!(page));
    }
    read(call, parameters)
}

fn replaced(run: &Run) -> Result<&Replace, String> {
    run.plan.work.replace.as_ref().ok_or_else(|| "it is not to be replaced".to_owned())
}

fn issued(run: &Run) -> Result<&str, String> {
    run.command.as_ref().map(|command| command.id.as_str()).ok_or_else(|| "its command is not known".to_owned())
}

fn send(run: &Run, stage: Stage) -> Result<Ask, String> {
    let Command { document, mut parameters } = command(run, stage)?;
    if let (Some(object), true) =
        (parameters.as_object_mut(), document.starts_with("AWS-Run") && document.ends_with("Script"))
    {
        object.insert("executionTimeout".to_owned(), json!([(run.how.command_ms / 1000).to_string()]));
    }
    Ok(change(
        "ssm:SendCommand",
        json!({
            "InstanceIds": [run.plan.node],
            "DocumentName": document,
            "Parameters": parameters,
            "Comment": run.comment(stage),
            "TimeoutSeconds": DELIVERY_SECONDS,
            "MaxConcurrency": "1",
            "MaxErrors": "0",
        }),
    ))
}

/// What a stage runs.
///
/// # Errors
/// Where there is no command for it.
pub fn command(run: &Run, stage: Stage) -> Result<Command, String> {
    let manager = || run.plan.work.manager.ok_or_else(|| "no command is known for its platform".to_owned());
    let fixes = &run.plan.work.fixes;
    match stage {
        Stage::Scan | Stage::Rescan => Ok(commands::scan()),
        Stage::Install if run.plan.work.baseline => Ok(commands::install_baseline(run.how.reboot)),
        Stage::Install if run.baseline_override().is_some() => {
            Ok(commands::install_override(&run.baseline_override().unwrap_or_default(), run.how.reboot))
        }
        Stage::Install => {
            commands::install(manager()?, &run.plan.work.by_host(), run.how.reboot).map_err(|error| error.to_string())
        }
        Stage::Distribute(number) => {
            let all = run.plan.work.by_distributor();
            let name = all.get(usize::from(number)).and_then(|fix| fix.distributor.as_deref());
            commands::distribute(name.unwrap_or_default()).map_err(|error| error.to_string())
        }
        Stage::Query => commands::query(manager()?, fixes).map_err(|error| error.to_string()),
        Stage::RollBack => commands::roll_back(manager()?, fixes).map_err(|error| error.to_string()),
    }
}
