//! What security groups let in.

use riposte_core::action::ActionId;
use riposte_core::finding::Severity::{Critical, High, Low, Medium};
use riposte_core::net::{IngressRule, Transport, admin_ports};

use super::rules::{LISTS, Ports, Rules};
use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Verdict};
use crate::view::View;

const OPEN: &[&str] = &["open-admin-port", "open-all-ports"];

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-security-group-all-ports-open", "A security group lets the internet in to all ports", Critical, "ec2", "security-group")
        .cis("5.3 5.4", "6.3 6.4", "6.3 6.4")
        .page("No rules open all ports of TCP or of UDP to the internet, alone or several together, in whatever spelling of ranges.",
            "Whatever listens behind it, now or later, is there for everybody.",
            "Revoke the rule; open the one port that is needed, to those who need it.",
            "None that we know of.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| {
            let rules = Rules::of(v, index)?;
            let names: Vec<_> = rules.every_port().iter().map(IngressRule::label).collect();
            told(&rules, &names, "it lets the internet in to all ports", "all ports")
        }),
    check("ec2-security-group-ssh-open", "A security group lets the internet in to SSH", High, "ec2", "security-group")
        .cis("5.3 5.4", "6.3 6.4", "6.3 6.4").fsbp(&["EC2.13"])
        .page("No rule opens TCP port 22 to the internet, over IPv4 or IPv6, alone or several together.",
            "Port 22 is tried around the clock; one weak password or leaked key is enough.",
            "Revoke the rule; use Session Manager, or name the ranges that people come from.",
            "A bastion that is meant for everybody, which there should not be.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| open(v, index, Ports::One(Transport::Tcp, 22), "SSH (port 22)")),
    check("ec2-security-group-rdp-open", "A security group lets the internet in to RDP", High, "ec2", "security-group")
        .cis("5.3 5.4", "6.3 6.4", "6.3 6.4").fsbp(&["EC2.14"])
        .page("No rule opens TCP port 3389 to the internet, over IPv4 or IPv6, alone or several together.",
            "Remote desktops are the first door of ransomware.",
            "Revoke the rule; use Fleet Manager or a VPN.",
            "None that we know of.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| open(v, index, Ports::One(Transport::Tcp, 3389), "RDP (port 3389)")),
    check("ec2-security-group-cifs-open", "A security group lets the internet in to file shares", High, "ec2", "security-group")
        .cis("5.1.2", "6.1.2", "6.1.2")
        .page("No rule opens TCP port 445 or 139 (SMB, CIFS) to the internet.",
            "Worms that live on open file shares still roam; a share is stolen or encrypted whole.",
            "Revoke the rule; reach shares over a VPN.",
            "None that we know of.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| open_ports(v, index, &[445, 139], "file shares")),
    check("ec2-security-group-high-risk-port-open", "A security group lets the internet in to a port of high risk", Critical, "ec2", "security-group")
        .fsbp(&["EC2.19"])
        .page("No rule opens one of these TCP ports to the internet: 20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300.",
            "Behind them are logins, databases, mail and consoles that were never meant for everybody.",
            "Revoke the rule, or name who may come.",
            "A public service on port 8080: put a load balancer before it.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| open_ports(v, index, &HIGH_RISK, "ports of high risk")),
    check("ec2-security-group-data-port-open", "A security group lets the internet in to a database or console", High, "ec2", "security-group")
        .page("No rule opens a port on which databases, caches, container engines or other consoles listen to the internet.",
            "Open databases are found within a day, copied and held to ransom.",
            "Revoke the rule; let in the application's group alone.",
            "Another service that happens to listen on such a port.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| {
            let rules = Rules::of(v, index)?;
            let open = |port: &&riposte_core::net::AdminPort| {
                let transport = if port.transport == Transport::Udp { Transport::Udp } else { Transport::Tcp };
                !rules.open(Ports::One(transport, port.port)).is_empty()
            };
            let names: Vec<_> = admin_ports().iter().filter(open).map(|port| format!("{} ({})", port.port, port.service)).collect();
            told(&rules, &names, "it lets the internet in to", "databases and consoles")
        }),
    check("ec2-security-group-unauthorized-port-open", "A security group lets the internet in to more than the web's ports", High, "ec2", "security-group")
        .fsbp(&["EC2.18"])
        .page("Of what has ports, TCP port 80 or 443 is open to the internet and nothing else.",
            "Every other port is a service that somebody forgot, or opened for a day.",
            "Revoke the rule, or name who may come.",
            "Mail, DNS and VPN servers, games: mute those groups with the reason.")
        .detectors(OPEN).action(ActionId::RevokeIngress)
        .with(LISTS, |v, index| {
            open(v, index, Ports::Spans(&|span| span.is_some_and(|span| !span.is_within(&[80, 443]))), "other ports than 80 and 443")
        }),
    check("ec2-security-group-default-not-empty", "A VPC's default security group lets traffic pass", High, "ec2", "security-group")
        .cis("5.5", "6.5", "6.5").fsbp(&["EC2.2"])
        .page("The group named `default` has no rules, neither in nor out.",
            "What is launched without a group gets the default one, and with it whatever that lets in.",
            "Revoke all rules of the default group, and give everything a group of its own.",
            "A VPC that nobody uses: delete it.")
        .each(|v| {
            if v.text("DescribeSecurityGroups.GroupName")? != Some("default") {
                return Ok(Verdict::Skip);
            }
            let (ingress, egress) = (v.list("DescribeSecurityGroups.IpPermissions")?, v.list("DescribeSecurityGroups.IpPermissionsEgress")?);
            Verdict::fail_if(!ingress.is_empty() || !egress.is_empty(),
                "the default security group has rules", "the default security group has no rules")
        }),
    check("ec2-security-group-unused", "A security group is used by nothing", Low, "ec2", "security-group")
        .fsbp(&["EC2.22"])
        .page("The group is on some network interface, or another group's rules name it.",
            "A group that nobody uses is a rule set that nobody reviews, ready to be put on something.",
            "Delete the group.",
            "A group that is kept for launches to come: those of launch templates and auto scaling.")
        .beside(&[("ec2", "network-interface"), ("ec2", "instance"), ("ec2", "launch-template")], unused),
    check("ec2-security-group-on-many-instances", "One security group is on very many interfaces", Low, "ec2", "security-group")
        .page("No group is on more than 50 network interfaces.",
            "A rule that one of them needs opens all of them.",
            "Split the group by what the machines do.",
            "Fleets of like machines behind one load balancer.")
        .beside(&[("ec2", "network-interface")], |v, index| {
            let id = v.resource.label();
            let count = index.near("ec2", "network-interface", v.resource).filter(|interface| has_group(interface, id)).count();
            let wrong = (count > 50).then(|| format!("it is on {count} network interfaces"));
            Verdict::fail_with(wrong, "it is on no more than 50 network interfaces")
        }),
    check("ec2-security-group-egress-unrestricted", "A security group lets everything out", Medium, "ec2", "security-group")
        .page("No egress rule lets all traffic out to the internet.",
            "What breaks in calls home and carries data off by any port.",
            "Let out what is needed: HTTPS to the services, the database's port.",
            "Most groups, since AWS makes them so: begin with the groups of databases.")
        .each(|v| {
            let rules = v.list("DescribeSecurityGroups.IpPermissionsEgress")?;
            let open = rules.iter().any(|rule| {
                let all = crate::view::text(rule, "IpProtocol") == Some("-1");
                let v4 = crate::view::list(rule, "IpRanges").iter().filter_map(|r| crate::view::text(r, "CidrIp"));
                let v6 = crate::view::list(rule, "Ipv6Ranges").iter().filter_map(|r| crate::view::text(r, "CidrIpv6"));
                all && !riposte_core::net::cidr::internet_ranges(&v4.chain(v6).collect::<Vec<_>>()).is_empty()
            });
            Verdict::fail_if(open, "it lets all traffic out to everywhere", "it does not let all traffic out")
        }),
];

pub(crate) const HIGH_RISK: [u16; 24] = [
    20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500, 5601, 8080, 8088,
    8888, 9200, 9300,
];

fn open(v: &View<'_>, index: &Index, ports: Ports<'_>, what: &str) -> Answer {
    let rules = Rules::of(v, index)?;
    let names = rules.open(ports);
    told(&rules, &names, &format!("it lets the internet in to {what}"), what)
}

fn open_ports(v: &View<'_>, index: &Index, ports: &[u16], what: &str) -> Answer {
    let rules = Rules::of(v, index)?;
    let open = ports.iter().filter(|port| !rules.open(Ports::One(Transport::Tcp, **port)).is_empty());
    let names: Vec<_> = open.map(ToString::to_string).collect();
    told(&rules, &names, "it lets the internet in to the ports", what)
}

/// A group with a prefix list that is not known is not known to be closed.
fn told(rules: &Rules, names: &[String], bad: &str, what: &str) -> Answer {
    if names.is_empty() {
        rules.known()?;
    }
    Verdict::fail_for(names, bad, &format!("it does not let the internet in to {what}"))
}

fn has_group(interface: &View<'_>, id: &str) -> bool {
    let groups = interface.list("DescribeNetworkInterfaces.Groups").unwrap_or_default();
    groups.iter().any(|group| crate::view::text(group, "GroupId") == Some(id))
}

fn unused(v: &View<'_>, index: &Index) -> Answer {
    if v.text("DescribeSecurityGroups.GroupName")? == Some("default") {
        return Ok(Verdict::Skip);
    }
    let id = v.resource.label();
    if index.near("ec2", "network-interface", v.resource).any(|interface| has_group(&interface, id)) {
        return Ok(Verdict::Pass("it is on a network interface".to_owned()));
    }
    let on_instance = |instance: View<'_>| super::reach::group_ids(&instance).is_ok_and(|ids| ids.contains(&id));
    if index.near("ec2", "instance", v.resource).any(on_instance) {
        return Ok(Verdict::Pass("it is on an instance".to_owned()));
    }
    let named = |other: &View<'_>| {
        let rules = |list: &str| other.list(&format!("DescribeSecurityGroups.{list}")).unwrap_or_default().iter();
        rules("IpPermissions").chain(rules("IpPermissionsEgress")).any(|rule| {
            let pairs = crate::view::list(rule, "UserIdGroupPairs");
            pairs.iter().any(|pair| crate::view::text(pair, "GroupId") == Some(id))
        })
    };
    if index.near("ec2", "security-group", v.resource).any(|other| other.resource.label() != id && named(&other)) {
        return Ok(Verdict::Pass("another group's rules name it".to_owned()));
    }
    let quoted = format!("\"{id}\"");
    let templates = index.near("ec2", "launch-template", v.resource).any(|template| {
        template
            .get("DescribeLaunchTemplateVersions")
            .ok()
            .flatten()
            .is_some_and(|all| all.to_string().contains(&quoted))
    });
    Verdict::fail_if(!templates, "it is on no network interface, and nothing names it", "a launch template names it")
}
