//! Patching: what the inventory holds of it, and what it does not.

use maud::{Markup, html};
use riposte_audit::Machine;
use riposte_audit::posture::Account;

use crate::layout::{badge, no_inventory, scrolling};
use crate::words;

const ROWS: usize = 500;

pub(crate) fn show(account: Option<&Account>) -> Markup {
    html! {
        h1 { "Patching" }
        @match account { None => (no_inventory()), Some(account) => (all(&account.machines)) }
    }
}

fn all(machines: &[Machine]) -> Markup {
    let is = |machine: &Machine, status: &str| machine.patches.as_ref().is_ok_and(|p| p.as_deref() == Some(status));
    let good = machines.iter().filter(|machine| is(machine, "COMPLIANT")).count();
    let bad = machines.iter().filter(|machine| is(machine, "NON_COMPLIANT")).count();
    html! {
        ul.counts aria-label="Machines" {
            li { strong { (good) } " comply with their patch baseline" }
            li { strong { (bad) } " do not" }
            li { strong { (machines.len() - good - bad) } " not known" }
        }
        p.note { "From Systems Manager: whether a machine complies with its baseline. Not collected: which patches are missing, which "
            "flaws they leave open (Amazon Inspector's findings), and what is in container images and in functions." }
        @if machines.is_empty() { p.none { "The inventory holds no instance." } } @else { (scrolling("Machines", &table(machines))) }
        @if machines.len() > ROWS { p { (machines.len() - ROWS) " more machines: riposte audit has them." } }
    }
}

fn table(machines: &[Machine]) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Machine" } th scope="col" { "Where" } th scope="col" { "Platform" } th scope="col" { "Agent" } th scope="col" { "Patches" } } }
            tbody { @for machine in machines.iter().take(ROWS) {
                tr {
                    th scope="row" { (words::name(&machine.id)) }
                    td { (words::name(&machine.account)) " " (words::name(&machine.region)) }
                    td { @if machine.platform.is_empty() { "not known" } @else { (words::name(&machine.platform)) } }
                    td { @match &machine.agent { Some(agent) => (words::name(agent)), None => (badge("not managed", "wait")) } }
                    td { @match &machine.patches {
                        Ok(Some(status)) if status == "COMPLIANT" => (badge("complies", "good")),
                        Ok(Some(status)) if status == "NON_COMPLIANT" => (badge("patches missing", "bad")),
                        Ok(Some(status)) => (words::name(status)),
                        Ok(None) => "no baseline was run",
                        Err(unknown) => { "not known: " (words::sentence(&unknown.0)) }
                    } }
                }
            } }
        }
    }
}
