//! What is watched of each function, in the template.

use riposte_core::catalogue::{FunctionSpec, Input};

use super::template::{capitalized, logical};

/// An alarm of every function.
struct Alarm {
    /// Its logical id, after the function's.
    id: &'static str,
    /// Why it fires; `@name@` is the function.
    why: &'static str,
    /// What to do then, for the page.
    help: &'static str,
    namespace: &'static str,
    metric: &'static str,
    /// The dimension, and its value.
    of: (&'static str, &'static str),
    statistic: &'static str,
    /// In seconds.
    period: u32,
    /// It fires above this.
    above: u32,
    /// Whether it fires for every rise instead of for as long as there is something.
    rise: bool,
}

const DEAD_LETTERS: (&str, &str) = ("QueueName", "!GetAtt @Name@DeadLetters.QueueName");
const QUEUE: (&str, &str) = ("QueueName", "!GetAtt @Name@Queue.QueueName");
const FUNCTION: (&str, &str) = ("FunctionName", "!Ref @Name@Function");
const OWN: (&str, &str) = ("Function", "@name@");

/// An item comes again within seconds, and an invocation lasts a minute: what is older than this has failed several
/// times, or nobody takes the messages.
const TOO_OLD_SECONDS: u32 = 180;

/// A metric that the functions write themselves: one is too many.
const fn own(id: &'static str, metric: &'static str, why: &'static str, help: &'static str) -> Alarm {
    Alarm { id, why, help, namespace: "Riposte", metric, of: OWN, statistic: "Sum", period: 60, above: 0, rise: false }
}

const ALARMS: [Alarm; 11] = [
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
    own(
        "ParseFailures",
        "ParseFailures",
        "Events reach @name@ that it cannot parse.",
        "Something else than EventBridge's events is in the queue, or the service changed its form. The dead letter holds it.",
    ),
    own(
        "ActionFailures",
        "ActionFailures",
        "Actions of @name@ could not be carried out or not be confirmed.",
        "`riposte incidents --outcome action-failed,verification-failed` lists them with what AWS answered. Respond by hand where it is urgent.",
    ),
    own(
        "NoticeFailures",
        "NoticeFailures",
        "The topic refuses the notices of @name@.",
        "The topic or its key was changed. The incident is in the ledger (`riposte incidents`), and its notice is tried again.",
    ),
    own(
        "DetectorFailures",
        "DetectorFailures",
        "Detectors of @name@ could not evaluate an event.",
        "The log names detector and event. The event's other detectors ran; this one ran in vain.",
    ),
    own(
        "SettingFailures",
        "SettingFailures",
        "A setting that @name@ reads is broken; its log and the notice name it.",
        "`riposte settings check` says what is wrong. Until it is repaired the last good value stands.",
    ),
    Alarm {
        // An event that comes again is everyday; that many are a fault that lasts.
        period: 300,
        above: 10,
        ..own(
            "Retries",
            "Retries",
            "Events of @name@ come again and again.",
            "AWS throttles or refuses the calls: the log says which. Often a permission or a limit.",
        )
    },
];

/// The alarm of the function that patches.
const PATCHES: Alarm = own(
    "PatchFailures",
    "PatchFailures",
    "A node was not patched as it should by @name@, or did not come back healthy.",
    "`riposte patch status` names node and step.",
);

/// The alarms of a function, line by line.
pub(super) fn of(function: &FunctionSpec) -> Vec<String> {
    let patches = function.inputs.contains(&Input::Inspector).then_some(&PATCHES);
    let text = ALARMS.iter().chain(patches).map(Alarm::text).collect::<Vec<_>>().join("\n");
    let text = text.replace("@Name@", &logical(function)).replace("@name@", function.name);
    text.lines().map(str::to_owned).collect()
}

/// What each alarm means and asks for, as rows of a table.
pub(super) fn rows() -> String {
    let row = |alarm: &Alarm| {
        let (why, help) = (alarm.why.replace("@name@", "the function"), alarm.help.replace("@name@", "FUNCTION"));
        format!("| `…{}Alarm` | {} | {help} |\n", alarm.id, capitalized(&why))
    };
    ALARMS.iter().chain([&PATCHES]).map(row).collect()
}

impl Alarm {
    fn text(&self) -> String {
        let Self { id, why, above, .. } = self;
        let metric = if self.rise { self.rising() } else { self.plain() };
        // The emulator knows no metric math.
        let condition = if self.rise { "  Condition: OnAws\n" } else { "" };
        format!(
            "@Name@{id}Alarm:\n  Type: AWS::CloudWatch::Alarm\n{condition}  Properties:\n    AlarmDescription: {}\n{metric}    \
             EvaluationPeriods: 1\n    Threshold: {above}\n    ComparisonOperator: GreaterThanThreshold\n    \
             TreatMissingData: notBreaching\n    AlarmActions: [!Ref Notices]\n",
            capitalized(why)
        )
    }

    fn plain(&self) -> String {
        let Self { namespace, metric, of: (name, value), statistic, period, .. } = self;
        format!(
            "    Namespace: {namespace}\n    MetricName: {metric}\n    Dimensions:\n      - {{ Name: {name}, Value: {value} \
             }}\n    Statistic: {statistic}\n    Period: {period}\n"
        )
    }

    /// An alarm notifies when its state changes, so that one that stays on is silent about the next. The rise since
    /// the minute before is zero again a minute later. A queue that was idle for hours has no value: that is none.
    fn rising(&self) -> String {
        let Self { namespace, metric, of: (name, value), statistic, period, .. } = self;
        format!(
            "    Metrics:\n      - Id: rise\n        Expression: DIFF(FILL(waiting, 0))\n      - Id: waiting\n        \
             ReturnData: false\n        MetricStat:\n          Metric:\n            Namespace: {namespace}\n            \
             MetricName: {metric}\n            Dimensions:\n              - {{ Name: {name}, Value: {value} }}\n          \
             Period: {period}\n          Stat: {statistic}\n"
        )
    }
}
