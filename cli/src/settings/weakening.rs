//! Settings that are valid and take the defense away: what they mean is said before they are written.

use std::net::IpAddr;

use riposte_core::catalogue::all_metas;
use riposte_core::detect::renamed;
use riposte_core::exclusion::Exclusion;
use riposte_core::finding::Severity;
use riposte_core::settings::{DETECTORS_PREFIX, LOG_GROUPS_PATH, PREFIX};
use riposte_core::text::plain;

/// A network of fewer bits covers more than anybody's offices.
const NARROW_V4: u8 = 12;
const NARROW_V6: u8 = 32;

/// From so many failed logins on, hardly any attack is one.
const MANY_FAILURES: u32 = 100;

/// So long nothing is said about behavior.
const LONG_LEARNING_DAYS: u32 = 60;

/// What a value takes away; nothing for the most.
pub(crate) fn of(path: &str, value: &str) -> Vec<String> {
    let value = value.trim();
    let number = || value.parse::<u32>().unwrap_or_default();
    let parts = || parts(value);
    if let Some(id) = path.strip_prefix(DETECTORS_PREFIX) {
        return detector(id, value).into_iter().collect();
    }
    if path == LOG_GROUPS_PATH {
        let all = parts().filter(|group| group.trim_matches(['*', '/']).is_empty());
        return all.map(|group| format!("`{group}` lets lines of every log group be responded to")).collect();
    }
    match path.strip_prefix(PREFIX).unwrap_or_default() {
        "protected-addresses" => parts().filter_map(network).collect(),
        "protected-principals" => parts().filter_map(principals).collect(),
        "notice-severity" if value == "critical" => {
            vec![format!("nobody is notified of findings below {value} where nothing was changed")]
        }
        "ssh/failures" | "ssh/failures-before-login" if number() >= MANY_FAILURES => {
            vec![format!("an address may fail {value} times before it is an attacker")]
        }
        "behavior/learning-days" if number() > LONG_LEARNING_DAYS => {
            vec![format!("detectors of behavior find nothing for {value} days")]
        }
        "breaker/account" | "breaker/detector" if number() < 10 => {
            vec![format!("from {value} actions an hour on people are asked first: an attack makes more")]
        }
        _ => Vec::new(),
    }
}

fn detector(id: &str, value: &str) -> Option<String> {
    let meta = all_metas().find(|meta| meta.id == renamed::current(id))?;
    let watches_riposte = meta.id.starts_with("riposte-");
    let lowered = value.parse::<Severity>().ok().filter(|severity| *severity < Severity::Medium);
    match (value, lowered) {
        ("off", _) if watches_riposte => {
            Some(format!("{} watches Riposte itself: without it nobody notices who disarms it", meta.id))
        }
        ("off", _) if meta.severity >= Severity::High => {
            Some(format!("{} is {}: without it such attacks are neither found nor contained", meta.id, meta.severity))
        }
        (_, Some(severity)) if watches_riposte || meta.severity >= Severity::High => {
            Some(format!("{} is {}; as {severity} it notifies nobody by default", meta.id, meta.severity))
        }
        _ => None,
    }
}

/// What a list of a setting names.
fn parts(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// What an exclusion hides that nobody else tells of.
pub(crate) fn of_exclusion(exclusion: &Exclusion) -> Vec<String> {
    let own = all_metas().map(|meta| meta.id).filter(|id| id.starts_with("riposte-") && exclusion.names_detector(id));
    let own: Vec<_> = own.collect();
    if own.is_empty() {
        return Vec::new();
    }
    vec![format!("{} watch Riposte itself: whom it covers may disarm it unnoticed", own.join(", "))]
}

/// What is lost where a setting is removed.
pub(crate) fn of_removal(path: &str, old: &str) -> Vec<String> {
    let old = plain(old.trim(), 200);
    match path.strip_prefix(PREFIX).unwrap_or_default() {
        "protected-addresses" => vec![format!("{old}: these addresses may be denied from now on")],
        "protected-principals" => vec![format!("{old}: these principals may be contained from now on")],
        _ if path == LOG_GROUPS_PATH => vec![format!("{old}: these log groups are no longer read and responded to")],
        _ => Vec::new(),
    }
}

/// The log groups that a new value leaves out.
pub(crate) fn groups_left_out(old: &str, new: &str) -> Option<String> {
    let left: Vec<_> = parts(old).filter(|group| !parts(new).any(|kept| kept == *group)).collect();
    (!left.is_empty()).then(|| format!("{}: no longer read by this name", plain(&left.join(", "), 300)))
}

/// A network that covers much of the internet.
fn network(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let (address, bits): (IpAddr, u8) = (address.parse().ok()?, bits.parse().ok()?);
    let private = matches!(address, IpAddr::V4(address) if address.is_private());
    let narrow = if address.is_ipv4() { NARROW_V4 } else { NARROW_V6 };
    if bits == 0 {
        return Some(format!("`{text}` is every address: no source is ever denied"));
    }
    (bits < narrow && !private).then(|| format!("`{text}` covers much of the internet: no source in it is ever denied"))
}

/// A pattern that stands for all users or roles of an account.
fn principals(pattern: &str) -> Option<String> {
    let name = pattern.splitn(6, ':').nth(5)?;
    let all = name.rsplit('/').next().unwrap_or(name).trim_matches(['*', '?']).is_empty();
    all.then(|| format!("`{}` covers all its kind in the account: none of them is ever contained", plain(pattern, 120)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_by_removing_is_said() {
        for path in ["protected-addresses", "protected-principals", "log-watch/groups"] {
            let lost = of_removal(&format!("/riposte/{path}"), "198.51.100.0/24");
            assert!(lost.len() == 1 && lost[0].starts_with("198.51.100.0/24: "), "{path}: {lost:?}");
        }
        assert_eq!(of_removal("/riposte/notice-severity", "high"), Vec::<String>::new());
        assert_eq!(groups_left_out("/var/log/secure, /app", "/app,/var/log/secure"), None);
        assert_eq!(
            groups_left_out("/var/log/secure, /app", "/app*").unwrap(),
            "/var/log/secure, /app: no longer read by this name"
        );
    }

    #[test]
    fn an_exclusion_that_hides_who_disarms_riposte_says_so() {
        let text = |detectors: &str| {
            format!("detectors: [{detectors}]\nprincipal: '*:role/scanner'\nreason: scans\nexpires: 2030-01-31\n")
        };
        let of = |detectors: &str| of_exclusion(&Exclusion::read("x", &text(detectors)).unwrap());
        assert!(of("riposte-key-read")[0].starts_with("riposte-key-read watch"), "{:?}", of("riposte-key-read"));
        assert_eq!((of("'*'").len(), of("s3-bucket-public"), of("'denied-*'")), (1, vec![], vec![]));
    }

    #[test]
    fn what_disarms_is_said_and_what_is_usual_is_not() {
        for (path, value) in [
            ("protected-addresses", "0.0.0.0/0"),
            ("protected-addresses", "198.51.100.0/24, ::/0"),
            ("protected-addresses", "128.0.0.0/1"),
            ("protected-principals", "arn:aws:iam::*:*"),
            ("protected-principals", "arn:aws:iam::111122223333:role/*"),
            ("protected-principals", "arn:aws:iam::111122223333:user/a, arn:aws:iam::111122223333:*"),
            ("detectors/riposte-key-read", "off"),
            ("detectors/riposte-key-read", "informational"),
            ("detectors/open-all-ports", "off"),
            ("notice-severity", "critical"),
            ("ssh/failures", "1000"),
            ("behavior/learning-days", "365"),
            ("breaker/account", "1"),
            ("log-watch/groups", "*"),
        ] {
            assert_eq!(of(&format!("/riposte/{path}"), value).len(), 1, "{path} {value}");
        }
        for (path, value) in [
            ("protected-addresses", "198.51.100.0/24, 10.0.0.0/8, 192.0.2.1, 2001:db8::/48"),
            ("protected-principals", "arn:aws:iam::111122223333:role/break-glass-*"),
            ("detectors/open-all-ports", "critical"),
            ("detectors/security-group-changed", "off"),
            ("notice-severity", "high"),
            ("ssh/failures", "5"),
            ("behavior/learning-days", "14"),
            ("breaker/account", "500"),
            ("log-watch/groups", "/var/log/secure, /aws/lambda/*"),
            ("event-bus", "security"),
        ] {
            assert_eq!(of(&format!("/riposte/{path}"), value), Vec::<String>::new(), "{path} {value}");
        }
    }
}
