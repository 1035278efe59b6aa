//! What flows of packets show.

use super::Signs;
use crate::entry::{Flow, is_internal};
use crate::windows::Many;

const PORTS: Many = Many { count: 20, within_ms: 600_000 };
const ADDRESSES: Many = Many { count: 25, within_ms: 600_000 };
const REJECTED: Many = Many { count: 300, within_ms: 300_000 };
const BEACON: Many = Many { count: 12, within_ms: 24 * 3_600_000 };
/// Intervals between a beacon's connections, in milliseconds.
const INTERVALS: std::ops::RangeInclusive<f64> = 20_000.0..=7_200_000.0;
/// How much intervals may differ: their standard deviation by their mean.
const JITTER: f64 = 0.05;
/// Bytes within an hour that are much.
const MUCH: u64 = 1_000_000_000;
/// So many times the busiest hour before.
const TIMES: u64 = 10;

pub(super) fn scan(flow: &Flow, signs: &mut Signs<'_>) {
    if flow.accepted {
        outbound(flow, signs);
    } else {
        rejected(flow, signs);
    }
}

fn rejected(flow: &Flow, signs: &mut Signs<'_>) {
    let Flow { from, to, to_port, .. } = *flow;
    // The late answer of a connection that was let through is rejected too, from a server's port to a client's.
    if (flow.from_port < 1024 && to_port >= 1024 && flow.from_port != 0) || flow.from_port == 443 {
        return;
    }
    let (port, target) = (to_port.to_string(), to.to_string());
    let source = from.to_string();
    let outside = (!is_internal(from)).then_some(from);
    let ports = signs.windows.different(&format!("ports {from} {to}"), &port, signs.at_ms, PORTS);
    signs.many("network-port-scan", &source, outside, ports, |_| {
        format!("{from} was rejected on {} different ports of {to} within ten minutes", PORTS.count)
    });
    let many = signs.windows.different(&format!("sweep {from} {port}"), &target, signs.at_ms, ADDRESSES);
    signs.many("network-port-scan", &source, outside, many, |_| {
        format!("{from} was rejected on port {port} of {} different addresses within ten minutes", ADDRESSES.count)
    });
    let burst = signs.windows.count(&format!("rejected {from}"), signs.at_ms, REJECTED);
    signs.many("network-rejected-burst", &source, outside, burst, |total| {
        format!("{from} was rejected {total} times, the limit is {} within five minutes", REJECTED.count)
    });
}

fn outbound(flow: &Flow, signs: &mut Signs<'_>) {
    let Flow { from, to, from_port, to_port, .. } = *flow;
    // Who asks, speaks from a high port: the answers of a server to its clients are no beacons.
    let asks = from_port > to_port;
    if !is_internal(from) || is_internal(to) || to_port == 0 {
        return;
    }
    spike(flow, signs);
    // Clocks are set at fixed intervals, and names are asked for all the time.
    if !asks || matches!(to_port, 53 | 123) {
        return;
    }
    let key = format!("beacon {from} {to} {to_port}");
    let times = signs.windows.times(&key, signs.at_ms, BEACON);
    if !regular(&times) {
        return;
    }
    let reached = signs.windows.fire(&key, signs.at_ms, BEACON);
    let reached = reached.map(|began_ms| crate::windows::Reached { began_ms, total: 0 });
    let every =
        times.windows(2).last().map_or(0, |pair| pair.last().zip(pair.first()).map_or(0, |(b, a)| b - a)) / 1000;
    signs.many("network-beaconing", &from.to_string(), None, reached, |_| {
        format!("{from} connected to {to} port {to_port} {} times, every {every} s", BEACON.count)
    });
}

/// Whether times follow each other at nearly the same interval.
fn regular(times: &[i64]) -> bool {
    let gaps: Vec<f64> = times.windows(2).filter_map(|pair| Some((pair.last()? - pair.first()?) as f64)).collect();
    if gaps.is_empty() {
        return false;
    }
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let variance = gaps.iter().map(|gap| (gap - mean) * (gap - mean)).sum::<f64>() / count;
    INTERVALS.contains(&mean) && variance.sqrt() <= JITTER * mean
}

fn spike(flow: &Flow, signs: &mut Signs<'_>) {
    let Flow { from, to, bytes, .. } = *flow;
    let hour = signs.at_ms.div_euclid(3_600_000);
    let Some((sent, before, hours)) = signs.windows.sum(&format!("sent {from} {to}"), hour, bytes) else { return };
    // Without a past nobody knows what is much; a host that always sends much is a backup.
    let unusual = sent >= MUCH && hours >= 3 && sent / TIMES >= before;
    if unusual {
        let subject = format!("{from} to {to}");
        let why = format!(
            "{from} sent {sent} bytes to {to} within an hour, at most {before} in any of the {hours} hours before"
        );
        signs.one("network-outbound-spike", &subject, None, why);
    }
}
