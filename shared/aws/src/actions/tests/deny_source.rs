//! `deny-source`: one entry in the network ACL of the attacked host's subnet.

use super::Bench;
use crate::actions::Planned;
use crate::fault::Kind;
use crate::testing::{Acl, Aws, Entry, lay_host};
use riposte_core::action::DenySource;

fn bench(aws: &Aws, address: &str, stream: &str) -> Bench {
    let (group, stream) = ("/var/log/secure".to_owned(), stream.to_owned());
    Bench::new(aws, DenySource { address: address.parse().unwrap(), group, stream }.into())
}

fn laid() -> Aws {
    let aws = Aws::new();
    aws.world(lay_host);
    aws
}

fn acls(aws: &Aws) -> Vec<Acl> {
    aws.world(|world| world.ec2.acls.clone())
}

const HOST: &str = "i-0123456789abcdef0";

#[tokio::test]
async fn an_entry_before_the_allows_comes_and_goes() {
    for (address, cidr) in [
        ("198.51.100.9", "198.51.100.9/32"),
        ("2001:db8::9", "2001:db8::/64"),
        ("::ffff:198.51.100.9", "198.51.100.9/32"),
    ] {
        for page in [0, 1] {
            let aws = laid();
            aws.world(|world| world.ec2.page = page);
            let before = acls(&aws);
            let bench = bench(&aws, address, HOST);
            let plan = bench.contained().await;
            let mut expected = before.clone();
            expected[1].entries.push(Entry::new(99, false, cidr));
            assert_eq!(acls(&aws), expected, "{address}");
            bench.undone(&plan).await;
            assert_eq!(acls(&aws), before, "{address}");
            assert_eq!(bench.undo(&plan).await.unwrap(), Vec::<String>::new(), "an undo may run again");
        }
    }
}

#[tokio::test]
async fn the_host_is_found_by_its_private_address_too() {
    let aws = laid();
    bench(&aws, "198.51.100.9", "ip-10-0-1-5.eu-west-1.compute.internal").contained().await;
    assert_eq!(acls(&aws)[1].entries.len(), 5);
}

#[tokio::test]
async fn a_subnet_without_an_acl_of_its_own_has_the_networks_default() {
    let aws = laid();
    aws.world(|world| world.ec2.acl("acl-1").subnets.clear());
    let plan = bench(&aws, "198.51.100.9", HOST).contained().await;
    assert!(plan.resource_arn.ends_with("network-acl/acl-0"), "{}", plan.resource_arn);
    assert_eq!(acls(&aws)[1].entries.len(), 4);
}

#[tokio::test]
async fn a_host_that_cannot_be_told_gets_no_action() {
    for (stream, why) in [
        ("web-1", "neither an instance id nor a private address"),
        ("i-00000000000000009", "no longer exists"),
        ("ip-10-9-9-9", "no instance has the id or address"),
        ("i-00000000000000002", "in no subnet"),
    ] {
        let aws = laid();
        let planned = bench(&aws, "198.51.100.9", stream).planned().await.unwrap();
        assert!(matches!(&planned, Planned::Impossible(told) if told.contains(why)), "{stream}: {planned:?}");
    }
    let aws = laid();
    aws.world(|world| {
        let mut twin = world.ec2.instances[0].clone();
        "i-0000000000000000a".clone_into(&mut twin.id);
        world.ec2.instances.push(twin);
    });
    let planned = bench(&aws, "198.51.100.9", "ip-10-0-1-5").planned().await.unwrap();
    assert!(matches!(&planned, Planned::Impossible(told) if told.contains("more than one instance")), "{planned:?}");
}

#[tokio::test]
async fn an_address_of_our_own_networks_is_not_even_looked_up() {
    let aws = laid();
    let planned = bench(&aws, "10.0.1.6", HOST).planned().await.unwrap();
    assert!(matches!(&planned, Planned::Impossible(told) if told.contains("private network")), "{planned:?}");
    assert_eq!(aws.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn without_a_free_number_before_the_allows_nothing_is_done() {
    let aws = laid();
    aws.world(|world| world.ec2.acl("acl-1").entries.push(Entry::new(1, true, "10.0.0.0/8")));
    let planned = bench(&aws, "198.51.100.9", HOST).planned().await.unwrap();
    assert!(matches!(&planned, Planned::Impossible(told) if told.contains("no free number")), "{planned:?}");
}

#[tokio::test]
async fn a_number_that_was_taken_since_the_reading_is_a_conflict() {
    let aws = laid();
    let bench = bench(&aws, "198.51.100.9", HOST);
    let plan = bench.plan().await;
    aws.world(|world| world.ec2.acl("acl-1").entries.push(Entry::new(99, false, "203.0.113.7/32")));
    assert_eq!(bench.apply(&plan).await.unwrap_err().kind, Kind::Conflict);
    assert!(bench.apply(&bench.plan().await).await.is_ok());
}

#[tokio::test]
async fn an_address_that_is_denied_already_needs_nothing() {
    let aws = laid();
    aws.world(|world| world.ec2.acl("acl-1").entries.push(Entry::new(7, false, "198.51.100.9/32")));
    let plan = bench(&aws, "198.51.100.9", HOST).plan().await;
    assert_eq!(plan.changes, vec![]);
    assert_eq!(plan.note.as_deref(), Some("the address is denied already"));
}

#[tokio::test]
async fn an_entry_that_is_no_longer_ours_is_not_deleted() {
    let aws = laid();
    let bench = bench(&aws, "198.51.100.9", HOST);
    let plan = bench.contained().await;
    aws.world(|world| world.ec2.acl("acl-1").entries.last_mut().unwrap().v4 = Some("203.0.113.7/32".to_owned()));
    let before = acls(&aws);
    let refused = bench.undo(&plan).await.unwrap_err();
    assert!(refused.to_string().contains("no longer the one that was made"), "{refused}");
    assert_eq!(acls(&aws), before);
}
