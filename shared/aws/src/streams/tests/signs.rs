//! Lines of any format, judged by all detectors: what they find is answered like any other finding.

use riposte_core::incident::State;

use super::{START, Watch, denied, laid};

fn access(second: i64, address: &str, path: &str) -> (i64, String) {
    let line = format!("{address} - - [02/Jan/2026:03:03:20 +0000] \"GET {path} HTTP/1.1\" 404 153 \"-\" \"curl/8.5\"");
    (START + second * 1000, line)
}

fn detectors(aws: &crate::testing::Aws) -> Vec<String> {
    let items = aws.world(|world| world.table.with_prefix("incident#").into_iter().cloned().collect::<Vec<_>>());
    let mut ids: Vec<String> = items.iter().map(|item| item["detector"]["S"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn who_attacks_a_web_server_is_denied() {
    let aws = laid(
        &[
            access(0, "203.0.113.7", "/index.html"),
            access(1, "198.51.100.9", "/cgi-bin/%252e%252e/%252e%252e/%252e%252e/etc/passwd"),
            access(2, "203.0.113.7", "/about.html"),
        ],
        0,
    );
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    assert_eq!(detectors(&aws), ["web-path-traversal"]);
    assert_eq!(denied(&aws), ["198.51.100.9/32"]);
    watch.pull().await.unwrap();
    assert_eq!(aws.changes().len(), 1, "once");
    assert_eq!(watch.item().await.lines, 3);
}

#[tokio::test]
async fn what_has_no_address_is_told() {
    let secret = "aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzKEYa";
    let aws = laid(&[(START, format!("ERROR app: {secret}"))], 0);
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(detectors(&aws), ["secret-in-logs"]);
    assert_eq!(aws.changes(), Vec::<String>::new());
    let incidents = Watch::new(&aws).function.ledger().list(5).await.unwrap().incidents;
    assert_eq!(incidents[0].state, State::Observed);
    assert!(!incidents[0].finding.why.contains("wJalrXUtnFEMIK7MDENGbPxRfiCY"), "the secret is masked");
}

#[tokio::test]
async fn counts_go_on_from_page_to_page_and_stay_small() {
    let lines: Vec<_> = (0..60).map(|n| access(n, "198.51.100.9", &format!("/missing-{n}.html"))).collect();
    let aws = laid(&lines, 7);
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(detectors(&aws), ["web-scanner"]);
    let many: Vec<_> = (0..6_000_u32)
        .map(|n| access(i64::from(n) / 10, &format!("10.{}.{}.9", n / 250, n % 250), &format!("/x{n}")))
        .collect();
    let aws = laid(&many, 0);
    Watch::new(&aws).pull().await.unwrap();
    assert_eq!(Watch::new(&aws).item().await.lines, 6_000);
}

#[tokio::test]
async fn lines_that_nobody_can_read_are_counted_and_stop_nothing() {
    let long = "x".repeat(256 * 1024);
    let pointer = r#"{"@ptr":"s3://bucket/object","note":"large object"}"#;
    let lines = vec![
        (START, long),
        (START + 1, "\u{fffd}\u{0}\u{1}\u{fffd}".to_owned()),
        (START + 2, pointer.to_owned()),
        (START + 3, String::new()),
        (START + 4, "{\"half\":".to_owned()),
        (START - 400_000, "a clock that went back".to_owned()),
        access(1, "198.51.100.9", "/../../etc/passwd"),
    ];
    let aws = laid(&lines, 0);
    let watch = Watch::new(&aws);
    watch.pull().await.unwrap();
    assert_eq!(detectors(&aws), ["web-path-traversal"]);
    assert_eq!(watch.item().await.lines, 7);
}
