//! `--profile`: how often each detector fires, on whom, and what would leave it out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use riposte_core::finding::{Finding, Severity};
use riposte_core::text::plain;
use serde_json::json;

use super::output::{Format, inert};

/// How many principals are named.
const NAMED: usize = 3;

/// What was found, by detector.
#[derive(Debug, Default)]
pub(super) struct Profile {
    detectors: BTreeMap<String, Fired>,
    days: BTreeSet<String>,
}

#[derive(Debug)]
struct Fired {
    severity: Severity,
    title: String,
    count: u64,
    /// By the principal, or by the address where nobody is named.
    principals: BTreeMap<String, u64>,
}

impl Profile {
    /// Counts a finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        if let Some(day) = finding.event_time.as_deref().and_then(|time| time.get(..10)) {
            self.days.insert(day.to_owned());
        }
        let fired = self.detectors.entry(finding.detector.clone()).or_insert_with(|| Fired {
            severity: finding.severity,
            title: finding.title.clone(),
            count: 0,
            principals: BTreeMap::new(),
        });
        fired.count += 1;
        let who = finding.principal.principal_arn().unwrap_or_else(|| finding.principal.label());
        *fired.principals.entry(who.to_owned()).or_default() += 1;
    }

    /// Writes it, the most frequent detector first. A day on which nothing was found is no day here.
    pub(super) fn write(&self, out: &mut impl Write, format: Format) -> io::Result<()> {
        let days = self.days.len().max(1) as f64;
        let mut rows: Vec<_> = self.detectors.iter().collect();
        rows.sort_by(|(a, one), (b, other)| other.count.cmp(&one.count).then(a.cmp(b)));
        for (id, fired) in rows {
            let per_day = fired.count as f64 / days;
            let mut principals: Vec<_> = fired.principals.iter().collect();
            principals.sort_by(|(a, one), (b, other)| other.cmp(one).then(a.cmp(b)));
            let exclusions = principals.iter().take(NAMED).filter(|(who, _)| who.starts_with("arn:"));
            if format == Format::Table {
                let (id, title) = (plain(id, 60), plain(&fired.title, 80));
                writeln!(out, "{per_day:>9.1} a day  {:<13}  {id:<40}  {title}", fired.severity)?;
                for (who, count) in principals.iter().take(NAMED) {
                    writeln!(out, "{count:>11} by {}", plain(who, 200))?;
                }
                for (who, count) in exclusions {
                    let who = plain(who, 200).replace('\'', "''");
                    writeln!(
                        out,
                        "            {{detectors: [{id}], principal: '{who}'}} would leave out {count} of {}",
                        fired.count
                    )?;
                }
                continue;
            }
            let line = json!({
                "detector": id,
                "title": fired.title,
                "severity": fired.severity,
                "findings": fired.count,
                "days": self.days.len(),
                "per_day": (per_day * 10.0).round() / 10.0,
                "principals": principals.iter().take(NAMED).map(|(who, count)| json!({"principal": who, "findings": count})).collect::<Vec<_>>(),
                "exclusions": exclusions.map(|(who, count)| json!({"detectors": [id], "principal": who, "silences": count})).collect::<Vec<_>>(),
            });
            writeln!(out, "{}", inert(line.to_string()))?;
        }
        Ok(())
    }
}
