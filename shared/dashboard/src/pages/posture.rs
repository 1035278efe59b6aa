//! Posture: how the account stands to the frameworks, what is open, and what changed.

use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use riposte_audit::posture::{Account, Change, Score};
use riposte_audit::{AuditFinding, Status};
use riposte_core::finding::Severity;

use crate::chart;
use crate::layout::{Links, badge, no_inventory, prose, scrolling};
use crate::words;

const SEVERITIES: [Severity; 4] = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low];

/// So many findings stand on a page, and so many changes.
const SHOWN: usize = 50;

pub(crate) fn show(account: Option<&Account>, links: &Links) -> Markup {
    html! {
        h1 { "Posture" }
        @match account { None => (no_inventory()), Some(account) => (all(account, links)) }
    }
}

fn all(account: &Account, links: &Links) -> Markup {
    html! {
        p.note { "By " (words::name(&account.name)) "." @if account.unreadable > 0 { " " (account.unreadable) " of its lines could not be read." }
            @for (what, count) in &account.left_out { " " (count) " more " (what) " are counted and not shown: " code { "riposte audit" } " has them." } }
        ul.counts aria-label="Results" {
            li { strong { @match account.total.percent() { Some(percent) => { (percent) " %" } None => "none" } } " passed" }
            li { strong { (account.total.failed) } " failed" }
            li { strong { (account.not_assessed) } " not assessed" }
            li { strong { (account.manual) } " for a person" }
        }
        section {
            h2 { "By framework" }
            p.sub { "The share of results that pass, by severity. Controls are met where nothing that was assessed fails." }
            (scrolling("Score by framework", &frameworks(account)))
        }
        section {
            h2 { "What fails, by service" }
            @if account.failed.is_empty() { p.none { "Nothing that was assessed fails." } } @else { (scrolling("Failures by service", &services(account, links))) }
            @if links.is_site() { p { a href="/posture/findings" { "All open findings" } } }
        }
        (changed(account))
        @if !links.is_site() { section { h2 { "The worst open findings" } (findings_table(&worst(account).into_iter().take(200).collect::<Vec<_>>())) } }
    }
}

fn frameworks(account: &Account) -> Markup {
    html! {
        table.heat {
            thead { tr { th scope="col" { "Framework" } th scope="col" { "Controls met" } @for severity in SEVERITIES { th scope="col" { (severity.to_string()) } } } }
            tbody { @for standing in &account.frameworks {
                tr {
                    th scope="row" { (standing.title) }
                    (cell(Some(standing.controls)))
                    @for severity in SEVERITIES { (cell(standing.by_severity.get(&severity).copied())) }
                }
            } }
        }
    }
}

/// A cell of the heat map. The number says what the color says.
fn cell(score: Option<Score>) -> Markup {
    let percent = score.and_then(Score::percent);
    html! {
        @match (percent, score) {
            (Some(percent), Some(score)) => td class={ "number heat" (percent / 20) } { (percent) " %" div.sub { (score.passed) " of " (score.passed + score.failed) } },
            _ => td.number { "–" span.hidden { "not assessed" } },
        }
    }
}

fn services(account: &Account, links: &Links) -> Markup {
    html! {
        table.heat {
            thead { tr { th scope="col" { "Service" } @for severity in SEVERITIES { th scope="col" { (severity.to_string()) } } } }
            tbody { @for (service, counts) in &account.failed {
                tr {
                    th scope="row" {
                        @if links.is_site() { a href={ "/posture/findings?service=" (utf8_percent_encode(service, NON_ALPHANUMERIC)) } { (words::name(service)) } } @else { (words::name(service)) }
                    }
                    @for severity in SEVERITIES {
                        @let count = counts.get(&severity).copied().unwrap_or_default();
                        // The color is the severity's: one critical failure is worse than many low ones.
                        @if count == 0 { td.number.zero { "0" } } @else { td class={ "number " (words::severity_class(severity)) } { (count) } }
                    }
                }
            } }
        }
    }
}

fn changed(account: &Account) -> Markup {
    html! {
        section {
            h2 { "What changed" }
            @match &account.came {
                None => p.none { "No earlier inventory is known: " code { "--earlier FILE" } " takes one, or several, the oldest first." },
                Some(came) => {
                    @let points: Vec<(String, u64)> = account.trend.iter().filter_map(|(name, score)| Some((words::name(name), score.percent()?))).collect();
                    figure { (chart::trend("Passed, by inventory", &points)) figcaption { "Share of results that pass, by inventory" } }
                    h3 { (came.len()) " more fail" } (list(came))
                    h3 { (account.went.len()) " fail no more" } (list(&account.went))
                }
            }
        }
    }
}

fn list(changes: &[Change]) -> Markup {
    html! {
        ul { @for (check, resource) in changes.iter().take(SHOWN) { li { code { (words::name(check)) } " " (words::name(resource)) } } }
        @if changes.len() > SHOWN { p { (changes.len() - SHOWN) " more." } }
    }
}

/// The open findings, one page of them.
pub(crate) fn findings(account: Option<&Account>, service: &str, page: usize) -> Markup {
    let Some(account) = account else { return html! { h1 { "Open findings" } (no_inventory()) } };
    let of = |finding: &&AuditFinding| service.is_empty() || finding.service == service;
    let count = account.open.iter().filter(of).count();
    let first = page.saturating_mul(SHOWN);
    let shown: Vec<&AuditFinding> = worst(account).into_iter().filter(of).skip(first).take(SHOWN).collect();
    let to = |page: usize| {
        format!("/posture/findings?service={}&page={page}", utf8_percent_encode(service, NON_ALPHANUMERIC))
    };
    html! {
        h1 { "Open findings" @if !service.is_empty() { " of " (words::name(service)) } }
        @if shown.is_empty() { p.none { "No finding here." } }
        @else { p { (first + 1) " to " (first + shown.len()) " of " (count) "." } (findings_table(&shown)) }
        p {
            @if page > 0 { a rel="prev" href=(to(page - 1)) { "Before" } " " }
            @if first + shown.len() < count { a rel="next" href=(to(page + 1)) { "Further" } " " }
            a href="/posture" { "Posture" }
        }
    }
}

/// The open findings, the worst first; of one severity what fails before what is not known.
fn worst(account: &Account) -> Vec<&AuditFinding> {
    let mut all: Vec<&AuditFinding> = account.open.iter().collect();
    all.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.status != Status::Fail));
    all
}

fn findings_table(findings: &[&AuditFinding]) -> Markup {
    let table = html! {
        table.stack {
            thead { tr { th scope="col" { "Severity" } th scope="col" { "Status" } th scope="col" { "What" } th scope="col" { "Resource" } th scope="col" { "Why" } } }
            tbody { @for finding in findings {
                tr {
                    td data-label="Severity" { (badge(&finding.severity.to_string(), words::severity_class(finding.severity))) }
                    td data-label="Status" { @match finding.status { Status::Fail => "failed", Status::Manual => "for a person", Status::NotAssessed => "not assessed", Status::Pass => "passed" } }
                    th scope="row" { (words::name(&finding.title)) div.sub { code { (words::name(&finding.check)) } } }
                    td data-label="Resource" { (words::name(&finding.resource)) div.sub { (words::name(&finding.region)) } }
                    td data-label="Why" { (prose(&finding.why)) }
                }
            } }
        }
    };
    scrolling("Findings", &table)
}
