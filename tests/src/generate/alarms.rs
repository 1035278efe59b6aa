//! What is watched, in the template: each function by what AWS counts of it, and all of them by what they count themselves.
//!
//! CloudWatch charges for each metric that an alarm reads, so that what is rare is counted over all functions in one.

use riposte_core::catalogue::FunctionSpec;

use super::template::{capitalized, logical};

/// An alarm.
struct Alarm {
    /// Its logical id; of what is watched function by function, after the function's.
    id: &'static str,
    /// Why it fires; `@name@` is the function.
    why: &'static str,
    /// What to do then, for the page.
    help: &'static str,
    namespace: &'static str,
    metric: &'static str,
    /// The dimension, and its value; none where all functions are watched in one.
    of: Option<(&'static str, &'static str)>,
    statistic: &'static str,
    /// In seconds.
    period: u32,
    /// It fires above this.
    above: u32,
    /// Whether it fires for every rise instead of for as long as there is something.
    rise: bool,
}

const DEAD_LETTERS: Option<(&str, &str)> = Some(("QueueName", "!GetAtt @Name@DeadLetters.QueueName"));
const QUEUE: Option<(&str, &str)> = Some(("QueueName", "!GetAtt @Name@Queue.QueueName"));
const FUNCTION: Option<(&str, &str)> = Some(("FunctionName", "!Ref @Name@Function"));

/// An item comes again within seconds, and an invocation lasts a minute: what is older than this has failed several
/// times, or nobody takes the messages.
const TOO_OLD_SECONDS: u32 = 180;

/// A metric that the functions write themselves, each for itself and for all of them: one is too many.
const fn own(id: &'static str, metric: &'static str, why: &'static str, help: &'static str) -> Alarm {
    Alarm { id, why, help, namespace: "Riposte", metric, of: None, statistic: "Sum", period: 60, above: 0, rise: false }
}

const ALARMS: [Alarm; 5] = [
    Alarm {
        id: "DeadLetters",
        why: "Events that @name@ could not handle wait in its dead-letter queue.",
        help: "`riposte redrive @name@` shows and explains them; repair what it names, then send them again.",
        namespace: "AWS/SQS",
        metric: "ApproximateNumberOfMessagesVisible",
        of: DEAD_LETTERS,
        statistic: "Maximum",
        period: 60,
        above: 0,
        rise: false,
    },
    Alarm {
        id: "NewDeadLetter",
        why: "One more event that @name@ could not handle has reached its dead-letter queue.",
        help: "As above. It fires for each one, while the alarm above only says that there are some.",
        namespace: "AWS/SQS",
        metric: "ApproximateNumberOfMessagesVisible",
        of: DEAD_LETTERS,
        statistic: "Maximum",
        period: 60,
        above: 0,
        rise: true,
    },
    Alarm {
        id: "Errors",
        why: "Invocations of @name@ end in an error, or are ended by Lambda.",
        help: "Read the function's log. The event comes again by itself; a crash at the same event ends in the dead-letter queue.",
        namespace: "AWS/Lambda",
        metric: "Errors",
        of: FUNCTION,
        statistic: "Sum",
        period: 60,
        above: 0,
        rise: false,
    },
    Alarm {
        id: "Throttles",
        why: "Lambda refuses to run @name@, for want of concurrency; its events wait meanwhile.",
        help: "Raise the account's limit of concurrent executions in Lambda. Nothing is lost: the queue keeps events for four days.",
        namespace: "AWS/Lambda",
        metric: "Throttles",
        of: FUNCTION,
        statistic: "Sum",
        period: 300,
        above: 0,
        rise: false,
    },
    Alarm {
        id: "QueueAge",
        why: "Events have waited for @name@ for minutes.",
        help: "Look for Errors and Throttles beside it, and whether the function's event source mapping is enabled.",
        namespace: "AWS/SQS",
        metric: "ApproximateAgeOfOldestMessage",
        of: QUEUE,
        statistic: "Maximum",
        period: 60,
        above: TOO_OLD_SECONDS,
        rise: false,
    },
];

const SHARED: [Alarm; 7] = [
    own(
        "ParseFailures",
        "ParseFailures",
        "Events reach a function that it cannot parse.",
        "Something else than EventBridge's events is in a queue, or a service changed its form. The dead letter holds it.",
    ),
    own(
        "ActionFailures",
        "ActionFailures",
        "Actions could not be carried out or not be confirmed.",
        "`riposte incidents --outcome action-failed` and `--outcome verification-failed` list them, and `riposte show` what AWS answered. Respond by hand where it is urgent.",
    ),
    own(
        "NoticeFailures",
        "NoticeFailures",
        "The topic refuses notices.",
        "The topic or its key was changed. The incident is in the ledger (`riposte incidents`), and its notice is tried again.",
    ),
    own(
        "DetectorFailures",
        "DetectorFailures",
        "Detectors could not evaluate an event.",
        "The function's log names detector and event. The event's other detectors ran; this one ran in vain.",
    ),
    own(
        "SettingFailures",
        "SettingFailures",
        "A setting is broken; the functions' logs and the notice name it.",
        "`riposte settings check` says what is wrong. Until it is repaired the last good value stands.",
    ),
    Alarm {
        // An event that comes again is everyday; that many are a fault that lasts.
        period: 300,
        above: 10,
        ..own(
            "Retries",
            "Retries",
            "Events come again and again.",
            "AWS throttles or refuses calls: the function's log says which. Often a permission or a limit.",
        )
    },
    own(
        "PatchFailures",
        "PatchFailures",
        "A node was not patched as it should, or did not come back healthy.",
        "`riposte patch status` names node and step.",
    ),
];

/// The alarms of a function, line by line.
pub(super) fn of(function: &FunctionSpec) -> Vec<String> {
    let text = ALARMS.iter().map(Alarm::text).collect::<Vec<_>>().join("\n");
    let text = text.replace("@Name@", &logical(function)).replace("@name@", function.name);
    text.lines().map(str::to_owned).collect()
}

/// The alarms of all functions in one, line by line.
pub(super) fn shared() -> Vec<String> {
    let text = SHARED.iter().map(Alarm::text).collect::<Vec<_>>().join("\n");
    text.lines().map(str::to_owned).collect()
}

/// What each alarm means and asks for, as rows of a table.
pub(super) fn rows() -> String {
    let row = |alarm: &Alarm| {
        let (why, help) = (alarm.why.replace("@name@", "the function"), alarm.help.replace("@name@", "FUNCTION"));
        let before = if alarm.of.is_some() { "…" } else { "" };
        format!("| `{before}{}Alarm` | {} | {help} |\n", alarm.id, capitalized(&why))
    };
    ALARMS.iter().chain(&SHARED).map(row).collect()
}

impl Alarm {
    fn text(&self) -> String {
        let Self { id, why, above, .. } = self;
        let metric = if self.rise { self.rising() } else { self.plain() };
        let prefix = if self.of.is_some() { "@Name@" } else { "" };
        // The emulator knows no metric math.
        let condition = if self.rise { "  Condition: OnAws\n" } else { "" };
        format!(
            "{prefix}{id}Alarm:\n  Type: AWS::CloudWatch::Alarm\n{condition}  Properties:\n    AlarmDescription: {}\n{metric}    \
             EvaluationPeriods: 1\n    Threshold: {above}\n    ComparisonOperator: GreaterThanThreshold\n    \
             TreatMissingData: notBreaching\n    AlarmActions: [!Ref Notices]\n",
            capitalized(why)
        )
    }

    fn plain(&self) -> String {
        let Self { namespace, metric, statistic, period, .. } = self;
        let dimensions = self.dimensions("    ");
        format!(
            "    Namespace: {namespace}\n    MetricName: {metric}\n{dimensions}    Statistic: {statistic}\n    Period: {period}\n"
        )
    }

    fn dimensions(&self, indent: &str) -> String {
        let lines = |(name, value)| format!("{indent}Dimensions:\n{indent}  - {{ Name: {name}, Value: {value} }}\n");
        self.of.map(lines).unwrap_or_default()
    }

    /// An alarm notifies when its state changes, so that one that stays on is silent about the next. The rise since
    /// the minute before is zero again a minute later. A queue that was idle for hours has no value: that is none.
    fn rising(&self) -> String {
        let Self { namespace, metric, statistic, period, .. } = self;
        let dimensions = self.dimensions("            ");
        format!(
            "    Metrics:\n      - Id: rise\n        Expression: DIFF(FILL(waiting, 0))\n      - Id: waiting\n        \
             ReturnData: false\n        MetricStat:\n          Metric:\n            Namespace: {namespace}\n            \
             MetricName: {metric}\n{dimensions}          Period: {period}\n          Stat: {statistic}\n"
        )
    }
}
