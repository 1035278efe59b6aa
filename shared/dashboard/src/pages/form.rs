//! The form that chooses incidents, and cases by their incidents.

use maud::{Markup, html};
use riposte_core::finding::Severity;

use crate::filter::{Filter, STATES};
use crate::layout::{Links, Page};
use crate::words;

/// The form of a page; what is chosen becomes the page's address.
pub(super) fn form(filter: &Filter, page: Page) -> Markup {
    let address = Links::Site.page(page);
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string()).unwrap_or_default();
    html! {
        form.filter action=(address) method="get" {
            label { "From" input type="date" name="from" value=(day(filter.from)); }
            label { "To" input type="date" name="to" value=(day(filter.to)); }
            label { "State" select name="state" {
                option value="" { "any" }
                @for state in STATES { option value=(state.as_str()) selected[filter.state == Some(state)] { (state.as_str()) } }
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
