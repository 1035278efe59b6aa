//! Whether a node is healthy.

use serde_json::Value;

use super::{MINUTE_MS, SECOND_MS, SKEW_MS, after_health, go, wait};
use crate::node::Ping;
use crate::read;
use crate::run::{At, Kind, Run};

/// An alarm that rings, or one that there is none of.
pub(super) fn ringing(run: &Run, body: &Value) -> Option<String> {
    let all: Vec<&Value> = read::list(body, "MetricAlarms").chain(read::list(body, "CompositeAlarms")).collect();
    run.how.alarms.iter().find_map(|name| {
        let alarm = all.iter().find(|alarm| read::text(alarm, "AlarmName") == name);
        match alarm.map(|alarm| read::text(alarm, "StateValue")) {
            None => Some(format!("there is no alarm `{}`", crate::plain(name))),
            Some("ALARM") => Some(format!("the alarm `{}` rings", crate::plain(name))),
            Some(_) => None,
        }
    })
}

pub(super) fn agent(run: &mut Run, body: &Value, now_ms: i64) {
    let node = read::list(body, "InstanceInformationList").find(|one| read::text(one, "InstanceId") == run.plan.node);
    let online = node.is_some_and(|node| {
        let pinged = read::time(node, "LastPingDateTime").unwrap_or_default();
        Ping::of(read::text(node, "PingStatus")) == Ping::Online
            && pinged + SKEW_MS >= run.installed_ms.unwrap_or_default()
    });
    if online {
        run.note(now_ms, "the agent answers");
        let is_instance = run.plan.node.starts_with("i-");
        return if is_instance { go(run, At::HealthStatus, now_ms) } else { after_status(run, now_ms) };
    }
    late_or_wait(run, "its agent does not answer", now_ms);
}

pub(super) fn after_status(run: &mut Run, now_ms: i64) {
    if run.how.alarms.is_empty() { after_health(run, now_ms) } else { go(run, At::HealthAlarms, now_ms) }
}

pub(super) fn status(run: &mut Run, body: &Value, now_ms: i64) {
    let found = read::list(body, "InstanceStatuses").find(|one| read::text(one, "InstanceId") == run.plan.node);
    let Some(found) = found else { return late_or_wait(run, "EC2 does not know it", now_ms) };
    let of = |path: &str, name: &str| found.get(path).map(|part| read::text(part, name)).unwrap_or_default().to_owned();
    let (state, system, instance) =
        (of("InstanceState", "Name"), of("SystemStatus", "Status"), of("InstanceStatus", "Status"));
    match (state.as_str(), system.as_str(), instance.as_str()) {
        ("running", "ok", "ok") => {
            run.note(now_ms, "EC2's status checks are passed");
            after_status(run, now_ms);
        }
        ("stopped" | "terminated" | "shutting-down" | "stopping", _, _) => {
            run.end(Kind::Unhealthy, format!("it is {}", crate::plain(&state)), now_ms);
        }
        _ => late_or_wait(run, &format!("EC2's status checks say {system} and {instance}"), now_ms),
    }
}

/// A node that does not come back is an alarm, and stops its ring.
pub(super) fn late_or_wait(run: &mut Run, what: &str, now_ms: i64) {
    if now_ms < run.since_ms + run.how.health_ms {
        return wait(run, 20 * SECOND_MS, now_ms);
    }
    let minutes = run.how.health_ms / MINUTE_MS;
    run.end(Kind::Unhealthy, format!("{}, {minutes} minutes after the install", crate::plain(what)), now_ms);
}
