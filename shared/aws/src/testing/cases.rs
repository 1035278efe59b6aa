//! One offense of each kind, with the account that it happened in.

use std::net::IpAddr;

use riposte_core::action::{DeactivateAccessKey, DeleteInlinePolicy, DenySource, DetachManagedPolicy, Response};
use riposte_core::finding::{Finding, IamPrincipal, Target};

use super::{Acl, Entry, Group, Instance, Principal, Rule, World, finding, rule};

/// An offense.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Puts the account as it is when the event arrives.
    pub(crate) lay: fn(&mut World),
    pub(crate) finding: fn() -> Finding,
    /// The offense itself taken out of the account: what the action must come to.
    pub(crate) contain: fn(&mut World),
}

/// One of each kind.
pub(crate) static CASES: [Case; 6] = [
    Case {
        name: "revoke-ingress",
        lay: lay_group,
        finding,
        contain: |world| world.ec2.group("sg-1").rules.retain(|rule| rule.id != "sgr-1"),
    },
    Case {
        name: "detach-managed-policy",
        lay: lay_principals,
        finding: || of_principal(IamPrincipal::User("eve".to_owned()), Some(ADMIN)),
        contain: |world| world.iam.of("user/eve").attached.retain(|arn| arn != ADMIN),
    },
    Case {
        name: "delete-inline-policy",
        lay: lay_principals,
        finding: || of_principal(IamPrincipal::Role("app".to_owned()), None),
        contain: |world| drop(world.iam.of("role/app").inline.remove("door")),
    },
    Case {
        name: "deactivate-access-key",
        lay: lay_principals,
        finding: || {
            let (user_name, access_key_id) = ("eve".to_owned(), "AKIA2".to_owned());
            let response =
                DeactivateAccessKey { user_name: user_name.clone(), access_key_id: access_key_id.clone() }.into();
            of(Target::AccessKey { user_name, access_key_id }, response)
        },
        contain: |world| drop(world.iam.of("user/eve").keys.insert("AKIA2".to_owned(), "Inactive".to_owned())),
    },
    Case {
        name: "deny-source, IPv4",
        lay: lay_host,
        finding: || of_source("198.51.100.9"),
        contain: |world| world.ec2.acl("acl-1").entries.push(Entry::new(99, false, "198.51.100.9/32")),
    },
    Case {
        name: "deny-source, IPv6",
        lay: lay_host,
        finding: || of_source("2001:db8::9"),
        contain: |world| world.ec2.acl("acl-1").entries.push(Entry::new(99, false, "2001:db8::/64")),
    },
];

/// AWS's own administrator policy.
pub(crate) const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A document that grants everything, as somebody wrote it by hand.
pub(crate) const DOCUMENT: &str = "{ \"Version\": \"2012-10-17\",\n  \"Statement\": {\"Effect\":\"Allow\", \"Action\":\"*\", \"Resource\":\"*\"}, \"Id\": \"ü & <%41>+\" }";

/// The finding about a target, with this response.
pub(crate) fn of(target: Target, response: Response) -> Finding {
    let detector = match &target {
        Target::SecurityGroup { .. } => "open-admin-port",
        Target::AttachedPolicy { .. } => "admin-policy-attached",
        Target::InlinePolicy { .. } => "admin-inline-policy",
        Target::AccessKey { .. } => "access-key-for-another",
        Target::Source { .. } => "ssh-brute-force",
        Target::Resource { .. } => panic!("no action changes it"),
    };
    Finding { detector: detector.to_owned(), target, response: Some(response), ..finding() }
}

/// A policy of a principal: the attached one with this ARN, else the inline policy `door`.
pub(crate) fn of_principal(principal: IamPrincipal, attached: Option<&str>) -> Finding {
    match attached.map(str::to_owned) {
        Some(policy_arn) => of(
            Target::AttachedPolicy { principal: principal.clone(), policy_arn: policy_arn.clone() },
            DetachManagedPolicy { principal, policy_arn }.into(),
        ),
        None => of(
            Target::InlinePolicy { principal: principal.clone(), policy_name: "door".to_owned() },
            DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into(),
        ),
    }
}

/// An address that attacks the host of `lay_host`.
pub(crate) fn of_source(address: &str) -> Finding {
    let address: IpAddr = address.parse().unwrap();
    let (group, stream) = ("/var/log/secure".to_owned(), "i-0123456789abcdef0".to_owned());
    let response = DenySource { address, group: group.clone(), stream: stream.clone() }.into();
    of(Target::Source { address, group, stream }, response)
}

/// `sg-1` with the rule of [`rule`] among rules of every kind.
pub(crate) fn lay_group(world: &mut World) {
    let offending = Rule::tcp("sgr-1", 22, "0.0.0.0/0");
    assert_eq!((rule().rule_id.as_deref(), rule().from_port), (Some("sgr-1"), Some(22)));
    let rules = vec![
        Rule::tcp("sgr-web", 443, "0.0.0.0/0").described("the site", &[("owner", "web")]),
        offending,
        Rule::tcp("sgr-vpn", 22, "10.0.0.0/8"),
        Rule { egress: true, ..Rule::tcp("sgr-out", 22, "0.0.0.0/0") },
        Rule { v4: None, group: Some("sg-2".to_owned()), ..Rule::tcp("sgr-peer", 22, "0.0.0.0/0") },
        Rule { v4: None, prefix_list: Some("pl-1".to_owned()), ..Rule::tcp("sgr-list", 22, "0.0.0.0/0") },
    ];
    world.ec2.groups.insert("sg-1".to_owned(), Group { rules, ..Group::default() });
}

/// A user, a role and a group, each with good and bad policies.
pub(crate) fn lay_principals(world: &mut World) {
    for key in ["user/eve", "role/app", "group/ops"] {
        let principal = Principal {
            attached: ["arn:aws:iam::aws:policy/ReadOnlyAccess", ADMIN, "arn:aws:iam::111122223333:policy/own"]
                .map(str::to_owned)
                .into(),
            inline: [("app", "{\"Statement\":[]}"), ("door", DOCUMENT)]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            keys: [("AKIA1", "Active"), ("AKIA2", "Active"), ("AKIA3", "Inactive")]
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .into(),
            ..Principal::default()
        };
        world.iam.principals.insert(key.to_owned(), principal);
    }
}

/// A host in a subnet with a network ACL of its own, beside the network's default one.
pub(crate) fn lay_host(world: &mut World) {
    world.ec2.instances = vec![
        Instance {
            id: "i-0123456789abcdef0".to_owned(),
            address: "10.0.1.5".to_owned(),
            subnet: Some("subnet-1".to_owned()),
            vpc: Some("vpc-1".to_owned()),
            ..Instance::default()
        },
        Instance { id: "i-00000000000000002".to_owned(), address: "10.0.1.6".to_owned(), ..Instance::default() },
    ];
    let entries = vec![
        Entry { protocol: "6".to_owned(), ports: Some((443, 443)), ..Entry::new(100, true, "0.0.0.0/0") },
        Entry::new(110, true, "::/0"),
        Entry { egress: true, ..Entry::new(99, true, "0.0.0.0/0") },
        Entry::new(32_767, false, "0.0.0.0/0"),
    ];
    let acl = |id: &str, vpc: &str, default, subnets: &[&str]| Acl {
        id: id.to_owned(),
        vpc: vpc.to_owned(),
        default,
        subnets: subnets.iter().map(|&subnet| subnet.to_owned()).collect(),
        entries: entries.clone(),
        ..Acl::default()
    };
    world.ec2.acls = vec![
        acl("acl-0", "vpc-1", true, &["subnet-2"]),
        acl("acl-1", "vpc-1", false, &["subnet-1"]),
        acl("acl-9", "vpc-9", true, &[]),
    ];
}
