//! What tells people: the topic of the notices, and the alarms.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::finding::Severity;

/// See its [`Meta`].
pub(in crate::detect) const NOTICES_CUT_OFF: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-notices-cut-off",
        title: "Riposte's own notices cut off or diverted",
        severity: Severity::High,
        events: Events::Calls(TOPIC_EVENTS),
        prose: TOPIC,
        ..OWN
    },
    what: "topic",
    keys: &["topicArn", "subscriptionArn", "resourceArn"],
    own: names::resource,
    harms: |_| true,
};

const TOPIC_EVENTS: &[EventName] = events! {
    "sns.amazonaws.com": [
        "DeleteTopic", "Unsubscribe", "Subscribe", "SetTopicAttributes", "SetSubscriptionAttributes",
        "AddPermission", "RemovePermission", "PutDataProtectionPolicy",
    ],
};

const TOPIC: &str = "\
## What it does
Fires when the topic of Riposte's notices is deleted, its attributes, encryption or policy change, or a
subscription is added, filtered or removed. The topic is recognized by the stack's name before its own,
`riposte-`. Its key has a name that AWS makes up and so cannot be distinguished from any other: that a key is disabled
or is to be deleted is a finding of its own. Calls of CloudFormation are `riposte-changed-by-cloudformation`,
refused ones `riposte-tampering-refused`.

## Why is this bad?
Who is not notified does not come. A subscription taken away, or filtered until nothing passes, silences every
finding and every alarm at once; one that is added reads along what Riposte knows.

## False positives
Somebody who joins or leaves the people on duty. That is worth a notice to all the others.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html>
- <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>
";

/// See its [`Meta`].
pub(in crate::detect) const ALARM_SILENCED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-alarm-silenced",
        title: "Riposte's own alarm silenced",
        severity: Severity::High,
        events: Events::Calls(ALARM_EVENTS),
        prose: ALARM,
        ..OWN
    },
    what: "alarm",
    keys: &["alarmNames", "alarmName", "muteTargets.alarmNames"],
    own: names::resource,
    harms: |_| true,
};

const ALARM_EVENTS: &[EventName] = events! {
    "monitoring.amazonaws.com": ["DeleteAlarms", "DisableAlarmActions", "SetAlarmState", "PutMetricAlarm", "PutAlarmMuteRule"],
};

const ALARM: &str = "\
## What it does
Fires when one of Riposte's alarms is deleted, muted, kept from notifying anybody, forced into a state, or
rewritten.
The alarms are recognized by the stack's name before theirs, `riposte-`; one call may name many, and one of them is
enough. Calls of CloudFormation are `riposte-changed-by-cloudformation`, refused ones
`riposte-tampering-refused`.

## Why is this bad?
The alarms watch the watchman: they ring when events reach Riposte that it cannot handle. Without them an
attacker can make it fail quietly.

## False positives
An alarm that is set to ring by hand, to try whether the notices arrive; a threshold changed in the console.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DisableAlarmActions.html>
- <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html>
";
