//! Settings read from a Parameter Store in memory.

use std::time::Duration;

use riposte_core::settings::{Defaults, Instead, Mode};

use super::{LoadError, SettingsCache};
use crate::operator;
use crate::testing::{Aws, Fault};

fn cache(aws: &Aws) -> SettingsCache {
    SettingsCache::new("ingress-guard", aws_sdk_ssm::Client::new(&aws.config()), Defaults::new())
}

fn set(aws: &Aws, path: &str, value: &str) {
    aws.world(|world| world.ssm.insert(path.to_owned(), value.to_owned()));
}

/// Lets so many seconds pass.
async fn pass(seconds: u64) {
    crate::clock::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test]
async fn settings_are_read_once_within_a_minute() {
    let aws = Aws::new();
    let cache = cache(&aws);
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Live);
    set(&aws, "/riposte/mode", "halt");
    pass(40).await;
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Live);
    let mut calls = aws.calls();
    calls.sort();
    calls.dedup();
    // The key on which the ledger rests is read once.
    assert_eq!(calls, ["ssm:GetParameter", "ssm:GetParametersByPath"]);
    let before = aws.calls().len();
    pass(45).await;
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Halt);
    let after = aws.calls();
    assert!(after[before..].iter().all(|call| call == "ssm:GetParametersByPath") && after.len() > before);
}

#[tokio::test]
async fn where_they_cannot_be_read_nothing_is_changed_with_old_ones() {
    let aws = Aws::new();
    let cache = cache(&aws);
    aws.fail("GetParametersByPath", Fault::DENIED);
    assert!(matches!(cache.get().await, Err(LoadError::Read(_))));
    cache.get().await.unwrap();
    pass(45).await;
    // What may pass is tried again.
    for fault in [Fault::THROTTLED, Fault::Timeout] {
        aws.fail("GetParametersByPath", fault);
        assert!(cache.get().await.unwrap_err().worth_retrying());
    }
    // What does not pass leaves Riposte with its eyes open and its hands bound.
    aws.fail("GetParametersByPath", Fault::DENIED);
    let loaded = cache.get().await.unwrap();
    assert_eq!((loaded.broken.len(), loaded.broken[0].instead), (1, Instead::DefaultAndObserve));
    pass(45).await;
    assert!(cache.get().await.unwrap().broken.is_empty());
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
    let pages = aws.calls().into_iter().filter(|call| call == "ssm:GetParametersByPath").count();
    assert_eq!(pages, 4);
}

#[tokio::test]
async fn what_nothing_can_stand_for_is_named_by_its_path() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.remove("/riposte/topic-arn"));
    let error = cache(&aws).get().await.unwrap_err().to_string();
    assert!(error.contains("`/riposte/topic-arn` is missing"), "{error}");
}

#[tokio::test]
async fn a_setting_that_breaks_keeps_its_last_good_value() {
    let aws = Aws::new();
    set(&aws, "/riposte/ssh/failures", "9");
    let cache = cache(&aws);
    cache.get().await.unwrap();
    set(&aws, "/riposte/ssh/failures", "x");
    for _ in 0..3 {
        pass(45).await;
        let loaded = cache.get().await.unwrap();
        assert_eq!(loaded.settings.ssh.failures, 9);
        assert_eq!(loaded.broken[0].error.path, "/riposte/ssh/failures");
        assert_eq!(loaded.broken[0].instead, Instead::LastGood);
        assert!(loaded.tell_now() && !loaded.tell_now());
    }
    set(&aws, "/riposte/ssh/failures", "8");
    pass(45).await;
    assert!(cache.get().await.unwrap().broken.is_empty());
}

#[tokio::test]
async fn a_change_that_is_known_of_is_read_at_once() {
    let aws = Aws::new();
    let cache = cache(&aws);
    cache.get().await.unwrap();
    set(&aws, "/riposte/mode", "halt");
    cache.expire().await;
    assert_eq!(cache.get().await.unwrap().settings.mode, Mode::Halt);
}

#[tokio::test]
async fn the_operator_reads_and_sets_the_mode_while_other_settings_are_broken() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.retain(|path, _| path == "/riposte/mode"));
    assert_eq!(operator::mode(&aws.config()).await.unwrap(), Ok(Mode::Live.into()));
    operator::set_mode(&aws.config(), &Mode::Halt.into()).await.unwrap();
    assert_eq!(operator::mode(&aws.config()).await.unwrap(), Ok(Mode::Halt.into()));
    set(&aws, "/riposte/mode", "on");
    assert!(operator::mode(&aws.config()).await.unwrap().is_err());
    aws.fail("PutParameter", Fault::DENIED);
    assert!(operator::set_mode(&aws.config(), &Mode::Live.into()).await.is_err());
}

#[tokio::test]
async fn keys_are_made_once() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.retain(|path, _| !path.contains("key")));
    let made = operator::create_keys(&aws.config(), || Ok::<_, crate::fault::Fault>([7; 32])).await.unwrap();
    assert!(made.iter().all(|key| key.created), "{made:?}");
    let paths: Vec<_> = made.iter().map(|key| key.path.as_str()).collect();
    assert_eq!(paths[..2], ["/riposte/secrets/ledger-key", "/riposte-keys/ingress-guard"]);
    assert!(paths.contains(&"/riposte-keys/operator"));
    let puts: Vec<_> = aws.requests().into_iter().filter(|request| request.operation == "PutParameter").collect();
    for put in &puts {
        let secret = !put.text("Name").starts_with("/riposte/ledger-keys/");
        assert_eq!(put.text("Type"), if secret { "SecureString" } else { "String" }, "{}", put.text("Name"));
    }
    let before = aws.world(|world| world.ssm.clone());
    let again = operator::create_keys(&aws.config(), || Ok::<_, crate::fault::Fault>([8; 32])).await.unwrap();
    assert!(again.iter().all(|key| !key.created) && aws.world(|world| world.ssm.clone()) == before);
    // A public key that is gone, or another's, is written again from the private one.
    let public = "/riposte/ledger-keys/log-watch";
    aws.world(|world| world.ssm.remove(public));
    operator::create_keys(&aws.config(), || Ok::<_, crate::fault::Fault>([8; 32])).await.unwrap();
    assert_eq!(aws.world(|world| world.ssm.clone()), before);
    set(&aws, public, "AAAA");
    operator::create_keys(&aws.config(), || Ok::<_, crate::fault::Fault>([8; 32])).await.unwrap();
    assert_eq!(aws.world(|world| world.ssm.clone()), before);
}

#[tokio::test]
async fn a_private_key_that_is_missing_is_named() {
    let aws = Aws::new();
    aws.world(|world| world.ssm.remove("/riposte-keys/ingress-guard"));
    let error = cache(&aws).get().await.unwrap_err();
    assert!(matches!(error, LoadError::Key(_)), "{error}");
    assert!(error.to_string().starts_with("setting `/riposte-keys/ingress-guard` is missing"), "{error}");
    // The operator can look, and change nothing.
    aws.world(|world| world.ssm.remove("/riposte-keys/operator"));
    assert!(super::read(&aws_sdk_ssm::Client::new(&aws.config())).await.unwrap().signer.is_none());
}

#[tokio::test]
async fn secrets_alone_are_no_stack_and_one_lost_setting_does_not_hide_one() {
    let aws = Aws::new();
    let deployed = async || super::read_by(&aws.config()).await.unwrap().is_deployed();
    assert!(deployed().await);
    aws.world(|world| _ = world.ssm.remove("/riposte/ledger-table"));
    assert!(deployed().await, "its other settings are there");
    // As `riposte init` leaves it.
    for path in ["/riposte/mode", "/riposte/topic-arn", "/riposte/own-roles"] {
        aws.world(|world| _ = world.ssm.remove(path));
    }
    assert!(!deployed().await);
}
