//! The internet in any spelling: security groups and network ACLs.

use serde_json::{Value, json};

use super::{Bad, Expectations, Good, Is, resource};
use crate::Resource;

const V4: &str = "0.0.0.0/0";
const V6: &str = "::/0";
const HALVES: [&str; 2] = ["0.0.0.0/1", "128.0.0.0/1"];

/// A rule: protocol, ports (`22`, `20-30`, or none), ranges of either family and ids of prefix lists.
fn rule(protocol: &str, ports: &str, ranges: &[&str]) -> Value {
    let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
    let of = |fits: &dyn Fn(&str) -> bool, name: &str| -> Vec<Value> {
        ranges.iter().filter(|range| fits(range)).map(|range| Value::from_iter([(name, *range)])).collect()
    };
    let is_list = |range: &str| range.starts_with("pl-");
    let mut rule = json!({
        "IpProtocol": protocol,
        "IpRanges": of(&|r| !is_list(r) && !r.contains(':'), "CidrIp"),
        "Ipv6Ranges": of(&|r| !is_list(r) && r.contains(':'), "CidrIpv6"),
        "PrefixListIds": of(&is_list, "PrefixListId"),
        "UserIdGroupPairs": [],
    });
    if let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) {
        rule["FromPort"] = first.into();
        rule["ToPort"] = last.into();
    }
    rule
}

fn tcp(ports: &str, ranges: &[&str]) -> Value {
    rule("tcp", ports, ranges)
}

/// Networks of one length that make up a range.
fn parts(range: &str, length: u8) -> Vec<String> {
    let range: ipnet::IpNet = range.parse().unwrap();
    range.subnets(length).unwrap().map(|part| part.to_string()).collect()
}

/// All of IPv4 but private networks, as firewalls spell it.
fn public() -> Vec<String> {
    let all = "0.0.0.0/5 8.0.0.0/7 11.0.0.0/8 12.0.0.0/6 16.0.0.0/4 32.0.0.0/3 64.0.0.0/2 128.0.0.0/3 160.0.0.0/5 168.0.0.0/6 172.0.0.0/12 172.32.0.0/11 172.64.0.0/10 172.128.0.0/9 173.0.0.0/8 174.0.0.0/7 176.0.0.0/4 192.0.0.0/9 193.0.0.0/8 194.0.0.0/7 196.0.0.0/6 200.0.0.0/5 208.0.0.0/4";
    all.split(' ').map(str::to_owned).collect()
}

fn lists() -> Vec<Resource> {
    let list = |id: &str, ranges: &[&str]| {
        let entries: Vec<_> = ranges.iter().map(|range| json!({"Cidr": range})).collect();
        let facts = json!({"DescribeManagedPrefixLists": {"PrefixListId": id}, "GetManagedPrefixListEntries": {"Entries": entries}});
        resource("ec2", "prefix-list", &json!({"id": id, "facts": facts}))
    };
    vec![
        list("pl-world", &[V4]),
        list("pl-half", &[HALVES[0]]),
        list("pl-other-half", &[HALVES[1]]),
        list("pl-six", &["2000::/3"]),
        list("pl-six-half", &["2000::/5", "2800::/5"]),
        list("pl-edge", &["13.32.0.0/15", "52.46.0.0/18", "2600:9000::/28"]),
        list("pl-office", &["203.0.113.0/24", "10.0.0.0/8"]),
        list("pl-empty", &[]),
    ]
}

const CHECKS: [(char, &str); 6] = [
    ('s', "ec2-security-group-ssh-open"),
    ('r', "ec2-security-group-rdp-open"),
    ('c', "ec2-security-group-cifs-open"),
    ('h', "ec2-security-group-high-risk-port-open"),
    ('u', "ec2-security-group-unauthorized-port-open"),
    ('a', "ec2-security-group-all-ports-open"),
];

#[test]
fn security_groups() {
    let all = "srchua";
    let parts_of = |range: &str, length| parts(range, length);
    let quarters = parts_of(V4, 2);
    let sixteenths = parts_of(V4, 4);
    let by_eight = parts_of("0.0.0.0/1", 8);
    let texts = |list: &[String]| list.to_vec();
    let borrowed = |list: &[String], ports: &str| tcp(ports, &list.iter().map(String::as_str).collect::<Vec<_>>());
    let one_each = |list: &[String], ports: &str| texts(list).iter().map(|r| tcp(ports, &[r])).collect::<Vec<_>>();
    // What, the rules, and the checks that fail, by their letters.
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("ssh from everywhere", vec![tcp("22", &[V4])], "shu"),
        ("ssh over IPv6", vec![tcp("22", &[V6])], "shu"),
        ("ssh from what is given out of IPv6", vec![tcp("22", &["2000::/3"])], "shu"),
        ("ssh from IPv6 in halves", vec![tcp("22", &["::/1", "8000::/1"])], "shu"),
        ("ssh from IPv6 by registries", vec![tcp("22", &["2000::/4", "3000::/4"])], "shu"),
        ("ssh in halves", vec![tcp("22", &HALVES)], "shu"),
        ("ssh in halves, over two rules", vec![tcp("22", &[HALVES[0]]), tcp("22", &[HALVES[1]])], "shu"),
        ("ssh in halves, over rules of other spans", vec![tcp("20-22", &[HALVES[0]]), tcp("22-25", &[HALVES[1]])], "shu"),
        ("ssh in halves, one of all protocols", vec![rule("-1", "", &[HALVES[0]]), tcp("22", &[HALVES[1]])], all),
        ("ssh in quarters, a rule each", one_each(&quarters, "22"), "shu"),
        ("ssh in sixteenths", vec![borrowed(&sixteenths, "22")], "shu"),
        ("ssh from half of the internet in 128 pieces", vec![borrowed(&by_eight, "22")], "shu"),
        ("ssh from one half", vec![tcp("22", &["128.0.0.0/1"])], "shu"),
        ("host bits before /0", vec![tcp("22", &["198.51.100.7/0"])], "shu"),
        ("a prefix list of everything", vec![tcp("22", &["pl-world"])], "shu"),
        ("halves by two prefix lists", vec![tcp("22", &["pl-half", "pl-other-half"])], "shu"),
        ("one half by a list, one by a range", vec![tcp("22", &["pl-half", HALVES[1]])], "shu"),
        ("a prefix list of IPv6", vec![tcp("3389", &["pl-six"])], "rhu"),
        ("a prefix list of an office", vec![tcp("22", &["pl-office"])], ""),
        ("an empty prefix list", vec![tcp("22", &["pl-empty"])], ""),
        ("rdp within a span", vec![tcp("3000-4000", &[V4])], "rhu"),
        ("rdp at the end of a span", vec![tcp("3388-3389", &[V4])], "rhu"),
        ("ssh at the beginning of a span", vec![tcp("22-80", &[V6])], "shu"),
        ("just beside ssh", vec![tcp("24-79", &[V4])], "hu"),
        ("just beside rdp", vec![tcp("3390-3400", &[V4])], "u"),
        ("between ssh and the web", vec![tcp("26-79", &[V4])], "u"),
        ("file shares", vec![tcp("445", &[V4])], "chu"),
        ("NetBIOS", vec![tcp("137-139", &[V4])], "cu"),
        ("a database", vec![tcp("3306", &[V4])], "hu"),
        ("mail", vec![tcp("25", &[V4])], "hu"),
        ("a port of nobody's", vec![tcp("47113", &[V4])], "u"),
        ("everything by -1", vec![rule("-1", "", &[V4])], all),
        ("everything by -1 over IPv6", vec![rule("-1", "", &[V6])], all),
        ("everything by -1 in halves", vec![rule("-1", "", &HALVES)], all),
        ("all of TCP", vec![tcp("0-65535", &[V4])], all),
        ("all of TCP from 1", vec![tcp("1-65535", &[V4])], all),
        ("all of TCP by -1 as ports", vec![tcp("-1--1", &[V4])], all),
        ("all of TCP by its number", vec![rule("6", "0-65535", &[V4])], all),
        ("all of TCP by two rules of ports", vec![tcp("0-1023", &[V4]), tcp("1024-65535", &[V4])], all),
        ("all of TCP by two families", vec![tcp("0-1023", &[V4]), tcp("1024-65535", &[V6])], all),
        ("all of TCP by ports and halves", vec![tcp("0-1023", &[V4]), tcp("1024-65535", &[HALVES[0]]), tcp("1000-65535", &[HALVES[1]])], all),
        ("all of TCP but ssh", vec![tcp("0-21", &[V4]), tcp("23-65535", &[V4])], "rchu"),
        ("all of UDP", vec![rule("udp", "0-65535", &[V4])], "ua"),
        ("ssh's number over UDP", vec![rule("udp", "22", &[V4])], "u"),
        ("ping", vec![rule("icmp", "8--1", &[V4])], ""),
        ("ping over IPv6", vec![rule("icmpv6", "", &[V6])], ""),
        ("all of ICMP", vec![rule("icmp", "-1--1", &[V4])], ""),
        ("ICMP of type 22", vec![rule("icmp", "22-22", &[V4])], ""),
        ("IPsec's protocol", vec![rule("50", "", &[V4])], ""),
        ("the web", vec![tcp("80", &[V4, V6]), tcp("443", &[V4, V6])], ""),
        ("the web and all between", vec![tcp("80-443", &[V4])], "chu"),
        ("the web's number over UDP", vec![rule("udp", "443", &[V4])], "u"),
        ("private networks", vec![tcp("22", &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"])], ""),
        ("carriers' and link-local networks", vec![tcp("22", &["100.64.0.0/10", "169.254.0.0/16", "fe80::/10"])], ""),
        ("ten in halves", vec![tcp("22", &["10.0.0.0/9", "10.128.0.0/9"])], ""),
        ("an office", vec![tcp("22", &["203.0.113.7/32", "2001:db8::/32"])], ""),
        ("a large company", vec![tcp("22", &["17.0.0.0/8"])], ""),
        ("an operator's range of IPv6", vec![tcp("22", &["2a00::/24"])], ""),
        ("halves on different ports", vec![tcp("22", &["10.0.0.0/8"]), tcp("443", &[HALVES[0]]), tcp("80", &[HALVES[1]])], ""),
        ("ssh from all that is public, by its networks", vec![borrowed(&public(), "22")], "shu"),
        ("ssh from all that is public, a rule each", one_each(&public(), "22"), "shu"),
        ("ssh from all that is public, by turns over all protocols", public().iter().enumerate().map(|(i, range)| if i % 2 == 0 { tcp("22", &[range]) } else { tcp("20-30", &[range]) }).collect(), "shu"),
        ("ssh from a quarter in 64 pieces, a rule each", one_each(&parts("128.0.0.0/2", 8), "22"), "shu"),
        ("ssh from a half with host bits", vec![tcp("22", &["131.7.9.1/1"])], "shu"),
        ("ssh over IPv6 in its long spelling", vec![tcp("22", &["0:0:0:0:0:0:0:0/0"])], "shu"),
        ("ssh over IPv6 in thirds of what is given out", vec![tcp("22", &["2000::/5", "2800::/5"]), tcp("22", &["3000::/4"])], "shu"),
        ("ssh over IPv6, by a list and a range", vec![tcp("22", &["pl-six-half"]), tcp("22", &["3000::/4"])], "shu"),
        ("all of TCP by ports and by lists", vec![tcp("0-1023", &["pl-world"]), tcp("1024-65535", &["pl-half", "pl-other-half"])], all),
        ("rdp by a list of everything, ssh from an office", vec![tcp("3389", &["pl-world"]), tcp("22", &["pl-office"])], "rhu"),
        ("an office twice", vec![tcp("22", &["pl-office", "203.0.113.0/24"])], ""),
        ("networks that no packet comes from", vec![tcp("22", &["127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/8"])], ""),
        ("local networks of IPv6 in halves", vec![tcp("22", &["fc00::/8", "fd00::/8", "ff00::/8"])], ""),
        ("a list of a delivery network", vec![tcp("22", &["pl-edge"])], ""),
        ("sixteen networks of an office", vec![borrowed(&parts("203.0.113.0/24", 28), "22")], ""),
        ("another group", vec![json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2"}]})], ""),
        ("nothing", vec![], ""),
    ];
    let mut expected = Expectations::default();
    for (case, rules, letters) in cases {
        let facts = json!({"DescribeSecurityGroups": {"GroupId": "sg-1", "GroupName": "web", "IpPermissions": rules, "IpPermissionsEgress": []}});
        for (letter, check) in CHECKS {
            let is = if letters.contains(letter) { Bad } else { Good };
            expected.of(check, case, facts.clone(), &lists(), is);
        }
    }
}

#[test]
fn default_groups() {
    let group = |name: &str, ingress: &[Value], egress: &[Value]| json!({"DescribeSecurityGroups": {"GroupId": "sg-1", "GroupName": name, "IpPermissions": ingress, "IpPermissionsEgress": egress}});
    let own = || json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]});
    let out = || rule("-1", "", &[V4]);
    let mut expected = Expectations::default();
    for (case, facts, is) in [
        ("as AWS makes it", group("default", &[own()], &[out()]), Bad),
        ("itself alone", group("default", &[own()], &[]), Bad),
        ("everything out", group("default", &[], &[out()]), Bad),
        ("one port from one network", group("default", &[tcp("443", &["10.0.0.0/8"])], &[]), Bad),
        ("nothing", group("default", &[], &[]), Good),
        ("another group", group("web", &[own()], &[out()]), Good),
    ] {
        expected.of("ec2-security-group-default-not-empty", case, facts, &[], is);
    }
}

/// An entry: number, action, protocol, range, ports.
fn entry(number: u32, action: &str, protocol: &str, range: &str, ports: &str) -> Value {
    let family = if range.contains(':') { "Ipv6CidrBlock" } else { "CidrBlock" };
    let mut entry = json!({"RuleNumber": number, "RuleAction": action, "Protocol": protocol, "Egress": false});
    entry[family] = range.into();
    if let Some((from, to)) = ports.split_once('-') {
        entry["PortRange"] = json!({"From": from.parse::<u16>().unwrap(), "To": to.parse::<u16>().unwrap()});
    }
    entry
}

#[test]
fn network_acls() {
    let allow = |number, range, ports| entry(number, "allow", "6", range, ports);
    let deny = |number, range, ports| entry(number, "deny", "6", range, ports);
    let any = |number, action, range| entry(number, action, "-1", range, "");
    // What, the entries, whether SSH, RDP and all ports come in.
    #[rustfmt::skip]
    let cases: Vec<(&str, Vec<Value>, Is, Is, Is)> = vec![
        ("as AWS makes it", vec![any(100, "allow", V4), any(32767, "deny", V4)], Bad, Bad, Bad),
        ("over IPv6", vec![any(101, "allow", V6)], Bad, Bad, Bad),
        ("what is given out of IPv6", vec![allow(100, "2000::/3", "22-22")], Bad, Good, Good),
        ("in halves", vec![any(100, "allow", HALVES[0]), any(101, "allow", HALVES[1])], Bad, Bad, Bad),
        ("all of TCP", vec![allow(100, V4, "0-65535")], Bad, Bad, Bad),
        ("ssh", vec![allow(100, V4, "22-22")], Bad, Good, Good),
        ("a span with rdp", vec![allow(100, V4, "3000-4000")], Good, Bad, Good),
        ("answers", vec![allow(100, V4, "1024-65535")], Good, Bad, Good),
        ("answers without rdp", vec![deny(90, V4, "3389-3389"), allow(100, V4, "1024-65535")], Good, Good, Good),
        ("both denied before", vec![deny(80, V4, "22-22"), deny(81, V4, "3389-3389"), any(100, "allow", V4)], Good, Good, Good),
        ("both denied by a span before", vec![deny(80, V4, "20-4000"), any(100, "allow", V4)], Good, Good, Good),
        ("both denied after", vec![any(100, "allow", V4), deny(180, V4, "22-22"), deny(181, V4, "3389-3389")], Bad, Bad, Bad),
        ("entries out of their order", vec![any(100, "allow", V4), deny(80, V4, "22-22"), deny(81, V4, "3389-3389")], Good, Good, Good),
        ("denied in halves before", vec![deny(80, HALVES[0], "22-22"), deny(81, HALVES[1], "22-22"), allow(100, V4, "22-22")], Good, Good, Good),
        ("half of it denied before", vec![deny(80, HALVES[0], "22-22"), allow(100, V4, "22-22")], Bad, Good, Good),
        ("all that is public denied before", vec![deny(80, HALVES[0], "22-22"), deny(81, "128.0.0.0/2", "22-22"), deny(82, "192.0.0.0/3", "22-22"), allow(100, V4, "22-22")], Good, Good, Good),
        ("an address denied before", vec![deny(80, "203.0.113.9/32", "22-22"), allow(100, V4, "22-22")], Bad, Good, Good),
        ("IPv4 denied, IPv6 not", vec![deny(80, V4, "22-22"), allow(100, V4, "22-22"), allow(101, V6, "22-22")], Bad, Good, Good),
        ("what is given out of IPv6 denied before", vec![deny(80, "2000::/3", "22-22"), allow(100, V6, "22-22")], Good, Good, Good),
        ("denied for UDP", vec![entry(80, "deny", "17", V4, "22-22"), allow(100, V4, "22-22")], Bad, Good, Good),
        ("ssh's number over UDP", vec![entry(100, "allow", "17", V4, "22-22")], Good, Good, Good),
        ("ping", vec![entry(100, "allow", "1", V4, "")], Good, Good, Good),
        ("an office", vec![allow(100, "203.0.113.0/24", "22-22")], Good, Good, Good),
        ("private networks", vec![any(100, "allow", "10.0.0.0/8"), any(101, "allow", "172.16.0.0/12")], Good, Good, Good),
        ("the web", vec![allow(100, V4, "80-80"), allow(101, V4, "443-443")], Good, Good, Good),
        ("nothing", vec![any(32767, "deny", V4)], Good, Good, Good),
        ("going out", vec![{ let mut out = any(100, "allow", V4); out["Egress"] = true.into(); out }], Good, Good, Good),
    ];
    let mut expected = Expectations::default();
    for (case, entries, ssh, rdp, all) in cases {
        let facts = json!({"DescribeNetworkAcls": {"IsDefault": false, "Associations": [], "Entries": entries}});
        expected.of("ec2-network-acl-ssh-open", case, facts.clone(), &[], ssh);
        expected.of("ec2-network-acl-rdp-open", case, facts.clone(), &[], rdp);
        expected.of("ec2-network-acl-all-ports-open", case, facts, &[], all);
    }
}

#[test]
fn reachable_instances() {
    let group = |id: &str, rules: Vec<Value>| {
        resource(
            "ec2",
            "security-group",
            &json!({"id": id, "facts": {"DescribeSecurityGroups": {"GroupId": id, "GroupName": id, "IpPermissions": rules, "IpPermissionsEgress": []}}}),
        )
    };
    let table = |id: &str, associations: Value, routes: Value| {
        resource(
            "ec2",
            "route-table",
            &json!({"id": id, "facts": {"DescribeRouteTables": {"VpcId": "vpc-1", "Associations": associations, "Routes": routes}}}),
        )
    };
    let acl = |entries: Vec<Value>| {
        resource(
            "ec2",
            "network-acl",
            &json!({"id": "acl-1", "facts": {"DescribeNetworkAcls": {"Associations": [{"SubnetId": "subnet-1"}], "Entries": entries}}}),
        )
    };
    let open = || {
        vec![
            group("sg-1", vec![tcp("22", &[V4])]),
            group("sg-2", vec![tcp("443", &[V4])]),
            group("sg-3", vec![tcp("22", &[V6])]),
            // An eighth each, in pieces of which none is the internet.
            group("sg-4", parts("64.0.0.0/3", 8).iter().map(|range| tcp("22", &[range])).collect()),
            group("sg-5", parts("128.0.0.0/3", 8).iter().map(|range| tcp("22", &[range])).collect()),
        ]
    };
    let gateway = json!([{"DestinationCidrBlock": V4, "GatewayId": "igw-1", "State": "active"}]);
    let main = json!([{"Main": true}]);
    let instance = |groups: &[&str], address: Option<&str>, ipv6: bool| {
        let groups: Vec<_> = groups.iter().map(|id| json!({"GroupId": id})).collect();
        let v6 = if ipv6 { json!([{"Ipv6Address": "2600::1"}]) } else { json!([]) };
        json!({"DescribeInstances": {"InstanceId": "i-1", "State": {"Name": "running"}, "SubnetId": "subnet-1", "VpcId": "vpc-1", "SecurityGroups": groups,
            "NetworkInterfaces": [{"Groups": groups, "Ipv6Addresses": v6}], "PublicIpAddress": address}})
    };
    let public = instance(&["sg-1"], Some("203.0.113.9"), false);
    let with = |table: Resource, acl: Resource| [open(), vec![table, acl]].concat();
    let all = || acl(vec![entry(100, "allow", "-1", V4, "")]);
    #[rustfmt::skip]
    let cases: Vec<(&str, Value, Vec<Resource>, Is)> = vec![
        ("all four open", public.clone(), with(table("rtb-1", main.clone(), gateway.clone()), all()), Bad),
        ("the second group opens it", instance(&["sg-2", "sg-1"], Some("203.0.113.9"), false), with(table("rtb-1", main.clone(), gateway.clone()), all()), Bad),
        ("the internet in halves of routes", public.clone(), with(table("rtb-1", main.clone(), json!([{"DestinationCidrBlock": HALVES[0], "GatewayId": "igw-1"}, {"DestinationCidrBlock": HALVES[1], "GatewayId": "igw-1"}])), all()), Bad),
        ("IPv6, all four open", instance(&["sg-3"], None, true), with(table("rtb-1", main.clone(), json!([{"DestinationIpv6CidrBlock": V6, "GatewayId": "igw-1"}])), acl(vec![entry(101, "allow", "-1", V6, "")])), Bad),
        ("IPv6 by a gateway that only lets out", instance(&["sg-3"], None, true), with(table("rtb-1", main.clone(), json!([{"DestinationIpv6CidrBlock": V6, "EgressOnlyInternetGatewayId": "eigw-1"}])), acl(vec![entry(101, "allow", "-1", V6, "")])), Good),
        ("an address of IPv4, and a group that opens IPv6", instance(&["sg-3"], Some("203.0.113.9"), false), with(table("rtb-1", main.clone(), gateway.clone()), all()), Good),
        ("an address of IPv6, and a group that opens IPv4", instance(&["sg-1"], None, true), with(table("rtb-1", main.clone(), json!([{"DestinationIpv6CidrBlock": V6, "GatewayId": "igw-1"}])), acl(vec![entry(101, "allow", "-1", V6, "")])), Good),
        ("an address of IPv4, and an ACL that opens IPv6", public.clone(), with(table("rtb-1", main.clone(), gateway.clone()), acl(vec![entry(101, "allow", "-1", V6, "")])), Good),
        ("two groups that open an eighth of the internet each", instance(&["sg-4", "sg-5"], Some("203.0.113.9"), false), with(table("rtb-1", main.clone(), gateway.clone()), all()), Bad),
        ("no address", instance(&["sg-1"], None, false), with(table("rtb-1", main.clone(), gateway.clone()), all()), Good),
        ("IPv6 without a route of it", instance(&["sg-1"], None, true), with(table("rtb-1", main.clone(), gateway.clone()), all()), Good),
        ("no route", public.clone(), with(table("rtb-1", main.clone(), json!([{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}])), all()), Good),
        ("a route to a NAT gateway", public.clone(), with(table("rtb-1", main.clone(), json!([{"DestinationCidrBlock": V4, "NatGatewayId": "nat-1"}])), all()), Good),
        ("a route into nothing", public.clone(), with(table("rtb-1", main.clone(), json!([{"DestinationCidrBlock": V4, "GatewayId": "igw-1", "State": "blackhole"}])), all()), Good),
        ("the ACL closed", public.clone(), with(table("rtb-1", main.clone(), gateway.clone()), acl(vec![entry(90, "deny", "6", V4, "22-22"), entry(100, "allow", "-1", V4, "")])), Good),
        ("the group serves the web", instance(&["sg-2"], Some("203.0.113.9"), false), with(table("rtb-1", main, gateway.clone()), all()), Good),
        ("another subnet's table has the route", public, [open(), vec![table("rtb-1", json!([{"Main": true}]), json!([])), table("rtb-2", json!([{"SubnetId": "subnet-2"}]), gateway), all()]].concat(), Good),
    ];
    let mut expected = Expectations::default();
    for (case, facts, beside, is) in cases {
        expected.of("ec2-instance-reachable-on-admin-port", case, facts, &beside, is);
    }
}
