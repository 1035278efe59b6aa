//! Findings for people: equal ones as one row with a count, within the width of the terminal, totals below.

use std::collections::BTreeMap;
use std::io::{self, Write};

use riposte_core::finding::{Finding, Severity};
use riposte_core::text::plain;

use crate::screen::{Screen, cut, short};

/// So many different rows are kept until the end; more are written before it.
const KEPT: usize = 50_000;

/// From this width on what is known of a row stands in columns.
const WIDE: usize = 180;

/// How wide these columns are.
const COLUMNS: usize = 171;

/// Why stands behind them where it has so much room, and on a line of its own elsewhere.
const WHY: usize = 60;

/// The rows of a run.
#[derive(Debug)]
pub(super) struct Table {
    screen: Screen,
    /// Whether informational findings are rows.
    informational: bool,
    rows: BTreeMap<Key, usize>,
    order: Vec<Row>,
    totals: BTreeMap<Severity, u64>,
    hidden: u64,
    begun: bool,
}

/// What makes two findings equal: all but when it was.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key(String, Severity, String, String, String, String);

#[derive(Debug)]
struct Row {
    finding: Finding,
    last: Option<String>,
    count: u64,
}

impl Table {
    pub(super) fn new(screen: Screen, informational: bool) -> Self {
        Self {
            screen,
            informational,
            rows: BTreeMap::new(),
            order: Vec::new(),
            totals: BTreeMap::new(),
            hidden: 0,
            begun: false,
        }
    }

    /// Takes a finding, which stands for so many.
    pub(super) fn add(&mut self, out: &mut impl Write, finding: &Finding, count: u64) -> io::Result<()> {
        *self.totals.entry(finding.severity).or_default() += count;
        if finding.severity == Severity::Informational && !self.informational {
            self.hidden += count;
            return Ok(());
        }
        let scope = &finding.scope;
        let key = Key(
            finding.detector.clone(),
            finding.severity,
            scope.account.clone(),
            scope.region.clone(),
            finding.principal.label().to_owned(),
            finding.target.key(),
        );
        if let Some(row) = self.rows.get(&key).and_then(|place| self.order.get_mut(*place)) {
            row.count += count;
            row.last.clone_from(&finding.event_time);
            return Ok(());
        }
        self.rows.insert(key, self.order.len());
        self.order.push(Row { finding: finding.clone(), last: None, count });
        if self.order.len() >= KEPT { self.write(out) } else { Ok(()) }
    }

    /// The rows, and the totals by severity.
    pub(super) fn end(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.write(out)?;
        if self.totals.is_empty() {
            return writeln!(out, "no findings");
        }
        let totals: Vec<_> = self
            .totals
            .iter()
            .rev()
            .map(|(severity, count)| self.screen.severity(*severity, &format!("{count} {severity}")))
            .collect();
        let hidden = if self.hidden > 0 { " (--informational shows those)" } else { "" };
        writeln!(out, "{}{hidden}", totals.join(", "))
    }

    fn write(&mut self, out: &mut impl Write) -> io::Result<()> {
        self.rows.clear();
        for row in std::mem::take(&mut self.order) {
            if !std::mem::replace(&mut self.begun, true) {
                writeln!(out, "{}", self.screen.heading(self.head().trim_end()))?;
            }
            self.row(out, &row)?;
        }
        Ok(())
    }

    fn head(&self) -> String {
        let first = format!("{:<16}  {:<13}  {:<40}", "TIME", "SEVERITY", "DETECTOR");
        if self.screen.width < WIDE {
            return first;
        }
        let why = if self.left(COLUMNS + 2) < WHY { "" } else { "  WHY" };
        format!("{first}  {:<12}  {:<14}  {:<28}  {:<36}{why}", "ACCOUNT", "REGION", "PRINCIPAL", "TARGET")
    }

    fn row(&self, out: &mut impl Write, row: &Row) -> io::Result<()> {
        let finding = &row.finding;
        let minute = |time: Option<&str>| -> String {
            let time = time.unwrap_or("-").replace('T', " ");
            cut(&time.chars().take(16).collect::<String>(), 16)
        };
        let many = match (row.count, row.last.as_deref()) {
            (1, _) => String::new(),
            (count, Some(last)) => format!("{count} times until {}", minute(Some(last))),
            (count, None) => format!("{count} times"),
        };
        let severity = self.screen.severity(finding.severity, &format!("{:<13}", finding.severity));
        let (time, detector) = (minute(finding.event_time.as_deref()), plain(&finding.detector, 80));
        let scope = &finding.scope;
        let (who, target, why) = (short(finding.principal.label()), finding.target.key(), plain(&finding.why, 600));
        let known = |text: &str, width| if text.is_empty() { "-".to_owned() } else { cut(text, width) };
        if self.screen.width >= WIDE {
            let many = if many.is_empty() { many } else { format!("{many}: ") };
            let columns = format!(
                "{time:<16}  {severity}  {:<40}  {:<12}  {:<14}  {:<28}  {:<36}",
                cut(&detector, 40),
                known(&scope.account, 12),
                known(&scope.region, 14),
                known(who, 28),
                known(&target, 36)
            );
            let (said, left) = (format!("{many}{why}"), self.left(COLUMNS + 2));
            if left < WHY {
                writeln!(out, "{}", columns.trim_end())?;
                return writeln!(out, "  {}", cut(&said, self.left(2)));
            }
            return writeln!(out, "{columns}  {}", cut(&said, left));
        }
        // A line of its own for who and on what, and one for why: nothing is wider than the terminal.
        let many = if many.is_empty() { many } else { format!("  {many}") };
        writeln!(out, "{time:<16}  {severity}  {}", cut(&format!("{detector}{many}"), self.left(33)))?;
        let place = format!("{} {}", known(&scope.account, 12), known(&scope.region, 20));
        let second = format!("{}  by {}  in {}", plain(&target, 300), plain(who, 200), place);
        writeln!(out, "  {}", cut(&second, self.left(2)))?;
        writeln!(out, "  {}", cut(&why, self.left(2)))
    }

    /// The width behind so many characters.
    fn left(&self, taken: usize) -> usize {
        self.screen.width.saturating_sub(taken).min(2000)
    }
}
