//! What an attacker may try to make too large, too many, or to have changed by the wrong hand.

use riposte_core::action::{DeleteInlinePolicy, DenySource, DetachManagedPolicy};
use riposte_core::finding::IamPrincipal;

use super::Bench;
use super::iam::principals;
use crate::actions::Planned;
use crate::testing::{ADMIN, Aws, Entry, Principal, Rule, lay_host};

/// A rule with as many tags as AWS takes, each as long as AWS takes them.
fn heavy(id: &str, port: i32, cidr: &str) -> Rule {
    let mut rule = Rule::tcp(id, port, cidr);
    rule.tags = (0..50).map(|number| (format!("{number:0>128}"), "v".repeat(256))).collect();
    rule
}

fn close_ssh(aws: &Aws) -> Bench {
    Bench::new(aws, crate::testing::closing(vec![crate::testing::rule()]))
}

#[tokio::test]
async fn the_tags_of_other_rules_do_not_fill_the_record() {
    let aws = Aws::new();
    aws.world(|world| {
        let rules = &mut world.ec2.groups.entry("sg-1".to_owned()).or_default().rules;
        rules.push(Rule::tcp("sgr-1", 22, "0.0.0.0/0"));
        rules.extend((0..60).map(|n| heavy(&format!("sgr-h{n}"), 443, &format!("10.0.{n}.0/24"))));
    });
    let plan = close_ssh(&aws).contained().await;
    let size = serde_json::to_string(&plan).unwrap().len();
    assert!(size < 100_000, "{size} bytes");
    assert_eq!(plan.changes.len(), 1);
}

#[tokio::test]
async fn the_tags_of_many_offending_rules_are_given_up_before_the_answer_is() {
    let aws = Aws::new();
    let rules: Vec<Rule> = (0..40).map(|n| heavy(&format!("sgr-{n}"), 2000 + n, "0.0.0.0/0")).collect();
    let wanted = rules.iter().map(|rule| {
        let port = Some(rule.from);
        riposte_core::net::IngressRule {
            rule_id: Some(rule.id.clone()),
            from_port: port,
            to_port: port,
            ..crate::testing::rule()
        }
    });
    let response = crate::testing::closing(wanted.collect());
    aws.world(|world| world.ec2.groups.entry("sg-1".to_owned()).or_default().rules = rules);
    let plan = Bench::new(&aws, response).contained().await;
    assert!(serde_json::to_string(&plan).unwrap().len() < 200_000);
    assert!(plan.note.as_deref().is_some_and(|note| note.contains("are not kept")), "{:?}", plan.note);
    let [undo] = plan.undo.as_slice() else { panic!("{:?}", plan.undo) };
    assert_eq!(undo.change.parameters["IpPermissions"].as_array().unwrap().len(), 40);
    assert!(undo.change.parameters.get("TagSpecifications").is_none());
}

#[tokio::test]
async fn room_stays_in_the_network_acl_for_operators() {
    let aws = Aws::new();
    aws.world(|world| {
        lay_host(world);
        let entries = &mut world.ec2.acl("acl-1").entries;
        entries.extend((0..10).map(|n| Entry::new(99 - n, false, &format!("203.0.113.{n}/32"))));
    });
    let deny = |address: &str| {
        let (group, stream) = ("/var/log/secure".to_owned(), "i-0123456789abcdef0".to_owned());
        Bench::new(&aws, DenySource { address: address.parse().unwrap(), group, stream }.into())
    };
    let planned = deny("198.51.100.9").planned().await.unwrap();
    assert!(matches!(&planned, Planned::Impossible(why) if why.contains("denies 10 single addresses")), "{planned:?}");
    let denied = deny("203.0.113.3").plan().await;
    assert_eq!(denied.note.as_deref(), Some("the address is denied already"));
}

#[tokio::test]
async fn roles_that_aws_manages_are_told_and_not_tried() {
    let name = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123".to_owned();
    let aws = Aws::new();
    let mut role = Principal { attached: vec![ADMIN.to_owned()], ..Principal::default() };
    role.inline.insert("door".to_owned(), crate::testing::DOCUMENT.to_owned());
    aws.world(|world| world.iam.principals.insert(format!("role/{name}"), role));
    let principal = IamPrincipal::Role(name);
    for response in [
        DetachManagedPolicy { principal: principal.clone(), policy_arn: ADMIN.to_owned() }.into(),
        DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into(),
    ] {
        let planned = Bench::new(&aws, response).planned().await.unwrap();
        assert!(matches!(&planned, Planned::Impossible(why) if why.contains("only AWS can change")), "{planned:?}");
    }
}

#[tokio::test]
async fn an_inline_policy_that_was_made_harmless_since_is_left_alone() {
    for principal in principals() {
        let aws = super::iam::laid();
        let harmless = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
        aws.world(|world| {
            world.iam.of(&principal.to_string()).inline.insert("door".to_owned(), harmless.to_owned());
        });
        let plan =
            Bench::new(&aws, DeleteInlinePolicy { principal, policy_name: "door".to_owned(), digest: None }.into())
                .plan()
                .await;
        assert_eq!(plan.changes, vec![]);
        assert!(plan.note.as_deref().is_some_and(|note| note.contains("no power")), "{:?}", plan.note);
    }
}
