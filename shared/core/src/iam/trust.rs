//! Who may become a role, by its trust policy.
//!
//! The role's own account and the services that work for it are not from outside. Everybody else is, and
//! so is a provider of identities whose statement does not tell its own tokens from those that the
//! provider gives to the rest of the world:
//! - an OIDC provider that many organizations share, GitHub's for one, needs a fixed *tenant*: a `sub`
//!   (or another claim of the tenant) whose text before the first wildcard names the organization whole.
//!   AWS keeps [a list](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html)
//!   of such providers and of the claim that tells their tenants apart;
//! - any other OIDC provider needs one fixed claim;
//! - a SAML provider needs one fixed `saml:` key, commonly `SAML:aud`;
//! - IAM Roles Anywhere needs an `aws:SourceArn` that names the trust anchor, or a condition on the
//!   certificate: without, any trust anchor of the account will do.

use std::fmt;

use super::access::{Home, Judge, Outsider, principals_of};
use super::condition::{Condition, Quantifier, Test};
use super::policy::{Effect, Patterns, Policy, Statement};
use super::principal::{Principal, Principals};
use crate::arn::matches;
use crate::text::plain;

/// Somebody from outside who may become a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrustGrant {
    /// Who: [`Outsider::Federation`] stands for a provider of the role's own account, too, where its
    /// statement lacks what makes it safe.
    pub who: Outsider,
    /// Whether a fixed `sts:ExternalId` is asked for, as is due where another account is let in.
    pub external_id: bool,
    /// Whether another condition remains that says nothing of who is let in: multi-factor
    /// authentication, a tag.
    pub narrowed: bool,
    /// What the statement lacks, as a clause of a sentence: ``no condition fixes `….com:sub` ``. Only for
    /// federations and IAM Roles Anywhere.
    pub lacks: Option<String>,
    /// The statement, counted from 1.
    pub statement: usize,
}

impl fmt::Display for TrustGrant {
    /// The end of a sentence: ``account `444455556666`, without an external id (statement 1)``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.who)?;
        match (&self.who, self.external_id) {
            (Outsider::Account(_), false) => write!(f, ", without an external id")?,
            (_, true) => write!(f, ", with an external id")?,
            _ => {}
        }
        if self.narrowed {
            write!(f, ", under a condition")?;
        }
        if let Some(lacks) = &self.lacks {
            write!(f, ", where {}", plain(lacks, 200))?;
        }
        write!(f, " (statement {})", self.statement)
    }
}

impl Policy {
    /// Who from outside may become the role that this trust policy belongs to.
    #[must_use]
    pub fn trust(&self, home: &Home<'_>) -> Vec<TrustGrant> {
        let judge = Judge::new(self, home);
        let mut grants = Vec::new();
        for (index, statement) in self.allows() {
            let mut found = Vec::new();
            for principal in principals_of(statement) {
                for call in calls_of(principal).iter().filter(|call| allows_call(statement, call)) {
                    let demanded = Demanded::of(self, principal, call);
                    found.extend(judge.trusted(principal, statement, index + 1, call, demanded));
                }
            }
            // Two users of an account are one grant.
            found.sort();
            found.dedup();
            grants.extend(found);
        }
        grants
    }
}

const ASSUME: &str = "sts:assumerole";
const WITH_SAML: &str = "sts:assumerolewithsaml";
const WITH_TOKEN: &str = "sts:assumerolewithwebidentity";
const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// The calls by which a principal of its kind can become a role.
fn calls_of(principal: &Principal) -> &'static [&'static str] {
    match principal {
        Principal::Everyone => &[ASSUME, WITH_SAML, WITH_TOKEN],
        Principal::Federated(name) if is_saml(name) => &[WITH_SAML],
        Principal::Federated(_) => &[WITH_TOKEN],
        _ => &[ASSUME],
    }
}

fn allows_call(statement: &Statement, call: &str) -> bool {
    match &statement.actions {
        Patterns::Only(actions) => actions.iter().any(|pattern| matches(pattern, call)),
        Patterns::AllBut(actions) => !actions.iter().any(|pattern| matches(pattern, call)),
    }
}

/// What each `Deny` asks of those whom an `Allow` lets in, where it denies whoever comes without.
#[derive(Debug, Clone, Copy, Default)]
struct Demanded {
    external_id: bool,
    second_factor: bool,
}

impl Demanded {
    fn of(policy: &Policy, principal: &Principal, call: &str) -> Self {
        let mut demanded = Self::default();
        for statement in policy.statements.iter().filter(|s| s.effect == Effect::Deny && allows_call(s, call)) {
            let Some(Principals::Only(denied)) = &statement.principals else { continue };
            let [condition] = statement.conditions.as_slice() else { continue };
            if !denied.iter().any(|denied| denied.includes(principal)) {
                continue;
            }
            let Condition { operator, key, values } = condition;
            // A negated comparison holds where there is no key; `Bool` does with `IfExists` alone.
            demanded.external_id |= key == "sts:externalid"
                && operator.test == Test::IsNot
                && operator.quantifier != Some(Quantifier::Any)
                && values.iter().all(|value| is_literal(value));
            demanded.second_factor |= key == "aws:multifactorauthpresent"
                && operator.test == Test::Bool
                && operator.if_exists
                && values.iter().any(|value| value.eq_ignore_ascii_case("false"));
        }
        demanded
    }
}

impl Judge<'_> {
    fn trusted(
        &self,
        principal: &Principal,
        statement: &Statement,
        number: usize,
        call: &str,
        demanded: Demanded,
    ) -> Vec<TrustGrant> {
        let (base, lacks) = match principal {
            Principal::Service(name) if name != ROLES_ANYWHERE => return Vec::new(),
            Principal::Service(name) => {
                if statement.conditions.iter().any(is_about_certificate) {
                    return Vec::new();
                }
                let lacks = "no condition on `aws:SourceArn` names a trust anchor".to_owned();
                (Outsider::ServiceForAnyone(name.clone()), Some(lacks))
            }
            Principal::Federated(name) => match lack_of(name, &statement.conditions) {
                Some(lack) => (Outsider::Federation(issuer(name).to_owned()), Some(lack)),
                None if self.outsider(principal).is_none() || !name.starts_with("arn:") => return Vec::new(),
                None => (Outsider::Federation(name.clone()), Some("it belongs to another account".to_owned())),
            },
            other => match self.outsider(other) {
                Some(outsider) => (outsider, None),
                None => return Vec::new(),
            },
        };
        let calls = [call.to_owned()];
        let barriers = self.by_barriers(statement, &calls).into_iter().flat_map(|(barriers, _)| barriers);
        // Those that have been judged already do not narrow it a second time.
        let judged = |condition: &Condition| match principal {
            Principal::Federated(name) => claim(name, condition).is_some(),
            _ => condition.key == "sts:externalid",
        };
        let external_id = demanded.external_id
            || statement.conditions.iter().any(|c| c.key == "sts:externalid" && fixes(c, is_literal));
        let conditions = statement.conditions.iter().filter(|condition| !judged(condition));
        let left = self.left(base, principal, conditions, &barriers.collect::<Vec<_>>());
        let grant = |(who, narrowed)| {
            let narrowed = narrowed || (demanded.second_factor && matches!(who, Outsider::Account(_)));
            TrustGrant { who, external_id, narrowed, lacks: lacks.clone(), statement: number }
        };
        left.into_iter().map(grant).collect()
    }
}

/// The name under which a provider's claims stand: the host and path of its ARN, or its own.
fn issuer(name: &str) -> &str {
    match name.split_once(":oidc-provider/") {
        Some((_, issuer)) => issuer,
        None => name,
    }
}

fn is_saml(name: &str) -> bool {
    name.contains(":saml-provider/")
}

/// The claim of the provider's tokens that a condition tests.
fn claim<'a>(provider: &str, condition: &'a Condition) -> Option<&'a str> {
    if is_saml(provider) {
        return condition.key.strip_prefix("saml:");
    }
    condition.key.strip_prefix(&issuer(provider).to_ascii_lowercase())?.strip_prefix(':')
}

/// What a federation's statement lacks to tell its own tokens from everybody's.
fn lack_of(provider: &str, conditions: &[Condition]) -> Option<String> {
    let claims = || conditions.iter().filter_map(|c| claim(provider, c).map(|claim| (claim, c)));
    if is_saml(provider) {
        // Of an audience the host is what is fixed: every one of them begins with the scheme.
        let names = |claim: &str, value: &str| {
            if claim == "aud" { is_literal(value) || fixed_parts(value) >= 2 } else { begins_fixed(value) }
        };
        let fixed = claims().any(|(claim, condition)| fixes(condition, |value| names(claim, value)));
        return (!fixed).then(|| "no condition fixes `SAML:aud`".to_owned());
    }
    let issuer = issuer(provider);
    let shared = SHARED.iter().find(|shared| shared.issuer.eq_ignore_ascii_case(issuer.trim_end_matches('/')));
    let (fixed, claim) = match shared {
        Some(shared) => (claims().any(|(claim, condition)| shared.is_fixed_by(claim, condition)), shared.claim()),
        // Not the issuer itself, nor how somebody proved who he is: everybody's tokens say the same.
        None => (claims().any(|(claim, c)| !["iss", "amr"].contains(&claim) && fixes(c, begins_fixed)), "sub"),
    };
    (!fixed).then(|| format!("no condition fixes `{issuer}:{claim}`"))
}

/// An OIDC provider that gives tokens to many organizations under one name.
struct Shared {
    issuer: &'static str,
    /// The claims that tell them apart, the common one first.
    tenant: &'static [Tenant],
}

/// A claim that names a tenant.
enum Tenant {
    /// `KIND:TENANT/…`: the first two parts must be fixed.
    Subject(&'static str),
    /// `TENANT/…`: the first part must be fixed.
    Path(&'static str),
    /// All of it must be fixed.
    Whole(&'static str),
}

const fn shared(issuer: &'static str, tenant: &'static [Tenant]) -> Shared {
    Shared { issuer, tenant }
}

const GITHUB: &[Tenant] = &[
    Tenant::Subject("sub"),
    Tenant::Path("repository"),
    Tenant::Path("job_workflow_ref"),
    Tenant::Whole("repository_id"),
    Tenant::Whole("repository_owner"),
    Tenant::Whole("repository_owner_id"),
    Tenant::Whole("enterprise"),
    Tenant::Whole("enterprise_id"),
    Tenant::Whole("actor_id"),
];
const SUBJECT: &[Tenant] = &[Tenant::Subject("sub")];
const AUDIENCE: &[Tenant] = &[Tenant::Whole("aud")];

/// AWS's list of shared providers, without those that serve one product alone, and the public providers
/// that IAM knows by name.
const SHARED: [Shared; 18] = [
    shared("token.actions.githubusercontent.com", GITHUB),
    shared("vstoken.actions.githubusercontent.com", GITHUB),
    shared("oidc-configuration.audit-log.githubusercontent.com", &[Tenant::Whole("sub")]),
    shared("gitlab.com", &[Tenant::Subject("sub"), Tenant::Path("project_path"), Tenant::Path("namespace_path")]),
    shared("app.terraform.io", SUBJECT),
    shared("agent.buildkite.com", SUBJECT),
    shared("oidc.codefresh.io", SUBJECT),
    shared("studio.datachain.ai/api", SUBJECT),
    shared("scalr.io", SUBJECT),
    shared("tokens.cloud.shisho.dev", SUBJECT),
    shared("proidc.upbound.io", SUBJECT),
    shared("api.pulumi.com/oidc", AUDIENCE),
    shared("sandboxes.cloud", AUDIENCE),
    shared("oidc.vercel.com", AUDIENCE),
    shared("cognito-identity.amazonaws.com", AUDIENCE),
    shared("accounts.google.com", &[Tenant::Whole("aud"), Tenant::Whole("sub"), Tenant::Whole("oaud")]),
    shared("graph.facebook.com", &[Tenant::Whole("app_id"), Tenant::Whole("id")]),
    shared("www.amazon.com", &[Tenant::Whole("app_id"), Tenant::Whole("user_id")]),
];

impl Shared {
    fn claim(&self) -> &'static str {
        match self.tenant.first() {
            Some(Tenant::Subject(claim) | Tenant::Path(claim) | Tenant::Whole(claim)) => claim,
            None => "sub",
        }
    }

    fn is_fixed_by(&self, claim: &str, condition: &Condition) -> bool {
        self.tenant.iter().any(|tenant| match tenant {
            Tenant::Subject(name) if *name == claim => fixes(condition, |value| self.is_subject(value)),
            Tenant::Path(name) if *name == claim => fixes(condition, |value| fixed_parts(value) >= 1),
            Tenant::Whole(name) if *name == claim => fixes(condition, is_literal),
            _ => false,
        })
    }

    /// Whether a subject names a tenant. GitHub lets every organization choose what its subjects are made
    /// of, so one that begins with a branch or an environment can be anybody's.
    fn is_subject(&self, value: &str) -> bool {
        const OF_OWNER: [&str; 9] = [
            "repo",
            "repository",
            "repository_id",
            "repository_owner",
            "repository_owner_id",
            "job_workflow_ref",
            "enterprise",
            "enterprise_id",
            "actor_id",
        ];
        let github = self.issuer.ends_with("actions.githubusercontent.com");
        let kind = value.split(':').next().unwrap_or_default();
        let whole = !github && is_literal(value);
        whole || (fixed_parts(value) >= 2 && (!github || OF_OWNER.contains(&kind)))
    }
}

/// How many parts of a path stand whole before the first wildcard.
fn fixed_parts(value: &str) -> usize {
    let literal = value.split(['*', '?', '$']).next().unwrap_or_default();
    let whole = literal.len() == value.len();
    let parts = literal.split([':', '/']).filter(|part| !part.is_empty()).count();
    if whole || literal.ends_with([':', '/']) { parts } else { parts.saturating_sub(1) }
}

/// Whether a condition holds a claim to values that all pass. A token carries `sub` and `aud` always, so
/// that for these two it does not matter what happens where they are absent.
fn fixes(condition: &Condition, passes: impl Fn(&str) -> bool) -> bool {
    let operator = &condition.operator;
    let always = condition.key.ends_with(":sub") || condition.key.ends_with(":aud");
    let lax = operator.if_exists || operator.quantifier == Some(Quantifier::All);
    operator.test == Test::Is
        && (always || !lax)
        && !condition.values.is_empty()
        && condition.values.iter().all(|value| passes(value))
}

fn is_literal(value: &str) -> bool {
    !value.is_empty() && !value.contains(['*', '?']) && !value.contains("${")
}

fn begins_fixed(value: &str) -> bool {
    !value.is_empty() && !value.starts_with(['*', '?', '$'])
}

/// IAM Roles Anywhere puts the certificate's names into tags of the session.
fn is_about_certificate(condition: &Condition) -> bool {
    condition.key.starts_with("aws:principaltag/x509") && fixes(condition, begins_fixed)
}

#[cfg(test)]
mod tests;
