//! Identity: who is an administrator, who may become one and how, and which keys lie about.

use maud::{Markup, html};
use riposte_audit::Person;
use riposte_audit::posture::Account;

use crate::layout::{badge, no_inventory, prose, scrolling};
use crate::words;

/// So many of each list are shown.
const SHOWN: usize = 200;

/// Keys that are older than this, or were not used for so long, are marked, in days.
const OLD: i64 = 90;
const UNUSED: i64 = 45;

pub(crate) fn show(account: Option<&Account>) -> Markup {
    html! {
        h1 { "Identity" }
        @match account { None => (no_inventory()), Some(account) => (all(&account.people)) }
    }
}

fn all(people: &[Person]) -> Markup {
    let admins: Vec<&Person> = people.iter().filter(|p| matches!(p.admin, Ok(Some(_)))).collect();
    let climbers: Vec<&Person> = people.iter().filter(|p| p.ways.as_ref().is_ok_and(|ways| !ways.is_empty())).collect();
    let unknown: Vec<&Person> = people.iter().filter(|p| p.admin.is_err() || p.ways.is_err()).collect();
    html! {
        ul.counts aria-label="Users and roles" {
            li { strong { (admins.len()) } " administrators" }
            li { strong { (climbers.len()) } " who can become one" }
            li { strong { (people.len()) } " users and roles" }
        }
        section {
            h2 { "Who can become administrator" }
            @if climbers.is_empty() { p.none { "Nobody that the inventory shows." } }
            ul.people { @for person in climbers.iter().take(SHOWN) {
                li { (named(person)) ul { @for way in person.ways.iter().flatten().take(20) { li { (prose(way)) } } } }
            } }
            (more(climbers.len()))
        }
        section {
            h2 { "Administrators" }
            @if admins.is_empty() { p.none { "The inventory shows none but the root user." } }
            ul.people { @for person in admins.iter().take(SHOWN) {
                li { (named(person)) ": " @if let Ok(Some(how)) = &person.admin { (prose(how)) } }
            } }
            (more(admins.len()))
        }
        @if !unknown.is_empty() {
            section {
                h2 { "Not known" }
                ul.people { @for person in unknown.iter().take(SHOWN) {
                    li { (named(person)) ": " @for why in person.admin.as_ref().err().into_iter().chain(person.ways.as_ref().err()).take(1) { (prose(&why.0)) } }
                } }
                (more(unknown.len()))
            }
        }
        section {
            h2 { "Keys and passwords" }
            @let users = by_age(people);
            @if users.is_empty() { p.none { "The inventory holds no user." } } @else { (scrolling("Keys and passwords", &keys(&users))) }
            (more(users.len()))
        }
    }
}

/// The users, whose key is the oldest first; then those of whose keys the age is not known, then those without a key.
fn by_age(people: &[Person]) -> Vec<&Person> {
    let mut users: Vec<&Person> = people.iter().filter(|person| person.signs_in.is_some()).collect();
    let oldest = |user: &Person| match &user.signs_in {
        Some(Ok(with)) => with.keys.iter().map(|(age, _)| age.unwrap_or_default()).max(),
        Some(Err(_)) | None => None,
    };
    users.sort_by_key(|user| std::cmp::Reverse(oldest(user)));
    users
}

fn named(person: &Person) -> Markup {
    html! { strong { (words::name(&person.name)) } " " span.sub { (person.kind) ", " (words::name(&person.account)) } }
}

fn more(count: usize) -> Markup {
    html! { @if count > SHOWN { p { (count - SHOWN) " more: riposte audit has them." } } }
}

fn keys(users: &[&Person]) -> Markup {
    html! {
        table.stack {
            thead { tr { th scope="col" { "User" } th scope="col" { "Password" } th scope="col" { "Second factor" } th scope="col" { "Active keys: age, last use" } } }
            tbody { @for user in users.iter().take(SHOWN) {
                tr {
                    th scope="row" { (words::name(&user.name)) div.sub { (words::name(&user.account)) } }
                    @match &user.signs_in {
                        Some(Ok(with)) => {
                            td data-label="Password" { @if with.password { "yes" } @else { "no" } }
                            td data-label="Second factor" { @if with.mfa { "yes" } @else if with.password { (badge("none", "bad")) } @else { "no" } }
                            td data-label="Active keys" { @if with.keys.is_empty() { "none" } @for (age, used) in &with.keys { div { (key(*age, *used)) } } }
                        }
                        Some(Err(why)) => td colspan="3" data-label="Keys and password" { "not known: " (prose(&why.0)) },
                        None => td colspan="3" data-label="Keys and password" { "not known" },
                    }
                }
            } }
        }
    }
}

fn key(age: Option<i64>, used: Option<i64>) -> Markup {
    let days = |days: i64| if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    html! {
        @match age {
            Some(age) if age > OLD => (badge(&format!("{} old", days(age)), "wait")),
            Some(age) => { (days(age)) " old" }
            None => "of unknown age",
        }
        ", "
        @match used {
            Some(used) if used > UNUSED => (badge(&format!("not used for {}", days(used)), "wait")),
            Some(used) => { "used " (days(used)) " ago" }
            None => (badge("never used", "wait")),
        }
    }
}
