//! Log streams on an account in memory. What the detectors must know afterwards is told by the pure
//! windows, fed with the same lines once and in order.

mod calls;
mod crash;
mod groups;
mod late;
mod pull;
mod push;
mod scale;
mod signs;
mod trust;

use riposte_core::catalogue::LOG_WATCH;
use riposte_core::settings::LOG_GROUPS_PATH;
use riposte_core::ssh::{Limits, StreamWindows};

use super::{LogStreams, StreamName};
use crate::guard::ItemError;
use crate::invocation::Invocation;
use crate::ledger::StreamItem;
use crate::testing::{Aws, Function, invocation, lay_host};

const GROUP: &str = "/var/log/secure";
const STREAM: &str = "i-0123456789abcdef0";
const START: i64 = 1_767_323_000_000;

/// A function and the streams it reads.
struct Watch {
    function: Function,
    streams: LogStreams,
}

impl Watch {
    fn new(aws: &Aws) -> Self {
        let streams = LogStreams::new(&aws.config(), LOG_WATCH.log_detectors);
        Self { function: Function::new(aws), streams }
    }

    async fn pull(&self) -> Result<(), ItemError> {
        self.pull_in(&invocation()).await
    }

    async fn pull_in(&self, invocation: &Invocation) -> Result<(), ItemError> {
        let loaded = self.function.loaded().await;
        self.streams.pull(&name(), &self.function.base, &loaded, invocation).await
    }

    async fn item(&self) -> StreamItem {
        self.function.ledger().stream(&name().key()).await.unwrap()
    }
}

fn name() -> StreamName {
    let [account, region, group, stream] = ["111122223333", "eu-west-1", GROUP, STREAM].map(str::to_owned);
    StreamName { account, region, group, stream }
}

/// An account with the host and its log stream.
fn laid(lines: &[(i64, String)], page: usize) -> Aws {
    let aws = Aws::new();
    aws.world(|world| {
        lay_host(world);
        // Lines of groups that nobody named are told and not answered.
        world.ssm.insert(LOG_GROUPS_PATH.to_owned(), GROUP.to_owned());
        let stream = world.logs.stream(GROUP, STREAM);
        (stream.lines, stream.page) = (lines.to_vec(), page);
    });
    aws
}

/// A failed login, `second` seconds after the start.
fn failure(second: i64, address: &str) -> (i64, String) {
    (START + second * 1000, format!("sshd[{}]: Failed password for root from {address} port 4242 ssh2", 1000 + second))
}

fn noise(second: i64) -> (i64, String) {
    (START + second * 1000, format!("CRON[{second}]: session opened for user root"))
}

/// Two attackers among harmless lines: one only guesses, the other guesses right.
fn attacks() -> Vec<(i64, String)> {
    let mut lines = Vec::new();
    for second in 0..12 {
        lines.push(failure(second * 4, "198.51.100.9"));
        lines.push(noise(second * 4 + 1));
        if second < 6 {
            lines.push(failure(second * 4 + 2, "2001:db8::5"));
        }
    }
    let login = "sshd[9000]: Accepted password for root from 2001:db8::5 port 4242 ssh2".to_owned();
    lines.push((START + 50_000, login));
    lines.push(noise(51));
    lines
}

/// What the windows must hold after these lines.
fn windows(lines: &[(i64, String)]) -> StreamWindows {
    let mut windows = StreamWindows::default();
    for (at_ms, line) in lines {
        windows.observe(*at_ms, line, &Limits::default(), LOG_WATCH.log_detectors);
    }
    windows
}

/// The addresses that the network ACL denies, in order.
fn denied(aws: &Aws) -> Vec<String> {
    let entries = aws.world(|world| world.ec2.acl("acl-1").entries.clone());
    let ours = entries.into_iter().filter(|entry| !entry.allow && !entry.egress && entry.number < 100);
    let mut denied: Vec<String> = ours.filter_map(|entry| entry.v4.or(entry.v6)).collect();
    denied.sort();
    denied
}

/// What [`attacks`] comes to: both denied, an incident for each detector that fired.
fn assert_answered(aws: &Aws, at: &str) {
    assert_eq!(denied(aws), ["198.51.100.9/32", "2001:db8::/64"], "{at}");
    assert_eq!(aws.changes().len(), 2, "{at}: {:?}", aws.changes());
    assert_eq!(aws.world(|world| world.table.with_prefix("incident#").len()), 2, "{at}");
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 0, "{at}");
}
