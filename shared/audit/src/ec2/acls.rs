//! What network ACLs let in.

use riposte_core::finding::Severity::{High, Low, Medium};

use super::acl::open_to_internet;
use crate::check::{Check, check};
use crate::verdict::{Answer, Verdict};
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-network-acl-all-ports-open", "A network ACL lets the internet in to all ports", High, "ec2", "network-acl")
        .cis("5.2", "6.2", "6.2")
        .page("The ACL does not let the internet in to each of these ports alike: administration, databases, and a port that nobody uses.",
            "The ACL is the last wall where a security group was opened by mistake; one that lets all pass is none.",
            "Allow the ports that the subnet serves, and deny administration ports from outside.",
            "Public subnets whose security groups are kept by Riposte's guards.")
        .detectors(&["network-acl-wide-entry"])
        .each(|v| {
            let mut all = true;
            for port in [22, 3389, 1433, 3306, 5432, 47_113] {
                all &= open_to_internet(v, "6", port)?;
            }
            Verdict::fail_if(all, "it lets the internet in to all ports", "it does not let the internet in to all ports")
        }),
    check("ec2-network-acl-ssh-open", "A network ACL lets the internet in to SSH", Medium, "ec2", "network-acl")
        .cis("5.2", "6.2", "6.2").fsbp(&["EC2.21"])
        .page("No entry that takes effect lets the internet in to TCP port 22.",
            "The ACL is the last wall where a security group was opened by mistake.",
            "Deny port 22 from outside before the entry that allows, or allow named ranges.",
            "The default ACL of a VPC that lies behind other walls.")
        .detectors(&["open-network-acl"])
        .each(|v| port(v, 22)),
    check("ec2-network-acl-rdp-open", "A network ACL lets the internet in to RDP", Medium, "ec2", "network-acl")
        .cis("5.2", "6.2", "6.2").fsbp(&["EC2.21"])
        .page("No entry that takes effect lets the internet in to TCP port 3389.",
            "The ACL is the last wall where a security group was opened by mistake.",
            "Deny port 3389 from outside before the entry that allows, or allow named ranges.",
            "The default ACL of a VPC that lies behind other walls.")
        .detectors(&["open-network-acl"])
        .each(|v| port(v, 3389)),
    check("ec2-network-acl-unused", "A network ACL guards no subnet", Low, "ec2", "network-acl")
        .fsbp(&["EC2.16"])
        .page("The ACL is on some subnet, or is the VPC's default.",
            "Who reviews walls reads entries that have no effect, and may take them for some that have.",
            "Delete the ACL.",
            "An ACL kept ready for an emergency.")
        .each(|v| {
            if v.flag("DescribeNetworkAcls.IsDefault")? {
                return Ok(Verdict::Skip);
            }
            v.unset("DescribeNetworkAcls.Associations", "it guards no subnet", "it guards a subnet")
        }),
];

fn port(v: &View<'_>, port: u16) -> Answer {
    let open = open_to_internet(v, "6", port)?;
    let (bad, good) =
        (format!("it lets the internet in to port {port}"), format!("it does not let the internet in to port {port}"));
    Verdict::fail_if(open, &bad, &good)
}
