//! Findings as CSV, safe to open in a spreadsheet.

use riposte_core::finding::Finding;
use riposte_core::text::plain;

/// The columns, in their order.
pub(super) const COLUMNS: [&str; 16] = [
    "event_time",
    "severity",
    "confidence",
    "detector",
    "title",
    "account",
    "region",
    "event_name",
    "event_id",
    "principal",
    "source_address",
    "target",
    "technique",
    "why",
    "count",
    "file",
];

/// A line of cells.
pub(crate) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = cells.into_iter().map(cell).collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

/// A finding's cells.
pub(super) fn row(finding: &Finding, file: &str, count: u64) -> String {
    let scope = &finding.scope;
    line([
        finding.event_time.as_deref().unwrap_or_default(),
        &finding.severity.to_string(),
        &finding.confidence.to_string(),
        &finding.detector,
        &finding.title,
        &scope.account,
        &scope.region,
        &finding.event_name,
        &scope.event_id,
        finding.principal.label(),
        finding.principal.source_ip.as_deref().unwrap_or_default(),
        &finding.target.key(),
        &finding.technique.join(" "),
        &finding.why,
        &count.to_string(),
        file,
    ])
}

/// How long a cell may be: what spreadsheets take.
const LONGEST: usize = 32_000;

/// One cell. What a spreadsheet would take for a formula is a text: an attacker who names a role `=cmd|…` must not
/// run it on the machine of whoever looks into the case.
fn cell(text: &str) -> String {
    let text = plain(text, LONGEST);
    let first = text.trim_start().chars().next();
    let formula = first.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠'));
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_or_ends_its_line() {
        for (text, want) in [
            ("plain", "\"plain\""),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" =1", "\"' =1\""),
            ("＝1", "\"'＝1\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), want, "{text}");
        }
        let hostile = cell("\t=1\r\n\"=2");
        assert!(!hostile.contains(['\r', '\n', '\t']), "{hostile}");
        assert_eq!(line(["a", "b"]), "\"a\",\"b\"\r\n");
    }
}
