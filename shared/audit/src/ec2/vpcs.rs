//! VPCs and subnets.

use riposte_core::finding::Severity::{Low, Medium};

use crate::check::{Check, check};
use crate::index::Index;
use crate::verdict::{Answer, Verdict};
use crate::view::View;

pub(crate) static CHECKS: &[Check] = &[
    check("ec2-vpc-not-logged", "The flows of a VPC are not logged", Medium, "ec2", "vpc")
        .cis("3.7", "4.7", "4.7").fsbp(&["EC2.6"])
        .page("An active flow log records what is rejected at least, for the whole VPC: on the VPC, or on each of its subnets.",
            "After an attack nobody can say which machine talked to whom.",
            "aws ec2 create-flow-logs --resource-type VPC --traffic-type ALL.",
            "A VPC that nobody uses: delete it.")
        .detectors(&["flow-logs-deleted"])
        .beside(&[("ec2", "flow-log"), ("ec2", "subnet")], logged),
    check("ec2-vpc-without-ec2-endpoint", "A VPC has no endpoint for EC2's API", Medium, "ec2", "vpc")
        .cis("", "", "6.8").fsbp(&["EC2.10"])
        .page("The VPC has an interface endpoint for EC2.",
            "Calls to EC2 leave the VPC, so that machines need a way to the internet for them.",
            "aws ec2 create-vpc-endpoint for com.amazonaws.REGION.ec2.",
            "Networks that don't call EC2.")
        .beside(&[("ec2", "vpc-endpoint")], |v, index| {
            let (id, service) = (v.resource.label(), format!(".{}.ec2", v.resource.region));
            let mut has = false;
            for endpoint in index.near("ec2", "vpc-endpoint", v.resource) {
                has |= endpoint.text("DescribeVpcEndpoints.VpcId")? == Some(id)
                    && endpoint.text("DescribeVpcEndpoints.ServiceName")?.is_some_and(|name| name.ends_with(&service));
            }
            Verdict::fail_if(!has, "it has no endpoint for EC2", "it has an endpoint for EC2")
        }),
    check("ec2-vpc-default-in-use", "Machines run in a default VPC", Low, "ec2", "vpc")
        .page("Nothing has an interface in the region's default VPC.",
            "All its subnets are public: what lands there stands on the internet.",
            "Move what runs there to a network that was planned, and delete the default VPC.",
            "Accounts for trying things out.")
        .detectors(&["default-vpc-created"])
        .beside(&[("ec2", "network-interface")], |v, index| {
            if !v.flag("DescribeVpcs.IsDefault")? {
                return Ok(Verdict::Skip);
            }
            let id = v.resource.label();
            let mut count = 0_usize;
            for interface in index.near("ec2", "network-interface", v.resource) {
                count += usize::from(interface.text("DescribeNetworkInterfaces.VpcId")? == Some(id));
            }
            Verdict::fail_with((count > 0).then(|| format!("{count} network interfaces are in it")), "nothing is in it")
        }),
    check("ec2-subnet-gives-public-addresses", "A subnet gives public addresses by itself", Medium, "ec2", "subnet")
        .fsbp(&["EC2.15"])
        .page("Instances that are launched into the subnet get no public address by themselves.",
            "Whatever is launched there without a thought stands on the internet.",
            "aws ec2 modify-subnet-attribute --no-map-public-ip-on-launch.",
            "Subnets of public load balancers.")
        .detectors(&["subnet-gives-public-addresses"])
        .each(|v| v.on("DescribeSubnets.MapPublicIpOnLaunch", "it gives public addresses by itself", "it gives no public addresses by itself")),
    check("ec2-vpc-storage-by-internet", "A network's machines reach S3 over the internet", Low, "ec2", "vpc")
        .cis("", "", "6.8")
        .page("A VPC in which something runs has an endpoint for S3.",
            "Data leaves by the way to the internet, where no endpoint policy says into whose buckets.",
            "aws ec2 create-vpc-endpoint for com.amazonaws.REGION.s3, with a policy that names your buckets.",
            "Networks that hold nothing of value.")
        .beside(&[("ec2", "vpc-endpoint"), ("ec2", "network-interface")], |v, index| {
            let id = v.resource.label();
            let mut used = false;
            for interface in index.near("ec2", "network-interface", v.resource) {
                used |= interface.text("DescribeNetworkInterfaces.VpcId")? == Some(id);
            }
            v.fact("DescribeVpcs")?;
            if !used {
                return Ok(Verdict::Skip);
            }
            let mut has = false;
            for endpoint in index.near("ec2", "vpc-endpoint", v.resource) {
                has |= endpoint.text("DescribeVpcEndpoints.VpcId")? == Some(id)
                    && endpoint.text("DescribeVpcEndpoints.ServiceName")?.is_some_and(|name| name.ends_with(".s3"));
            }
            Verdict::fail_if(!has, "it has no endpoint for S3", "it has an endpoint for S3")
        }),
];

fn logged(v: &View<'_>, index: &Index) -> Answer {
    let id = v.resource.label();
    let (mut on, mut partial) = (Vec::new(), 0_usize);
    for log in index.near("ec2", "flow-log", v.resource) {
        let active = log.text("DescribeFlowLogs.FlowLogStatus")?.is_none_or(|status| status == "ACTIVE")
            && log.text("DescribeFlowLogs.DeliverLogsStatus")? != Some("FAILED");
        // What was let through alone does not show who knocked.
        let rejects = log.text("DescribeFlowLogs.TrafficType")? != Some("ACCEPT");
        let of = log.text("DescribeFlowLogs.ResourceId")?.unwrap_or_default().to_owned();
        if active && rejects {
            on.push(of);
        } else if of == id {
            partial += 1;
        }
    }
    if on.iter().any(|of| of == id) {
        return Ok(Verdict::Pass("an active flow log records it".to_owned()));
    }
    let mut subnets = Vec::new();
    for subnet in index.near("ec2", "subnet", v.resource) {
        if subnet.text("DescribeSubnets.VpcId")? == Some(id) {
            subnets.push(subnet.resource.label().to_owned());
        }
    }
    let open = subnets.iter().filter(|subnet| !on.contains(subnet)).count();
    if open == 0 && !subnets.is_empty() {
        return Ok(Verdict::Pass("active flow logs record each of its subnets".to_owned()));
    }
    Ok(Verdict::Fail(if open < subnets.len() {
        format!("flow logs record some of its subnets, and {open} of {} not", subnets.len())
    } else if partial > 0 {
        "its flow log is not active, fails to deliver, or records only what is accepted".to_owned()
    } else {
        "no flow log records it".to_owned()
    }))
}
