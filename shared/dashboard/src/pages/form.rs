//! The form that chooses incidents, and cases by their incidents.

use maud::{Markup, html};
use riposte_core::finding::Severity;
use riposte_core::outcome::{Outcome, Outcomes};

use crate::filter::Filter;
use crate::layout::{Links, Page};
use crate::words;

/// The form of a page; what is chosen becomes the page's address.
pub(super) fn form(filter: &Filter, page: Page) -> Markup {
    let address = Links::Site.page(page);
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let is = |outcome: Outcome| filter.outcome == Some(Outcomes::of(&[outcome]));
    html! {
        form.filter action=(address) method="get" {
            label { "From" input type="date" name="from" value=(day(filter.from)); }
            label { "To" input type="date" name="to" value=(day(filter.to)); }
            label { "Outcome" select name="outcome" {
                option value="" { "any" }
                @for outcome in Outcome::ALL { option value=(outcome) selected[is(outcome)] { (outcome.words()) } }
                @if let Some(several) = filter.outcome.as_ref().filter(|_| !Outcome::ALL.into_iter().any(is)) {
                    option value=(several) selected { (several) }
                }
            } }
            label { "Severity at least" select name="severity" {
                option value="" { "any" }
                @for severity in [Severity::Low, Severity::Medium, Severity::High, Severity::Critical] {
                    option value=(severity.to_string()) selected[filter.severity == Some(severity)] { (severity.to_string()) }
                }
            } }
            label { "Account" input name="account" inputmode="numeric" value=(words::name(&filter.account)); }
            label { "Region" input name="region" value=(words::name(&filter.region)); }
            label { "Principal" input name="principal" value=(words::name(&filter.principal)); }
            label { "Technique" input name="technique" placeholder="T1098" value=(words::name(&filter.technique)); }
            button type="submit" { "Filter" }
            a href=(address) { "Clear" }
        }
    }
}
