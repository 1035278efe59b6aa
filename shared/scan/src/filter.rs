//! Which records are judged at all: `--since`, `--until`, `--principal`, `--where`.

use std::net::IpAddr;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use riposte_core::arn::matches_ignoring_case;
use riposte_core::event::{Actor, ApiCall, Threat};
use riposte_core::net::cidr;
use riposte_core::text::plain;
use serde_json::Value;

/// A point in time: RFC 3339, a date (its midnight in UTC), or so long ago (`90m`, `24h`, `7d`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(Timestamp);

impl Moment {
    /// Milliseconds since 1970.
    #[must_use]
    pub fn as_ms(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl Moment {
    /// A point in time by its milliseconds since 1970; `None` beyond what a calendar has.
    #[must_use]
    pub fn of_ms(ms: i64) -> Option<Self> {
        Timestamp::from_millisecond(ms).ok().map(Self)
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse() {
            return Ok(Self(time));
        }
        let midnight = |date: Date| date.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
        if let Some(time) = text.parse().ok().and_then(midnight) {
            return Ok(Self(time));
        }
        let unit = |unit| match unit {
            'm' => Some(60),
            'h' => Some(3600),
            'd' => Some(86_400),
            _ => None,
        };
        let ago = text.char_indices().next_back().and_then(|(at, last)| {
            let number: i64 = text.get(..at)?.parse().ok().filter(|number| *number >= 0)?;
            let seconds = number.checked_mul(unit(last)?)?;
            Timestamp::now().checked_sub(SignedDuration::from_secs(seconds)).ok()
        });
        ago.map(Self).ok_or_else(|| {
            let shown = plain(text, 60);
            format!("must be a time (2026-05-04T10:00:00Z), a date (2026-05-04) or a time ago (24h), not `{shown}`")
        })
    }
}

/// A condition on a record: `PATH=VALUE`, `PATH!=VALUE`, `PATH` (it is there) or `!PATH` (it is not).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Where {
    path: Vec<String>,
    value: Option<String>,
    negated: bool,
}

impl FromStr for Where {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (path, value, negated) = match (text.split_once("!="), text.split_once('=')) {
            (Some((path, value)), _) if !path.contains('=') => (path, Some(value), true),
            (_, Some((path, value))) => (path, Some(value), false),
            _ => match text.strip_prefix('!') {
                Some(path) => (path, None, true),
                None => (text, None, false),
            },
        };
        let path: Vec<String> = path.trim().split('.').map(str::to_owned).collect();
        if path.iter().any(String::is_empty) {
            let shown = plain(text, 80);
            return Err(format!("must be `PATH=VALUE`, `PATH!=VALUE`, `PATH` or `!PATH`, not `{shown}`"));
        }
        let value = value.map(|value| value.trim().to_owned());
        if let Some(value) = &value {
            if value.starts_with('=') {
                return Err(format!("must be `PATH=VALUE` with one `=`, not `{}`", plain(text, 80)));
            }
            let address = value.split_once('/').is_some_and(|(address, _)| address.parse::<IpAddr>().is_ok());
            if address && let Err(error) = cidr::network(value) {
                return Err(format!("`{}` is no range of addresses: {error}", plain(value, 80)));
            }
        }
        Ok(Self { path, value, negated })
    }
}

impl Where {
    fn holds(&self, record: &Value) -> bool {
        let mut found = Vec::new();
        texts(record, &self.path, &mut found);
        let holds = match &self.value {
            None => !found.is_empty(),
            Some(wanted) => found.iter().any(|text| equals(wanted, text)),
        };
        holds != self.negated
    }
}

/// Whether a text is what a pattern says: with `*` and `?`, without regard to case; or an address of a range.
fn equals(wanted: &str, text: &str) -> bool {
    let in_range = || {
        let network = wanted.contains('/').then(|| cidr::network(wanted).ok()).flatten();
        network.is_some_and(|network| text.parse::<IpAddr>().is_ok_and(|address| network.contains(&address)))
    };
    matches_ignoring_case(wanted, text) || in_range()
}

/// The texts at a path, through objects and all members of lists. Null is nothing.
fn texts(value: &Value, path: &[String], to: &mut Vec<String>) {
    match (value, path) {
        (Value::Array(members), _) => members.iter().for_each(|member| texts(member, path, to)),
        (Value::Object(object), [name, rest @ ..]) => {
            object.get(name).into_iter().for_each(|inner| texts(inner, rest, to));
        }
        (Value::Null, _) | (_, [_, ..]) => {}
        (Value::String(text), []) => to.push(text.clone()),
        (other, []) => to.push(other.to_string()),
    }
}

/// What all the options say together.
#[derive(Debug, Default)]
pub struct Filter {
    /// From this time on.
    pub since: Option<Moment>,
    /// Before this time.
    pub until: Option<Moment>,
    /// One of these, where there are any.
    pub principals: Vec<String>,
    /// All of these.
    pub wheres: Vec<Where>,
}

impl Filter {
    /// Whether a record is to be judged.
    pub(crate) fn passes(&self, call: &ApiCall) -> bool {
        self.in_time(|| call.event_time().map(str::to_owned))
            && self.by(|| {
                let account = call.identity().and_then(|identity| identity.get("accountId")).and_then(Value::as_str);
                (call.actor(), account.map(str::to_owned))
            })
            && self.wheres.iter().all(|one| one.holds(call.record()))
    }

    /// The same of a finding of GuardDuty.
    pub(crate) fn passes_threat(&self, threat: &Threat) -> bool {
        self.in_time(|| threat.seen_at().map(str::to_owned))
            && self.by(|| (threat.actor(), threat.text("/accountId").map(str::to_owned)))
            && self.wheres.iter().all(|one| one.holds(threat.json()))
    }

    /// From `since` on, and before `until`. A record without a time is at none.
    fn in_time(&self, time: impl FnOnce() -> Option<String>) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Some(time) = time().and_then(|time| time.parse::<Timestamp>().ok()) else { return false };
        self.since.is_none_or(|since| time >= since.0) && self.until.is_none_or(|until| time < until.0)
    }

    /// By ARN (of the role or of the session), name, access key or account.
    fn by(&self, who: impl FnOnce() -> (Actor, Option<String>)) -> bool {
        if self.principals.is_empty() {
            return true;
        }
        let (actor, account) = who();
        let names = [&actor.arn, &actor.role_arn, &actor.name, &actor.access_key_id];
        let names: Vec<&str> = names.into_iter().filter_map(Option::as_deref).chain(account.as_deref()).collect();
        self.principals.iter().any(|wanted| names.iter().any(|name| matches_ignoring_case(wanted, name)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call() -> ApiCall {
        let record = json!({"eventTime": "2026-05-04T10:00:00Z", "sourceIPAddress": "203.0.113.7", "readOnly": true, "errorCode": null,
            "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Ops/jane", "accountId": "111122223333",
                "sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::111122223333:role/Ops"}}},
            "resources": [{"ARN": "a"}, {"ARN": "b"}]});
        ApiCall::new(record.as_object().unwrap().clone(), None, None)
    }

    #[test]
    fn conditions_hold_over_texts_lists_ranges_and_what_is_missing() {
        for (text, holds) in [
            ("userIdentity.type=assumedrole", true),
            ("userIdentity.type=Root", false),
            ("userIdentity.type!=Root", true),
            ("userIdentity.arn=*/Ops/*", true),
            ("sourceIPAddress=203.0.113.0/24", true),
            ("sourceIPAddress=198.51.100.0/24", false),
            ("readOnly=true", true),
            ("resources.ARN=b", true),
            ("resources.ARN=c", false),
            ("errorCode", false),
            ("!errorCode", true),
            ("errorCode!=x", true),
            ("resources", true),
            ("resources.ARN", true),
        ] {
            let filter = Filter { wheres: vec![text.parse().unwrap()], ..Filter::default() };
            assert_eq!(filter.passes(&call()), holds, "{text}");
        }
        for wrong in ["", "=x", "a..b=x", "!"] {
            assert!(wrong.parse::<Where>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_from_the_first_to_before_the_last() {
        let passes = |since: Option<&str>, until: Option<&str>| {
            let moment = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            Filter { since: moment(since), until: moment(until), ..Filter::default() }.passes(&call())
        };
        assert!(passes(Some("2026-05-04T10:00:00Z"), None) && passes(Some("2026-05-04"), Some("2026-05-05")));
        assert!(!passes(None, Some("2026-05-04T10:00:00Z")) && !passes(Some("2026-05-04T12:00:01+02:00"), None));
        assert!("7d".parse::<Moment>().is_ok() && "0h".parse::<Moment>().is_ok());
        for wrong in ["", "d", "-1d", "7w", "yesterday", "2026-13-01"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_principal_goes_by_any_of_its_names() {
        for (name, found) in
            [("*role/Ops", true), ("*assumed-role/ops/jane", true), ("111122223333", true), ("Ops", false)]
        {
            let filter = Filter { principals: vec![name.to_owned()], ..Filter::default() };
            assert_eq!(filter.passes(&call()), found, "{name}");
        }
    }
}
