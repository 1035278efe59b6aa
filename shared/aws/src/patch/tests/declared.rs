//! Declared security groups on the schedule: from Parameter Store and from S3, created and brought to their rules.

use riposte_core::incident::State;
use serde_json::{Value, json};

use super::Fleet;
use super::function::{deliver, tick};
use super::manager::account;

const WEB: &str = r#"{"groups":[{"vpc":"vpc-1","name":"web","description":"the site","ingress":[
    {"protocol":"tcp","ports":"443","peers":["0.0.0.0/0"]}]}]}"#;

/// An account without nodes, whose settings name the declaration.
fn fleet(source: &str) -> Fleet {
    Fleet::of(account(&[]), &format!(r#"{{"groups":"{source}"}}"#))
}

fn group(fleet: &Fleet) -> Value {
    fleet.state(|state| state["security_group"].clone())
}

#[tokio::test]
async fn a_declared_group_is_created_and_brought_to_its_rules_from_either_place() {
    for source in ["/riposte/patch/groups/web", "s3://riposte-patch-111122223333/groups.json"] {
        let fleet = fleet(source);
        fleet.state(|state| {
            state["parameters"]["/riposte/patch/groups/web"] = json!(WEB);
            state["objects"] = json!({ "riposte-patch-111122223333/groups.json": WEB });
        });
        tick(&fleet).await;
        let made = group(&fleet);
        assert_eq!(
            (made["GroupName"].as_str(), made["Description"].as_str()),
            (Some("web"), Some("the site")),
            "{source}"
        );
        assert_eq!(made["rules"][0]["FromPort"], 443, "{source}");
        let incidents = fleet.incidents().await;
        assert_eq!(incidents.len(), 2, "{source}: {incidents:?}");
        assert!(incidents.iter().all(|incident| incident.state == State::Verified), "{source}: {incidents:?}");
        // The next tick finds nothing to do, and says nothing.
        tick(&fleet).await;
        assert_eq!(fleet.incidents().await.len(), 2, "{source}");
    }
}

#[tokio::test]
async fn a_declaration_that_is_wrong_changes_nothing() {
    let fleet = fleet("/riposte/patch/groups/web");
    fleet.state(|state| state["parameters"]["/riposte/patch/groups/web"] = json!(WEB.replace("443", "443-80")));
    let refused = deliver(&fleet).await.unwrap_err().to_string();
    assert!(refused.contains("group `web`, ingress rule 1: `ports` must be"), "{refused}");
    assert!(group(&fleet).is_null() && fleet.incidents().await.is_empty());
}
