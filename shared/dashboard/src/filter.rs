//! Which incidents a person wants to see, as the address says it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use riposte_core::finding::Severity;
use riposte_core::incident::Incident;
use riposte_core::outcome::Outcomes;
use riposte_core::text::plain;

use crate::source::Position;

/// What stays as it is in an address.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The longest value that is taken.
const LONGEST: usize = 300;

/// A value of the address that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Which.
    pub(crate) field: &'static str,
    /// What is wrong.
    pub(crate) why: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.why)
    }
}

/// The filter. What is `None` or empty is not asked about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    /// Opened on this day or later, as `2026-01-02`.
    pub(crate) from: Option<jiff::civil::Date>,
    /// Opened on this day or before.
    pub(crate) to: Option<jiff::civil::Date>,
    /// With one of these outcomes.
    pub(crate) outcome: Option<Outcomes>,
    /// Of this severity or more.
    pub(crate) severity: Option<Severity>,
    /// In this account.
    pub(crate) account: String,
    /// In this region.
    pub(crate) region: String,
    /// By a principal whose name holds this, whatever the case.
    pub(crate) principal: String,
    /// Of this technique, or one below it.
    pub(crate) technique: String,
    /// After this incident.
    pub(crate) after: Option<Position>,
}

impl Filter {
    /// Reads an address's query. Names that are not known are left alone.
    pub(crate) fn read(query: &str) -> Result<Self, Wrong> {
        let fields = fields(query);
        let text = |field: &'static str| {
            let value = fields.get(field).map(|value| value.trim().to_owned()).unwrap_or_default();
            if value.len() > LONGEST {
                return Err(Wrong { field, why: format!("is longer than {LONGEST} bytes") });
            }
            Ok(value)
        };
        let day =
            |field: &'static str| parsed::<jiff::civil::Date>(field, &text(field)?, "must be a day, as 2026-01-31");
        // Addresses that were kept from earlier releases call it the state.
        let field = if fields.contains_key("outcome") { "outcome" } else { "state" };
        let outcome = text(field)?;
        let outcome = (!outcome.is_empty()).then(|| outcome.parse());
        let severity = text("severity")?;
        let severity = (!severity.is_empty()).then(|| severity.parse());
        Ok(Self {
            from: day("from")?,
            to: day("to")?,
            outcome: outcome.transpose().map_err(|why| Wrong { field, why })?,
            severity: severity.transpose().map_err(|why| Wrong { field: "severity", why })?,
            account: text("account")?,
            region: text("region")?,
            principal: text("principal")?,
            technique: text("technique")?,
            after: position(&text("after")?)?,
        })
    }

    /// As an address's query, with its question mark; empty where nothing is asked.
    pub(crate) fn query(&self) -> String {
        let mut all: Vec<(&str, String)> = Vec::new();
        let day = |day: &Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
        all.push(("from", day(&self.from)));
        all.push(("to", day(&self.to)));
        all.push(("outcome", self.outcome.as_ref().map(ToString::to_string).unwrap_or_default()));
        all.push(("severity", self.severity.map(|severity| severity.to_string()).unwrap_or_default()));
        for (field, value) in [
            ("account", &self.account),
            ("region", &self.region),
            ("principal", &self.principal),
            ("technique", &self.technique),
        ] {
            all.push((field, value.clone()));
        }
        let after = self.after.as_ref().map(|at| format!("{}~{}", at.opened_at, at.pk));
        all.push(("after", after.unwrap_or_default()));
        let parts = all.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<_> =
            parts.map(|(field, value)| format!("{field}={}", utf8_percent_encode(value, &KEPT))).collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }

    /// The first moment that is asked about, in milliseconds since 1970.
    pub(crate) fn since_ms(&self) -> Option<i64> {
        self.from.and_then(midnight)
    }

    /// The moment after the last.
    pub(crate) fn until_ms(&self) -> Option<i64> {
        self.to.and_then(|day| day.tomorrow().ok()).and_then(midnight)
    }

    /// Whether an incident is one of those, but for its time.
    pub(crate) fn fits(&self, incident: &Incident) -> bool {
        let finding = &incident.finding;
        let of = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        let actor = &finding.principal;
        let names =
            [actor.arn.as_deref(), actor.role_arn.as_deref(), actor.name.as_deref(), actor.source_ip.as_deref()];
        let wanted = self.principal.to_lowercase();
        self.outcome.as_ref().is_none_or(|wanted| wanted.has(incident))
            && self.severity.is_none_or(|least| finding.severity >= least)
            && of(&self.account, &finding.scope.account)
            && of(&self.region, &finding.scope.region)
            && (wanted.is_empty() || names.iter().flatten().any(|name| name.to_lowercase().contains(&wanted)))
            && (self.technique.is_empty() || finding.technique.iter().any(|t| is_of_technique(t, &self.technique)))
    }
}

/// Whether a technique is the wanted one, or one below it.
pub(crate) fn is_of_technique(technique: &str, wanted: &str) -> bool {
    technique.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn midnight(day: jiff::civil::Date) -> Option<i64> {
    Some(day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

fn parsed<T: FromStr>(field: &'static str, text: &str, must: &str) -> Result<Option<T>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse().map_err(|_| Wrong { field, why: format!("{must}, not `{}`", plain(text, 40)) });
    read.map(Some)
}

fn position(text: &str) -> Result<Option<Position>, Wrong> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Wrong { field: "after", why: format!("is no place in the list: `{}`", plain(text, 60)) };
    let (opened_at, pk) = text.split_once('~').ok_or_else(wrong)?;
    if opened_at.is_empty() || !pk.starts_with("incident#") {
        return Err(wrong());
    }
    Ok(Some(Position { opened_at: opened_at.to_owned(), pk: pk.to_owned() }))
}

/// The fields of a query; of one that comes twice the last.
pub(crate) fn fields(query: &str) -> BTreeMap<String, String> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use riposte_core::outcome::Outcome;

    #[test]
    fn a_filter_comes_back_as_it_went() {
        let query = "?from=2026-01-02&to=2026-01-03&outcome=needs-approval&severity=high&account=111122223333&region=eu-west-1\
                     &principal=a%26b%20c&technique=T1098&after=2026-01-02T03%3A04%3A05.000Z~incident%23inc-1";
        let filter = Filter::read(query.trim_start_matches('?')).unwrap();
        assert_eq!(filter.query(), query);
        let outcome = Some(Outcomes::of(&[Outcome::NeedsApproval]));
        assert_eq!((filter.principal.as_str(), &filter.outcome), ("a&b c", &outcome));
        assert_eq!(Filter::read("state=asked").unwrap(), Filter { outcome, ..Filter::default() }, "a kept address");
        assert_eq!(filter.until_ms().unwrap() - filter.since_ms().unwrap(), 2 * 86_400_000);
        assert_eq!(Filter::read("outcome=&severity=&from=&x=1").unwrap(), Filter::default());
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        for (query, field) in [
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("outcome=gone", "outcome"),
            ("state=gone", "state"),
            ("severity=worst", "severity"),
            ("after=x", "after"),
            ("after=2026~lease%23x", "after"),
        ] {
            let wrong = Filter::read(query).unwrap_err();
            assert_eq!(wrong.field, field, "{wrong}");
        }
        assert_eq!(Filter::read(&format!("region={}", "x".repeat(301))).unwrap_err().field, "region");
    }

    #[test]
    fn a_technique_covers_those_below_it() {
        assert!(is_of_technique("T1098.001", "T1098") && is_of_technique("T1098", "T1098"));
        assert!(!is_of_technique("T10981", "T1098") && !is_of_technique("T1098", "T1098.001"));
    }
}
