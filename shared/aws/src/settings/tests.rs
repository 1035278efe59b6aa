//! Settings read from a Parameter Store in memory.

use std::time::{Duration, Instant};

use riposte_core::settings::Mode;

use super::{LoadError, MAX_AGE, SettingsCache};
use crate::operator;
use crate::testing::{Aws, Fault};

fn cache(aws: &Aws) -> SettingsCache {
    SettingsCache::new(aws_sdk_ssm::Client::new(&aws.config()))
}

fn set(aws: &Aws, path: &str, value: &str) {
    aws.world(|world| world.ssm.insert(path.to_owned(), value.to_owned()));
}

/// Makes what is kept older, as time would.
async fn age(cache: &SettingsCache, by: Duration) {
    let mut kept = cache.kept.lock().await;
    let (at, _) = kept.as_mut().unwrap();
    *at = Instant::now().checked_sub(by).unwrap();
}

#[tokio::test]
async fn settings_are_read_once_within_a_minute() {
    let aws = Aws::new();
    let cache = cache(&aws);
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Live);
    set(&aws, "/riposte/mode", "halt");
    age(&cache, MAX_AGE - Duration::from_secs(5)).await;
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Live);
    assert_eq!(aws.calls(), ["ssm:GetParametersByPath"]);
    age(&cache, MAX_AGE).await;
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Halt);
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test]
async fn an_error_is_not_kept_and_old_settings_are_not_used_for_new_ones() {
    let aws = Aws::new();
    let cache = cache(&aws);
    aws.fail("GetParametersByPath", Fault::DENIED);
    assert!(matches!(cache.get().await, Err(LoadError::Read(_))));
    cache.get().await.unwrap();
    age(&cache, MAX_AGE).await;
    for fault in [Fault::THROTTLED, Fault::DENIED, Fault::Timeout] {
        aws.fail("GetParametersByPath", fault);
        assert!(matches!(cache.get().await, Err(LoadError::Read(_))));
    }
    cache.get().await.unwrap();
}

#[tokio::test]
async fn settings_on_several_pages_are_all_read() {
    let aws = Aws::new();
    for n in 0..25 {
        set(
            &aws,
            &format!("/riposte/guardrails/g{n:02}"),
            "forbid (principal, action, resource) when { resource.hasTag(\"x\") };",
        );
    }
    assert_eq!(cache(&aws).get().await.unwrap().settings.guardrails.len(), 25);
    assert_eq!(aws.calls().len(), 3);
}

#[tokio::test]
async fn what_is_missing_or_malformed_is_named_by_its_path() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.remove("/riposte/topic-arn"));
    let error = cache(&aws).get().await.unwrap_err().to_string();
    assert!(error.contains("`/riposte/topic-arn` is missing"), "{error}");
    let aws = Aws::new();
    set(&aws, "/riposte/guardrails/mine", "permit (principal, action, resource) when { context.colour == \"red\" };");
    let error = cache(&aws).get().await.unwrap_err();
    assert!(
        matches!(&error, LoadError::Guardrail(_)) && error.to_string().contains("/riposte/guardrails/mine"),
        "{error}"
    );
}

#[tokio::test]
async fn the_operator_reads_and_sets_the_mode_while_other_settings_are_broken() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.retain(|path, _| path == "/riposte/mode"));
    assert_eq!(operator::mode(&aws.config()).await.unwrap(), Ok(Mode::Live));
    operator::set_mode(&aws.config(), Mode::Halt).await.unwrap();
    assert_eq!(operator::mode(&aws.config()).await.unwrap(), Ok(Mode::Halt));
    set(&aws, "/riposte/mode", "on");
    assert!(operator::mode(&aws.config()).await.unwrap().is_err());
    aws.fail("PutParameter", Fault::DENIED);
    assert!(operator::set_mode(&aws.config(), Mode::Live).await.is_err());
}

#[tokio::test]
async fn the_ledgers_key_is_created_once() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.remove("/riposte/secrets/ledger-key"));
    assert!(operator::create_ledger_key(&aws.config(), "first").await.unwrap());
    assert!(!operator::create_ledger_key(&aws.config(), "second").await.unwrap());
    assert_eq!(aws.world(|world| world.ssm["/riposte/secrets/ledger-key"].clone()), "first");
    let put = aws.requests().into_iter().find(|request| request.operation == "PutParameter").unwrap();
    assert_eq!(put.text("Type"), "SecureString");
}
