//! Users, roles and groups: their ARN and tags, for guardrails.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::Tag;
use riposte_core::finding::IamPrincipal;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Planned;
use crate::fault::{Fault, Kind};

/// A principal as IAM's operations name it: by `UserName`, `RoleName` or `GroupName`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a>(&'a IamPrincipal);

impl<'a> From<&'a IamPrincipal> for Named<'a> {
    fn from(principal: &'a IamPrincipal) -> Self {
        Self(principal)
    }
}

impl Serialize for Named<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&format!("{}Name", self.0.api_kind()), self.0.name())?;
        map.end()
    }
}

/// What guardrails want to know of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Described {
    pub(super) arn: String,
    /// See [`super::identity`].
    pub(super) id: String,
    pub(super) tags: BTreeMap<String, String>,
}

/// Whether the ARN is that of a role that AWS itself manages, of IAM Identity Center or of a service.
pub(super) fn is_of_aws(arn: &str) -> bool {
    [":role/aws-reserved/", ":role/aws-service-role/"].iter().any(|path| arn.contains(path))
}

/// What there is to plan for such a role: IAM lets nobody else change it.
pub(super) fn untouchable(arn: &str) -> Planned {
    Planned::Impossible(format!("{arn} is a role that only AWS can change"))
}

/// Reads a principal that is to be acted on; else what there is to plan: it is gone, or it is a role that
/// AWS itself manages, which IAM lets nobody else change.
pub(super) async fn resolve(iam: &Client, principal: &IamPrincipal) -> Result<Result<Described, Planned>, Fault> {
    match describe(iam, principal).await {
        Ok(described) if is_of_aws(&described.arn) => Ok(Err(untouchable(&described.arn))),
        Ok(described) => Ok(Ok(described)),
        Err(fault) if fault.kind == Kind::Gone => Ok(Err(Planned::Gone(format!("{principal} no longer exists")))),
        Err(fault) => Err(fault),
    }
}

/// Reads a principal. IAM groups have no tags.
async fn describe(iam: &Client, principal: &IamPrincipal) -> Result<Described, Fault> {
    match principal {
        IamPrincipal::User(name) => {
            let answer = iam.get_user().user_name(name).send().await.map_err(Fault::of("iam:GetUser"))?;
            let user = answer.user().ok_or_else(|| Fault::refused("iam:GetUser", "no user in the answer"))?;
            Ok(Described { arn: user.arn().to_owned(), id: user.user_id().to_owned(), tags: tags(user.tags()) })
        }
        IamPrincipal::Role(name) => {
            let answer = iam.get_role().role_name(name).send().await.map_err(Fault::of("iam:GetRole"))?;
            let role = answer.role().ok_or_else(|| Fault::refused("iam:GetRole", "no role in the answer"))?;
            Ok(Described { arn: role.arn().to_owned(), id: role.role_id().to_owned(), tags: tags(role.tags()) })
        }
        IamPrincipal::Group(name) => {
            let answer =
                iam.get_group().group_name(name).max_items(1).send().await.map_err(Fault::of("iam:GetGroup"))?;
            let group = answer.group().ok_or_else(|| Fault::refused("iam:GetGroup", "no group in the answer"))?;
            Ok(Described { arn: group.arn().to_owned(), id: group.group_id().to_owned(), tags: BTreeMap::new() })
        }
    }
}

fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
