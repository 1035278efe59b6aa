//! What is seen for the first time: of a principal, and of the whole account.

use super::Judged;
use super::history::{History, Key, Mark, Record};
use super::observe::Caller;
use crate::text::plain;

/// What has values that may be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// The region.
    Region,
    /// The network, or `AWS` for all of AWS's.
    Network,
    /// The country, by a database.
    Country,
    /// The network's operator, by a database.
    Provider,
    /// The user agent's family.
    Agent,
    /// The service.
    Service,
    /// The API call.
    Call,
    /// The network of a console login.
    LoginNetwork,
    /// The country of a console login.
    LoginCountry,
}

impl Feature {
    fn record(self) -> Record {
        match self {
            Self::Region => Record::Regions,
            Self::Network => Record::Networks,
            Self::Country => Record::Countries,
            Self::Provider => Record::Providers,
            Self::Agent => Record::Agents,
            Self::Service => Record::Services,
            Self::Call => Record::Calls,
            Self::LoginNetwork => Record::Logins,
            Self::LoginCountry => Record::LoginCountries,
        }
    }

    /// The detectors: of the principal, and of the account.
    fn detectors(self) -> (&'static str, &'static str) {
        match self {
            Self::Region => ("principal-in-new-region", "account-in-new-region"),
            Self::Network => ("principal-on-new-network", "account-on-new-network"),
            Self::Country => ("principal-in-new-country", "account-in-new-country"),
            Self::Provider => ("principal-on-new-provider", "account-on-new-provider"),
            Self::Agent => ("principal-with-new-program", "account-with-new-program"),
            Self::Service => ("principal-with-new-service", "account-with-new-service"),
            Self::Call => ("principal-with-new-call", "account-with-new-call"),
            Self::LoginNetwork => ("console-login-on-new-network", "console-login-on-new-network"),
            Self::LoginCountry => ("console-login-in-new-country", "console-login-in-new-country"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Region => "in the region",
            Self::Network => "from the network",
            Self::Country => "from the country",
            Self::Provider => "through the provider",
            Self::Agent => "with the program",
            Self::Service => "of the service",
            Self::Call => "of the kind",
            Self::LoginNetwork => "to the console from the network",
            Self::LoginCountry => "to the console from the country",
        }
    }

    /// A login is one, anything else a call.
    fn noun(self) -> &'static str {
        if matches!(self, Self::LoginNetwork | Self::LoginCountry) { "login" } else { "call" }
    }
}

pub(super) fn keys(caller: &Caller, feature: Feature) -> Vec<Key> {
    let record = feature.record();
    vec![caller.key(record, &caller.principal), caller.key(record, Key::ACCOUNT)]
}

pub(super) fn judge(caller: &Caller, feature: Feature, value: &str, history: &History, learning_s: i64) -> Judged {
    let record = feature.record();
    let (own, all) = (caller.key(record, &caller.principal), caller.key(record, Key::ACCOUNT));
    let (own_past, all_past) = (history.past(&own), history.past(&all));
    if own_past.is_some_and(|past| past.knows(value)) {
        return Judged::default();
    }
    let enough = |past: Option<&super::Past>| {
        // Whoever has been everywhere is nowhere for the first time.
        past.filter(|past| past.len() < record.most())
            .and_then(super::Past::since)
            .is_some_and(|since| since <= caller.at_s.saturating_sub(learning_s))
    };
    let mark = |key: &Key| Mark { key: key.clone(), item: value.to_owned(), number: caller.at_s };
    let mut judged = Judged { marks: vec![mark(&own)], ..Judged::default() };
    let new_to_all = !all_past.is_some_and(|past| past.knows(value));
    if new_to_all {
        judged.marks.push(mark(&all));
    }
    let (of_principal, of_account) = feature.detectors();
    let (noun, word) = (feature.noun(), feature.word());
    let (shown, whose) = (plain(value, 120), plain(&caller.principal, 200));
    if new_to_all && enough(all_past) {
        let known = all_past.map_or(0, super::Past::items);
        let why =
            format!("`{whose}` made the account's first {noun} {word} `{shown}`, which is none of the {known} known");
        (judged.finding, judged.once) = caller.found(of_account, &[value], caller.target(), &why);
    } else if enough(own_past) {
        let known = own_past.map_or(0, super::Past::items);
        let why = format!("the first {noun} of `{whose}` {word} `{shown}`, which is none of the {known} known of it");
        let once = [caller.principal.as_str(), value];
        (judged.finding, judged.once) = caller.found(of_principal, &once, caller.target(), &why);
    }
    judged
}
