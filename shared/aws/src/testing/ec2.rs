//! Security groups. As on AWS each range is a rule with an id of its own, and a rule that is authorized
//! again gets a new one.

use std::collections::BTreeMap;

use super::ec2_network::{Acl, Instance};
use super::http::{Refused, Request, element, list, optional, page};

/// What EC2 holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Ec2 {
    pub(crate) groups: BTreeMap<String, Group>,
    pub(crate) instances: Vec<Instance>,
    pub(crate) acls: Vec<Acl>,
    /// Rules on a page; 0: all.
    pub(crate) page: usize,
    made: usize,
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Group {
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) rules: Vec<Rule>,
    /// Whether it is in a default network, where EC2 revokes what it finds and lists what it did not.
    pub(crate) lenient: bool,
}

/// One rule.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) egress: bool,
    pub(crate) protocol: String,
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) v4: Option<String>,
    pub(crate) v6: Option<String>,
    pub(crate) prefix_list: Option<String>,
    pub(crate) group: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

impl Rule {
    /// A TCP rule for one port.
    pub(crate) fn tcp(id: &str, port: i32, cidr: &str) -> Self {
        let mut rule = Self { id: id.to_owned(), protocol: "tcp".to_owned(), from: port, to: port, ..Self::default() };
        let slot = if cidr.contains(':') { &mut rule.v6 } else { &mut rule.v4 };
        *slot = Some(cidr.to_owned());
        rule
    }

    /// The same rule, described and tagged.
    pub(crate) fn described(mut self, description: &str, tags: &[(&str, &str)]) -> Self {
        self.description = Some(description.to_owned());
        self.tags = tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self
    }

    /// All but the id.
    pub(crate) fn content(&self) -> Self {
        Self { id: String::new(), ..self.clone() }
    }

    fn clashes(&self, other: &Self) -> bool {
        let key = |rule: &Self| {
            let rule = rule.clone();
            (rule.egress, rule.protocol, rule.from, rule.to, rule.v4, rule.v6, rule.prefix_list, rule.group)
        };
        key(self) == key(other)
    }

    fn xml(&self, group_id: &str) -> String {
        [
            element("securityGroupRuleId", &self.id),
            element("groupId", group_id),
            element("groupOwnerId", "111122223333"),
            element("isEgress", self.egress),
            element("ipProtocol", &self.protocol),
            element("fromPort", self.from),
            element("toPort", self.to),
            optional("cidrIpv4", self.v4.as_ref()),
            optional("cidrIpv6", self.v6.as_ref()),
            optional("prefixListId", self.prefix_list.as_ref()),
            self.group
                .as_ref()
                .map(|g| format!("<referencedGroupInfo>{}</referencedGroupInfo>", element("groupId", g)))
                .unwrap_or_default(),
            optional("description", self.description.as_ref()),
            tag_set(&self.tags),
        ]
        .concat()
    }
}

impl Ec2 {
    pub(super) fn answer(&mut self, request: &Request) -> Result<String, Refused> {
        match request.operation.as_str() {
            "DescribeSecurityGroups" => self.describe(request),
            "DescribeSecurityGroupRules" => Ok(self.describe_rules(request)),
            "RevokeSecurityGroupIngress" => self.revoke(request),
            "AuthorizeSecurityGroupIngress" => self.authorize(request),
            _ => self.answer_network(request),
        }
    }

    /// Forgets how many rules were made, which no customer sees.
    pub(crate) fn forget_made(&mut self) {
        self.made = 0;
    }

    /// A group that must be there.
    pub(crate) fn group(&mut self, id: &str) -> &mut Group {
        self.groups.get_mut(id).unwrap()
    }

    fn describe(&self, request: &Request) -> Result<String, Refused> {
        let mut found = Vec::new();
        for id in request.list("GroupId") {
            let group = self.groups.get(id).ok_or_else(|| Refused::new("InvalidGroup.NotFound"))?;
            found.push([element("groupId", id), element("groupName", "name"), tag_set(&group.tags)].concat());
        }
        Ok(list("securityGroupInfo", "item", found))
    }

    fn describe_rules(&self, request: &Request) -> String {
        assert_eq!(request.get("Filter.1.Name"), "group-id", "the fake knows this filter alone");
        let id = request.get("Filter.1.Value.1");
        let rules = self.groups.get(id).map(|group| group.rules.as_slice()).unwrap_or_default();
        let size = if self.page == 0 { 1000 } else { self.page };
        let (rules, next) = page(rules, size, request.get("NextToken"));
        list("securityGroupRuleSet", "item", rules.iter().map(|rule| rule.xml(id)))
            + &optional("nextToken", next.as_ref())
    }

    fn revoke(&mut self, request: &Request) -> Result<String, Refused> {
        let group = self.groups.get_mut(request.get("GroupId")).ok_or_else(|| Refused::new("InvalidGroup.NotFound"))?;
        let ids = request.list("SecurityGroupRuleId");
        if ids.is_empty() {
            return revoke_alike(group, &permitted(request, &BTreeMap::new()));
        }
        let is_there = |id: &&str| group.rules.iter().any(|rule| rule.id == *id && !rule.egress);
        if !ids.iter().all(is_there) {
            return Err(Refused::new("InvalidSecurityGroupRuleId.NotFound"));
        }
        group.rules.retain(|rule| !ids.contains(&rule.id.as_str()));
        Ok(element("return", true))
    }

    fn authorize(&mut self, request: &Request) -> Result<String, Refused> {
        let group = self.groups.get_mut(request.get("GroupId")).ok_or_else(|| Refused::new("InvalidGroup.NotFound"))?;
        let tag = |n: usize| {
            let of = |part: &str| request.form.get(&format!("TagSpecification.1.Tag.{n}.{part}")).cloned();
            Some((of("Key")?, of("Value")?))
        };
        let tags: BTreeMap<_, _> = (1..).map_while(tag).collect();
        let mut made = permitted(request, &tags);
        if made.iter().any(|rule| group.rules.iter().any(|there| there.clashes(rule))) {
            return Err(Refused::new("InvalidPermission.Duplicate"));
        }
        for rule in &mut made {
            self.made += 1;
            rule.id = format!("sgr-again{}", self.made);
        }
        group.rules.extend(made);
        Ok(element("return", true))
    }
}

/// The rules that a request's permissions stand for.
fn permitted(request: &Request, tags: &BTreeMap<String, String>) -> Vec<Rule> {
    let mut made = Vec::new();
    for n in (1..).take_while(|n| request.form.contains_key(&format!("IpPermissions.{n}.IpProtocol"))) {
        let of = |part: &str| request.form.get(&format!("IpPermissions.{n}.{part}")).cloned();
        let port = |part: &str| of(part).map_or(-1, |port| port.parse().unwrap());
        let rule = Rule {
            protocol: of("IpProtocol").unwrap(),
            from: port("FromPort"),
            to: port("ToPort"),
            tags: tags.clone(),
            ..Rule::default()
        };
        for m in (1..).take_while(|m| of(&format!("IpRanges.{m}.CidrIp")).is_some()) {
            let (v4, description) = (of(&format!("IpRanges.{m}.CidrIp")), of(&format!("IpRanges.{m}.Description")));
            made.push(Rule { v4, description, ..rule.clone() });
        }
        for m in (1..).take_while(|m| of(&format!("Ipv6Ranges.{m}.CidrIpv6")).is_some()) {
            let (v6, description) =
                (of(&format!("Ipv6Ranges.{m}.CidrIpv6")), of(&format!("Ipv6Ranges.{m}.Description")));
            made.push(Rule { v6, description, ..rule.clone() });
        }
    }
    made
}

/// Revokes rules by what they allow. Outside a default network EC2 revokes none where it does not find all.
fn revoke_alike(group: &mut Group, wanted: &[Rule]) -> Result<String, Refused> {
    assert!(!wanted.is_empty(), "nothing to revoke");
    let is_there = |rule: &&Rule| group.rules.iter().any(|there| there.clashes(rule));
    let unknown: Vec<&Rule> = wanted.iter().filter(|rule| !is_there(rule)).collect();
    if !unknown.is_empty() && !group.lenient {
        return Err(Refused::new("InvalidPermission.NotFound"));
    }
    let ranges = |set, item, cidr: &Option<String>| list(set, "item", cidr.iter().map(|cidr| element(item, cidr)));
    let permission = |rule: &&Rule| {
        [
            element("ipProtocol", &rule.protocol),
            element("fromPort", rule.from),
            element("toPort", rule.to),
            ranges("ipRanges", "cidrIp", &rule.v4),
            ranges("ipv6Ranges", "cidrIpv6", &rule.v6),
        ]
        .concat()
    };
    let unknown = list("unknownIpPermissionSet", "item", unknown.iter().map(permission));
    group.rules.retain(|there| !wanted.iter().any(|rule| there.clashes(rule)));
    Ok(element("return", true) + &unknown)
}

pub(super) fn tag_set(tags: &BTreeMap<String, String>) -> String {
    list("tagSet", "item", tags.iter().map(|(key, value)| element("key", key) + &element("value", value)))
}
