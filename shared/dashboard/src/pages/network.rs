//! Network: which groups are open to the internet, and which instances that reaches, by which chain.

use maud::{Markup, html};
use riposte_audit::posture::Account;
use riposte_audit::{Group, Reached};

use crate::layout::{badge, no_inventory, prose, scrolling};
use crate::words;

/// So many groups are shown in full; of the others a line of the table.
const SHOWN: usize = 60;

/// So many instances of a group.
const INSTANCES: usize = 20;

pub(crate) fn show(account: Option<&Account>) -> Markup {
    html! {
        h1 { "Network" }
        @match account {
            None => (no_inventory()),
            Some(account) => {
                @let open: Vec<&Group> = account.groups.iter().filter(|group| is_open(group)).collect();
                p { (words::count(open.len(), "security group")) " of " (account.groups.len()) " let the internet in." }
                @for group in open.iter().take(SHOWN) { (open_group(group)) }
                @if open.len() > SHOWN { p { (open.len() - SHOWN) " more open groups stand in the table." } }
                h2 { "All security groups" }
                @if account.groups.is_empty() { p.none { "The inventory holds no security group." } }
                @else { (scrolling("Security groups", &table(&account.groups))) }
            }
        }
    }
}

fn is_open(group: &Group) -> bool {
    group.open.as_ref().is_ok_and(|rules| !rules.is_empty())
}

fn reached(instance: &Reached) -> bool {
    instance.chain.as_ref().is_ok_and(|chain| !chain.is_empty())
}

fn open_group(group: &Group) -> Markup {
    let rules = group.open.as_deref().unwrap_or_default();
    let count = group.instances.iter().filter(|instance| reached(instance)).count();
    html! {
        section.group {
            h2 { (words::name(&group.name)) " (" (words::name(&group.id)) ")" }
            p { @if count > 0 { (badge(&format!("{} reached", words::count(count, "instance")), "bad")) } @else { (badge("no instance reached", "wait")) }
                " in " (words::name(&group.account)) " " (words::name(&group.region)) }
            ul { @for rule in rules.iter().take(INSTANCES) { li { "lets the internet in: " (words::name(rule)) } } }
            @if group.instances.is_empty() { p.none { "It is on no instance." } }
            @for instance in group.instances.iter().take(INSTANCES) {
                @match &instance.chain {
                    Ok(chain) if !chain.is_empty() => {
                        p { strong { (words::name(&instance.id)) } @if !instance.name.is_empty() { " (" (words::name(&instance.name)) ")" } " is reached:" }
                        ol.chain { @for step in chain { li { (words::name(step)) } } }
                    }
                    Ok(_) => p { (words::name(&instance.id)) @if !instance.name.is_empty() { " (" (words::name(&instance.name)) ")" } " is not reached: another wall holds." },
                    Err(unknown) => p { (words::name(&instance.id)) ": not known. " (prose(&unknown.0)) },
                }
            }
            @if group.instances.len() > INSTANCES { p { (group.instances.len() - INSTANCES) " more instances." } }
        }
    }
}

fn table(groups: &[Group]) -> Markup {
    const ROWS: usize = 500;
    html! {
        table.stack {
            thead { tr { th scope="col" { "Group" } th scope="col" { "Where" } th.number scope="col" { "Instances" } th scope="col" { "Open to the internet" } } }
            tbody {
                @for group in groups.iter().take(ROWS) {
                    tr {
                        th scope="row" { (words::name(&group.name)) div.sub { (words::name(&group.id)) } }
                        td data-label="Where" { (words::name(&group.account)) " " (words::name(&group.region)) }
                        td.number data-label="Instances" { (group.instances.len()) }
                        td data-label="Open to the internet" { @match &group.open {
                            Ok(rules) if rules.is_empty() => "no",
                            Ok(rules) => (words::sentence(&rules.join("; "))),
                            Err(unknown) => { "not known: " (prose(&unknown.0)) }
                        } }
                    }
                }
            }
        }
        @if groups.len() > ROWS { p { (groups.len() - ROWS) " more groups: riposte audit has them." } }
    }
}
