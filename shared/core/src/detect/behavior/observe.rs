//! What one call says of its principal.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::agent::family;
use super::burst::{self, Burst};
use super::credential;
use super::first::{self, Feature};
use super::history::{History, Key, Record};
use super::place::{self, Atlas, network};
use super::{Judged, meta_of, travel, who};
use crate::event::{Actor, ApiCall, Scope};
use crate::finding::{Finding, Target};
use crate::seal::short_hash;
use crate::text::plain;

/// What one call adds to the picture, in the order in which it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When, in seconds since 1970.
    pub at_s: i64,
    /// The event's id: the same for every delivery of the same event.
    pub event_id: String,
    /// What was observed.
    pub observations: Vec<Observation>,
}

/// One thing that a call says of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    pub(super) caller: Arc<Caller>,
    /// What it is.
    pub what: What,
}

/// Who called, where and when.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Caller {
    pub(super) at_s: i64,
    pub(super) scope: Scope,
    pub(super) actor: Actor,
    pub(super) event_name: String,
    pub(super) event_time: String,
    /// As the history names it; empty where nobody proved who he is.
    pub(super) principal: String,
}

/// What may be said of somebody.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// A value of a feature, which may be a new one.
    First {
        /// Of what.
        feature: Feature,
        /// The value.
        value: String,
    },
    /// Things that are bad in numbers.
    Many {
        /// Of which kind.
        burst: Burst,
        /// Who is counted.
        whose: String,
        /// What is counted; the same counts once.
        items: Vec<String>,
    },
    /// A temporary session was used from this network.
    Session {
        /// The session's access key.
        key: String,
        /// The network.
        network: String,
    },
    /// An instance's session was used from this address of AWS's.
    Instance {
        /// The instance.
        instance: String,
        /// The address.
        address: IpAddr,
    },
    /// A key was made from this network.
    KeyMade {
        /// The key.
        key: String,
        /// The network.
        network: String,
    },
    /// A user's key was used from this network.
    KeyUsed {
        /// The key.
        key: String,
        /// The network.
        network: String,
    },
    /// A key or the sessions of a role were revoked.
    Revoked {
        /// The key, or the role's name.
        whose: String,
    },
    /// A session or a key was used, and the call was carried out.
    Used {
        /// The key, or the role's name.
        whose: String,
        /// When the session was issued, in seconds since 1970; `None` for a key.
        issued_s: Option<i64>,
    },
    /// A person was here.
    Whereabouts {
        /// Latitude and longitude in degrees.
        coordinates: (f64, f64),
        /// How far off that may be, in kilometers.
        radius_km: f64,
    },
}

/// What a call says of its principal; `None` where it says nothing: a call of AWS's services, what a VPC endpoint saw of a
/// call, one without a time or an id.
#[must_use]
pub fn observe(call: &ApiCall, scope: &Scope, atlas: &dyn Atlas) -> Option<Observed> {
    if call.is_network_activity() || scope.event_id.is_empty() || scope.account.is_empty() {
        return None;
    }
    let event_time = call.event_time()?;
    let at_s = event_time.parse::<Timestamp>().ok()?.as_second();
    let actor = call.actor();
    let sign_in = call.event_source() == Some("signin.amazonaws.com");
    let refused_login = call.event_name() == "ConsoleLogin" && call.failed();
    let principal = who::principal(call, &actor).filter(|_| !refused_login).unwrap_or_default();
    if principal.is_empty() && !refused_login {
        return None;
    }
    let address = place::address(&actor);
    let outside = address.filter(|address| place::is_outside(*address));
    let mut seen = Vec::new();
    if !principal.is_empty() {
        firsts(call, &actor, sign_in, address, outside.map(|address| atlas.place(address)), &mut seen);
        credential::observe(call, &actor, address, &mut seen);
    }
    burst::observe(call, &actor, &principal, &mut seen);
    if let (Some(outside), true) = (outside, who::is_person(&actor) && !principal.is_empty()) {
        let there = atlas.place(outside);
        if let Some(coordinates) = there.coordinates {
            seen.push(What::Whereabouts { coordinates, radius_km: there.radius_km });
        }
    }
    let caller = Arc::new(Caller {
        at_s,
        scope: scope.clone(),
        event_name: call.event_name().to_owned(),
        event_time: event_time.to_owned(),
        actor,
        principal,
    });
    let observations = seen.into_iter().map(|what| Observation { caller: Arc::clone(&caller), what }).collect();
    Some(Observed { at_s, event_id: scope.event_id.clone(), observations })
}

/// The values whose first time says something.
fn firsts(
    call: &ApiCall,
    actor: &Actor,
    sign_in: bool,
    address: Option<IpAddr>,
    there: Option<place::Place>,
    seen: &mut Vec<What>,
) {
    let mut add = |feature, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            seen.push(What::First { feature, value: value.chars().take(120).collect() });
        }
    };
    let from = match address {
        // Machines of AWS's change their addresses with every start.
        Some(address) if place::is_of_aws(address) => Some("AWS".to_owned()),
        Some(address) if there.is_some() => network(address),
        _ => None,
    };
    let there = there.unwrap_or_default();
    if sign_in {
        if call.event_name() == "ConsoleLogin" {
            add(Feature::LoginNetwork, from);
            add(Feature::LoginCountry, there.country);
        }
        return;
    }
    add(Feature::Region, call.region().map(str::to_owned));
    add(Feature::Network, from);
    add(Feature::Country, there.country);
    add(Feature::Provider, there.provider);
    add(Feature::Agent, actor.user_agent.as_deref().and_then(family));
    add(Feature::Service, Some(call.service().to_owned()));
    add(Feature::Call, Some(format!("{}:{}", call.service(), call.event_name())));
}

impl Observation {
    /// The records that [`Observation::judge`] looks at. Who keeps them elsewhere than in memory has them read first.
    #[must_use]
    pub fn keys(&self) -> Vec<Key> {
        let caller = &*self.caller;
        match &self.what {
            What::First { feature, .. } => first::keys(caller, *feature),
            What::Many { burst, whose, .. } => burst::keys(caller, *burst, whose),
            What::Whereabouts { .. } => travel::keys(caller),
            what => credential::keys(caller, what),
        }
    }

    /// Compares with the past. The history is not changed: it gains the marks of the answer.
    #[must_use]
    pub fn judge(&self, history: &History, learning_s: i64) -> Judged {
        let caller = &*self.caller;
        match &self.what {
            What::First { feature, value } => first::judge(caller, *feature, value, history, learning_s),
            What::Many { burst, whose, items } => burst::judge(caller, *burst, whose, items, history, learning_s),
            What::Whereabouts { coordinates, radius_km } => travel::judge(caller, *coordinates, *radius_km, history),
            what => credential::judge(caller, what, history),
        }
    }
}

impl Caller {
    pub(super) fn key(&self, record: Record, whose: &str) -> Key {
        Key::of(record, &self.scope.account, whose)
    }

    /// Since when the account is watched, if that is long enough to say what is usual in it.
    pub(super) fn is_learned(&self, history: &History, learning_s: i64) -> bool {
        let account = history.past(&self.key(Record::Services, Key::ACCOUNT));
        account.and_then(super::Past::since).is_some_and(|since| since <= self.at_s.saturating_sub(learning_s))
    }

    /// A finding of a detector of the catalogue, and its name.
    pub(super) fn found(
        &self,
        id: &str,
        once: &[&str],
        target: Target,
        why: &str,
    ) -> (Option<Finding>, Option<String>) {
        let Some(meta) = meta_of(id) else { return (None, None) };
        let parts: Vec<&str> = [id, self.scope.account.as_str()].iter().chain(once).copied().collect();
        let finding = Finding {
            detector: meta.id.to_owned(),
            title: meta.title.to_owned(),
            severity: meta.severity,
            confidence: meta.confidence,
            technique: meta.technique.iter().map(|&t| t.to_owned()).collect(),
            scope: self.scope.clone(),
            event_name: self.event_name.clone(),
            event_source: None,
            error_code: None,
            event_time: Some(self.event_time.clone()),
            principal: self.actor.clone(),
            target,
            why: plain(why, 600),
            response: None,
        };
        (Some(finding), Some(format!("behavior-{}", short_hash(&parts))))
    }

    /// The principal as a target.
    pub(super) fn target(&self) -> Target {
        Target::Resource { service: "principal".to_owned(), id: plain(&self.principal, 300) }
    }
}

/// A text of the record below `userIdentity.sessionContext.attributes`.
pub(super) fn session_attribute<'a>(call: &'a ApiCall, name: &str) -> Option<&'a str> {
    call.identity()?.get("sessionContext")?.get("attributes")?.get(name).and_then(Value::as_str)
}
