//! `revoke-ingress`: exactly the offending rules.

use riposte_core::net::IngressRule;

use super::Bench;
use crate::testing::{Aws, Rule, lay_group, rule};

fn wanted(id: Option<&str>, port: i32, cidr: &str) -> IngressRule {
    IngressRule {
        rule_id: id.map(str::to_owned),
        from_port: Some(port),
        to_port: Some(port),
        cidr: cidr.to_owned(),
        ..rule()
    }
}

fn bench(aws: &Aws, rules: Vec<IngressRule>) -> Bench {
    Bench::new(aws, crate::testing::closing(rules))
}

fn laid(more: Vec<Rule>) -> Aws {
    let aws = Aws::new();
    aws.world(|world| {
        lay_group(world);
        world.ec2.group("sg-1").rules.extend(more);
    });
    aws
}

fn rules(aws: &Aws) -> Vec<Rule> {
    aws.world(|world| world.ec2.group("sg-1").rules.clone())
}

#[tokio::test]
async fn several_rules_of_both_families_go_in_one_call_and_the_rest_stays() {
    let more = vec![
        Rule::tcp("sgr-6", 22, "::/0").described("oops", &[("by", "mallory"), ("why", "<&>")]),
        Rule::tcp("sgr-half", 22, "0.0.0.0/1").described("half", &[]),
        Rule::tcp("sgr-v6web", 443, "::/0"),
    ];
    let aws = laid(more);
    let before = rules(&aws);
    let offending =
        vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0"), wanted(Some("sgr-6"), 22, "::/0"), wanted(None, 22, "0.0.0.0/1")];
    let bench = bench(&aws, offending);
    let plan = bench.contained().await;
    let expected: Vec<Rule> =
        before.iter().filter(|rule| !["sgr-1", "sgr-6", "sgr-half"].contains(&rule.id.as_str())).cloned().collect();
    assert_eq!(rules(&aws), expected);
    assert_eq!(aws.changes(), ["ec2:RevokeSecurityGroupIngress"]);

    bench.undone(&plan).await;

    let contents = |rules: &[Rule]| {
        let mut contents: Vec<_> = rules.iter().map(|rule| format!("{:?}", rule.content())).collect();
        contents.sort();
        contents
    };
    assert_eq!(contents(&rules(&aws)), contents(&before), "descriptions and tags too");
    assert_eq!(aws.changes().len(), 2, "rules with tags of their own take a call of their own");
}

#[tokio::test]
async fn rules_are_found_on_every_page() {
    for page in 1..=8 {
        let aws = laid(vec![]);
        aws.world(|world| world.ec2.page = page);
        let before = rules(&aws);
        let bench = bench(&aws, vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0")]);
        let plan = bench.contained().await;
        assert_eq!(plan.before.0.len(), before.len(), "{page} on a page");
        assert_eq!(rules(&aws).len(), before.len() - 1, "{page} on a page");
    }
}

#[tokio::test]
async fn a_rule_is_found_without_its_id_by_what_it_allows() {
    for cidr in ["0.0.0.0/0", "208.236.235.254/0"] {
        let aws = laid(vec![]);
        bench(&aws, vec![wanted(None, 22, cidr)]).contained().await;
        assert!(!rules(&aws).iter().any(|rule| rule.id == "sgr-1"), "{cidr}");
    }
}

#[tokio::test]
async fn all_ports_are_all_ports_however_they_are_written() {
    let every =
        |protocol: &str, from, to| Rule { protocol: protocol.to_owned(), from, to, ..Rule::tcp("sgr-all", 0, "::/0") };
    for (live, from, to) in [(every("-1", -1, -1), None, None), (every("-1", -1, -1), Some(0), Some(65_535))] {
        let aws = laid(vec![live]);
        let all = IngressRule { protocol: "-1".to_owned(), from_port: from, to_port: to, ..wanted(None, 0, "::/0") };
        bench(&aws, vec![all]).contained().await;
        assert!(!rules(&aws).iter().any(|rule| rule.id == "sgr-all"));
    }
}

#[tokio::test]
async fn a_rule_that_was_changed_since_the_event_is_left_alone() {
    for changed in [
        Rule::tcp("sgr-1", 22, "10.0.0.0/8"),
        Rule::tcp("sgr-1", 443, "0.0.0.0/0"),
        Rule { protocol: "udp".to_owned(), ..Rule::tcp("sgr-1", 22, "0.0.0.0/0") },
        Rule { egress: true, ..Rule::tcp("sgr-1", 22, "0.0.0.0/0") },
    ] {
        let aws = laid(vec![]);
        aws.world(|world| world.ec2.group("sg-1").rules[1] = changed.clone());
        let plan = bench(&aws, vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0")]).plan().await;
        assert_eq!(plan.changes, vec![], "{changed:?}");
        assert!(plan.note.unwrap().contains("no longer offend"));
    }
}

#[tokio::test]
async fn a_rule_made_anew_under_another_id_is_another_events_business() {
    let aws = laid(vec![]);
    aws.world(|world| "sgr-other".clone_into(&mut world.ec2.group("sg-1").rules[1].id));
    let plan = bench(&aws, vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0")]).plan().await;
    assert_eq!(plan.changes, vec![]);
}

#[tokio::test]
async fn an_undo_that_was_interrupted_restores_only_what_is_missing() {
    let aws = laid(vec![Rule::tcp("sgr-6", 22, "::/0").described("tagged", &[("a", "b")])]);
    let bench = bench(&aws, vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0"), wanted(Some("sgr-6"), 22, "::/0")]);
    let plan = bench.contained().await;
    // The first of its two calls was made.
    aws.world(|world| world.ec2.group("sg-1").rules.push(Rule::tcp("sgr-restored", 22, "0.0.0.0/0")));
    bench.undone(&plan).await;
    assert_eq!(aws.changes(), ["ec2:AuthorizeSecurityGroupIngress"]);
    // Nothing is missing any more.
    assert_eq!(bench.undo(&plan).await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn the_groups_tags_and_arn_reach_the_guardrails() {
    let aws = laid(vec![]);
    aws.world(|world| world.ec2.group("sg-1").tags = [("owner".to_owned(), "net & co".to_owned())].into());
    let plan = bench(&aws, vec![wanted(Some("sgr-1"), 22, "0.0.0.0/0")]).plan().await;
    assert_eq!(plan.tags.get("owner").map(String::as_str), Some("net & co"));
    assert_eq!(plan.resource_arn, "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1");
}
