use std::collections::BTreeSet;

use super::*;

#[test]
fn every_combination_is_told_apart() {
    let ids: BTreeSet<_> = COMBINATIONS.iter().map(|c| c.id).collect();
    let titles: BTreeSet<_> = COMBINATIONS.iter().map(|c| c.title).collect();
    let actions: BTreeSet<_> = COMBINATIONS.iter().map(|c| c.actions).collect();
    assert_eq!([ids.len(), titles.len(), actions.len()], [COMBINATIONS.len(); 3]);
    assert!(ids.iter().all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')));
}

#[test]
fn every_combination_is_well_formed() {
    for Combination { id, title, way, actions, .. } in COMBINATIONS {
        assert!(!title.is_empty() && !title.ends_with('.'), "{id}");
        assert!(actions.iter().all(|action| action.split_once(':').is_some_and(|(_, call)| !call.is_empty())), "{id}");
        assert_eq!(matches!(way, Way::PassRole(_)), actions.first() == Some(&"iam:PassRole"), "{id}");
        if let Way::PassRole(services) = way {
            assert!(actions.len() > 1 && !services.is_empty(), "{id}");
            assert!(services.iter().all(|service| service.ends_with(".amazonaws.com")), "{id}");
        }
    }
}
