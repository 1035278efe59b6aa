//! A member of an Auto Scaling group: replaced rather than patched.

use serde_json::Value;

use super::health::{after_status, late_or_wait};
use super::{SECOND_MS, SKEW_MS, again_or, go, wait};
use crate::read;
use crate::run::{At, Kind, Run};

/// Whether the group still has it. What is on its way out by somebody else's hand is left to that.
pub(super) fn member(run: &mut Run, body: &Value, now_ms: i64) {
    let found = read::list(body, "AutoScalingInstances").find(|one| read::text(one, "InstanceId") == run.plan.node);
    let is_there = found.is_some_and(|one| !read::text(one, "LifecycleState").starts_with("Terminat"));
    match (is_there, run.intended_ms) {
        (true, _) => again_or(run, At::Retire, now_ms),
        // The answer of our own call was lost, or the process that made it ended.
        (false, Some(_)) => retired(run, now_ms),
        (false, None) => run.end(Kind::Nothing, "its group is replacing it already", now_ms),
    }
}

pub(super) fn retired(run: &mut Run, now_ms: i64) {
    run.note(now_ms, "it is terminated, and its group launches another in its place");
    run.installed_ms = Some(run.intended_ms.unwrap_or(now_ms));
    go(run, At::Refill, now_ms);
}

/// Whether the group has as many healthy instances in service as it wants, without the old one.
pub(super) fn refilled(run: &mut Run, body: &Value, now_ms: i64) {
    let Some(group) = read::list(body, "AutoScalingGroups").next() else {
        return run.end(Kind::Unhealthy, "its Auto Scaling group is gone", now_ms);
    };
    let others = read::list(group, "Instances").filter(|one| read::text(one, "InstanceId") != run.plan.node);
    let serves =
        |one: &&Value| read::text(one, "LifecycleState") == "InService" && read::text(one, "HealthStatus") == "Healthy";
    let has = u64::try_from(others.filter(serves).count()).unwrap_or(u64::MAX);
    let wants = read::count(group, "DesiredCapacity");
    if has >= wants {
        run.note(now_ms, format!("its group has {has} healthy instances in service and wants {wants}"));
        return after_status(run, now_ms);
    }
    late_or_wait(run, &format!("its group has {has} healthy instances in service and wants {wants}"), now_ms);
}

/// Whether the group launched something in its place, and from another image than the old one.
pub(super) fn fresh_member(run: &mut Run, body: &Value, now_ms: i64) {
    let old = run.plan.work.replace.as_ref().map(|replace| replace.old.clone()).unwrap_or_default();
    let since = run.installed_ms.unwrap_or(now_ms) - SKEW_MS;
    let new = read::list(body, "Reservations")
        .flat_map(|reservation| read::list(reservation, "Instances"))
        .filter(|one| read::time(one, "LaunchTime").is_some_and(|launched| launched >= since))
        .map(|one| (read::text(one, "InstanceId").to_owned(), read::text(one, "ImageId").to_owned()));
    let new: Vec<(String, String)> = new.collect();
    if let Some((id, image)) = new.iter().find(|(_, image)| *image != old) {
        let why = format!(
            "replaced by {}, of the image {}; {} is gone",
            crate::plain(id),
            crate::plain(image),
            run.plan.node
        );
        return run.end(Kind::Patched, why, now_ms);
    }
    if let Some(page) = read::some(body, "NextToken") {
        run.page = Some(page);
        return;
    }
    run.page = None;
    match new.first() {
        Some((id, _)) => {
            let why =
                format!("replaced by {}, which is of the old image {} again", crate::plain(id), crate::plain(&old));
            run.end(Kind::NotPatched, why, now_ms);
        }
        None if now_ms < run.since_ms + run.how.health_ms => wait(run, 20 * SECOND_MS, now_ms),
        None => run.end(Kind::NotPatched, "its group is whole without having launched anything in its place", now_ms),
    }
}
