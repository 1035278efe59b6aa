//! A detector's claim about an event.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::action::Response;
use crate::event::{Actor, Scope};

/// The detector's id in the record of what a person asked for by hand.
pub const BY_HAND: &str = "by-hand";

/// How bad it is, if it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth keeping, for whoever looks back: a line in the function's log, and no incident.
    Informational,
    /// Worth a line in a report.
    Low,
    /// Worth a look today.
    Medium,
    /// Worth being woken for.
    High,
    /// An attacker holds the account, or is one call away from it.
    Critical,
}

/// How sure the detector is that it is what it looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Often something else.
    Low,
    /// Usually what it looks like.
    Medium,
    /// The event itself proves it.
    High,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Informational => "informational",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

impl std::str::FromStr for Severity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Informational, Self::Low, Self::Medium, Self::High, Self::Critical];
        let found = all.into_iter().find(|severity| severity.to_string() == text);
        found.ok_or_else(|| {
            let shown = crate::text::plain(text, 40);
            format!("must be `informational`, `low`, `medium`, `high` or `critical`, not `{shown}`")
        })
    }
}

impl std::str::FromStr for Confidence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = [Self::Low, Self::Medium, Self::High].into_iter().find(|confidence| confidence.to_string() == text);
        found.ok_or_else(|| format!("must be `low`, `medium` or `high`, not `{}`", crate::text::plain(text, 40)))
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// An IAM principal that policies are attached to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "name")]
pub enum IamPrincipal {
    /// A user, by name.
    User(String),
    /// A role, by name.
    Role(String),
    /// A group, by name.
    Group(String),
}

impl IamPrincipal {
    /// `user`, `role` or `group`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
            Self::Group(_) => "group",
        }
    }

    /// The kind as it stands in the names of IAM's operations and parameters: `User`, `Role` or `Group`.
    #[must_use]
    pub fn api_kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Role(_) => "Role",
            Self::Group(_) => "Group",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        let (Self::User(name) | Self::Role(name) | Self::Group(name)) = self;
        name
    }
}

impl std::str::FromStr for IamPrincipal {
    type Err = String;

    /// `user/NAME`, `role/NAME` or `group/NAME`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, name) = text.split_once('/').filter(|(_, name)| !name.is_empty()).unwrap_or_default();
        match kind {
            "user" => Ok(Self::User(name.to_owned())),
            "role" => Ok(Self::Role(name.to_owned())),
            "group" => Ok(Self::Group(name.to_owned())),
            _ => {
                Err(format!("must be `user/NAME`, `role/NAME` or `group/NAME`, not `{}`", crate::text::plain(text, 80)))
            }
        }
    }
}

impl fmt::Display for IamPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind(), self.name())
    }
}

/// What the finding is about: the resource that an action would change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum Target {
    /// A security group.
    SecurityGroup {
        /// `sg-…`
        group_id: String,
    },
    /// A managed policy on a principal.
    AttachedPolicy {
        /// Who holds it.
        principal: IamPrincipal,
        /// The policy.
        policy_arn: String,
    },
    /// An inline policy of a principal.
    InlinePolicy {
        /// Whose it is.
        principal: IamPrincipal,
        /// The policy's name.
        policy_name: String,
    },
    /// A user's access key.
    AccessKey {
        /// Whose it is.
        user_name: String,
        /// `AKIA…`
        access_key_id: String,
    },
    /// Any other resource.
    Resource {
        /// The service it belongs to, for example `s3`.
        service: String,
        /// How the event names it: an id, a name or an ARN.
        id: String,
    },
    /// An address that attacks the host behind a log stream.
    Source {
        /// The attacker's address.
        address: IpAddr,
        /// The log group that shows it.
        group: String,
        /// The log stream that shows it.
        stream: String,
    },
}

impl Target {
    /// One line that names the target; part of the incident's key, so it must never change for the
    /// same target.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::SecurityGroup { group_id } => format!("security-group/{group_id}"),
            Self::AttachedPolicy { principal, policy_arn } => format!("{principal}/attached/{policy_arn}"),
            Self::InlinePolicy { principal, policy_name } => format!("{principal}/inline/{policy_name}"),
            Self::AccessKey { user_name, access_key_id } => format!("user/{user_name}/access-key/{access_key_id}"),
            Self::Resource { service, id } => format!("{service}/{id}"),
            Self::Source { address, group, stream } => format!("source/{address}/of/{group}:{stream}"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::text::plain(&self.key(), 300))
    }
}

/// A detector's claim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The detector's id.
    pub detector: String,
    /// The detector's title.
    pub title: String,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// ATT&CK technique ids, for example `T1098.001`.
    pub technique: Vec<String>,
    /// Which event, in which account and region.
    pub scope: Scope,
    /// What happened, in the event's own word: an API call's name, or `log lines`.
    pub event_name: String,
    /// The service that was called, for example `ec2.amazonaws.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_source: Option<String>,
    /// Why the call was refused or failed, in AWS's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// When it happened, RFC 3339, as the event says.
    pub event_time: Option<String>,
    /// Who did it.
    pub principal: Actor,
    /// What it is about.
    pub target: Target,
    /// One sentence of why, with the values that decided it. May quote the attacker: show it escaped.
    pub why: String,
    /// The action that would stop it, where there is one.
    pub response: Option<Response>,
}

impl Finding {
    /// The detector with how bad and how sure it is, and its techniques, in a line.
    #[must_use]
    pub fn named(&self) -> String {
        let techniques = self.technique.iter().fold(String::new(), |all, one| format!("{all}, {one}"));
        format!("{} (severity {}, confidence {}{techniques})", self.detector, self.severity, self.confidence)
    }

    /// What a lease is taken on: the thing that only one action at a time may change. Coarser than the target's
    /// key, since two policies of one user belong to one resource.
    #[must_use]
    pub fn lease_key(&self) -> String {
        match self.response.as_ref().map(Response::resource) {
            Some(Ok(resource)) => resource.key(),
            // Nothing will be changed.
            Some(Err(_)) | None => self.target.key(),
        }
    }
}
