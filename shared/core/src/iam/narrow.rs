//! What a condition says of who asks.
//!
//! S3's own evaluation of a bucket policy starts from "public" and lets only *fixed* values of a few keys
//! take that back: values without a wildcard and without a policy variable, except where the wildcard
//! leaves the account fixed. The same is done here, for every service, with the keys that name an account,
//! an organization, a network or a resource, and with two differences:
//! - `aws:username` names nobody: every account can have a user of that name;
//! - a value of `${aws:ResourceAccount}` or `${aws:ResourceOrgID}` is fixed after all: it is the
//!   resource's own.
//!
//! `aws:ResourceAccount`, `aws:ResourceOrgID` and their like speak of the resource, not of who asks, and
//! narrow nothing, unless they are compared with the account or organization of whoever asks.

use std::collections::BTreeSet;

use super::access::Home;
use super::condition::{Condition, Quantifier, Test};
use crate::arn::is_account;
use crate::net::cidr::{Reach, internet_ranges};

/// Somebody whom a condition names, from the narrowest to the widest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    /// The resource's own account, or its own organization.
    Home,
    Account(String),
    /// One resource or principal, of which the document does not tell whose it is.
    Named(String),
    Organization(String),
    Network(String),
    /// For whomever it acts.
    Service(String),
}

/// What a condition leaves of everyone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// Only these.
    Only(BTreeSet<Party>),
    /// Everyone, or as good as: the values name anybody, or the caller writes them as it likes.
    Everyone,
    /// It asks for something that says nothing of who asks.
    Else,
}

/// What a condition of an `Allow` leaves.
pub(super) fn passes(condition: &Condition, home: &Home<'_>) -> Reading {
    let operator = &condition.operator;
    if is_at_will(&condition.key) || passes_without_mfa(condition) {
        return Reading::Everyone;
    }
    if operator.if_exists || operator.quantifier == Some(Quantifier::All) {
        // Whoever comes without the key passes too.
        return Reading::Everyone;
    }
    match operator.test {
        Test::Is | Test::InRange | Test::Bool => named(condition, home),
        // Everyone but a few is everyone.
        Test::IsNot | Test::NotInRange => match named(condition, home) {
            Reading::Only(_) => Reading::Everyone,
            _ => Reading::Else,
        },
        Test::Null | Test::Other(_) => Reading::Else,
    }
}

/// What a `Deny` under this condition leaves, where the condition is a negated one: those whom it names.
pub(super) fn escapes(condition: &Condition, home: &Home<'_>) -> Reading {
    let operator = &condition.operator;
    // `ForAnyValue` is false where there is no value, so that whoever comes without the key escapes.
    if operator.quantifier == Some(Quantifier::Any) {
        return Reading::Else;
    }
    match operator.test {
        Test::IsNot | Test::NotInRange => named(condition, home),
        _ => Reading::Else,
    }
}

fn is_at_will(key: &str) -> bool {
    AT_WILL.contains(&key) || key.starts_with("aws:requesttag/")
}

/// Whether a test of the second factor holds for those who have none, too.
fn passes_without_mfa(condition: &Condition) -> bool {
    let Condition { operator, key, values } = condition;
    let asks = matches!(operator.test, Test::Bool | Test::Is)
        && !operator.if_exists
        && operator.quantifier != Some(Quantifier::All)
        && values.iter().all(|value| value.eq_ignore_ascii_case("true"));
    key == "aws:multifactorauthpresent" && !asks
}

/// Keys that say how a request is made, which whoever makes it is free to choose.
const AT_WILL: [&str; 15] = [
    "aws:referer",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:tagkeys",
    "aws:useragent",
    "sts:durationseconds",
    "sts:rolesessionname",
    "sts:sourceidentity",
    "sts:transitivetagkeys",
    "s3:authtype",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:versionid",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
];

/// Whom the values of a condition name, whichever way it is turned.
fn named(condition: &Condition, home: &Home<'_>) -> Reading {
    let values = || condition.values.iter().map(String::as_str);
    let of = |name: fn(&str, &Home<'_>) -> Name| gather(values().map(|value| name(value, home)));
    let address = matches!(condition.operator.test, Test::InRange | Test::NotInRange);
    let truth = condition.operator.test == Test::Bool;
    match condition.key.as_str() {
        "aws:sourceip" if address => addresses(&values().collect::<Vec<_>>()),
        "elasticfilesystem:accessedviamounttarget" if truth => {
            // A mount target stands in a VPC of the file system's account.
            if values().all(|value| value.eq_ignore_ascii_case("true")) { only([Party::Home]) } else { Reading::Else }
        }
        _ if address || truth => Reading::Else,
        "aws:sourceaccount"
        | "aws:sourceowner"
        | "aws:principalaccount"
        | "aws:vpceaccount"
        | "kms:calleraccount"
        | "s3:dataaccesspointaccount" => of(account),
        "aws:principalorgid" | "aws:sourceorgid" | "aws:vpceorgid" => of(organization),
        "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" => of(organization_path),
        "aws:sourcearn" | "aws:principalarn" | "aws:sourcevpcarn" | "s3:dataaccesspointarn" => of(arn),
        "aws:sourcevpc" | "aws:sourcevpce" | "aws:ec2instancesourcevpc" => of(network),
        "aws:resourceaccount" | "aws:resourceorgid" => of(same_as_caller),
        "sns:endpoint" => of(endpoint),
        "aws:userid" => of(user_id),
        "aws:principalservicename" => of(service),
        "lambda:functionurlauthtype" if values().any(|value| value.eq_ignore_ascii_case("none")) => Reading::Everyone,
        _ => Reading::Else,
    }
}

/// Whom one value names.
enum Name {
    One(Party),
    Anybody,
    Unclear,
}

/// One value that is not fixed is enough to void the others: any of them may match.
fn gather(names: impl Iterator<Item = Name>) -> Reading {
    let mut parties = BTreeSet::new();
    let mut unclear = false;
    for name in names {
        match name {
            Name::One(party) => {
                parties.insert(party);
            }
            Name::Anybody => return Reading::Everyone,
            Name::Unclear => unclear = true,
        }
    }
    if unclear || parties.is_empty() { Reading::Else } else { Reading::Only(parties) }
}

fn only(parties: impl IntoIterator<Item = Party>) -> Reading {
    Reading::Only(parties.into_iter().collect())
}

fn account(value: &str, home: &Home<'_>) -> Name {
    if is_account(value) {
        Name::One(party_of_account(value, home))
    } else if is_variable(value, "${aws:resourceaccount}") {
        Name::One(Party::Home)
    } else {
        unfixed(value)
    }
}

/// The resource's account or organization compared with that of whoever asks.
fn same_as_caller(value: &str, _: &Home<'_>) -> Name {
    let own = ["${aws:principalaccount}", "${aws:principalorgid}", "${aws:sourceaccount}", "${aws:sourceorgid}"];
    if own.iter().any(|variable| is_variable(value, variable)) { Name::One(Party::Home) } else { Name::Unclear }
}

fn party_of_account(account: &str, home: &Home<'_>) -> Party {
    if account == home.account { Party::Home } else { Party::Account(account.to_owned()) }
}

fn organization(value: &str, _: &Home<'_>) -> Name {
    if is_variable(value, "${aws:resourceorgid}") {
        Name::One(Party::Home)
    } else if is_fixed(value) && value.starts_with("o-") {
        Name::One(Party::Organization(value.to_owned()))
    } else {
        unfixed(value)
    }
}

/// `o-…/r-…/ou-…/*`: the organization must be fixed, what lies below it need not.
fn organization_path(value: &str, home: &Home<'_>) -> Name {
    organization(value.split('/').next().unwrap_or_default(), home)
}

/// An ARN names somebody where the account in it is fixed, or where all of it is.
fn arn(value: &str, home: &Home<'_>) -> Name {
    let owner = value.split(':').nth(4).unwrap_or_default();
    if is_account(owner) {
        Name::One(party_of_account(owner, home))
    } else if is_variable(owner, "${aws:resourceaccount}")
        || value.to_ascii_lowercase().contains(":${aws:resourceaccount}:")
    {
        // The second: a variable has a colon of its own.
        Name::One(Party::Home)
    } else if value.starts_with("arn:") && (is_fixed(value) || is_one_bucket(value)) {
        Name::One(Party::Named(value.to_owned()))
    } else if value.starts_with("arn:")
        && value.contains('*')
        && value.split(':').skip(3).all(|p| p == "*" || p.is_empty())
    {
        // Any region, any account, any name.
        Name::Anybody
    } else {
        unfixed(value)
    }
}

/// `arn:aws:s3:*:*:bucket`: a bucket's ARN has neither region nor account, and its name is its own.
fn is_one_bucket(value: &str) -> bool {
    value.split(':').nth(2) == Some("s3") && value.splitn(6, ':').nth(5).is_some_and(is_fixed)
}

fn network(value: &str, _: &Home<'_>) -> Name {
    if is_fixed(value) && value.starts_with("vpc") {
        Name::One(Party::Network(value.to_owned()))
    } else {
        unfixed(value)
    }
}

/// Where a topic delivers to: an ARN, an address of a domain (`*@example.com`), or a URL of a host. Whoever asks, what is
/// sent goes there.
fn endpoint(value: &str, home: &Home<'_>) -> Name {
    if value.starts_with("arn:") {
        return arn(value, home);
    }
    let host = match value.rsplit_once('@') {
        Some((_, domain)) => Some(domain),
        None => value.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(host, _)| host),
    };
    let fixed = host.is_some_and(is_fixed) || is_fixed(value);
    if fixed { Name::One(Party::Named(value.to_owned())) } else { unfixed(value) }
}

/// `AROA…:session`, `AIDA…`, or the number of an account, which is its root's.
fn user_id(value: &str, home: &Home<'_>) -> Name {
    let id = value.split(':').next().unwrap_or_default();
    if is_account(id) {
        Name::One(party_of_account(id, home))
    } else if is_fixed(id) && id.len() >= 16 {
        Name::One(Party::Named(value.to_owned()))
    } else {
        unfixed(value)
    }
}

fn service(value: &str, _: &Home<'_>) -> Name {
    if is_fixed(value) { Name::One(Party::Service(value.to_ascii_lowercase())) } else { unfixed(value) }
}

fn addresses(values: &[&str]) -> Reading {
    if !internet_ranges(values).is_empty() {
        return Reading::Everyone;
    }
    let mut parties = BTreeSet::new();
    for value in values {
        match Reach::of(value) {
            // Nobody comes from there: a request over a VPC endpoint carries no `aws:SourceIp`.
            Ok(Reach::Reserved) => parties.insert(Party::Home),
            Ok(_) => parties.insert(Party::Network((*value).to_owned())),
            Err(_) => return Reading::Else,
        };
    }
    if parties.is_empty() { Reading::Else } else { Reading::Only(parties) }
}

fn unfixed(value: &str) -> Name {
    if !value.is_empty() && value.chars().all(|c| c == '*') { Name::Anybody } else { Name::Unclear }
}

fn is_fixed(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${")
}

fn is_variable(value: &str, variable: &str) -> bool {
    value.eq_ignore_ascii_case(variable)
}

#[cfg(test)]
mod tests;
