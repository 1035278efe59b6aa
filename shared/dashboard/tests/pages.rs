//! Every page over a double of the source: what it shows, and what it does where something is broken.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod common;

use std::sync::Arc;

use axum::http::StatusCode;
use common::{Double, NOON, account, asked, contained, ended, get, get_with, health, observed, run};
use riposte_core::incident::{Changed, State};
use riposte_dashboard::{Trouble, TroubleKind, Unreadable, report};
use riposte_patch::run::Kind;

const PAGES: [&str; 10] = [
    "/",
    "/incidents",
    "/cases",
    "/posture",
    "/posture/findings",
    "/network",
    "/identity",
    "/patching",
    "/detectors",
    "/coverage",
];

fn filled() -> Arc<Double> {
    Arc::new(Double {
        incidents: vec![contained(10), asked(20), observed(30)],
        account: Some(account("web")),
        health: health("queue"),
        ..Double::default()
    })
}

fn trouble(kind: TroubleKind) -> Trouble {
    Trouble { kind, why: "AWS's words".to_owned() }
}

#[tokio::test]
async fn every_page_answers_with_the_headers_that_guard_it() {
    for source in [filled(), Arc::new(Double::default())] {
        for page in PAGES {
            let got = get(&source, page).await;
            assert_eq!(got.status, StatusCode::OK, "{page}");
            let policy = got.headers["content-security-policy"].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
            assert_eq!(got.headers["referrer-policy"], "no-referrer", "{page}");
            assert_eq!(got.headers["cache-control"], "no-store", "{page}");
            assert!(got.text.contains("<h1>") && got.text.contains("aria-current=\"page\""), "{page}");
            assert!(!got.text.contains("style=\"") && !got.text.contains("onclick"), "{page}");
            assert_eq!(got.text.matches("<script").count(), 1, "{page}");
        }
    }
}

#[tokio::test]
async fn now_says_what_was_contained_and_how_to_take_it_back() {
    let source = filled();
    let text = get(&source, "/").await.text;
    let id = &source.incidents[0].id;
    assert!(text.contains(&format!("riposte undo {id}")), "{text}");
    assert!(text.contains("<strong>1</strong> contained") && text.contains("<strong>1</strong> waiting for approval"));
    assert!(text.contains("1 alarm") && text.contains("Dead letters: <span class=\"badge bad\">2</span>"), "{text}");
    assert!(text.contains("<span class=\"badge good\">live</span>"), "{text}");
    let empty = get(&Arc::new(Double::default()), "/").await.text;
    assert!(empty.contains("Nothing was contained today.") && empty.contains("No alarm tells"), "{empty}");
}

#[tokio::test]
async fn yesterdays_are_not_todays() {
    let source = Arc::new(Double { incidents: vec![contained(13 * 60)], ..Double::default() });
    let text = get(&source, "/").await.text;
    assert!(
        text.contains("<strong>0</strong> incidents today") && text.contains("Nothing was contained today."),
        "{text}"
    );
}

#[tokio::test]
async fn an_incident_says_what_was_changed_and_what_only_would_be() {
    let source = filled();
    let page = |place: usize| format!("/incidents/{}", source.incidents[place].id);
    let done = get(&source, &page(0)).await.text;
    assert!(
        done.contains("What was changed") && done.contains("<h3>Done</h3>") && done.contains("<h3>Undo is</h3>"),
        "{done}"
    );
    assert!(done.contains("<del>-   &quot;FromPort&quot;: 22"), "{done}");
    assert!(
        done.contains("guardrail <code>live-reversible</code>") && done.contains("ec2:AuthorizeSecurityGroupIngress")
    );
    assert!(done.contains("1 other part") && done.contains("read again: it is gone") && done.contains("+700 ms"));
    let waits = get(&source, &page(1)).await.text;
    assert!(waits.contains("What would change") && waits.contains("Nothing was changed."), "{waits}");
    assert!(waits.contains(&format!("riposte approve {}", source.incidents[1].id)), "{waits}");
    assert!(waits.contains("<h3>Would do</h3>"), "{waits}");
    assert!(!waits.contains("riposte undo") && !waits.contains("Undo is"), "{waits}");
}

#[tokio::test]
async fn what_was_made_in_part_is_shown_in_part() {
    let mut half = contained(10);
    let plan = half.plan.clone().unwrap();
    let mut other = plan.changes[0].clone();
    other.call = "ec2:SecondCall".to_owned();
    half.plan = Some(plan.then(other, []));
    (half.state, half.changed) = (State::Failed, Changed::Yes);
    let source = Arc::new(Double { incidents: vec![half], ..Double::default() });
    let text = get(&source, &format!("/incidents/{}", source.incidents[0].id)).await.text;
    let (made, rest) = text.split_once("<h3>Not done</h3>").unwrap();
    assert!(!made.contains("ec2:SecondCall") && rest.contains("ec2:SecondCall"), "{text}");
}

#[tokio::test]
async fn nothing_is_claimed_of_an_incident_that_changed_nothing_or_is_under_way() {
    for (state, title, said) in [
        (State::Intended, "What may have been changed", "is not known yet"),
        (State::Denied, "What was not changed", "Nothing was changed."),
        (State::Failed, "What was not changed", "Nothing was changed."),
        (State::Observed, "What would change", "This is what the plan would do."),
    ] {
        let mut incident = contained(10);
        (incident.state, incident.changed) = (state, Changed::No);
        incident.made.clear();
        let source = Arc::new(Double { incidents: vec![incident], ..Double::default() });
        let text = get(&source, &format!("/incidents/{}", source.incidents[0].id)).await.text;
        assert!(text.contains(title) && text.contains(said), "{state}: {text}");
        for claim in ["<h3>Done</h3>", "Undo is", "What was changed", "left as it was"] {
            assert!(!text.contains(claim), "{state}, {claim}: {text}");
        }
        assert!(state != State::Intended || !text.contains("Nothing was changed"), "{text}");
    }
}

#[tokio::test]
async fn an_id_that_is_none_is_not_found() {
    let source = filled();
    for id in
        ["inc-0000000000000000", "inc-", "..%2f..%2fetc", "%3Cscript%3Ealert(1)%3C%2Fscript%3E", &"x".repeat(5000)]
    {
        let got = get(&source, &format!("/incidents/{id}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{id}");
        assert!(got.text.contains("There is no incident") && !got.text.contains("<script>alert"), "{id}");
    }
    for page in ["/nowhere", "/coverage/T9999", "/%3Cscript%3E"] {
        assert_eq!(get(&source, page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
}

#[tokio::test]
async fn an_address_that_cannot_be_used_says_which_part() {
    let source = filled();
    for (path, field) in [
        ("/incidents?from=tomorrow", "`from`"),
        ("/incidents?outcome=%3Cb%3E", "`outcome`"),
        ("/incidents?severity=worst", "`severity`"),
        ("/incidents?after=lease%23x", "`after`"),
        ("/cases?severity=worst", "`severity`"),
        ("/detectors?category=x", "`category`"),
        ("/posture/findings?page=-1", "`page`"),
    ] {
        let got = get(&source, path).await;
        assert_eq!(got.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(got.text.contains(field) && !got.text.contains("<b>"), "{path}: {}", got.text);
    }
}

#[tokio::test]
async fn filters_choose_and_the_list_goes_on() {
    let mut incidents: Vec<_> = (0..250).map(contained).collect();
    incidents[130].finding.scope.region = "us-east-1".to_owned();
    let source = Arc::new(Double { incidents, ..Double::default() });
    let rows = |text: &str| text.matches("<td class=\"time\"").count();
    let one = get(&source, "/incidents?region=us-east-1").await.text;
    assert_eq!(rows(&one), 1, "{one}");
    for (query, count) in [
        ("outcome=needs-approval", 0),
        ("principal=MALLORY", 40),
        ("technique=T1562", 40),
        ("technique=T1", 0),
        ("severity=critical", 0),
    ] {
        assert_eq!(rows(&get(&source, &format!("/incidents?{query}")).await.text), count, "{query}");
    }
    assert_eq!(rows(&get(&source, "/incidents?from=2026-01-03").await.text), 0);
    assert_eq!(rows(&get(&source, "/incidents?from=2026-01-02&to=2026-01-02").await.text), 40);
    let (mut page, mut seen) = ("/incidents".to_owned(), 0);
    while let Some((_, after)) = {
        let text = get(&source, &page).await.text;
        seen += rows(&text);
        text.split_once("rel=\"next\" href=\"").map(|(a, b)| (a.to_owned(), b.to_owned()))
    } {
        page = after.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen, 250);
}

#[tokio::test]
async fn a_filter_that_fits_nothing_reads_a_bounded_part_and_goes_on() {
    let source = Arc::new(Double { incidents: (0..2000).map(contained).collect(), ..Double::default() });
    let text = get(&source, "/incidents?outcome=needs-approval").await.text;
    assert!(text.contains("0 incidents of 600") && text.contains("Older incidents"), "{text}");
    assert_eq!(source.asked.lock().unwrap().len(), 6);
}

/// An incident of this principal, address, technique and hour of the day.
fn step(who: &str, address: &str, technique: &str, hour: u8) -> riposte_core::incident::Incident {
    let mut incident = contained(i64::from(hour));
    let finding = &mut incident.finding;
    finding.principal.arn = Some(format!("arn:aws:iam::111122223333:user/{who}"));
    finding.principal.source_ip = Some(address.to_owned());
    finding.technique = vec![technique.to_owned()];
    finding.event_time = Some(format!("2026-01-02T{hour:02}:00:00Z"));
    incident
}

#[tokio::test]
async fn cases_are_those_of_the_command_and_a_filter_chooses_among_them() {
    let source = Arc::new(Double {
        incidents: vec![
            step("mallory", "198.51.100.7", "T1530", 5),
            step("mallory", "198.51.100.8", "T1078", 3),
            // Another name, and the same address.
            step("helper", "198.51.100.8", "T1562.008", 4),
            step("eve", "203.0.113.9", "T1098", 6),
            step("eve", "203.0.113.9", "T1098", 7),
            // One incident alone is no case.
            step("ann", "192.0.2.1", "T1098", 8),
        ],
        ..Double::default()
    });
    let count = |text: &str| text.matches("<section class=\"case\">").count();
    let text = get(&source, "/cases").await.text;
    assert_eq!(count(&text), 2, "{text}");
    assert!(text.contains("3 incidents") && text.contains("riposte show case-"), "{text}");
    // Three tactics raise a case of high incidents, and ask for a response to the principal.
    assert!(text.contains("riposte contain deny-principal user/mallory"), "{text}");
    let order = ["T1078", "T1562.008", "T1530"].map(|technique| {
        let incident = source.incidents.iter().find(|one| one.finding.technique == [technique]).unwrap();
        text.find(&format!("/incidents/{}", incident.id)).unwrap()
    });
    assert!(order.is_sorted(), "the steps stand in the order of ATT&CK: {order:?}");
    for (query, cases) in [
        ("principal=eve", 1),
        ("technique=T1562", 1),
        ("severity=critical", 1),
        ("account=999999999999", 0),
        ("region=eu-west-1", 2),
        ("state=asked", 0),
        ("from=2026-01-03", 0),
    ] {
        assert_eq!(count(&get(&source, &format!("/cases?{query}")).await.text), cases, "{query}");
    }
}

#[tokio::test]
async fn patching_shows_the_runs_and_what_waits_is_on_the_first_page() {
    let mut waits = run("i-1", 30);
    waits.asked = true;
    let dead = ended(run("i-2", 40), Kind::Unhealthy);
    let done = ended(run("i-3", 50), Kind::Patched);
    let source = Arc::new(Double { runs: vec![waits, dead, done], account: Some(account("web")), ..Double::default() });
    let page = get(&source, "/patching").await.text;
    for part in ["needs approval", "unhealthy", "patched", "libssl3 to 3.0.11-1", "patches missing"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        page.contains("<strong>1</strong> wait for approval") && page.contains("<strong>1</strong> failed"),
        "{page}"
    );
    let now = get(&source, "/").await.text;
    let ids: Vec<&str> = source.runs.iter().map(|run| run.id.as_str()).collect();
    assert!(now.contains(&format!("riposte patch approve {}", ids[0])), "{now}");
    assert!(now.contains("Its ring is stopped.") && now.contains(&format!("href=\"/patching/{}\"", ids[1])), "{now}");
    assert!(now.contains("<strong>1</strong> waiting for approval") && !now.contains(ids[2]), "{now}");
    let one = get(&source, &format!("/patching/{}", ids[2])).await.text;
    assert!(one.contains("CVE-2026-4242") && one.contains("step 1") && one.contains("riposte patch rollback"), "{one}");
    let waiting = get(&source, &format!("/patching/{}", ids[0])).await.text;
    assert!(waiting.contains("It waits for you") && !waiting.contains("rollback"), "{waiting}");
    for id in ["patch-0", "patch-", "inc-1", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"] {
        let got = get(&source, &format!("/patching/{id}")).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{id}");
        assert!(got.text.contains("There is no run") && !got.text.contains("<script>alert"), "{id}");
    }
}

#[tokio::test]
async fn of_patching_what_cannot_be_read_stands_beside_what_can() {
    let newer = Unreadable { why: "ledger item `patch#patch-9`: `record`: unknown variant `levitate`".to_owned() };
    let source = Double { runs: vec![run("i-1", 1)], unreadable_runs: vec![newer], ..Double::default() };
    let source = Arc::new(Double { account: Some(account("web")), ..source });
    let text = get(&source, "/patching").await.text;
    assert!(
        text.contains("1 item of the ledger cannot be read") && text.contains("levitate") && text.contains("web i-1")
    );
    source.fail("patches", trouble(TroubleKind::Denied));
    let got = get(&source, "/patching").await;
    assert!(got.status == StatusCode::OK && got.text.contains("The runs of patching cannot be shown."), "{}", got.text);
    assert!(got.text.contains("patches missing"), "{}", got.text);
    assert!(get(&source, "/").await.text.contains("What waits of patching cannot be shown."));
    source.fail("account", trouble(TroubleKind::Denied));
    assert_eq!(get(&source, "/patching").await.status, StatusCode::BAD_GATEWAY);
}

#[tokio::test]
async fn the_account_is_shown_as_the_inventory_says() {
    let source = filled();
    let network = get(&source, "/network").await.text;
    for part in
        ["1 security group", "lets the internet in: ", "rtb-1", "acl-1", "i-1 at 203.0.113.5", "1 instance reached"]
    {
        assert!(network.contains(part), "{part}: {network}");
    }
    let identity = get(&source, "/identity").await.text;
    assert!(identity.contains("<strong>1</strong> administrators"), "{identity}");
    assert!(identity.contains("<strong>web-climber</strong>") && identity.contains("iam:PutUserPolicy"), "{identity}");
    assert!(identity.contains("days old") && identity.contains("never used"), "{identity}");
    let patching = get(&source, "/patching").await.text;
    assert!(patching.contains("patches missing") && patching.contains("not managed"), "{patching}");
    assert!(patching.contains("No run of patching yet."), "{patching}");
    let posture = get(&source, "/posture").await.text;
    assert!(
        posture.contains("CIS AWS Foundations 5.0") && posture.contains("1 of its lines could not be read"),
        "{posture}"
    );
    assert!(posture.contains("ec2-security-group-ssh-open") && posture.contains("before.jsonl"), "{posture}");
    let findings = get(&source, "/posture/findings?service=iam").await.text;
    assert!(findings.contains("iam-user-admin") && !findings.contains("ec2-security-group-ssh-open"), "{findings}");
}

#[tokio::test]
async fn what_is_not_known_is_not_shown_as_good() {
    let source = Arc::new(Double::default());
    for page in ["/posture", "/posture/findings", "/network", "/identity", "/patching"] {
        let text = get(&source, page).await.text;
        assert!(text.contains("No inventory is there"), "{page}");
    }
}

#[tokio::test]
async fn detectors_and_coverage_are_the_catalogs() {
    let source = filled();
    let text = get(&source, "/detectors").await.text;
    assert!(text.contains("<th scope=\"row\">open-admin-port") && text.contains("3 incidents within 7 days"), "{text}");
    assert!(get(&source, "/detectors?category=network").await.text.contains("open-all-ports"));
    let coverage = get(&source, "/coverage").await.text;
    assert!(coverage.contains("T1562 Impair defenses") && coverage.contains("contained"), "{coverage}");
    let one = get(&source, "/coverage/T1562").await.text;
    assert!(one.contains("open-admin-port") && one.contains("revoke-ingress"), "{one}");
}

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_is_shown() {
    let source = Arc::new(Double {
        incidents: vec![contained(10)],
        unreadable: vec![Unreadable {
            why: "ledger item `incident#inc-9`: `record`: unknown variant `quarantined`".to_owned(),
        }],
        settings_broken: vec!["setting `/riposte/mode` must be live".to_owned()],
        ..Double::default()
    });
    for page in ["/", "/incidents"] {
        let text = get(&source, page).await.text;
        assert!(text.contains("1 item of the ledger cannot be read") && text.contains("quarantined"), "{text}");
        assert!(text.contains(&source.incidents[0].id), "{text}");
    }
    assert!(get(&source, "/").await.text.contains("A setting is broken."));
}

#[tokio::test]
async fn where_one_part_is_denied_the_others_stand() {
    let source = filled();
    source.fail("health", trouble(TroubleKind::Denied));
    let text = get(&source, "/").await.text;
    assert!(text.contains("ask for the permission") && text.contains("riposte undo"), "{text}");
    let unread = filled();
    unread.fail("account", trouble(TroubleKind::Denied));
    for page in ["/posture", "/posture/findings", "/network", "/identity"] {
        let got = get(&unread, page).await;
        assert!(got.status == StatusCode::BAD_GATEWAY && got.text.contains("ask for the permission"), "{page}");
        assert!(!got.text.contains("No inventory is there"), "{page}: what is denied is not what is not there");
    }
    source.fail("incidents", trouble(TroubleKind::Denied));
    let got = get(&source, "/").await;
    assert!(got.status == StatusCode::OK && got.text.contains("What happened today cannot be shown."), "{}", got.text);
    assert!(got.text.contains("<span class=\"badge good\">live</span>"), "{}", got.text);
    assert_eq!(get(&source, "/incidents").await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(get(&source, "/network").await.status, StatusCode::OK);
}

#[tokio::test]
async fn credentials_that_expire_in_the_middle_are_said_and_pass() {
    let source = filled();
    assert_eq!(get(&source, "/").await.status, StatusCode::OK);
    for part in
        ["incidents", "incident", "waiting", "waiting patches", "patches", "patch", "tally", "riposte", "health"]
    {
        source.fail(part, trouble(TroubleKind::Expired));
    }
    let id = source.incidents[0].id.clone();
    for page in
        ["/", "/incidents", "/cases", "/patching", "/patching/patch-1", "/detectors", &format!("/incidents/{id}")]
    {
        let text = get(&source, page).await.text;
        assert!(
            text.contains("sign in again") && text.contains("AWS&#39;s words") | text.contains("AWS's words"),
            "{page}: {text}"
        );
    }
    source.broken.lock().unwrap().clear();
    assert!(get(&source, "/").await.text.contains("riposte undo"));
}

#[tokio::test]
async fn a_clock_that_is_off_is_said_and_breaks_nothing() {
    let source =
        Arc::new(Double { incidents: vec![contained(10)], now_ms: Some(NOON - 86_400_000), ..Double::default() });
    let text = get(&source, "/").await.text;
    assert!(text.contains("A clock is off.") && text.contains("riposte undo"), "{text}");
    for now_ms in [i64::MIN, 0, i64::MAX / 2] {
        let source = Arc::new(Double { incidents: vec![contained(10)], now_ms: Some(now_ms), ..Double::default() });
        assert_eq!(get(&source, "/").await.status, StatusCode::OK, "{now_ms}");
        assert_eq!(get(&source, "/detectors").await.status, StatusCode::OK, "{now_ms}");
    }
}

#[tokio::test]
async fn polling_costs_nothing_where_there_is_no_news() {
    let source = filled();
    let first = get(&source, "/").await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    assert!(first.text.contains(&format!("data-version={tag}")), "{tag}");
    let again = get_with(&source, "/", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.text.len()), (StatusCode::NOT_MODIFIED, 0));
    assert!(again.headers.contains_key("content-security-policy"));
    source.fail("health", trouble(TroubleKind::Denied));
    assert_eq!(get_with(&source, "/", &[("if-none-match", &tag)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn two_tabs_see_the_same_and_only_reading_is_possible() {
    let source = filled();
    let (one, other) = tokio::join!(get(&source, "/"), get(&source, "/"));
    assert_eq!(one.text, other.text);
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        let request = axum::http::Request::builder().method(method).uri("/").body(axum::body::Body::empty()).unwrap();
        let router = riposte_dashboard::site::router(Arc::clone(&source));
        let response = tower::ServiceExt::oneshot(router, request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert!(response.headers().contains_key("content-security-policy"));
    }
}

#[tokio::test]
async fn the_first_page_stays_small_over_ten_thousand_incidents() {
    let source = Arc::new(Double {
        incidents: (0..10_000).map(contained).collect(),
        runs: (0..10_000).map(|n| ended(run(&format!("i-{n}"), 1), Kind::Patched)).collect(),
        health: health("q"),
        ..Double::default()
    });
    for page in ["/", "/incidents", "/cases", "/patching"] {
        let got = get(&source, page).await;
        assert!(got.text.len() <= 100 * 1024, "{page} has {} bytes", got.text.len());
    }
    let asked = source.asked.lock().unwrap();
    let queries: Vec<_> = asked.iter().filter(|query| query.starts_with("incidents")).collect();
    assert_eq!(queries, ["incidents limit 60", "incidents limit 40", "incidents limit 200"]);
    assert!(asked.iter().filter(|query| query.starts_with("patches")).all(|query| query == "patches limit 60"));
}

#[tokio::test]
async fn the_first_page_asks_for_no_more_where_the_ledger_holds_a_thousand_times_as_much() {
    let mut all = Vec::new();
    for count in [0, 10, 1000, 10_000] {
        let source = Arc::new(Double {
            incidents: (0..count).map(contained).collect(),
            runs: (0..count).map(|n| ended(run(&format!("i-{n}"), 1), Kind::Patched)).collect(),
            ..Double::default()
        });
        assert_eq!(get(&source, "/").await.status, StatusCode::OK);
        let mut asked = source.asked.lock().unwrap().clone();
        asked.sort();
        all.push((asked, *source.handed.lock().unwrap()));
    }
    let (asked, _) = all[0].clone();
    assert!(all.iter().all(|(other, _)| *other == asked), "{all:?}");
    assert_eq!(all.iter().map(|(_, handed)| *handed).collect::<Vec<_>>(), [0, 20, 120, 120]);
}

#[tokio::test]
async fn where_there_is_more_than_the_first_page_looks_at_it_says_so_and_leads_there() {
    let mut incidents: Vec<_> = (0..61).map(contained).collect();
    let all = |incidents| Arc::new(Double { incidents, ..Double::default() });
    let text = get(&all(incidents.clone()), "/").await.text;
    assert!(text.contains("<strong>60 or more</strong> incidents today"), "{text}");
    assert!(text.contains("Of the newest 60 incidents, back to 2026-01-02 11:01:00."), "{text}");
    incidents.truncate(60);
    let text = get(&all(incidents), "/").await.text;
    assert!(text.contains("<strong>60</strong> incidents today") && !text.contains("Of the newest"), "{text}");
}

#[tokio::test]
async fn what_waits_is_shown_however_much_happened_since_and_as_long_as_it_can_be_answered() {
    let hour = 3_600_000;
    let until =
        |minutes, until_ms| riposte_core::incident::Incident { approve_until_ms: Some(until_ms), ..asked(minutes) };
    let (late, soon, over) = (until(500, NOON + 9 * hour), until(700, NOON + hour), until(5, NOON - 1));
    let mut old = run("i-1", 9000);
    old.asked = true;
    let runs = (0..100).map(|n| ended(run(&format!("i-9{n}"), 1), Kind::Patched)).chain([old]).collect();
    let mut incidents: Vec<_> = (10..210).map(contained).collect();
    incidents.extend([late.clone(), soon.clone(), over.clone()]);
    let source = Arc::new(Double { incidents, runs, ..Double::default() });
    let text = get(&source, "/").await.text;
    assert!(text.contains("<strong>3</strong> waiting for approval"), "{text}");
    let (_, waiting) = text.split_once("<section id=\"waiting\">").unwrap();
    let (waiting, rest) = waiting.split_once("<section id=\"look\">").unwrap();
    let places = [&soon.id, &late.id, &source.runs[100].id].map(|id| waiting.find(&format!("approve {id}")).unwrap());
    assert!(places.is_sorted() && !waiting.contains(&over.id), "{places:?}: {waiting}");
    assert!(rest.contains("Nobody approved it until") && !rest.contains(&format!("approve {}", over.id)), "{rest}");
    // Where the list is denied, what waits is known all the same; and the other way round.
    source.fail("incidents", trouble(TroubleKind::Denied));
    let text = get(&source, "/").await.text;
    assert!(text.contains("What happened today cannot be shown.") && text.contains(&format!("approve {}", soon.id)));
    source.broken.lock().unwrap().clear();
    source.fail("waiting", trouble(TroubleKind::Denied));
    let text = get(&source, "/").await.text;
    assert!(text.contains("What waited longer cannot be shown.") && text.contains("riposte undo"), "{text}");
    let quiet = Arc::new(Double { incidents: vec![contained(10)], ..Double::default() });
    for (fails, said) in [
        (&[][..], "No incident waits for an approval."),
        (&["waiting"], "None of the newest incidents waits for an approval."),
        (&["waiting", "incidents"], "What waits is not known."),
    ] {
        fails.iter().for_each(|part| quiet.fail(part, trouble(TroubleKind::Denied)));
        assert!(get(&quiet, "/").await.text.contains(said), "{said}");
    }
}

#[tokio::test]
async fn what_fails_is_colored_by_its_severity_however_few_fail() {
    let text = get(&filled(), "/posture").await.text;
    let (_, table) = text.split_once("What fails, by service").unwrap();
    let (table, _) = table.split_once("</table>").unwrap();
    let of = |class: &str| table.matches(&format!("<td class=\"number {class}\">")).count();
    assert!(of("bad") > 0 && of("wait") > 0 && of("calm") > 0 && of("good") == 0, "{table}");
}

#[tokio::test]
async fn users_stand_by_the_age_of_their_keys() {
    let mut inventory = common::inventory("web");
    for (name, created) in [("young", "2026-01-01"), ("old", "2019-01-01"), ("keyless", "")] {
        let keys = match created {
            "" => serde_json::json!([]),
            day => serde_json::json!([{ "Status": "Active", "CreateDate": format!("{day}T00:00:00Z") }]),
        };
        let facts = serde_json::json!({
            "GetAccountAuthorizationDetails": { "UserPolicyList": [], "AttachedManagedPolicies": [], "GroupList": [] },
            "GetLoginProfile": null, "ListMFADevices": { "MFADevices": [] }, "ListAccessKeys": { "AccessKeyMetadata": keys } });
        inventory.insert(0, common::resource("iam", "user", name, name, facts));
    }
    let mut reading = riposte_dashboard::Reading::new(common::now()).unwrap();
    inventory.into_iter().for_each(|resource| reading.add(resource));
    let account = Some(Arc::new(reading.account("account.jsonl", 0, vec![])));
    let text = get(&Arc::new(Double { account, ..Double::default() }), "/identity").await.text;
    let (_, table) = text.split_once("Keys and passwords").unwrap();
    let places = ["old", "web-climber", "young", "keyless"].map(|name| table.find(&format!(">{name}<")).unwrap());
    assert!(places.is_sorted(), "{places:?}: {table}");
}

#[tokio::test]
async fn what_stands_between_backticks_is_code_and_a_single_one_is_none() {
    let mut quoted = contained(1);
    quoted.finding.why = "`<b>` opened `sg-1`".to_owned();
    let mut single = contained(2);
    single.finding.why = "a ` alone".to_owned();
    let source = Arc::new(Double { incidents: vec![quoted, single], ..Double::default() });
    let text = get(&source, &format!("/incidents/{}", source.incidents[0].id)).await.text;
    assert!(text.contains("<code>&lt;b&gt;</code> opened <code>sg-1</code>"), "{text}");
    let text = get(&source, &format!("/incidents/{}", source.incidents[1].id)).await.text;
    assert!(text.contains("a ` alone"), "{text}");
}

#[tokio::test]
async fn charts_say_in_words_and_on_their_scales_what_they_draw() {
    let text = get(&filled(), "/").await.text;
    assert!(text.contains("aria-label=\"Incidents by the hour, of the last day: 11:00: 3\""), "{text}");
    assert!(text.contains("<span>3</span><span>0</span>") && text.contains("<span>13:00</span>"), "{text}");
    let text = get(&filled(), "/posture").await.text;
    let drawn = text.split_once("aria-label=\"Passed, by inventory: before.jsonl: ").unwrap().1;
    assert!(drawn.contains(", account.jsonl: ") && drawn.matches("class=\"dot\"").count() == 2, "{drawn}");
}

#[tokio::test]
async fn a_report_is_one_file_that_loads_and_runs_nothing() {
    let source = filled();
    let text = report::report(&*source).await;
    assert!(!text.contains("<script") && !text.contains("<link") && !text.contains("src="), "{text}");
    assert!(text.contains("default-src &#39;none&#39;") || text.contains("default-src 'none'"));
    for incident in &source.incidents {
        assert!(text.contains(&format!("id=\"{}\"", incident.id)), "{}", incident.id);
    }
    let targets = text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    for target in targets {
        let id = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} leads out of the file"));
        assert!(text.contains(&format!("id=\"{id}\"")), "{target} leads nowhere");
    }
    let empty = report::report(&Double::default()).await;
    assert!(empty.contains("No inventory is there") && empty.contains("No incident yet."));
}
