//! Instances and network ACLs.

use std::collections::BTreeMap;

use super::ec2::{Ec2, tag_set};
use super::http::{Refused, Request, element, list, optional, page};

/// An instance.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Instance {
    pub(crate) id: String,
    pub(crate) address: String,
    pub(crate) subnet: Option<String>,
    pub(crate) vpc: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

/// A network ACL.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Acl {
    pub(crate) id: String,
    pub(crate) vpc: String,
    pub(crate) default: bool,
    pub(crate) subnets: Vec<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) entries: Vec<Entry>,
}

/// An entry of a network ACL.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entry {
    pub(crate) number: i32,
    pub(crate) egress: bool,
    pub(crate) allow: bool,
    pub(crate) protocol: String,
    pub(crate) v4: Option<String>,
    pub(crate) v6: Option<String>,
    pub(crate) ports: Option<(i32, i32)>,
}

impl Entry {
    /// An entry for all protocols.
    pub(crate) fn new(number: i32, allow: bool, cidr: &str) -> Self {
        let mut entry = Self { number, allow, protocol: "-1".to_owned(), ..Self::default() };
        let slot = if cidr.contains(':') { &mut entry.v6 } else { &mut entry.v4 };
        *slot = Some(cidr.to_owned());
        entry
    }

    fn xml(&self) -> String {
        let ports = self
            .ports
            .map(|(from, to)| format!("<portRange>{}{}</portRange>", element("from", from), element("to", to)));
        [
            element("ruleNumber", self.number),
            element("protocol", &self.protocol),
            element("ruleAction", if self.allow { "allow" } else { "deny" }),
            element("egress", self.egress),
            optional("cidrBlock", self.v4.as_ref()),
            optional("ipv6CidrBlock", self.v6.as_ref()),
            ports.unwrap_or_default(),
        ]
        .concat()
    }
}

impl Acl {
    fn xml(&self) -> String {
        let association = |subnet: &String| element("networkAclId", &self.id) + &element("subnetId", subnet);
        [
            element("networkAclId", &self.id),
            element("vpcId", &self.vpc),
            element("default", self.default),
            list("associationSet", "item", self.subnets.iter().map(association)),
            list("entrySet", "item", self.entries.iter().map(Entry::xml)),
            tag_set(&self.tags),
        ]
        .concat()
    }
}

impl Ec2 {
    /// A network ACL that must be there.
    pub(crate) fn acl(&mut self, id: &str) -> &mut Acl {
        self.acls.iter_mut().find(|acl| acl.id == id).unwrap()
    }

    pub(super) fn answer_network(&mut self, request: &Request) -> Result<String, Refused> {
        match request.operation.as_str() {
            "DescribeInstances" => self.describe_instances(request),
            "DescribeNetworkAcls" => self.describe_acls(request),
            "CreateNetworkAclEntry" => self.create_entry(request),
            "DeleteNetworkAclEntry" => self.delete_entry(request),
            other => panic!("the fake EC2 has no `{other}`"),
        }
    }

    fn describe_instances(&self, request: &Request) -> Result<String, Refused> {
        let ids = request.list("InstanceId");
        if ids.iter().any(|id| !self.instances.iter().any(|instance| instance.id == *id)) {
            return Err(Refused::new("InvalidInstanceID.NotFound"));
        }
        let by_address = request.get("Filter.1.Name") == "private-ip-address";
        let wanted = |instance: &&Instance| {
            ids.contains(&instance.id.as_str()) || (by_address && instance.address == request.get("Filter.1.Value.1"))
        };
        let reservation = |instance: &Instance| {
            let inner = [
                element("instanceId", &instance.id),
                element("privateIpAddress", &instance.address),
                optional("subnetId", instance.subnet.as_ref()),
                optional("vpcId", instance.vpc.as_ref()),
                tag_set(&instance.tags),
            ];
            list("instancesSet", "item", [inner.concat()])
        };
        Ok(list("reservationSet", "item", self.instances.iter().filter(wanted).map(reservation)))
    }

    fn describe_acls(&self, request: &Request) -> Result<String, Refused> {
        let ids = request.list("NetworkAclId");
        if ids.iter().any(|id| !self.acls.iter().any(|acl| acl.id == *id)) {
            return Err(Refused::new("InvalidNetworkAclID.NotFound"));
        }
        let by_vpc = request.get("Filter.1.Name") == "vpc-id";
        let wanted =
            |acl: &&Acl| ids.contains(&acl.id.as_str()) || (by_vpc && acl.vpc == request.get("Filter.1.Value.1"));
        let found: Vec<_> = self.acls.iter().filter(wanted).map(Acl::xml).collect();
        let size = if self.page == 0 { 1000 } else { self.page };
        let (found, next) = page(&found, size, request.get("NextToken"));
        Ok(list("networkAclSet", "item", found.iter().cloned()) + &optional("nextToken", next.as_ref()))
    }

    fn create_entry(&mut self, request: &Request) -> Result<String, Refused> {
        let acl = self.find(request)?;
        let (number, egress) = (request.get("RuleNumber").parse().unwrap(), request.get("Egress") == "true");
        if acl.entries.iter().any(|entry| entry.number == number && entry.egress == egress) {
            return Err(Refused::new("NetworkAclEntryAlreadyExists"));
        }
        acl.entries.push(Entry {
            number,
            egress,
            allow: request.get("RuleAction") == "allow",
            protocol: request.get("Protocol").to_owned(),
            v4: request.form.get("CidrBlock").cloned(),
            v6: request.form.get("Ipv6CidrBlock").cloned(),
            ports: None,
        });
        Ok(element("return", true))
    }

    fn delete_entry(&mut self, request: &Request) -> Result<String, Refused> {
        let acl = self.find(request)?;
        let (number, egress) = (request.get("RuleNumber").parse::<i32>().unwrap(), request.get("Egress") == "true");
        let at = acl.entries.iter().position(|entry| entry.number == number && entry.egress == egress);
        acl.entries.remove(at.ok_or_else(|| Refused::new("InvalidNetworkAclEntry.NotFound"))?);
        Ok(element("return", true))
    }

    fn find(&mut self, request: &Request) -> Result<&mut Acl, Refused> {
        let id = request.get("NetworkAclId");
        self.acls.iter_mut().find(|acl| acl.id == id).ok_or_else(|| Refused::new("InvalidNetworkAclID.NotFound"))
    }
}
