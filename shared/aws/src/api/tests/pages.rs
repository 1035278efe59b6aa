//! Answers in pages.

use super::super::Pages;
use super::*;

async fn all(pages: &mut Pages<'_>) -> Vec<Result<Value, Kind>> {
    let mut out = Vec::new();
    while let Some(page) = pages.next().await {
        out.push(page.map_err(|fault| fault.kind));
    }
    out
}

fn list_users() -> Call {
    Call::new("iam:ListUsers", "eu-west-1", none())
}

#[tokio::test]
async fn pages_follow_the_token_until_there_are_no_more() {
    let script = Script::new([
        Ok(json!({"Users": [1], "IsTruncated": true, "Marker": "a"})),
        Ok(json!({"Users": [2], "IsTruncated": true, "Marker": "b"})),
        Ok(json!({"Users": [3], "IsTruncated": false, "Marker": "old"})),
    ]);
    let mut pages = Pages::new(&script, &models::IAM, list_users()).unwrap();
    let users: Vec<_> = all(&mut pages).await.into_iter().map(|page| page.unwrap()["Users"][0].clone()).collect();
    assert_eq!(users, [1, 2, 3]);
    assert_eq!(*script.1.lock().unwrap(), [json!({}), json!({"Marker": "a"}), json!({"Marker": "b"})]);
}

#[tokio::test]
async fn a_nested_token_and_several_tokens_are_given_back() {
    let script = Script::new([
        Ok(json!({"DistributionList": {"IsTruncated": true, "NextMarker": "m"}})),
        Ok(json!({"DistributionList": {"IsTruncated": false}})),
    ]);
    let call = Call::new("cloudfront:ListDistributions", "us-east-1", Value::Null);
    let mut pages = Pages::new(&script, &models::CLOUDFRONT, call).unwrap();
    assert_eq!(all(&mut pages).await.len(), 2);
    assert_eq!(script.1.lock().unwrap()[1], json!({"Marker": "m"}));
    let script = Script::new([
        Ok(json!({"IsTruncated": true, "NextKeyMarker": "k", "NextVersionIdMarker": "v"})),
        Ok(json!({"IsTruncated": true, "NextKeyMarker": "l"})),
        Ok(json!({"IsTruncated": false})),
    ]);
    let call = Call::new("s3:ListObjectVersions", "us-east-1", json!({"Bucket": "b"}));
    let mut pages = Pages::new(&script, &models::S3, call).unwrap();
    assert_eq!(all(&mut pages).await.len(), 3);
    assert_eq!(script.1.lock().unwrap()[1], json!({"Bucket": "b", "KeyMarker": "k", "VersionIdMarker": "v"}));
    assert_eq!(script.1.lock().unwrap()[2], json!({"Bucket": "b", "KeyMarker": "l"}));
}

#[tokio::test]
async fn a_fault_and_a_token_that_comes_again_end_the_pages() {
    let page = json!({"Users": [], "IsTruncated": true, "Marker": "a"});
    let script = Script::new([Ok(page.clone()), Err(denied()), Ok(page.clone())]);
    let mut pages = Pages::new(&script, &models::IAM, list_users()).unwrap();
    assert_eq!(all(&mut pages).await, [Ok(page.clone()), Err(Kind::Denied)]);
    let script = Script::new([Ok(page.clone()), Ok(page.clone()), Ok(page.clone())]);
    let mut pages = Pages::new(&script, &models::IAM, list_users()).unwrap();
    assert_eq!(all(&mut pages).await, [Ok(page), Err(Kind::Refused)]);
}

#[tokio::test]
async fn an_operation_without_pages_has_one_and_another_services_call_is_refused() {
    let script = Script::new([Ok(json!({"User": {"UserName": "a"}}))]);
    let call = Call::new("iam:GetUser", "eu-west-1", none());
    let mut pages = Pages::new(&script, &models::IAM, call.clone()).unwrap();
    assert_eq!(all(&mut pages).await.len(), 1);
    assert!(Pages::new(&script, &models::S3, call).is_err());
}
