//! Bursts: things that are bad in numbers, counted by the hour against the hours before.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Judged;
use super::history::{History, Key, Mark, Past, Record};
use super::observe::{Caller, What};
use super::place;
use super::statistic::{is_burst, score, step};
use crate::event::{Actor, ApiCall};
use crate::finding::Target;
use crate::seal::short_hash;
use crate::text::plain;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Burst {
    /// Calls of a principal that were denied.
    Denied,
    /// Console logins as one user that failed.
    LoginsOfUser,
    /// Console logins from one address that failed.
    LoginsFromAddress,
    /// Different users that an address failed to log in as.
    LoginsSprayed,
    /// Different secrets and parameters that a principal read.
    Secrets,
    /// Different roles that a principal took.
    Roles,
    /// Things that a principal deleted.
    Deletes,
    /// Different objects of a bucket that a principal read.
    Objects,
    /// Instances that a principal launched.
    Instances,
    /// Invocations of models by a principal.
    Models,
}

const HOUR: i64 = 3600;
const WEEK: i64 = 7 * 24 * HOUR;

/// A burst that goes on is found again after so long, in seconds, as other bursts of the catalogue are.
const AGAIN_S: i64 = 6 * HOUR;

/// The weeks whose hours a count is compared with, the current one among them.
const WEEKS: i64 = 3;

impl Burst {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Denied,
        Self::LoginsOfUser,
        Self::LoginsFromAddress,
        Self::LoginsSprayed,
        Self::Secrets,
        Self::Roles,
        Self::Deletes,
        Self::Objects,
        Self::Instances,
        Self::Models,
    ];

    /// Its detector.
    #[must_use]
    pub fn detector(self) -> &'static str {
        match self {
            Self::Denied => "principal-denied-in-burst",
            Self::LoginsOfUser => "console-logins-of-user-failed",
            Self::LoginsFromAddress => "console-logins-from-address-failed",
            Self::LoginsSprayed => "console-password-sprayed",
            Self::Secrets => "principal-reads-many-secrets",
            Self::Roles => "principal-takes-many-roles",
            Self::Deletes => "principal-deletes-in-burst",
            Self::Objects => "bucket-read-in-burst",
            Self::Instances => "principal-launches-many-instances",
            Self::Models => "principal-invokes-models-in-burst",
        }
    }

    /// Fewer within an hour are none, whatever was usual.
    #[must_use]
    pub fn floor(self) -> u32 {
        match self {
            Self::LoginsSprayed => 5,
            Self::LoginsOfUser | Self::LoginsFromAddress | Self::Secrets | Self::Roles | Self::Instances => 10,
            Self::Denied => 20,
            Self::Deletes => 30,
            Self::Objects | Self::Models => 200,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Denied => "denied calls",
            Self::LoginsOfUser | Self::LoginsFromAddress => "failed console logins",
            Self::LoginsSprayed => "users whose console login failed",
            Self::Secrets => "secrets and parameters read",
            Self::Roles => "roles taken",
            Self::Deletes => "things deleted",
            Self::Objects => "objects read",
            Self::Instances => "instances launched",
            Self::Models => "invocations of models",
        }
    }
}

/// What a call adds to counts.
pub(super) fn observe(call: &ApiCall, actor: &Actor, principal: &str, seen: &mut Vec<What>) {
    let event_id = || vec![call.event_id().unwrap_or_default().to_owned()];
    let mut many = |burst, whose: &str, items: Vec<String>| {
        if !whose.is_empty() && !items.is_empty() {
            seen.push(What::Many { burst, whose: whose.chars().take(300).collect(), items });
        }
    };
    let name = call.event_name();
    if name == "ConsoleLogin" {
        if call.failed() {
            // CloudTrail hides what was typed for a user that there is not: it may be a password.
            let user = actor.name.as_deref().filter(|name| !name.starts_with("HIDDEN_"));
            let address = place::address(actor).map(|address| address.to_string()).unwrap_or_default();
            many(Burst::LoginsOfUser, user.unwrap_or_default(), event_id());
            many(Burst::LoginsFromAddress, &address, event_id());
            many(Burst::LoginsSprayed, &address, user.map(str::to_owned).into_iter().collect());
        }
        return;
    }
    if call.denied() {
        return many(Burst::Denied, principal, event_id());
    }
    if call.failed() {
        return;
    }
    let one = |field: &str| call.request_text(field).map(str::to_owned).into_iter().collect::<Vec<_>>();
    match (call.event_source().unwrap_or_default(), name) {
        ("secretsmanager.amazonaws.com", "GetSecretValue") => many(Burst::Secrets, principal, one("secretId")),
        ("secretsmanager.amazonaws.com", "BatchGetSecretValue") => {
            many(Burst::Secrets, principal, texts(call.request("secretIdList")));
        }
        ("ssm.amazonaws.com", "GetParameter") => many(Burst::Secrets, principal, one("name")),
        ("ssm.amazonaws.com", "GetParameters") => many(Burst::Secrets, principal, texts(call.request("names"))),
        ("ssm.amazonaws.com", "GetParametersByPath") => many(Burst::Secrets, principal, one("path")),
        ("sts.amazonaws.com", "AssumeRole") => many(Burst::Roles, principal, one("roleArn")),
        ("s3.amazonaws.com", "GetObject") => {
            if let Some(bucket) = call.request_text("bucketName") {
                many(Burst::Objects, &format!("{principal} in {bucket}"), one("key"));
            }
        }
        ("ec2.amazonaws.com", "RunInstances") => many(Burst::Instances, principal, launched(call)),
        ("bedrock.amazonaws.com", _) if name.starts_with("InvokeModel") || name.starts_with("Converse") => {
            many(Burst::Models, principal, event_id());
        }
        _ if name.starts_with("Delete") || name.starts_with("Terminate") => {
            many(Burst::Deletes, principal, event_id());
        }
        _ => {}
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).take(50).map(str::to_owned).collect()
}

fn launched(call: &ApiCall) -> Vec<String> {
    let items = call.response("instancesSet").and_then(|set| set.get("items")).and_then(Value::as_array);
    let ids = items.into_iter().flatten().filter_map(|item| item.get("instanceId")?.as_str());
    ids.take(1_000).map(str::to_owned).collect()
}

fn count_key(caller: &Caller, burst: Burst, whose: &str) -> Key {
    caller.key(Record::Count, &format!("{}/{whose}", burst.detector())).at(caller.at_s.div_euclid(HOUR))
}

fn rate_key(caller: &Caller, burst: Burst, whose: &str, back: i64) -> Key {
    caller.key(Record::Rate, &format!("{}/{whose}", burst.detector())).at(caller.at_s.div_euclid(WEEK) - back)
}

fn found_key(caller: &Caller, burst: Burst, whose: &str) -> Key {
    caller.key(Record::Found, &format!("{}/{whose}", burst.detector())).at(caller.at_s.div_euclid(AGAIN_S))
}

pub(super) fn keys(caller: &Caller, burst: Burst, whose: &str) -> Vec<Key> {
    let mut keys = vec![
        count_key(caller, burst, whose),
        found_key(caller, burst, whose),
        caller.key(Record::Services, Key::ACCOUNT),
    ];
    keys.extend((0..WEEKS).map(|back| rate_key(caller, burst, whose, back)));
    keys
}

pub(super) fn judge(
    caller: &Caller,
    burst: Burst,
    whose: &str,
    items: &[String],
    history: &History,
    learning_s: i64,
) -> Judged {
    let key = count_key(caller, burst, whose);
    let past = history.past(&key);
    let before = past.map_or(0, Past::len);
    let mut new: Vec<String> = items.iter().map(|item| short_hash(&[item])).collect();
    new.sort();
    new.dedup();
    new.retain(|item| !past.is_some_and(|past| past.knows(item)));
    new.truncate(Record::Count.most().saturating_sub(before));
    if new.is_empty() {
        return Judged::default();
    }
    let (before, count) = (number(before), number(before + new.len()));
    let hour = caller.at_s.div_euclid(HOUR);
    let marks = new.into_iter().map(|item| Mark { key: key.clone(), item, number: caller.at_s });
    let mut judged = Judged { marks: marks.collect(), ..Judged::default() };
    let step = step(count);
    if step > before {
        let key = rate_key(caller, burst, whose, 0);
        judged.marks.push(Mark { key, item: hour.to_string(), number: i64::from(step) });
    }
    let found = found_key(caller, burst, whose);
    if count < burst.floor() || history.past(&found).is_some() || !caller.is_learned(history, learning_s) {
        return judged;
    }
    let past = hours(caller, burst, whose, history);
    // Past and present are both rounded down to a step, so that alike hours are alike.
    if !is_burst(&past, step.max(burst.floor()), burst.floor()) {
        return judged;
    }
    let usual = match score(&past, step) {
        Some(score) if score.is_finite() => format!("a score of {score:.1} over {} hours before", past.len()),
        Some(_) => format!("{} hours before were all alike and fewer", past.len()),
        None => format!("{} such hours were known", past.len()),
    };
    let (words, floor, shown) = (burst.words(), burst.floor(), plain(whose, 200));
    let why = format!("{count} {words} of `{shown}` within an hour, the floor is {floor}; {usual}");
    let id = if caller.principal.is_empty() { whose } else { &caller.principal };
    let target = Target::Resource { service: "principal".to_owned(), id: plain(id, 300) };
    (judged.finding, judged.once) = caller.found(burst.detector(), &[whose, &found.at.to_string()], target, &why);
    judged.marks.push(Mark { key: found, item: "burst".to_owned(), number: caller.at_s });
    judged
}

/// The counts of the hours before in which there was any.
fn hours(caller: &Caller, burst: Burst, whose: &str, history: &History) -> Vec<u32> {
    let now = caller.at_s.div_euclid(HOUR);
    let mut hours: BTreeMap<i64, u32> = BTreeMap::new();
    for back in 0..WEEKS {
        let Some(past) = history.past(&rate_key(caller, burst, whose, back)) else { continue };
        for (hour, count) in past.marks() {
            let Some(hour) = hour.parse().ok().filter(|hour| *hour < now) else { continue };
            let most = hours.entry(hour).or_default();
            *most = (*most).max(u32::try_from(count).unwrap_or_default());
        }
    }
    hours.into_values().collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
