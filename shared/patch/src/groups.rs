//! Declared security groups: a file of them, read and checked.

use std::net::IpAddr;

use riposte_core::action::{ApplySecurityGroup, CreateSecurityGroup, DeclaredRule, Request, Ways};
use serde::Deserialize;
use thiserror::Error;

/// What is wrong with the file, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {wrong}")]
pub struct GroupsError {
    /// The line and column, or the group and the rule.
    pub place: String,
    /// What is wrong.
    pub wrong: String,
}

/// A group, and the rules that it is to have.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Which.
    pub group: Which,
    ways: Ways,
    rules: Vec<DeclaredRule>,
}

/// How a declaration names its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// One that is there, by its id.
    Id(String),
    /// One by its VPC and name, which is created where it is not there.
    Named(CreateSecurityGroup),
}

impl Declared {
    /// What brings the group to its rules, once its id is known.
    #[must_use]
    pub fn apply(self, group_id: String) -> ApplySecurityGroup {
        ApplySecurityGroup { group_id, ways: self.ways, rules: self.rules }
    }

    /// How many rules are declared.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.rules.len()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    id: Option<String>,
    vpc: Option<String>,
    name: Option<String>,
    description: Option<String>,
    ingress: Option<Vec<Rule>>,
    egress: Option<Vec<Rule>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    protocol: String,
    ports: Option<String>,
    peers: Vec<String>,
    description: Option<String>,
}

/// Reads a file of declared groups: JSON,
/// `{"groups": [{"id": "sg-…", "ingress": [{"protocol": "tcp", "ports": "443", "peers": ["0.0.0.0/0"]}]}]}`. In the place of
/// an id a group has a `vpc`, a `name` and perhaps a `description`: then it is created where it is not there. A way that is
/// not declared is left as it is; an empty list of rules takes all away.
///
/// # Errors
/// Names the place.
pub fn parse(text: &str) -> Result<Vec<Declared>, GroupsError> {
    let file: File = serde_json::from_str(text).map_err(|error| GroupsError {
        place: format!("line {}, column {}", error.line(), error.column()),
        wrong: crate::plain(&error.to_string()),
    })?;
    let mut all: Vec<Declared> = Vec::new();
    for (number, group) in file.groups.into_iter().enumerate() {
        let shown = match group.id.as_ref().or(group.name.as_ref()) {
            Some(name) => format!("group `{}`", crate::plain(name)),
            None => format!("group {}", number + 1),
        };
        let wrong = |wrong: &str| GroupsError { place: shown.clone(), wrong: wrong.to_owned() };
        let which = which(&group).map_err(wrong)?;
        if all.iter().any(|other| same(&other.group, &which)) {
            return Err(wrong("it is declared twice"));
        }
        let ways = match (&group.ingress, &group.egress) {
            (Some(_), None) => Ways::Ingress,
            (None, Some(_)) => Ways::Egress,
            (Some(_), Some(_)) => Ways::Both,
            (None, None) => return Err(wrong("it declares neither `ingress` nor `egress`")),
        };
        let mut rules = Vec::new();
        for (egress, list) in [(false, &group.ingress), (true, &group.egress)] {
            for (number, rule) in list.iter().flatten().enumerate() {
                let place = format!("{shown}, {} rule {}", if egress { "egress" } else { "ingress" }, number + 1);
                rules.extend(declared(rule, egress).map_err(|wrong| GroupsError { place, wrong })?);
            }
        }
        rules.sort();
        rules.dedup_by_key(|rule| rule.name());
        all.push(Declared { group: which, ways, rules });
    }
    Ok(all)
}

fn same(a: &Which, b: &Which) -> bool {
    match (a, b) {
        (Which::Id(a), Which::Id(b)) => a == b,
        (Which::Named(a), Which::Named(b)) => a.resource() == b.resource(),
        _ => false,
    }
}

fn is_id(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix);
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn which(group: &Group) -> Result<Which, &'static str> {
    match (&group.id, &group.vpc, &group.name) {
        (Some(id), None, None) if group.description.is_none() => {
            is_id(id, "sg-").then(|| Which::Id(id.clone())).ok_or("its `id` is no security group's (`sg-…`)")
        }
        (None, Some(vpc), Some(name)) => {
            if !is_id(vpc, "vpc-") {
                return Err("its `vpc` is none (`vpc-…`)");
            }
            let description = group.description.as_ref().unwrap_or(name);
            // As EC2 wants both.
            let fits = |text: &str| {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b" ._-:/()#,@[]+=&;{}!$*".contains(&b);
                (1..=255).contains(&text.len()) && text.bytes().all(plain) && text.trim() == text
            };
            if !fits(name) || name.starts_with("sg-") || name == "default" {
                return Err("its `name` is none that a security group may have");
            }
            if !fits(description) {
                return Err("its `description` is none that a security group may have");
            }
            let (vpc_id, name, description) = (vpc.clone(), name.clone(), description.clone());
            Ok(Which::Named(CreateSecurityGroup { vpc_id, name, description }))
        }
        _ => Err("it is named either by `id`, or by `vpc` and `name`, perhaps with a `description`"),
    }
}

fn declared(rule: &Rule, egress: bool) -> Result<Vec<DeclaredRule>, String> {
    let protocol = match rule.protocol.as_str() {
        "all" | "-1" => "-1",
        known @ ("tcp" | "udp" | "icmp" | "icmpv6") => known,
        other => {
            return Err(format!("`protocol` must be tcp, udp, icmp, icmpv6 or all, not `{}`", crate::plain(other)));
        }
    };
    let bad = |text: &str| format!("`ports` must be a port, `FROM-TO` or `all`, not `{}`", crate::plain(text));
    let (from_port, to_port) = match (rule.ports.as_deref(), protocol) {
        (None | Some("all"), "tcp" | "udp") => (0, 65_535),
        (None | Some("all"), _) => (-1, -1),
        (Some(text), "tcp" | "udp") => {
            let (from, to) = text.split_once('-').unwrap_or((text, text));
            let port = |text: &str| text.trim().parse::<u16>().map(i32::from).map_err(|_| bad(text));
            let (from, to) = (port(from)?, port(to)?);
            if from > to {
                return Err(bad(text));
            }
            (from, to)
        }
        (Some(text), _) => return Err(format!("`ports` is for tcp and udp, not for `{}`", crate::plain(text))),
    };
    if rule.peers.is_empty() {
        return Err("`peers` is empty".to_owned());
    }
    let one = |peer: &String| {
        if !is_id(peer, "sg-") && !is_id(peer, "pl-") {
            network(peer)?;
        }
        let (protocol, peer, description) = (protocol.to_owned(), peer.clone(), rule.description.clone());
        Ok(DeclaredRule { egress, protocol, from_port, to_port, peer, description })
    };
    rule.peers.iter().map(one).collect()
}

/// A network in the one form that EC2 shows it in: no bits set behind its length.
fn network(text: &str) -> Result<(), String> {
    let wrong = || {
        format!(
            "a peer must be a network (`10.0.0.0/8`), a group (`sg-…`) or a prefix list (`pl-…`), not `{}`",
            crate::plain(text)
        )
    };
    let (address, length) = text.split_once('/').ok_or_else(wrong)?;
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let length: u32 = length.parse().map_err(|_| wrong())?;
    let (bits, value) = match address {
        IpAddr::V4(v4) => (32, u128::from(u32::from(v4))),
        IpAddr::V6(v6) => (128, u128::from(v6)),
    };
    if length > bits {
        return Err(wrong());
    }
    let behind = bits - length;
    let rest = if behind == 128 { value } else { value & ((1_u128 << behind) - 1) };
    if rest != 0 || text != format!("{address}/{length}") {
        return Err(format!(
            "`{}` is not written as EC2 writes it: no bits behind its length, and its shortest form",
            crate::plain(text)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_becomes_requests() {
        let read = parse(
            r#"{"groups":[{"id":"sg-1","ingress":[
                {"protocol":"tcp","ports":"443","peers":["0.0.0.0/0","::/0"],"description":"the site"},
                {"protocol":"all","peers":["sg-2"]}],"egress":[]}]}"#,
        )
        .unwrap();
        let names: Vec<String> = read[0].rules.iter().map(DeclaredRule::name).collect();
        assert_eq!(names, ["ingress all all from sg-2", "ingress tcp 443 from 0.0.0.0/0", "ingress tcp 443 from ::/0"]);
        assert_eq!(read[0].ways, Ways::Both);
        assert_eq!(
            read[0].rules[0].permission().to_string(),
            r#"{"IpProtocol":"-1","UserIdGroupPairs":[{"GroupId":"sg-2"}]}"#
        );
    }

    #[test]
    fn a_group_by_its_name_is_created_where_it_is_not_there() {
        let text = r#"{"groups":[{"vpc":"vpc-1","name":"web","description":"the site","ingress":[]},
            {"vpc":"vpc-2","name":"web","egress":[]}]}"#;
        let read = parse(text).unwrap();
        let Which::Named(first) = &read[0].group else { panic!("{read:?}") };
        assert_eq!((first.vpc_id.as_str(), first.description.as_str()), ("vpc-1", "the site"));
        let Which::Named(second) = &read[1].group else { panic!("{read:?}") };
        assert_eq!(second.description, "web");
        assert_eq!(read[0].clone().apply("sg-9".to_owned()).group_id, "sg-9");
        for (group, said) in [
            (r#""vpc":"vpc-1""#, "group 1: it is named either by"),
            (r#""id":"sg-1","name":"web""#, "group `sg-1`: it is named either by"),
            (r#""vpc":"subnet-1","name":"web""#, "its `vpc` is none"),
            (r#""vpc":"vpc-1","name":"sg-web""#, "its `name` is none"),
            (r#""vpc":"vpc-1","name":"w\u001beb""#, "group `w\\u{1b}eb`: its `name` is none"),
            (r#""vpc":"vpc-1","name":"web","description":"<b>""#, "its `description` is none"),
            (r#""vpc":"vpc-1","name":"web","ingress":[]},{"vpc":"vpc-1","name":"web""#, "declared twice"),
        ] {
            let error = parse(&format!("{{\"groups\":[{{{group},\"ingress\":[]}}]}}")).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let group = |rules: &str| format!("{{\"groups\":[{{\"id\":\"sg-1\",\"ingress\":[{rules}]}}]}}");
        for (text, said) in [
            ("{".to_owned(), "line 1, column 1"),
            ("{\"groups\":[{\"id\":\"web\",\"ingress\":[]}]}".to_owned(), "group `web`: its `id` is no"),
            ("{\"groups\":[{\"id\":\"sg-1\"}]}".to_owned(), "neither `ingress` nor `egress`"),
            (
                "{\"groups\":[{\"id\":\"sg-1\",\"ingress\":[]},{\"id\":\"sg-1\",\"ingress\":[]}]}".to_owned(),
                "declared twice",
            ),
            (group("{\"protocol\":\"tcpp\",\"peers\":[\"0.0.0.0/0\"]}"), "ingress rule 1: `protocol` must be"),
            (group("{\"protocol\":\"tcp\",\"ports\":\"443-80\",\"peers\":[\"0.0.0.0/0\"]}"), "not `443-80`"),
            (group("{\"protocol\":\"tcp\",\"ports\":\"70000\",\"peers\":[\"0.0.0.0/0\"]}"), "not `70000`"),
            (group("{\"protocol\":\"icmp\",\"ports\":\"1\",\"peers\":[\"0.0.0.0/0\"]}"), "is for tcp and udp"),
            (group("{\"protocol\":\"tcp\",\"peers\":[]}"), "`peers` is empty"),
            (group("{\"protocol\":\"tcp\",\"peers\":[\"0.0.0.0\"]}"), "not `0.0.0.0`"),
            (group("{\"protocol\":\"tcp\",\"peers\":[\"10.0.0.1/8\"]}"), "not written as EC2"),
            (group("{\"protocol\":\"tcp\",\"prots\":\"1\",\"peers\":[]}"), "unknown field `prots`"),
        ] {
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}
