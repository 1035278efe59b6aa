//! Riposte's functions: stopped, replaced, or opened to other callers.

use super::{OWN, OwnPart, events, names};
use crate::detect::{EventName, Events, Meta};
use crate::event::ApiCall;
use crate::finding::Severity;

/// Where a call names a function: an event source mapping does so only in the response.
const KEYS: &[&str] = &["functionName", "functionArn"];

/// Where a call names what a function is fed from, if it is another that is fed now.
const FEED: &[&str] = &["functionName", "functionArn", "eventSourceArn"];

/// Where a pipe and a schedule name whom they call, and a pipe where it reads.
const ROUTES: &[&str] =
    &["functionName", "functionArn", "eventSourceArn", "target", "target.arn", "enrichment", "source"];

/// Whether a permission is taken away that the stack did not give: that repairs.
fn takes_back(call: &ApiCall) -> bool {
    let named = call.request_text("statementId");
    call.event_name().starts_with("RemovePermission") && named.is_some_and(|id| names::resource(id).is_none())
}

/// See its [`Meta`].
pub(in crate::detect) const FUNCTION_STOPPED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-function-stopped",
        title: "Riposte's own function stopped",
        severity: Severity::Critical,
        events: Events::Calls(STOPS),
        prose: STOPPED,
        ..OWN
    },
    what: "function, or queue that feeds it,",
    keys: FEED,
    own: names::resource,
    harms: |call| !takes_back(call),
};

const STOPS: &[EventName] = events! {
    "lambda.amazonaws.com": [
        "DeleteFunction",
        "DeleteFunction20150331",
        "DeleteFunction20150331v2",
        "PutFunctionConcurrency",
        "PutFunctionConcurrency20171031",
        "DeleteEventSourceMapping",
        "DeleteEventSourceMapping20150331",
        "DeleteEventSourceMapping20150331v2",
        "UpdateEventSourceMapping",
        "UpdateEventSourceMapping20150331",
        "UpdateEventSourceMapping20150331v2",
        "RemovePermission",
        "RemovePermission20150331",
        "RemovePermission20150331v2",
    ],
};

const STOPPED: &str = "\
## What it does
Fires when somebody deletes one of Riposte's functions (`riposte-…`), reserves its concurrency (none at
all stops it, little slows it), deletes or changes the mapping that feeds it from its queue, gives that
mapping to another function, or takes away the permission by which the stack lets log lines be pushed to it.
Which function and queue a mapping belongs to is read from the response. A permission that somebody else
gave may be taken away. Calls of CloudFormation are `riposte-changed-by-cloudformation`, refused ones
`riposte-tampering-refused`.

## Why is this bad?
Events still arrive and are still queued, but nothing reads them any more. Nobody is warned and nothing is
contained until somebody notices the silence.

## False positives
An operator who stops the functions on purpose, in an incident of their own. `riposte mode halt` does that
in a way that is recorded and easily revoked.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html>
- <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html>
";

/// See its [`Meta`].
pub(in crate::detect) const FUNCTION_REPLACED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-function-replaced",
        title: "Riposte's own function replaced or reconfigured",
        severity: Severity::Critical,
        technique: &["T1562.001", "T1554"],
        events: Events::Calls(REPLACES),
        prose: REPLACED,
        ..OWN
    },
    what: "function",
    keys: KEYS,
    own: names::resource,
    harms: |_| true,
};

const REPLACES: &[EventName] = events! {
    "lambda.amazonaws.com": [
        "UpdateFunctionCode",
        "UpdateFunctionCode20150331",
        "UpdateFunctionCode20150331v2",
        "UpdateFunctionConfiguration",
        "UpdateFunctionConfiguration20150331",
        "UpdateFunctionConfiguration20150331v2",
        "PutRuntimeManagementConfig",
        "PutRuntimeManagementConfig20210720",
        "PutFunctionCodeSigningConfig",
        "PutFunctionCodeSigningConfig20200630",
        "DeleteFunctionCodeSigningConfig",
        "DeleteFunctionCodeSigningConfig20200630",
    ],
};

const REPLACED: &str = "\
## What it does
Fires when somebody uploads other code to one of Riposte's functions (`riposte-…`), changes its
configuration (role, environment, layers, timeout), its runtime or its code signing. An upgrade by
CloudFormation is `riposte-changed-by-cloudformation`, a refused call `riposte-tampering-refused`.

## Why is this bad?
The functions may take away permissions, keys and network access in the whole account. Other code in one of
them, a layer before it, or an environment variable that sends its calls somewhere else, turns the defender
into the attacker's best-placed tool, under a name that nobody suspects.

## False positives
Developers who upload a build by hand while they work on Riposte. Deploy through the stack.

## References
- <https://attack.mitre.org/techniques/T1554/>
- <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html>
- <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>
";

/// See its [`Meta`].
pub(in crate::detect) const FUNCTION_OPENED: OwnPart = OwnPart {
    meta: Meta {
        id: "riposte-function-opened",
        title: "Riposte's own function or queue opened to others",
        severity: Severity::High,
        events: Events::Calls(OPENS),
        prose: OPENED,
        ..OWN
    },
    what: "function or queue",
    keys: ROUTES,
    own: names::resource,
    harms: |_| true,
};

const OPENS: &[EventName] = events! {
    "lambda.amazonaws.com": [
        "AddPermission",
        "AddPermission20150331",
        "AddPermission20150331v2",
        "CreateFunctionUrlConfig",
        "CreateFunctionUrlConfig20211031",
        "UpdateFunctionUrlConfig",
        "UpdateFunctionUrlConfig20211031",
        "CreateEventSourceMapping",
        "CreateEventSourceMapping20150331",
        "CreateEventSourceMapping20150331v2",
        "PutFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig20190925",
        "UpdateFunctionEventInvokeConfig",
        "UpdateFunctionEventInvokeConfig20190925",
        "DeleteFunctionEventInvokeConfig",
        "DeleteFunctionEventInvokeConfig20190925",
    ],
    "pipes.amazonaws.com": ["CreatePipe", "UpdatePipe"],
    "scheduler.amazonaws.com": ["CreateSchedule", "UpdateSchedule"],
};

const OPENED: &str = "\
## What it does
Fires when somebody lets others call one of Riposte's functions (`riposte-…`): a statement in its policy, a
URL, a mapping from another queue or stream, a pipe or a schedule that calls it; when another function or a
pipe is made to read Riposte's queue; or when it changes where failed calls go. Calls of CloudFormation
are `riposte-changed-by-cloudformation`, refused ones `riposte-tampering-refused`. Direct calls of a
function are data events, which this does not read.

## Why is this bad?
The functions believe what reaches them. Whoever can call one with an event of their own writing makes
Riposte revoke what it should protect, or fills the ledger with noise while the real attack goes on. A
message that another reader takes from the queue is deleted there, and Riposte never sees it.

## False positives
A subscription filter that is added to a log group by hand, so that its lines are pushed to `log-watch`;
the template's own permission covers the log groups of its account already.

## References
- <https://attack.mitre.org/techniques/T1562/001/>
- <https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>
- <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
";
