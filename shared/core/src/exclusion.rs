//! What a detector finds and nobody wants to hear: named, narrow, with a reason and an end.
//!
//! An exclusion never hides a detector as a whole, and what it swallows is counted by whoever applies it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::arn::matches_ignoring_case;
use crate::finding::Finding;
use crate::net::cidr;
use crate::text::plain;

/// What is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// Its name.
    pub name: String,
    /// Why nobody wants to hear it.
    pub reason: String,
    /// From this day on (UTC) it counts no more.
    pub expires: Date,
    detectors: Vec<String>,
    principal: Option<String>,
    target: Option<String>,
    network: Option<IpNet>,
}

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a map of detectors, principal, target, network, reason and expires")]
struct Text {
    detectors: Vec<String>,
    principal: Option<String>,
    target: Option<String>,
    network: Option<String>,
    reason: String,
    expires: String,
}

/// Whether a pattern covers everything: of an ARN, the partition and the service of all principals are no names.
fn names_nothing(pattern: &str) -> bool {
    let mut parts = pattern.split(':').map(|part| part.trim_matches(['*', '?']));
    parts.all(|part| part.is_empty() || part.starts_with("aws") || ["arn", "iam", "sts"].contains(&part))
}

impl Exclusion {
    /// Reads one: YAML or JSON with `detectors`, at least one of `principal`, `target` and `network`, `reason` and
    /// `expires`.
    ///
    /// # Errors
    /// Names the exclusion and the field.
    pub fn read(name: &str, text: &str) -> Result<Self, String> {
        let text = yaml_serde::from_str(text).map_err(|error| fault(name, &error.to_string()))?;
        Self::of(name, text)
    }

    /// Reads a file of them, by their names.
    ///
    /// # Errors
    /// Names the exclusion and the field.
    pub fn read_all(text: &str) -> Result<Vec<Self>, String> {
        let all: BTreeMap<String, Text> = yaml_serde::from_str(text).map_err(|error| plain(&error.to_string(), 300))?;
        all.into_iter().map(|(name, text)| Self::of(&name, text)).collect()
    }

    fn of(name: &str, text: Text) -> Result<Self, String> {
        let Text { detectors, principal, target, network, reason, expires } = text;
        if detectors.is_empty() {
            return Err(fault(name, "`detectors` names none"));
        }
        if reason.trim().is_empty() {
            return Err(fault(name, "`reason` says nothing"));
        }
        let expires = expires.parse().map_err(|_| fault(name, "`expires` must be a date, as 2027-01-31"))?;
        let nothing = |pattern: &Option<String>| pattern.as_deref().is_some_and(names_nothing);
        if nothing(&principal) || nothing(&target) {
            return Err(fault(
                name,
                "a pattern that names nothing, as `*` or `arn:aws:*`, would hide the detector as a whole",
            ));
        }
        let network = network.map(|text| cidr::network(&text).map_err(|error| fault(name, &error.to_string())));
        let network = network.transpose()?;
        if network.is_some_and(|network| network.prefix_len() < 8) {
            return Err(fault(name, "`network` must be narrower than a /8"));
        }
        if principal.is_none() && target.is_none() && network.is_none() {
            return Err(fault(
                name,
                "one of `principal`, `target` and `network` is needed: nothing hides a detector as a whole",
            ));
        }
        Ok(Self { name: name.to_owned(), reason, expires, detectors, principal, target, network })
    }

    /// Reads a file: one exclusion, as [`Exclusion::read`] takes it and under this name, or several by their names.
    ///
    /// # Errors
    /// Names the exclusion and the field.
    pub fn read_file(name: &str, text: &str) -> Result<Vec<Self>, String> {
        let keys: Result<BTreeMap<String, serde::de::IgnoredAny>, _> = yaml_serde::from_str(text);
        match keys {
            Ok(keys) if keys.contains_key("detectors") => Ok(vec![Self::read(name, text)?]),
            _ => Self::read_all(text),
        }
    }

    /// Whether findings of this detector may be left out.
    #[must_use]
    pub fn names_detector(&self, id: &str) -> bool {
        self.detectors.iter().any(|pattern| matches_ignoring_case(pattern, id))
    }

    /// Its detectors that match none of these: misspelled, or rules of the user's.
    #[must_use]
    pub fn unknown_detectors(&self, known: &[&str]) -> Vec<&str> {
        let meant = |pattern: &&String| known.iter().any(|id| matches_ignoring_case(pattern, id));
        self.detectors.iter().filter(|pattern| !meant(pattern)).map(String::as_str).collect()
    }

    /// Whether it has ended at this time, in milliseconds since 1970.
    #[must_use]
    pub fn has_expired(&self, now_ms: i64) -> bool {
        self.expires.to_zoned(TimeZone::UTC).is_ok_and(|end| now_ms >= end.timestamp().as_millisecond())
    }

    /// What it leaves out, in a few words: `s3-* by *:role/scanner from 203.0.113.0/24`.
    #[must_use]
    pub fn scope(&self) -> String {
        let part =
            |word: &str, value: Option<String>| value.map(|value| format!(" {word} {value}")).unwrap_or_default();
        let (by, on) = (part("by", self.principal.clone()), part("on", self.target.clone()));
        let from = part("from", self.network.map(|network| network.to_string()));
        plain(&format!("{}{by}{on}{from}", self.detectors.join(", ")), 600)
    }

    /// Whether a finding is of this kind. Everything that the exclusion says must be so.
    #[must_use]
    pub fn covers(&self, finding: &Finding) -> bool {
        let actor = &finding.principal;
        let names = || [actor.role_arn.as_deref(), actor.arn.as_deref(), actor.name.as_deref()].into_iter().flatten();
        let by = |pattern: &String| names().any(|name| matches_ignoring_case(pattern, name));
        let on = |pattern: &String| {
            let key = finding.target.key();
            // A resource's key is its service and its id.
            let id = key.split_once('/').map(|(_, id)| id).unwrap_or_default();
            matches_ignoring_case(pattern, &key) || matches_ignoring_case(pattern, id)
        };
        let from = |network: &IpNet| {
            let address = actor.source_ip.as_deref().and_then(|source| source.parse::<IpAddr>().ok());
            address.is_some_and(|address| network.contains(&address))
        };
        self.names_detector(&finding.detector)
            && self.principal.as_ref().is_none_or(by)
            && self.target.as_ref().is_none_or(on)
            && self.network.as_ref().is_none_or(from)
    }
}

fn fault(name: &str, wrong: &str) -> String {
    format!("exclusion `{}`: {}", plain(name, 80), plain(wrong, 300))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Actor, Scope};
    use crate::finding::{Confidence, Severity, Target};

    fn finding() -> Finding {
        Finding {
            detector: "s3-bucket-listed".to_owned(),
            title: String::new(),
            severity: Severity::Low,
            confidence: Confidence::Low,
            technique: Vec::new(),
            scope: Scope { event_id: "e".into(), account: "111122223333".into(), region: "r".into() },
            event_name: "ListObjects".to_owned(),
            event_source: None,
            error_code: None,
            event_time: None,
            principal: Actor {
                role_arn: Some("arn:aws:iam::111122223333:role/scanner".to_owned()),
                source_ip: Some("203.0.113.7".to_owned()),
                ..Actor::default()
            },
            target: Target::Resource { service: "s3".to_owned(), id: "arn:aws:s3:::logs".to_owned() },
            why: String::new(),
            response: None,
        }
    }

    fn read(rest: &str) -> Result<Exclusion, String> {
        Exclusion::read("scanner", &format!("detectors: ['s3-*']\nreason: it scans\nexpires: '2027-01-31'\n{rest}"))
    }

    #[test]
    fn all_that_it_says_must_be_so() {
        for (rest, covers) in [
            ("principal: '*:role/scanner'", true),
            ("principal: '*:role/other'", false),
            ("target: 'arn:aws:s3:::*'", true),
            ("target: 's3/arn:aws:s3:::logs'", true),
            ("target: 'arn:aws:s3:::data'", false),
            ("network: 203.0.113.0/24", true),
            ("network: 198.51.100.0/24", false),
            ("principal: '*scanner'\nnetwork: 198.51.100.0/24", false),
        ] {
            assert_eq!(read(rest).unwrap().covers(&finding()), covers, "{rest}");
        }
        let other = Exclusion::read("x", "detectors: [kms-*]\nprincipal: '*scanner'\nreason: r\nexpires: '2027-01-31'");
        assert!(!other.unwrap().covers(&finding()));
    }

    #[test]
    fn a_file_holds_one_or_several_by_their_names() {
        let one = "detectors: [a]\nprincipal: b\nreason: r\nexpires: '2027-01-31'\n";
        let read = |text: &str| {
            Exclusion::read_file("file", text).map(|all| all.into_iter().map(|e| e.name).collect::<Vec<_>>())
        };
        assert_eq!(read(one), Ok(vec!["file".to_owned()]));
        let two =
            format!("x:\n  {}\ny:\n  {}", one.trim_end().replace('\n', "\n  "), one.trim_end().replace('\n', "\n  "));
        assert_eq!(read(&two), Ok(vec!["x".to_owned(), "y".to_owned()]));
        assert!(read("detectors: [a]\n").unwrap_err().starts_with("exclusion `file`: "));
        assert!(read("x: 1").is_err() && read("- x").is_err());
    }

    #[test]
    fn it_says_what_it_leaves_out() {
        let one = read("principal: '*:role/scanner'\nnetwork: 203.0.113.9/24").unwrap();
        assert_eq!(one.scope(), "s3-* by *:role/scanner from 203.0.113.0/24");
    }

    #[test]
    fn it_ends_with_its_day() {
        let one = read("principal: '*scanner'").unwrap();
        let at = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_millisecond();
        assert!(!one.has_expired(at("2027-01-30T23:59:59Z")));
        assert!(one.has_expired(at("2027-01-31T00:00:00Z")));
    }

    #[test]
    fn what_would_hide_a_detector_or_says_no_reason_is_refused_by_its_name() {
        for (rest, reason) in [
            ("", "nothing hides a detector as a whole"),
            ("principal: '*'", "a pattern that names nothing"),
            ("target: '**'", "a pattern that names nothing"),
            ("principal: 'arn:aws:*'", "a pattern that names nothing"),
            ("principal: 'arn:*:iam::*:*'", "a pattern that names nothing"),
            ("target: '*:*'", "a pattern that names nothing"),
            ("network: 0.0.0.0/0", "narrower than a /8"),
            ("network: everywhere", "no valid address"),
            ("color: red", "unknown field `color`"),
        ] {
            let error = read(rest).unwrap_err();
            assert!(error.starts_with("exclusion `scanner`: ") && error.contains(reason), "{rest}: {error}");
        }
        for (text, reason) in [
            ("detectors: []\nprincipal: a\nreason: r\nexpires: '2027-01-31'", "`detectors` names none"),
            ("detectors: [a]\nprincipal: a\nreason: ' '\nexpires: '2027-01-31'", "`reason` says nothing"),
            ("detectors: [a]\nprincipal: a\nreason: r\nexpires: never", "must be a date"),
            ("detectors: [a]\nprincipal: a\nreason: r", "missing field `expires`"),
        ] {
            assert!(Exclusion::read("scanner", text).unwrap_err().contains(reason), "{text}");
        }
        assert_eq!(
            Exclusion::read_all("a: {detectors: [x], principal: y, reason: r, expires: '2027-01-31'}").unwrap().len(),
            1
        );
    }

    #[test]
    fn a_detector_that_nobody_knows_is_named_and_what_is_no_map_is_said_plainly() {
        let one = Exclusion::read("a", "{detectors: ['s3-*', nosuch], principal: y, reason: r, expires: '2027-01-31'}");
        assert_eq!(one.unwrap().unknown_detectors(&["s3-bucket-listed"]), ["nosuch"]);
        let error = Exclusion::read("a", "x").unwrap_err();
        assert!(error.contains("a map of detectors") && !error.contains("struct"), "{error}");
    }
}
