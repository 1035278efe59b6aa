//! The root volume: its snapshot, and its replacement.

use serde_json::Value;

use super::{SECOND_MS, after_install, go, wait};
use crate::read;
use crate::run::{At, Kind, Run};

pub(super) fn snapshot(run: &mut Run, id: String, now_ms: i64) {
    run.note(now_ms, format!("the snapshot {id} of its root volume"));
    run.snapshot_id = Some(id);
    go(run, At::Confirm, now_ms);
}

pub(super) fn replaced(run: &mut Run, body: &Value, now_ms: i64) {
    let task = read::list(body, "ReplaceRootVolumeTasks")
        .find(|task| Some(read::text(task, "SnapshotId")) == run.snapshot_id.as_deref());
    match task.map(|task| read::text(task, "TaskState")).unwrap_or_default() {
        "succeeded" => after_install(run, now_ms),
        state @ ("failed" | "failed-detached" | "failing") => {
            run.end(Kind::Unhealthy, format!("the replacement of its root volume is {state}"), now_ms);
        }
        _ if now_ms > run.since_ms + run.how.command_ms => {
            run.end(Kind::Unhealthy, "the replacement of its root volume does not end", now_ms);
        }
        _ => wait(run, 20 * SECOND_MS, now_ms),
    }
}

pub(super) fn root_volume(body: &Value) -> Option<String> {
    let instance = body.pointer("/Reservations/0/Instances/0")?;
    let root = read::some(instance, "RootDeviceName")?;
    let device = read::list(instance, "BlockDeviceMappings").find(|device| read::text(device, "DeviceName") == root)?;
    read::some(device.get("Ebs")?, "VolumeId")
}
