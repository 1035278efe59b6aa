//! What a user or role may do by all of its policies together.

use riposte_core::iam::{Escalation, ManagedPolicy, Policy, Way};
use serde_json::Value;

use crate::index::Index;
use crate::verdict::Unknown;
use crate::view::{View, flag, list, text};

mod named;

/// What is looked at beside a principal.
pub(crate) const BESIDE: &[(&str, &str)] = &[("iam", "policy"), ("iam", "group")];

/// What is looked at beside a principal that may become somebody else.
pub(crate) const OTHERS: &[(&str, &str)] = &[("iam", "policy"), ("iam", "group"), ("iam", "user"), ("iam", "role")];

const DETAILS: &str = "GetAccountAuthorizationDetails";

/// The documents that say what a principal may do.
pub(crate) struct Power {
    /// By all policies together; `None` where there is none.
    policy: Option<Policy>,
    /// One of AWS's own that is an administrator's, by name.
    aws_admin: Option<String>,
    /// What bounds it.
    boundary: Boundary,
    /// A document that is not known.
    unknown: Option<Unknown>,
    /// The ARNs of itself, its groups and its customer policies: whoever writes onto these, writes onto itself.
    own: Vec<String>,
}

enum Boundary {
    None,
    /// It lets an administrator be one.
    Wide,
    Policy {
        policy: Policy,
        /// Whose document it is.
        arn: String,
    },
    Unknown(Unknown),
}

/// How it is an administrator, where it is one.
pub(crate) fn admin(v: &View<'_>, index: &Index) -> Result<Option<String>, Unknown> {
    let power = Power::of(v, index)?;
    let home = v.home();
    let by_document = power.policy.as_ref().and_then(|policy| policy.grants_admin(home.partition, home.account));
    let how = match (&power.aws_admin, by_document) {
        (Some(name), _) => format!("by `{}`", riposte_core::text::plain(name, 80)),
        (None, Some(grant)) if grant.conditional => "by its policies, under a condition".to_owned(),
        (None, Some(_)) => "by its policies".to_owned(),
        (None, None) => return power.unknown.map_or(Ok(None), Err),
    };
    match power.boundary {
        Boundary::None | Boundary::Wide => Ok(Some(how)),
        Boundary::Policy { policy, .. } => Ok(policy.grants_admin(home.partition, home.account).map(|_| how)),
        Boundary::Unknown(unknown) => Err(unknown),
    }
}

/// The ways that lead it to more. Ways to take over what has a role already are in many ordinary policies, and left out.
pub(crate) fn escalations(v: &View<'_>, index: &Index) -> Result<Vec<String>, Unknown> {
    let power = Power::of(v, index)?;
    let home = v.home();
    let of = |policy: &Policy| -> Vec<Escalation> {
        let all = policy.escalations(home.partition, home.account);
        all.into_iter().filter(|e| e.combination.way != Way::Existing).collect()
    };
    let over = |policy: &Policy| policy.escalations_over(&power.own, home.partition, home.account);
    let mut ways = power.policy.as_ref().map(of).unwrap_or_default();
    let mut over_itself = power.policy.as_ref().map(over).unwrap_or_default();
    let mut others = Vec::new();
    match &power.boundary {
        Boundary::None | Boundary::Wide => {}
        Boundary::Policy { policy, arn } => {
            if let Some(action) = power.takes_off(policy, arn, &v.resource.arn)
                && power.policy.as_ref().is_some_and(|policy| {
                    policy.grants_admin(home.partition, home.account).is_some() || !ways.is_empty()
                })
            {
                others.push(format!("takes off its permissions boundary ({action}), which is all that holds it down"));
            }
            let left = of(policy);
            ways.retain(|way| left.iter().any(|l| l.combination.id == way.combination.id));
            // Whoever is bounded stays so, whatever it writes onto itself.
            over_itself.clear();
        }
        Boundary::Unknown(unknown) => return Err(unknown.clone()),
    }
    ways.extend(over_itself);
    // The statement's number says nothing where several policies are taken together.
    others.extend(ways.iter().map(|way| format!("{} ({})", way.combination.title, way.combination.actions.join(", "))));
    if others.is_empty() {
        others = named::ways(v, index, &power)?;
    }
    if others.is_empty() {
        power.unknown.map_or(Ok(()), Err)?;
    }
    Ok(others)
}

impl Power {
    /// The action by which it takes off the boundary that bounds it, where its policies and the boundary let it.
    fn takes_off(&self, boundary: &Policy, arn: &str, own: &str) -> Option<&'static str> {
        let of_itself: &[&'static str] = if own.contains(":role/") {
            &["iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"]
        } else {
            &["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"]
        };
        let of_boundary: &[&'static str] = &["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"];
        let policy = self.policy.as_ref()?;
        let may = |action: &str, on: &str| policy.allows_action_on(action, on) && boundary.allows_action_on(action, on);
        let on_itself = of_itself.iter().map(|action| (*action, own));
        let mut all = on_itself.chain(of_boundary.iter().map(|action| (*action, arn)));
        all.find(|(action, on)| may(action, on)).map(|(action, _)| action)
    }

    /// Whether they let it take a role.
    pub(crate) fn may_assume(&self, role: &str) -> Result<bool, Unknown> {
        let allows = self.policy.as_ref().is_some_and(|policy| policy.allows_action_on("sts:AssumeRole", role));
        match &self.boundary {
            Boundary::Policy { policy, .. } => Ok(allows && policy.allows_action_on("sts:AssumeRole", role)),
            Boundary::None | Boundary::Wide => Ok(allows || self.aws_admin.is_some()),
            Boundary::Unknown(unknown) => Err(unknown.clone()),
        }
    }

    pub(crate) fn of(v: &View<'_>, index: &Index) -> Result<Self, Unknown> {
        let mut power =
            Self { policy: None, aws_admin: None, boundary: Boundary::None, unknown: None, own: Vec::new() };
        let mut documents = Vec::new();
        power.collect(v, index, &mut documents)?;
        for name in v.texts(&format!("{DETAILS}.GroupList"))? {
            match index.of_account("iam", "group", v.resource).find(|group| group.resource.name == name) {
                Some(group) => power.collect(&group, index, &mut documents)?,
                None => power.unknown = missing("group", name),
            }
        }
        power.policy = Policy::all_of(documents);
        power.boundary = match v.text(&format!("{DETAILS}.PermissionsBoundary.PermissionsBoundaryArn"))? {
            None => Boundary::None,
            Some(arn) if ManagedPolicy::parse(arn).is_some_and(ManagedPolicy::is_aws_admin) => Boundary::Wide,
            Some(arn) => match managed(index, arn) {
                Ok(Some(policy)) => Boundary::Policy { policy, arn: arn.to_owned() },
                Ok(None) => Boundary::Unknown(Unknown(format!(
                    "the boundary `{}` was not collected",
                    riposte_core::text::plain(arn, 120)
                ))),
                Err(unknown) => Boundary::Unknown(unknown),
            },
        };
        Ok(power)
    }

    fn collect(&mut self, v: &View<'_>, index: &Index, documents: &mut Vec<Policy>) -> Result<(), Unknown> {
        self.own.push(v.resource.arn.clone());
        for kind in ["UserPolicyList", "RolePolicyList", "GroupPolicyList"] {
            for inline in v.list(&format!("{DETAILS}.{kind}"))? {
                let document = inline.get("PolicyDocument").unwrap_or(&Value::Null);
                documents.push(v.read_policy(kind, document)?);
            }
        }
        for attached in v.list(&format!("{DETAILS}.AttachedManagedPolicies"))? {
            let arn = text(attached, "PolicyArn").unwrap_or_default();
            match ManagedPolicy::parse(arn) {
                Some(policy) if policy.is_aws_admin() => {
                    self.aws_admin = arn.rsplit('/').next().map(str::to_owned);
                }
                parsed => {
                    if matches!(parsed, Some(ManagedPolicy::Customer { .. })) {
                        self.own.push(arn.to_owned());
                    }
                    match managed(index, arn) {
                        Ok(Some(policy)) => documents.push(policy),
                        // AWS's other policies make nobody an administrator.
                        Ok(None) if matches!(parsed, Some(ManagedPolicy::Aws { .. })) => {}
                        Err(unknown) => self.unknown = Some(unknown),
                        Ok(None) => self.unknown = missing("policy", arn),
                    }
                }
            }
        }
        Ok(())
    }
}

fn missing(what: &str, name: &str) -> Option<Unknown> {
    Some(Unknown(format!("the {what} `{}` was not collected", riposte_core::text::plain(name, 120))))
}

/// The document of a managed policy, where it was collected.
fn managed(index: &Index, arn: &str) -> Result<Option<Policy>, Unknown> {
    let Some(policy) = index.find("iam", "policy", arn) else { return Ok(None) };
    document(&policy).map(Some)
}

/// The document of a policy's default version.
pub(crate) fn document(policy: &View<'_>) -> Result<Policy, Unknown> {
    let versions = policy.get(&format!("{DETAILS}.PolicyVersionList"))?.map_or(&[][..], |versions| list_of(versions));
    let default = versions.iter().find(|version| flag(version, "IsDefaultVersion"));
    match default.and_then(|version| version.get("Document")) {
        Some(document) => policy.read_policy(DETAILS, document),
        // One of AWS's own comes without its versions.
        None => policy
            .policy("GetPolicyVersion.PolicyVersion.Document")?
            .ok_or_else(|| Unknown("its document was not collected".to_owned())),
    }
}

fn list_of(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| list(value, ""), Vec::as_slice)
}
