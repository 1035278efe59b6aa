//! Elastic Beanstalk: environments.

use riposte_core::finding::Severity::{High, Low};

use crate::check::{Check, check};
use crate::verdict::{Answer, Unknown, Verdict};
use crate::view::{View, list, text};

pub(crate) static CHECKS: &[Check] = &[
    check(
        "elasticbeanstalk-health-basic",
        "An environment reports basic health alone",
        Low,
        "elasticbeanstalk",
        "environment",
    )
    .fsbp(&["ElasticBeanstalk.1"])
    .page(
        "Enhanced health reporting is on.",
        "Why an environment is unhealthy is not known.",
        "Set SystemType to enhanced.",
        "Environments for tests.",
    )
    .each(|v| {
        let wanted = ("aws:elasticbeanstalk:healthreporting:system", "SystemType");
        option(v, wanted, "enhanced", "its health reporting is basic", "its health reporting is enhanced")
    }),
    check(
        "elasticbeanstalk-updates-off",
        "An environment's platform is not updated",
        High,
        "elasticbeanstalk",
        "environment",
    )
    .fsbp(&["ElasticBeanstalk.2"])
    .page(
        "Managed platform updates are on.",
        "Known flaws stay open until somebody remembers.",
        "Set ManagedActionsEnabled.",
        "Environments that are replaced by each release.",
    )
    .each(|v| {
        let wanted = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled");
        option(v, wanted, "true", "managed updates are off", "managed updates are on")
    }),
    check(
        "elasticbeanstalk-logs-stay",
        "An environment's logs stay on its machines",
        High,
        "elasticbeanstalk",
        "environment",
    )
    .fsbp(&["ElasticBeanstalk.3"])
    .page(
        "Logs are streamed to CloudWatch.",
        "What happened on a machine is lost with it.",
        "Set StreamLogs.",
        "Environments for tests.",
    )
    .each(|v| {
        let wanted = ("aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs");
        option(v, wanted, "true", "its logs stay on its machines", "its logs are streamed")
    }),
];

/// Fails where an option has another value. An environment that is being ended is left alone.
fn option(v: &View<'_>, (namespace, name): (&str, &str), value: &str, bad: &str, good: &str) -> Answer {
    if v.text("DescribeEnvironments.Status")?.is_some_and(|status| status.starts_with("Terminat")) {
        return Ok(Verdict::Skip);
    }
    let settings = v.list("DescribeConfigurationSettings.ConfigurationSettings")?;
    let [setting, ..] = settings else { return Err(Unknown("its settings were not told".to_owned())) };
    let is_it = |o: &&serde_json::Value| text(o, "Namespace") == Some(namespace) && text(o, "OptionName") == Some(name);
    let set = list(setting, "OptionSettings").iter().find(is_it).and_then(|o| text(o, "Value"));
    Verdict::fail_if(!set.is_some_and(|set| set.eq_ignore_ascii_case(value)), bad, good)
}
