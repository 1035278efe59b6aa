//! Whom a resource's policy lets in beyond its own account.
//!
//! Every `Allow` is taken for each principal that it names. Then conditions narrow it, those of the
//! statement and those of each `Deny` that covers the same action on the same resources:
//! - a `Deny` without a condition takes the grant away;
//! - a `Deny` under a negated condition (`StringNotEquals` on `aws:PrincipalOrgID`) leaves those whom the
//!   condition names, as `StringEquals` in the `Allow` would;
//! - a `Deny` to all but some principals (`NotPrincipal`) leaves these;
//! - a `Deny` under any other condition changes nothing: to trust it would be to let `Deny … unless the
//!   transport is secure` hide a public bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::condition::{Condition, Test};
use super::narrow::{Party, Reading, escapes, passes};
use super::policy::{Effect, Patterns, Policy, Statement};
use super::principal::{Principal, Principals};
use crate::arn::{covers, matches, matches_ignoring_case};
use crate::text::plain;

/// The account that a resource or a role belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home<'a> {
    /// For example `aws`, see [`crate::event::ApiCall::partition`].
    pub partition: &'a str,
    /// Twelve digits.
    pub account: &'a str,
}

/// Somebody from outside whom a statement lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideGrant {
    /// Who.
    pub who: Outsider,
    /// Whether a condition remains that says nothing of *who* is let in: a tag, an encryption context, a
    /// time. `who` is already what the other conditions leave, so a grant that is not narrowed is as wide
    /// as `who` says. Conditions that a caller meets at will (`aws:SecureTransport`, `aws:Referer`) are
    /// not counted.
    pub narrowed: bool,
    /// The statement, counted from 1.
    pub statement: usize,
    /// What it lets them do: the statement's action patterns in lower case, without those that a `Deny`
    /// takes away. A statement with `NotAction` says `*`.
    pub actions: Vec<String>,
}

/// Somebody who is not of the account.
///
/// Displayed as the object of a sentence: `everyone`, ``account `444455556666` ``.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum Outsider {
    /// The whole world, or whoever has any AWS account: which of them, is the service's business.
    Everyone,
    /// Another account, or somebody of it.
    Account(String),
    /// An organization by its id, or a part of it. Mostly the account's own; the document cannot tell.
    Organization(String),
    /// Anyone who comes from some public addresses, a VPC or a VPC endpoint. Mostly the account's own.
    Network(String),
    /// A provider of identities that is not of the account: the public ones, and other accounts'.
    Federation(String),
    /// An AWS service, whoever makes it act: the confused deputy. Widespread, and of little weight.
    ServiceForAnyone(String),
    /// One principal or resource that the document names without telling whose it is: a unique or
    /// canonical user id, a CloudFront identity, a bucket's ARN.
    UnknownPrincipal(String),
}

impl Outsider {
    /// Whether it is from outside beyond doubt: everyone, another account, or a foreign provider of
    /// identities. The others may be the account's own.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Everyone | Self::Account(_) | Self::Federation(_))
    }
}

impl fmt::Display for Outsider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX: usize = 120;
        match self {
            Self::Everyone => f.write_str("everyone"),
            Self::Account(id) => write!(f, "account `{}`", plain(id, MAX)),
            Self::Organization(id) => write!(f, "organization `{}`", plain(id, MAX)),
            Self::Network(name) => write!(f, "anyone from `{}`", plain(name, MAX)),
            Self::Federation(name) => write!(f, "the identity provider `{}`", plain(name, MAX)),
            Self::ServiceForAnyone(name) => write!(f, "the service `{}` on anyone's behalf", plain(name, MAX)),
            Self::UnknownPrincipal(name) => write!(f, "`{}`, whose account is unknown", plain(name, MAX)),
        }
    }
}

impl OutsideGrant {
    /// Whether it lets them call an action, `s3:PutObject` for one.
    #[must_use]
    pub fn allows(&self, action: &str) -> bool {
        self.actions.iter().any(|pattern| matches_ignoring_case(pattern, action))
    }
}

impl fmt::Display for OutsideGrant {
    /// The end of a sentence: `everyone, under a condition (statement 2)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let condition = if self.narrowed { ", under a condition" } else { "" };
        write!(f, "{}{condition} (statement {})", self.who, self.statement)
    }
}

impl Policy {
    /// Whom this resource's policy lets in beyond its own account, by statement. An identity's policy,
    /// which names no principals, lets nobody in.
    #[must_use]
    pub fn outside_grants(&self, home: &Home<'_>) -> Vec<OutsideGrant> {
        self.grants(home, |statement| match &statement.actions {
            Patterns::Only(actions) => actions.clone(),
            Patterns::AllBut(_) => vec!["*".to_owned()],
        })
    }

    /// [`Self::outside_grants`] of some actions alone, each looked at by itself: what several `Deny` take away together
    /// of a pattern, and what `NotAction` leaves out, is known of each of them.
    #[must_use]
    pub fn outside_grants_of(&self, home: &Home<'_>, actions: &[&str]) -> Vec<OutsideGrant> {
        self.grants(home, |statement| {
            actions.iter().filter(|action| statement.names_action(action)).map(|a| a.to_ascii_lowercase()).collect()
        })
    }

    /// Whom each `Allow` lets in from outside to the actions that `actions_of` takes of it.
    fn grants(&self, home: &Home<'_>, actions_of: impl Fn(&Statement) -> Vec<String>) -> Vec<OutsideGrant> {
        let judge = Judge::new(self, home);
        let mut grants = Vec::new();
        for (index, statement) in self.allows() {
            let actions = actions_of(statement);
            // By whom and how, since a `Deny` may cover some of the actions only.
            let mut found: BTreeMap<(Outsider, bool), Vec<String>> = BTreeMap::new();
            let groups = judge.by_barriers(statement, &actions);
            let several = groups.len() > 1;
            for (barriers, actions) in groups {
                let mut outsiders: Vec<_> = principals_of(statement)
                    .iter()
                    .flat_map(|principal| judge.outsiders(principal, statement, &barriers))
                    .collect();
                outsiders.sort();
                outsiders.dedup();
                for outsider in outsiders {
                    found.entry(outsider).or_default().extend(actions.iter().map(|a| (*a).to_owned()));
                }
            }
            if several {
                // An action on several resources may be in several groups.
                for actions in found.values_mut() {
                    let mut seen = BTreeSet::new();
                    actions.retain(|action| seen.insert(action.clone()));
                }
            }
            grants.extend(found.into_iter().map(|((who, narrowed), actions)| OutsideGrant {
                who,
                narrowed,
                statement: index + 1,
                actions,
            }));
        }
        grants
    }

    /// Whether any statement allows anything at all: a policy that only denies gives nothing.
    #[must_use]
    pub fn allows_anything(&self) -> bool {
        self.allows().next().is_some()
    }

    /// The statements that allow something, each with its index.
    pub(super) fn allows(&self) -> impl Iterator<Item = (usize, &Statement)> {
        self.statements.iter().enumerate().filter(|(_, s)| s.effect == Effect::Allow && !s.is_void())
    }
}

/// Whom an `Allow` names. All but some is everyone.
pub(super) fn principals_of(statement: &Statement) -> &[Principal] {
    match &statement.principals {
        None => &[],
        Some(Principals::Only(principals)) => principals,
        Some(Principals::AllBut(_)) => &[Principal::Everyone],
    }
}

/// Those whom a condition or a `Deny` leaves: whoever is let in is one of them.
type Clause = BTreeSet<Party>;

/// A `Deny` that takes something away.
pub(super) struct Barrier<'a> {
    statement: &'a Statement,
    principals: &'a Principals,
    /// Whom its negated conditions let through; `None` where it has no condition.
    escape: Option<Clause>,
    stops_services: bool,
    stops_others: bool,
}

/// Judges the statements of one policy.
pub(super) struct Judge<'a> {
    home: &'a Home<'a>,
    barriers: Vec<Barrier<'a>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(policy: &'a Policy, home: &'a Home<'a>) -> Self {
        let denies = policy.statements.iter().filter(|s| s.effect == Effect::Deny);
        Self { home, barriers: denies.filter_map(|statement| Barrier::new(statement, home)).collect() }
    }

    /// The actions of a statement, those together that the same barriers cover, for each of its resources: of a bucket
    /// and its objects, one `Deny` may cover the one and another the other.
    pub(super) fn by_barriers<'b>(
        &'b self,
        statement: &Statement,
        actions: &'b [String],
    ) -> Vec<(Vec<&'b Barrier<'a>>, Vec<&'b str>)> {
        let whole = ["*".to_owned()];
        let resources = match &statement.resources {
            Patterns::Only(patterns) => patterns.as_slice(),
            Patterns::AllBut(_) => &whole,
        };
        // Resources that the same barriers cover are one, and each pattern is compared once: documents may be hostile.
        let mut alike: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        for resource in resources {
            let near = self.barriers.iter().enumerate().filter(|(_, barrier)| barrier.covers_resource(resource));
            alike.entry(near.map(|(index, _)| index).collect()).or_default().push(resource);
        }
        let mut groups: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
        for action in actions {
            let of_action: Vec<bool> = self.barriers.iter().map(|barrier| barrier.covers_action(action)).collect();
            let fits = |resources: &[&str]| resources.iter().any(|resource| may_concern(action, resource));
            // An action that fits none of the resources was meant for one of them.
            let any = alike.values().any(|resources| fits(resources));
            for (near, _) in alike.iter().filter(|(_, resources)| !any || fits(resources)) {
                let covering = near.iter().copied().filter(|index| of_action.get(*index) == Some(&true));
                let together = groups.entry(covering.collect()).or_default();
                if together.last() != Some(&action.as_str()) {
                    together.push(action);
                }
            }
        }
        let barriers =
            |indices: Vec<usize>| indices.iter().filter_map(|index| self.barriers.get(*index)).collect::<Vec<_>>();
        groups.into_iter().map(|(indices, actions)| (barriers(indices), actions)).collect()
    }

    /// Who comes in from outside where a statement names a principal, and whether a condition remains.
    pub(super) fn outsiders(
        &self,
        principal: &Principal,
        statement: &Statement,
        barriers: &[&Barrier<'_>],
    ) -> Vec<(Outsider, bool)> {
        let Some(base) = self.outsider(principal) else { return Vec::new() };
        self.left(base, principal, &statement.conditions, barriers)
    }

    /// Who is left of `base` under conditions and behind barriers.
    pub(super) fn left<'c>(
        &self,
        base: Outsider,
        principal: &Principal,
        conditions: impl IntoIterator<Item = &'c Condition>,
        barriers: &[&Barrier<'_>],
    ) -> Vec<(Outsider, bool)> {
        let mut clauses = Vec::new();
        let mut narrowed = false;
        for condition in conditions {
            match passes(condition, self.home) {
                Reading::Only(parties) => clauses.push(parties),
                Reading::Everyone => {}
                Reading::Else => narrowed = true,
            }
        }
        for barrier in barriers {
            match barrier.effect_on(principal, self.home) {
                Stop::Nothing => {}
                Stop::Everything => return Vec::new(),
                Stop::AllBut(parties) => clauses.push(parties),
            }
        }
        settle(base, clauses, narrowed)
    }

    /// A principal as an outsider; `None` where it is of the account.
    pub(super) fn outsider(&self, principal: &Principal) -> Option<Outsider> {
        match principal {
            Principal::Everyone => Some(Outsider::Everyone),
            Principal::Account { partition, account } => {
                let own = account == self.home.account
                    && partition.as_ref().is_none_or(|partition| partition == self.home.partition);
                (!own).then(|| Outsider::Account(account.clone()))
            }
            Principal::Arn { partition, account, .. } => {
                let own = account == self.home.account && partition == self.home.partition;
                (!own).then(|| Outsider::Account(account.clone()))
            }
            Principal::Service(name) => Some(Outsider::ServiceForAnyone(name.clone())),
            Principal::Federated(name) => {
                let prefix = format!("arn:{}:iam::{}:", self.home.partition, self.home.account);
                (!name.starts_with(&prefix)).then(|| Outsider::Federation(name.clone()))
            }
            Principal::Unknown(name) => Some(Outsider::UnknownPrincipal(name.clone())),
        }
    }
}

/// What a barrier does to a principal.
enum Stop {
    Nothing,
    Everything,
    AllBut(Clause),
}

impl<'a> Barrier<'a> {
    /// `None` where the `Deny` may let anybody through, or names nobody.
    fn new(statement: &'a Statement, home: &Home<'_>) -> Option<Self> {
        let principals = statement.principals.as_ref()?;
        let mut barrier = Self { statement, principals, escape: None, stops_services: true, stops_others: true };
        let mut of_source = false;
        for condition in &statement.conditions {
            let says = |truth: &str| condition.values.iter().all(|value| value.eq_ignore_ascii_case(truth));
            if condition.key == "aws:principalisawsservice" && condition.operator.test == Test::Bool {
                // The key is in every request, so `IfExists` changes nothing.
                barrier.stops_services &= says("true");
                barrier.stops_others &= says("false");
                continue;
            }
            let about_source = ["aws:sourceaccount", "aws:sourcearn"].contains(&condition.key.as_str());
            if about_source && condition.operator.test == Test::Null && says("false") {
                // Only requests that a service makes for somebody carry the key.
                barrier.stops_others = false;
                of_source = true;
                continue;
            }
            let Reading::Only(parties) = escapes(condition, home) else { return None };
            // All of its conditions must hold for it to stop somebody: one that does not, lets him through.
            barrier.escape.get_or_insert_default().extend(parties);
        }
        // To stop whatever is done for somebody is to let through what is done for nobody known.
        (barrier.escape.is_some() || !of_source).then_some(barrier)
    }

    fn covers_resource(&self, pattern: &str) -> bool {
        covers_pattern(&self.statement.resources, pattern)
    }

    fn covers_action(&self, action: &str) -> bool {
        covers_pattern(&self.statement.actions, action)
    }

    fn effect_on(&self, principal: &Principal, home: &Home<'_>) -> Stop {
        let service = matches!(principal, Principal::Service(_));
        if !(if service { self.stops_services } else { self.stops_others }) {
            return Stop::Nothing;
        }
        let stop = || self.escape.clone().map_or(Stop::Everything, Stop::AllBut);
        match self.principals {
            Principals::Only(denied) if denied.iter().any(|d| d.includes(principal)) => stop(),
            Principals::Only(_) => Stop::Nothing,
            Principals::AllBut(spared) => {
                let spares = |s: &Principal| s.includes(principal) || principal.is_of(s);
                if *principal != Principal::Everyone {
                    return if spared.iter().any(spares) { Stop::Nothing } else { stop() };
                }
                let Some(mut parties) = spared.iter().map(|s| s.as_party(home)).collect::<Option<Clause>>() else {
                    return Stop::Nothing;
                };
                parties.extend(self.escape.iter().flatten().cloned());
                if parties.is_empty() { Stop::Everything } else { Stop::AllBut(parties) }
            }
        }
    }
}

impl Principal {
    /// Whether a `Deny` to this one stops all of the other.
    pub(super) fn includes(&self, other: &Self) -> bool {
        *self == Self::Everyone || self == other || other.is_of(self)
    }

    /// Whether this is somebody of an account.
    fn is_of(&self, account: &Self) -> bool {
        let (own_partition, own) = match self {
            Self::Arn { partition, account, .. } => (Some(partition), account),
            Self::Account { partition, account } => (partition.as_ref(), account),
            _ => return false,
        };
        matches!(account, Self::Account { partition, account } if account == own
            && (partition.as_ref() == own_partition || partition.is_none() || own_partition.is_none()))
    }

    fn as_party(&self, home: &Home<'_>) -> Option<Party> {
        match self {
            Self::Everyone => None,
            Self::Account { account, .. } | Self::Arn { account, .. } if account == home.account => Some(Party::Home),
            Self::Account { account, .. } | Self::Arn { account, .. } => Some(Party::Account(account.clone())),
            Self::Service(name) => Some(Party::Service(name.clone())),
            Self::Federated(name) | Self::Unknown(name) => Some(Party::Named(name.clone())),
        }
    }
}

/// Who is left of `base` where he must be in every clause.
fn settle(base: Outsider, mut clauses: Vec<Clause>, mut narrowed: bool) -> Vec<(Outsider, bool)> {
    // Accounts can be compared with each other, the other parties cannot.
    let is_account = |party: &Party| matches!(party, Party::Home | Party::Account(_));
    let (of_accounts, others): (Vec<_>, Vec<_>) = clauses.drain(..).partition(|clause| clause.iter().all(is_account));
    let accounts = of_accounts.into_iter().reduce(|a, b| &a & &b);
    if let Outsider::Account(id) = &base {
        let left = accounts.is_none_or(|accounts| accounts.contains(&Party::Account(id.clone())));
        return if left { vec![(base, narrowed || !others.is_empty())] } else { Vec::new() };
    }
    if let Some(accounts) = accounts {
        narrowed |= !others.is_empty();
        let foreign = accounts.into_iter().filter_map(|party| match party {
            Party::Account(id) => Some((Outsider::Account(id), narrowed)),
            _ => None,
        });
        return foreign.collect();
    }
    // The one whose widest party is the narrowest, whatever the order of the statements.
    let anybody = matches!(base, Outsider::Everyone);
    let names = |clause: &Clause| anybody || !clause.iter().any(|p| matches!(p, Party::Network(_) | Party::Service(_)));
    let fixed = matches!(base, Outsider::UnknownPrincipal(_) | Outsider::Federation(_));
    let best = others.iter().filter(|clause| !fixed && names(clause)).min_by(|a, b| a.iter().rev().cmp(b.iter().rev()));
    let Some(best) = best else { return vec![(base, narrowed || !others.is_empty())] };
    narrowed |= others.iter().any(|clause| clause != best);
    let outsiders = best.iter().filter_map(|party| match party {
        Party::Home => None,
        Party::Account(id) => Some(Outsider::Account(id.clone())),
        Party::Organization(id) => Some(Outsider::Organization(id.clone())),
        Party::Network(name) => Some(Outsider::Network(name.clone())),
        Party::Service(name) => Some(Outsider::ServiceForAnyone(name.clone())),
        Party::Named(name) => Some(Outsider::UnknownPrincipal(name.clone())),
    });
    outsiders.map(|who| (who, narrowed)).collect()
}

/// Whether an action may be one on what a pattern names. Of S3's actions those on objects are none on a bucket, and the
/// other way round; of all others it is not known.
fn may_concern(action: &str, resource: &str) -> bool {
    let Some(name) = action.strip_prefix("s3:").filter(|name| !name.contains(['*', '?'])) else { return true };
    let Some(path) = resource.split_once(":s3:::").map(|(_, path)| path) else { return true };
    let bucket_lock = name.ends_with("bucketobjectlockconfiguration");
    let of_object = (name.contains("object") && !bucket_lock)
        || ["abortmultipartupload", "listmultipartuploadparts", "bypassgovernanceretention", "replicatedelete"]
            .contains(&name);
    let of_bucket = !of_object && (name.contains("bucket") || name.ends_with("configuration"));
    match path.split_once('/') {
        Some((bucket, _)) => !of_bucket || bucket.contains('*'),
        None => !of_object || path.ends_with('*'),
    }
}

/// Whether the patterns of a `Deny` surely cover all that one of an `Allow` does.
pub(super) fn covers_pattern(deny: &Patterns, pattern: &str) -> bool {
    match deny {
        Patterns::Only(denied) => denied.iter().any(|denied| covers(denied, pattern)),
        Patterns::AllBut(spared) => !spared.iter().any(|spared| may_overlap(spared, pattern)),
    }
}

/// Whether two patterns might match the same text: their texts before the first wildcard do not
/// contradict each other, or there is no wildcard in one and the other matches it.
fn may_overlap(a: &str, b: &str) -> bool {
    let literal = |pattern: &str| pattern.split(['*', '?']).next().unwrap_or_default().to_owned();
    let (start_a, start_b) = (literal(a), literal(b));
    if start_a.len() == a.len() {
        return matches(b, a);
    }
    if start_b.len() == b.len() {
        return matches(a, b);
    }
    start_a.starts_with(&start_b) || start_b.starts_with(&start_a)
}

#[cfg(test)]
mod tests;
