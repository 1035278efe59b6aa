//! The request of `create-security-group`.

use serde::{Deserialize, Serialize};

use super::{ActionId, Request, ResourceId};

/// Have a security group of this name in the VPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateSecurityGroup {
    /// `vpc-…`
    pub vpc_id: String,
    /// Its name, which one group of a VPC has.
    pub name: String,
    /// Its description, which EC2 never changes.
    pub description: String,
}

impl Request for CreateSecurityGroup {
    const ID: ActionId = ActionId::CreateSecurityGroup;

    /// By VPC and name: its id is given by EC2 when it is made.
    fn resource(&self) -> ResourceId {
        ResourceId::new("ec2", "security-group", format!("{}/{}", self.vpc_id, self.name))
    }

    const TARGET: &'static str = "VPC-ID/NAME";

    fn by_hand(target: &str) -> Option<Self> {
        let (vpc, name) = target.split_once('/').filter(|(vpc, name)| vpc.starts_with("vpc-") && !name.is_empty())?;
        let (vpc_id, name) = (vpc.to_owned(), name.to_owned());
        Some(Self { vpc_id, description: name.clone(), name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_by_its_vpc() {
        let request = CreateSecurityGroup::by_hand("vpc-1/web").unwrap();
        assert_eq!(request.resource(), ResourceId::new("ec2", "security-group", "vpc-1/web"));
        assert!(["web", "vpc-1/", "subnet-1/web"].iter().all(|text| CreateSecurityGroup::by_hand(text).is_none()));
    }
}
