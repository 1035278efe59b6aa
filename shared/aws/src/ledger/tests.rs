//! The ledger on a table in memory: the list, and what DynamoDB may refuse.

use riposte_core::finding::Finding;
use riposte_core::incident::{Incident, State, Step};
use riposte_core::settings::Mode;

use super::memory::{Memory, Recalled};
use super::{Ledger, LedgerError, Opened, Part, Wanted};
use crate::testing::{Aws, CASES, Fault, Function, finding, hurried, invocation};

fn ledger(aws: &Aws) -> Ledger {
    Function::new(aws).ledger()
}

/// The ledger as another process has it.
fn another(aws: &Aws) -> Ledger {
    ledger(aws)
}

fn incident(number: i64) -> Incident {
    let mut finding: Finding = finding();
    finding.scope.event_id = format!("e-{number}");
    finding.target = (CASES[0].finding)().target;
    Incident::open(finding, "ingress-guard", Mode::Live, 1_767_323_045_000 + number)
}

/// Opens, finishes and gives back.
async fn record(ledger: &Ledger, incident: Incident) {
    match ledger.open(incident, &invocation()).await.unwrap() {
        Opened::Held(mut held) => ledger.finish(&mut held).await.unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn incidents_are_listed_newest_first_over_all_pages() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for number in [3, 1, 4, 0, 2] {
        record(&ledger, incident(number)).await;
    }
    for page in 0..=6 {
        aws.world(|world| world.table.page = page);
        let listed = ledger.list(100).await.unwrap();
        let opened: Vec<i64> = listed.incidents.iter().map(|i| i.opened_ms - 1_767_323_045_000).collect();
        assert_eq!(opened, [4, 3, 2, 1, 0], "{page} on a page");
        let first = ledger.list(2).await.unwrap();
        assert_eq!((first.incidents.len(), first.more), (2, true), "{page} on a page");
        let wanted = Wanted { after: first.incidents.last(), ..Wanted::default() };
        let second = ledger.list_of(&wanted, 10, |_| true).await.unwrap();
        let opened: Vec<i64> = second.incidents.iter().map(|i| i.opened_ms - 1_767_323_045_000).collect();
        assert_eq!((opened, second.more), (vec![2, 1, 0], false), "{page} on a page");
        let (since, until) = (1_767_323_045_001, 1_767_323_045_004);
        let wanted = Wanted { since_ms: Some(since), until_ms: Some(until), after: None };
        let between = ledger.list_of(&wanted, 10, |incident| incident.opened_ms != 1_767_323_045_002).await.unwrap();
        let opened: Vec<i64> = between.incidents.iter().map(|i| i.opened_ms - 1_767_323_045_000).collect();
        assert_eq!(opened, [3, 1], "{page} on a page");
    }
}

#[tokio::test]
async fn a_part_of_the_list_is_one_query_and_says_where_it_goes_on() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for number in 0..5 {
        record(&ledger, incident(number)).await;
    }
    let number = |incident: &Incident| incident.opened_ms - 1_767_323_045_000;
    let at = |number: i64| Some(1_767_323_045_000 + number);
    let mut part = Part { limit: 2, ..Part::default() };
    let mut seen = Vec::new();
    loop {
        let parted = ledger.part(&part).await.unwrap();
        assert!(parted.incidents.len() <= 2);
        seen.extend(parted.incidents.iter().map(|incident| number(incident)));
        part.after = parted.next;
        if part.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [4, 3, 2, 1, 0]);
    for (since_ms, until_ms, want) in
        [(at(1), None, vec![4, 3, 2, 1]), (None, at(2), vec![1, 0]), (at(1), at(3), vec![2, 1]), (at(9), None, vec![])]
    {
        let parted = ledger.part(&Part { since_ms, until_ms, limit: 9, after: None }).await.unwrap();
        let numbers: Vec<_> = parted.incidents.iter().map(|incident| number(incident)).collect();
        assert_eq!((numbers, parted.next), (want, None));
    }
}

#[tokio::test]
async fn what_waits_is_found_by_its_index_until_it_is_answered_or_its_time_is_over() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    let now = 1_767_323_045_000;
    for number in 0..9 {
        let mut asked = incident(number);
        if number < 3 {
            asked.advance(State::Asked);
            asked.approve_until_ms = Some(now + 100 - 60 * number);
        }
        record(&ledger, asked).await;
    }
    let number = |incident: &Incident| incident.opened_ms - now;
    let looking = another(&aws).remembering(&Memory::default());
    for reader in [&ledger, &looking, &looking] {
        let before = aws.calls().len();
        let found = reader.waiting(now, 9).await.unwrap();
        // That whose time ends first first; the third was never in time.
        assert_eq!(found.incidents.iter().map(|one| number(one)).collect::<Vec<_>>(), [1, 0]);
        let calls = aws.calls().split_off(before);
        assert!(calls.iter().all(|call| call == "dynamodb:Query" || call == "dynamodb:BatchGetItem"), "{calls:?}");
    }
    assert_eq!(ledger.waiting(now, 1).await.unwrap().incidents.len(), 1);
    let first = looking.waiting(now, 9).await.unwrap().incidents;
    let before = aws.calls().len();
    let again = looking.waiting(now, 9).await.unwrap().incidents;
    assert_eq!(aws.calls().len() - before, 1, "what is known is not read again");
    assert!(first.iter().zip(&again).all(|(a, b)| std::sync::Arc::ptr_eq(a, b)), "and not copied");
    // Answered: it leaves the index with the write that says so.
    let (second, _) = ledger.get(&first[0].id).await.unwrap().unwrap();
    let mut held = ledger.hold(&second, &invocation()).await.unwrap().unwrap();
    held.incident.advance(State::Denied);
    ledger.finish(&mut held).await.unwrap();
    let left = looking.waiting(now, 9).await.unwrap().incidents;
    assert_eq!(left.iter().map(|one| number(one)).collect::<Vec<_>>(), [0]);
    // Who writes the table can make it look as if something waited; it is read, and shown as what cannot be believed.
    aws.world(|world| {
        let item = world.table.items.values_mut().find(|item| item["pk"]["S"].as_str().unwrap().contains(&left[0].id));
        let item = item.unwrap();
        let text = item["record"]["S"].as_str().unwrap().replace("ingress", "egress!");
        item.insert("record".to_owned(), serde_json::json!({ "S": text }));
    });
    let found = another(&aws).waiting(now, 9).await.unwrap();
    assert_eq!((found.incidents.len(), found.unreadable.len()), (0, 1));
}

#[tokio::test]
async fn who_remembers_reads_what_is_new_alone_and_all_again_after_a_while() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for number in 0..3 {
        record(&ledger, incident(number)).await;
    }
    let looking = another(&aws).remembering(&Memory::default());
    let part = Part { limit: 9, ..Part::default() };
    let look = async || {
        let before = aws.calls().len();
        let listed = looking.part(&part).await.unwrap();
        let calls: Vec<_> = aws.calls().split_off(before);
        (listed, calls.iter().map(|call| call.trim_start_matches("dynamodb:").to_owned()).collect::<Vec<_>>())
    };
    let whole = ledger.part(&part).await.unwrap().incidents;
    let (first, calls) = look().await;
    assert_eq!(
        (first.incidents, calls.as_slice()),
        (whole.clone(), ["Query", "BatchGetItem"].map(str::to_owned).as_slice())
    );
    let (again, calls) = look().await;
    assert_eq!((again.incidents, calls.as_slice()), (whole.clone(), ["Query".to_owned()].as_slice()));

    // What is new, and nothing else.
    record(&ledger, incident(3)).await;
    let (listed, calls) = look().await;
    assert_eq!((listed.incidents.len(), calls.len()), (4, 2));
    let last = aws.requests().pop().unwrap().json;
    let asked = last["RequestItems"].as_object().unwrap().values().next().unwrap();
    assert_eq!(asked["Keys"].as_array().unwrap().len(), 1);

    // A record that is changed beside its signature: the verified one is shown, and the fraud is found in time.
    aws.world(|world| {
        for item in world.table.items.values_mut().filter(|item| item.contains_key("record")) {
            let text = item["record"]["S"].as_str().unwrap().replace("ingress", "egress!");
            item.insert("record".to_owned(), serde_json::json!({ "S": text }));
        }
    });
    assert_eq!(look().await.0.incidents[1..], whole);
    crate::clock::sleep(std::time::Duration::from_secs(601)).await;
    let (listed, _) = look().await;
    assert_eq!((listed.incidents.len(), listed.unreadable.len()), (0, 4));
}

#[tokio::test]
async fn an_item_that_left_since_the_index_named_it_is_told() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    record(&ledger, incident(0)).await;
    let gone = crate::ledger::item::Fields::from([(
        "pk".to_owned(),
        aws_sdk_dynamodb::types::AttributeValue::S("incident#inc-gone".to_owned()),
    )]);
    let recalled = ledger.recalled(vec![gone], Some(&*Memory::default().incidents)).await.unwrap();
    assert!(matches!(recalled.as_slice(), [Recalled::Gone(error)] if error.to_string().contains("inc-gone")));
}

#[tokio::test]
async fn a_tally_counts_by_detector_and_says_where_it_stopped() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for number in 0..7 {
        record(&ledger, incident(number)).await;
    }
    let all = ledger.tally(1_767_323_045_001).await.unwrap();
    assert_eq!((all.counted, all.complete, all.by_detector["open-admin-port"]), (6, true, 6));
    aws.world(|world| world.table.page = 1);
    let cut = ledger.tally(0).await.unwrap();
    assert_eq!((cut.counted, cut.complete, cut.oldest.as_deref()), (5, false, Some("2026-01-02T03:04:05.002Z")));
}

#[tokio::test]
async fn an_item_that_cannot_be_read_is_listed_as_such() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for number in 0..3 {
        record(&ledger, incident(number)).await;
    }
    aws.world(|world| {
        let item = world.table.items.values_mut().next().unwrap();
        item.insert("record".to_owned(), serde_json::json!({ "S": "{" }));
    });
    let listed = ledger.list(100).await.unwrap();
    assert_eq!((listed.incidents.len(), listed.unreadable.len()), (2, 1));
    assert!(matches!(&listed.unreadable[0], LedgerError::Item { pk, .. } if pk.starts_with("incident#inc-")));
}

#[tokio::test]
async fn the_lease_holds_until_its_end_and_no_longer() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    let Opened::Held(_held) = another(&aws).open(incident(1), &invocation()).await.unwrap() else { panic!() };
    // Another incident of the same target, the same incident, and a person.
    assert!(matches!(ledger.open(incident(2), &hurried()).await.unwrap(), Opened::Busy));
    assert!(matches!(ledger.open(incident(1), &hurried()).await.unwrap(), Opened::Busy));
    assert!(ledger.hold(&incident(1), &invocation()).await.unwrap().is_none());
    aws.end_leases();
    assert!(ledger.hold(&incident(1), &invocation()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_lease_that_ends_later_than_any_of_ours_blocks_nothing() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    let Opened::Held(_held) = another(&aws).open(incident(1), &invocation()).await.unwrap() else { panic!() };
    aws.world(|world| {
        let (_, lease) = world.table.items.iter_mut().find(|(pk, _)| pk.starts_with("lease#")).unwrap();
        lease.insert("until_ms".to_owned(), serde_json::json!({ "N": "99999999999999" }));
    });
    assert!(ledger.hold(&incident(1), &invocation()).await.unwrap().is_some());
}

#[tokio::test]
async fn only_the_holder_gives_a_lease_back() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    let Opened::Held(first) = ledger.open(incident(1), &invocation()).await.unwrap() else { panic!() };
    aws.end_leases();
    let Opened::Held(_second) = another(&aws).open(incident(1), &invocation()).await.unwrap() else { panic!() };
    ledger.release(&first).await.unwrap();
    assert_eq!(aws.world(|world| world.table.with_prefix("lease#").len()), 1);
}

#[tokio::test]
async fn of_two_holders_the_later_one_writes() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    let Opened::Held(mut first) = ledger.open(incident(1), &invocation()).await.unwrap() else { panic!() };
    aws.end_leases();
    let Opened::Held(mut second) = another(&aws).open(incident(1), &invocation()).await.unwrap() else { panic!() };
    second.incident.advance(State::Asked);
    ledger.write(&mut second).await.unwrap();
    first.incident.note(1, Step::Plan, "too late");
    assert!(matches!(ledger.write(&mut first).await, Err(LedgerError::Overtaken { .. })));
    assert!(matches!(ledger.finish(&mut first).await, Err(LedgerError::Overtaken { .. })));
    assert_eq!(ledger.get(&first.incident.id).await.unwrap().unwrap().0.state, State::Asked);
}

#[tokio::test]
async fn faults_that_pass_are_told_from_those_that_do_not() {
    let aws = Aws::new();
    let ledger = ledger(&aws);
    for (fault, retry) in [
        (Fault::Code(400, "ProvisionedThroughputExceededException"), true),
        (Fault::Code(400, "TransactionCanceledException"), true),
        (Fault::Timeout, true),
        (Fault::Code(400, "AccessDeniedException"), false),
        (Fault::Code(400, "ResourceNotFoundException"), false),
        (Fault::Code(400, "ValidationException"), false),
    ] {
        aws.fail("TransactWriteItems", fault.clone());
        let error = ledger.open(incident(1), &invocation()).await.unwrap_err();
        assert_eq!(error.worth_retrying(), retry, "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn a_record_that_is_too_large_is_refused_and_not_cut() {
    let aws = Aws::new();
    let mut large = incident(1);
    large.finding.why = "x".repeat(500_000);
    let ledger = ledger(&aws);
    assert!(ledger.open(large, &invocation()).await.is_err());
    assert!(aws.world(|world| world.table.items.is_empty()), "a transaction writes all or nothing");
}
