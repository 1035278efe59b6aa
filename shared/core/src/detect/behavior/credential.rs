//! Credentials that are used where they do not belong. What they find needs no learning: one session is enough.

use std::net::IpAddr;

use jiff::Timestamp;
use serde_json::Value;

use super::Judged;
use super::history::{History, Key, Mark, Past, Record};
use super::observe::{Caller, What, session_attribute};
use super::place::{self, network};
use crate::event::{Actor, ApiCall};
use crate::text::{plain, url_decoded};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Networks that take turns within this time are in use at once, in seconds.
const AT_ONCE_S: i64 = 30 * 60;

/// IAM tells all its places of a revocation within less time than this, in seconds.
const SETTLED_S: i64 = 5 * 60;

/// What a call says of the credentials that signed it.
pub(super) fn observe(call: &ApiCall, actor: &Actor, address: Option<IpAddr>, seen: &mut Vec<What>) {
    let outside = address.filter(|address| place::is_outside(*address)).and_then(network);
    let key = actor.access_key_id.as_deref().unwrap_or_default();
    if let (Some(network), true) = (&outside, key.starts_with("ASIA")) {
        seen.push(What::Session { key: key.to_owned(), network: network.clone() });
    }
    if let (Some(network), true) = (&outside, key.starts_with("AKIA")) {
        seen.push(What::KeyUsed { key: key.to_owned(), network: network.clone() });
    }
    let through_endpoint = call.record().get("vpcEndpointId").is_some_and(|id| !id.is_null());
    if let (Some(instance), Some(address)) = (instance(call), address)
        && place::is_of_aws(address)
        && !through_endpoint
    {
        seen.push(What::Instance { instance, address });
    }
    if call.failed() {
        return;
    }
    let role = || actor.role_arn.as_deref()?.rsplit('/').next().map(str::to_owned);
    let issued = session_attribute(call, "creationDate").and_then(|time| time.parse::<Timestamp>().ok());
    match (role(), issued) {
        (Some(role), Some(issued)) => {
            seen.push(What::Used { whose: format!("role {role}"), issued_s: Some(issued.as_second()) });
        }
        _ if key.starts_with("AKIA") => seen.push(What::Used { whose: format!("key {key}"), issued_s: None }),
        _ => {}
    }
    if call.event_source() != Some("iam.amazonaws.com") {
        return;
    }
    match call.event_name() {
        "CreateAccessKey" => {
            let made = call.response("accessKey").and_then(|key| key.get("accessKeyId")).and_then(Value::as_str);
            if let (Some(made), Some(network)) = (made, outside) {
                seen.push(What::KeyMade { key: made.to_owned(), network });
            }
        }
        "DeleteAccessKey" => revoked_key(call, seen),
        "UpdateAccessKey" if call.request_text("status") == Some("Inactive") => revoked_key(call, seen),
        "PutRolePolicy" => {
            let document = call.request_text("policyDocument").map(url_decoded).unwrap_or_default();
            // The console's button "revoke sessions", and the action of that name, write this condition.
            if let (Some(role), true) = (call.request_text("roleName"), document.contains("aws:TokenIssueTime")) {
                seen.push(What::Revoked { whose: format!("role {role}") });
            }
        }
        _ => {}
    }
}

fn revoked_key(call: &ApiCall, seen: &mut Vec<What>) {
    if let Some(key) = call.request_text("accessKeyId") {
        seen.push(What::Revoked { whose: format!("key {key}") });
    }
}

/// The instance that a session was issued to.
fn instance(call: &ApiCall) -> Option<String> {
    let principal = call.identity()?.get("principalId")?.as_str()?;
    let (_, session) = principal.split_once(':')?;
    let id = session.strip_prefix("i-")?;
    ([8, 17].contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| session.to_owned())
}

fn found_key(caller: &Caller, id: &str, whose: &str) -> Key {
    caller.key(Record::Found, &format!("{id}/{whose}")).at(caller.at_s.div_euclid(DAY))
}

pub(super) fn keys(caller: &Caller, what: &What) -> Vec<Key> {
    let hour = caller.at_s.div_euclid(HOUR);
    match what {
        What::Session { key, .. } => {
            let session = |hour| caller.key(Record::Session, key).at(hour);
            vec![session(hour - 1), session(hour), session(hour + 1), found_key(caller, AT_ONCE, key)]
        }
        What::Instance { instance, .. } => {
            let day = caller.at_s.div_euclid(DAY);
            vec![caller.key(Record::Instance, instance).at(day), found_key(caller, MOVED, instance)]
        }
        What::KeyMade { key, .. } => vec![caller.key(Record::Made, key)],
        What::KeyUsed { key, .. } => vec![caller.key(Record::Made, key), found_key(caller, CARRIED, key)],
        What::Revoked { whose } => vec![caller.key(Record::Revoked, whose)],
        What::Used { whose, .. } => {
            vec![caller.key(Record::Revoked, whose), found_key(caller, OUTLIVED, whose)]
        }
        What::First { .. } | What::Many { .. } | What::Whereabouts { .. } => Vec::new(),
    }
}

const AT_ONCE: &str = "session-on-two-networks-at-once";
const MOVED: &str = "instance-session-on-two-machines";
const CARRIED: &str = "access-key-used-elsewhere-once-made";
const OUTLIVED: &str = "credentials-used-after-revocation";

pub(super) fn judge(caller: &Caller, what: &What, history: &History) -> Judged {
    match what {
        What::Session { key, network } => session(caller, key, network, history),
        What::Instance { instance, address } => moved(caller, instance, *address, history),
        What::KeyMade { key, network } => {
            let mark = Mark { key: caller.key(Record::Made, key), item: network.clone(), number: caller.at_s };
            Judged { marks: vec![mark], ..Judged::default() }
        }
        What::KeyUsed { key, network } => carried(caller, key, network, history),
        What::Revoked { whose } => {
            let key = caller.key(Record::Revoked, whose);
            let mark = Mark { key, item: "revoked".to_owned(), number: caller.at_s };
            Judged { marks: vec![mark], ..Judged::default() }
        }
        What::Used { whose, issued_s } => outlived(caller, whose, *issued_s, history),
        What::First { .. } | What::Many { .. } | What::Whereabouts { .. } => Judged::default(),
    }
}

/// A finding that is made once a day.
fn found(caller: &Caller, id: &str, whose: &str, why: &str, history: &History, judged: &mut Judged) {
    let key = found_key(caller, id, whose);
    if history.past(&key).is_some() {
        return;
    }
    (judged.finding, judged.once) = caller.found(id, &[whose, &key.at.to_string()], caller.target(), why);
    judged.marks.push(Mark { key, item: "credential".to_owned(), number: caller.at_s });
}

/// A telephone that leaves a house changes its network once; two holders of one session take turns.
fn session(caller: &Caller, key: &str, network: &str, history: &History) -> Judged {
    let hour = caller.at_s.div_euclid(HOUR);
    let record = |hour| caller.key(Record::Session, key).at(hour);
    let mut used: Vec<(i64, &str)> = [hour - 1, hour, hour + 1]
        .into_iter()
        .filter_map(|hour| history.past(&record(hour)))
        .flat_map(Past::marks)
        // A client that speaks both versions of IP is on two networks and in one place.
        .filter(|(known, _)| known.contains(':') == network.contains(':'))
        .map(|(network, at_s)| (at_s, network))
        .collect();
    used.sort_unstable();
    let mut judged = Judged::default();
    let before = used.iter().rev().find(|(at_s, _)| *at_s <= caller.at_s);
    let here = record(hour);
    // Staying is not noted again: the first time in an hour, and each change, say it all.
    let stays = before.is_some_and(|(at_s, known)| *known == network && at_s.div_euclid(HOUR) == hour);
    if stays {
        return judged;
    }
    judged.marks.push(Mark { key: here, item: network.to_owned(), number: caller.at_s });
    used.push((caller.at_s, network));
    used.sort_unstable();
    used.retain(|(at_s, _)| at_s.abs_diff(caller.at_s) < AT_ONCE_S.unsigned_abs());
    let first = |wanted: &dyn Fn(&str) -> bool, after: i64| {
        used.iter().find(|(at_s, network)| *at_s > after && wanted(network)).copied()
    };
    let turn = used.iter().find_map(|(at_s, a)| {
        let (away, b) = first(&|network| network != *a, *at_s)?;
        first(&|network| network == *a, away).map(|_| (*a, b))
    });
    if let Some((a, b)) = turn {
        let why = format!(
            "the session `{}` of `{}` was used from {a}, from {b}, and from {a} again within {} min",
            plain(key, 40),
            plain(&caller.principal, 200),
            AT_ONCE_S / 60,
        );
        found(caller, AT_ONCE, key, &why, history, &mut judged);
    }
    judged
}

/// An instance has one way out at a time. What it was issued is used by another machine of AWS's where both take turns.
fn moved(caller: &Caller, instance: &str, address: IpAddr, history: &History) -> Judged {
    let key = caller.key(Record::Instance, instance).at(caller.at_s.div_euclid(DAY));
    let address = address.to_string();
    let mut used: Vec<(i64, &str)> =
        history.past(&key).into_iter().flat_map(Past::marks).map(|(address, at_s)| (at_s, address)).collect();
    used.sort_unstable();
    let mut judged = Judged::default();
    let before = used.iter().rev().find(|(at_s, _)| *at_s <= caller.at_s);
    if before.is_some_and(|(_, known)| *known == address) {
        return judged;
    }
    let returned = used.iter().any(|(at_s, known)| *at_s < caller.at_s && *known == address);
    let other = used.iter().find(|(_, known)| *known != address).map(|(_, known)| (*known).to_owned());
    judged.marks.push(Mark { key, item: address.clone(), number: caller.at_s });
    if let (true, Some(other)) = (returned, other) {
        let why = format!(
            "what was issued to the instance `{instance}` was used from {address}, from {other}, and from {address} again within a day"
        );
        found(caller, MOVED, instance, &why, history, &mut judged);
    }
    judged
}

fn carried(caller: &Caller, key: &str, network: &str, history: &History) -> Judged {
    let mut judged = Judged::default();
    let made = history.past(&caller.key(Record::Made, key));
    let Some((from, at_s)) = made.and_then(|past| past.marks().next()) else { return judged };
    let within = (0..HOUR).contains(&(caller.at_s - at_s));
    if within && from != network && from.contains(':') == network.contains(':') {
        let minutes = (caller.at_s - at_s) / 60;
        let why = format!(
            "the access key `{}` was made from {from} and used from {network} {minutes} min later",
            plain(key, 40)
        );
        found(caller, CARRIED, key, &why, history, &mut judged);
    }
    judged
}

fn outlived(caller: &Caller, whose: &str, issued_s: Option<i64>, history: &History) -> Judged {
    let mut judged = Judged::default();
    let Some(revoked) = history.past(&caller.key(Record::Revoked, whose)) else { return judged };
    let settled = |at_s: &i64| *at_s + SETTLED_S <= caller.at_s && issued_s.is_none_or(|issued| issued < *at_s);
    let Some(at_s) = revoked.of("revoked").rev().find(settled) else { return judged };
    let minutes = (caller.at_s - at_s) / 60;
    let why = format!(
        "`{}` was called with the {} that was revoked {minutes} min before",
        plain(&caller.event_name, 80),
        match issued_s {
            Some(_) => format!("session of the {}", plain(whose, 100)),
            None => plain(whose, 100),
        }
    );
    found(caller, OUTLIVED, whose, &why, history, &mut judged);
    judged
}
