//! The resources that checks look at together, by type.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use jiff::Timestamp;
use riposte_core::iam::Policy;

use crate::resource::Resource;
use crate::shapes::{Scope, shape_of};
use crate::verdict::Unknown;
use crate::view::View;

/// The region of what has none.
const GLOBAL: &str = "aws-global";

/// The resources of the types that some check looks at beside others.
#[derive(Debug)]
pub struct Index {
    /// When the audit runs.
    pub now: Timestamp,
    by_type: BTreeMap<(String, String), Vec<Resource>>,
    by_id: HashMap<(String, String), (String, usize)>,
    trusts: OnceLock<Trusts>,
    admins: OnceLock<Vec<Admin>>,
}

/// Somebody, or a group, that is an administrator.
#[derive(Debug)]
pub(crate) struct Admin {
    /// Whose.
    pub account: String,
    /// `user`, `role` or `group`.
    pub kind: &'static str,
    /// Its ARN.
    pub arn: String,
}

/// The trust policies of roles, by their ARNs.
type Trusts = HashMap<String, Result<Policy, Unknown>>;

impl Index {
    /// An empty one.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now, by_type: BTreeMap::new(), by_id: HashMap::new(), trusts: OnceLock::new(), admins: OnceLock::new() }
    }

    /// Keeps a resource.
    pub fn add(&mut self, resource: Resource) {
        self.trusts.take();
        self.admins.take();
        let list = self.by_type.entry((resource.service.clone(), resource.kind.clone())).or_default();
        for name in [&resource.id, &resource.arn] {
            if !name.is_empty() {
                self.by_id.insert((resource.service.clone(), name.clone()), (resource.kind.clone(), list.len()));
            }
        }
        list.push(resource);
    }

    /// All of a type.
    #[must_use]
    pub fn all(&self, service: &str, kind: &str) -> &[Resource] {
        // The map's keys are owned; a lookup is rare beside what is done with the list.
        self.by_type.get(&(service.to_owned(), kind.to_owned())).map_or(&[], Vec::as_slice)
    }

    /// All of a type, as a check sees them.
    pub fn views<'i>(&'i self, service: &str, kind: &str) -> impl Iterator<Item = View<'i>> + use<'i> {
        let now = self.now;
        self.all(service, kind).iter().map(move |resource| View::new(resource, now))
    }

    /// The one of an id or ARN, where it is of the type.
    #[must_use]
    pub fn find(&self, service: &str, kind: &str, id: &str) -> Option<View<'_>> {
        let (found, position) = self.by_id.get(&(service.to_owned(), id.to_owned()))?;
        let resource = (found == kind).then(|| self.all(service, kind).get(*position)).flatten()?;
        Some(View::new(resource, self.now))
    }

    /// The trust policies of all roles, as `read` reads them, once: whoever walks over roles asks for each of them again
    /// and again.
    pub(crate) fn trusts(&self, read: fn(&View<'_>) -> Result<Policy, Unknown>) -> &Trusts {
        let all = || self.views("iam", "role").map(|role| (role.resource.arn.clone(), read(&role))).collect();
        self.trusts.get_or_init(all)
    }

    /// The administrators, as `find` finds them, once.
    pub(crate) fn admins(&self, find: fn(&Self) -> Vec<Admin>) -> &[Admin] {
        self.admins.get_or_init(|| find(self))
    }

    /// All of a type in the account and region of another resource.
    pub fn near<'i>(&'i self, service: &str, kind: &str, other: &Resource) -> impl Iterator<Item = View<'i>> + use<'i> {
        let (account, region) = (other.account.clone(), other.region.clone());
        self.views(service, kind).filter(move |view| view.resource.account == account && view.resource.region == region)
    }

    /// All of a type in the account of another resource.
    pub fn of_account<'i>(
        &'i self,
        service: &str,
        kind: &str,
        other: &Resource,
    ) -> impl Iterator<Item = View<'i>> + use<'i> {
        let account = other.account.clone();
        self.views(service, kind).filter(move |view| view.resource.account == account)
    }

    /// Whether all of some types were listed in the account of a resource. Regional ones must have been listed in its
    /// region, and in every region where it has none itself.
    ///
    /// # Errors
    /// Says what was not listed, and why.
    pub fn listed(&self, types: &[(&str, &str)], of: &Resource) -> Result<(), Unknown> {
        for (service, kind) in types {
            let Some(shape) = shape_of(service, kind) else { continue };
            // What has no region is asked of every place that says something of it.
            let anywhere = shape.scope == Scope::Global || of.region == GLOBAL;
            let mut any = false;
            for account in self.of_account(service, "account", of) {
                let says = shape.listed_by.is_empty() || account.resource.facts.contains_key(shape.listed_by);
                if if anywhere { !says } else { account.resource.region != of.region } {
                    continue;
                }
                any = true;
                if !shape.listed_by.is_empty() {
                    account.fact(shape.listed_by)?;
                }
            }
            if !any {
                return Err(Unknown(format!("`{service}` was not collected")));
            }
        }
        Ok(())
    }
}
