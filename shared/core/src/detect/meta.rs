//! What the catalogue says of a detector.

use std::str::FromStr;

use super::renamed;
use crate::action::ActionId;
use crate::finding::{Confidence, Severity};
use crate::text::plain;

/// What the catalogue says of a detector.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Kebab-case, named for the bad thing.
    pub id: &'static str,
    /// A few words for people.
    pub title: &'static str,
    /// The version of Riposte that had it first.
    pub since: &'static str,
    /// How far it can be relied on.
    pub status: Status,
    /// The chapter it stands in, and so the function that runs it.
    pub domain: Domain,
    /// How bad, if true.
    pub severity: Severity,
    /// How sure, unless a claim says less.
    pub confidence: Confidence,
    /// ATT&CK technique ids.
    pub technique: &'static [&'static str],
    /// What it reads.
    pub events: Events,
    /// What an event must have for it to be evaluated at all: alternatives, empty where nothing is known. A call that
    /// only reads is delivered to a function where it meets one of them.
    pub needs: Needs,
    /// Which of these events, by how they ended.
    pub outcome: Outcome,
    /// Where one event is not enough: how many make a finding.
    pub burst: Option<Burst>,
    /// The IAM permissions that its questions need.
    pub reads: &'static [&'static str],
    /// The actions that it may ask for.
    pub actions: &'static [ActionId],
    /// Where it asks for none: a sentence of why none would help, for its page. Empty where none is known yet.
    pub no_response: &'static str,
    /// Markdown: `## What it does`, `## Why is this bad?`, `## False positives`, `## References`.
    pub prose: &'static str,
}

impl Meta {
    /// What most detectors have in common: every event of its own counts, successful calls only, no
    /// question, no action.
    pub const PLAIN: Self = Self {
        id: "",
        title: "",
        since: "0.1.0",
        status: Status::Stable,
        domain: Domain::Account,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &[],
        events: Events::Calls(&[]),
        needs: &[],
        outcome: Outcome::Success,
        burst: None,
        reads: &[],
        actions: &[],
        no_response: "",
        prose: "",
    };
}

impl Meta {
    /// The ids that it had before, the oldest first.
    pub fn aliases(&self) -> impl Iterator<Item = &'static str> + '_ {
        renamed::former(self.id)
    }
}

/// Fields of an event that must all match, each with EventBridge's matchers as JSON, of which one must: `"AssumedRole"`,
/// `{"exists": false}`.
pub type Need = &'static [(&'static str, &'static [&'static str])];

/// Alternatives, of which an event must meet one; empty where anything may be evaluated.
pub type Needs = &'static [Need];

/// How far a detector can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is right as a rule, and its id stays.
    Stable,
    /// It is being tried: what it finds is a line in the log, and opens no incident.
    Preview,
    /// Another detector took its place, which its page names. It works until it is removed.
    Deprecated,
}

impl Status {
    /// `stable`, `preview` or `deprecated`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Preview => "preview",
            Self::Deprecated => "deprecated",
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = [Self::Stable, Self::Preview, Self::Deprecated].into_iter().find(|status| status.as_str() == text);
        found.ok_or_else(|| format!("must be `stable`, `preview` or `deprecated`, not `{}`", plain(text, 40)))
    }
}

/// The text of a page, where pages are wanted (feature `pages`): a function does without.
#[must_use]
pub(in crate::detect) const fn page(text: &'static str) -> &'static str {
    if cfg!(feature = "pages") { text } else { "" }
}

/// What an event must have, where patterns are made of it (feature `pages`): a function is sent what matches.
#[must_use]
pub(in crate::detect) const fn needs(needs: Needs) -> Needs {
    if cfg!(feature = "pages") { needs } else { &[] }
}

/// The categories of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// Who can reach what.
    Network,
    /// Who may do what, and with which credentials.
    Identity,
    /// What is stored, and who can read, encrypt or delete it.
    Data,
    /// What would show an attack, Riposte itself included.
    Traces,
    /// What runs code.
    Compute,
    /// The account and its organization.
    Account,
    /// What is unusual, compared with the past.
    Behavior,
    /// What log lines show.
    Hosts,
}

impl Domain {
    /// All categories, in the catalog's order.
    pub const ALL: [Self; 8] = [
        Self::Network,
        Self::Identity,
        Self::Data,
        Self::Traces,
        Self::Compute,
        Self::Account,
        Self::Behavior,
        Self::Hosts,
    ];

    /// As it stands in a rule's `riposte.category` and in the name of the pack's folders.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Identity => "identity",
            Self::Data => "data",
            Self::Traces => "defense-evasion",
            Self::Compute => "compute",
            Self::Account => "account",
            Self::Behavior => "behavior",
            Self::Hosts => "hosts",
        }
    }

    /// The category of this name, or of the one that it had before.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = if name == "traces" { "defense-evasion" } else { name };
        Self::ALL.into_iter().find(|domain| domain.as_str() == name)
    }
}

/// What a detector reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// These API calls.
    Calls(&'static [EventName]),
    /// Every call that the root user made.
    ByRoot,
    /// Every call that was refused for want of a permission.
    Denied,
    /// Every call: a rule that names none.
    All,
    /// What VPC endpoints saw of calls. No other detector is asked about these records: the call that one tells of
    /// is recorded beside it.
    NetworkActivity,
    /// Every call whose user agent names a known tool. A function is sent none for its sake: it sees those that other
    /// detectors read.
    Tools,
    /// Log lines.
    Lines,
    /// Findings of GuardDuty.
    GuardDuty,
    /// Nothing: the function looks at the account by itself.
    Looked,
}

impl Events {
    /// The calls that it names; none where it reads by something else.
    #[must_use]
    pub fn names(self) -> &'static [EventName] {
        match self {
            Self::Calls(names) => names,
            Self::ByRoot
            | Self::Denied
            | Self::All
            | Self::NetworkActivity
            | Self::Tools
            | Self::Lines
            | Self::GuardDuty
            | Self::Looked => &[],
        }
    }
}

/// Stands in an [`EventName`] for any service or any call.
pub const ANY: &str = "*";

/// One API call by its service and name. A rule of the user's may leave one of them open, as [`ANY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventName {
    /// For example `ec2.amazonaws.com`.
    pub source: &'static str,
    /// For example `AuthorizeSecurityGroupIngress`.
    pub name: &'static str,
}

impl EventName {
    /// Whether it only reads (or, like `AssumeRole`, is recorded as if it did): EventBridge delivers it for
    /// certain only to a rule that asks for read-only management events too. They are many.
    #[must_use]
    pub fn is_read(self) -> bool {
        let named = |(source, verbs): &(&str, &[&str])| {
            [ANY, self.source].contains(source) && verbs.iter().any(|verb| self.name.starts_with(verb))
        };
        self.name == ANY || READING.iter().any(named)
    }
}

/// How the names of calls begin that CloudTrail records with `readOnly: true`, by service. EventBridge's
/// manual promises to hold back those that begin with `Get`, `List` and `Describe`, and says of the others
/// that they may be delivered without being asked for; to ask for them is right either way.
const READING: [(&str, &[&str]); 7] = [
    (
        ANY,
        &[
            "BatchDescribe",
            "BatchGet",
            "BatchList",
            "Check",
            "Describe",
            "Download",
            "Estimate",
            "Filter",
            "Get",
            "Head",
            "List",
            "Lookup",
            "Preview",
            "Query",
            "Scan",
            "Search",
            "Select",
            "Simulate",
            "Test",
            "View",
        ],
    ),
    // Whoever takes a role gets credentials and changes nothing.
    ("sts.amazonaws.com", &["AssumeRole", "AssumeRoot", "DecodeAuthorizationMessage"]),
    ("eks-auth.amazonaws.com", &["AssumeRoleForPodIdentity"]),
    ("bedrock.amazonaws.com", &["Converse", "InvokeModel"]),
    ("iam.amazonaws.com", &["GenerateCredentialReport", "GenerateServiceLastAccessedDetails"]),
    ("kms.amazonaws.com", &["Decrypt", "Encrypt", "Generate", "ReEncrypt", "Sign", "Verify"]),
    ("logs.amazonaws.com", &["StartQuery", "StartLiveTail"]),
];

/// Calls on what a resource holds, by service. CloudTrail records them only where a trail is told to, and
/// they are many.
const DATA_CALLS: [(&str, &[&str]); 9] = [
    (
        "s3.amazonaws.com",
        &[
            "CompleteMultipartUpload",
            "CopyObject",
            "CreateMultipartUpload",
            "DeleteObject",
            "DeleteObjects",
            "GetObject",
            "HeadObject",
            "ListObjects",
            "ListObjectVersions",
            "PutObject",
            "PutObjectAcl",
            "PutObjectLegalHold",
            "PutObjectRetention",
            "UpdateObjectEncryption",
            "UploadPart",
        ],
    ),
    (
        "dynamodb.amazonaws.com",
        &[
            "BatchExecuteStatement",
            "BatchWriteItem",
            "DeleteItem",
            "ExecuteStatement",
            "ExecuteTransaction",
            "GetItem",
            "PutItem",
            "Scan",
            "TransactWriteItems",
            "UpdateItem",
        ],
    ),
    ("ebs.amazonaws.com", &["GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock"]),
    ("bedrock-agentcore.amazonaws.com", &["InvokeAgentRuntimeCommand"]),
    (
        "lambda.amazonaws.com",
        &[
            "Invoke",
            "Invoke20150331",
            "Invoke20150331v2",
            "InvokeAsync",
            "InvokeAsync20141113",
            "InvokeFunctionUrl",
            "InvokeWithResponseStream",
            "InvokeWithResponseStream20211115",
        ],
    ),
    ("sns.amazonaws.com", &["Publish", "PublishBatch"]),
    ("sqs.amazonaws.com", &["ReceiveMessage", "SendMessage"]),
    (
        "ses.amazonaws.com",
        &["SendBulkEmail", "SendBulkTemplatedEmail", "SendEmail", "SendRawEmail", "SendTemplatedEmail"],
    ),
    (
        "cognito-identity.amazonaws.com",
        &[
            "GetCredentialsForIdentity",
            "GetId",
            "GetOpenIdToken",
            "GetOpenIdTokenForDeveloperIdentity",
            "UnlinkIdentity",
        ],
    ),
];

impl EventName {
    /// Whether it is recorded as a data event, and not as a management event.
    #[must_use]
    pub fn is_data(self) -> bool {
        DATA_CALLS.iter().any(|(source, names)| *source == self.source && names.contains(&self.name))
    }
}

/// The calls that a detector reads, by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Those that were carried out. A failed call changed nothing.
    Success,
    /// Those that were refused or failed: the attempt is what matters.
    Failure,
    /// Both.
    Any,
}

impl Outcome {
    /// Whether it covers a call that failed, or one that did not.
    #[must_use]
    pub fn covers(self, failed: bool) -> bool {
        match self {
            Self::Success => !failed,
            Self::Failure => failed,
            Self::Any => true,
        }
    }
}

/// How many different things within which time make a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Burst {
    /// What is counted, in the plural: `secrets`.
    pub what: &'static str,
    /// So many different ones.
    pub at_least: u32,
    /// Within so many seconds. Time is cut into windows of this length.
    pub within_s: u32,
    /// Whose they are.
    pub per: Per,
}

/// For whom a burst is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Per {
    /// For who made the calls: the role or the user, else the person of IAM Identity Center, else the access key,
    /// else the address.
    #[default]
    Principal,
    /// For the address that the calls came from, whoever made them.
    Address,
}

impl Per {
    /// As it stands in a rule's `riposte.threshold.per`, and in a sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Address => "address",
        }
    }
}

impl FromStr for Per {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "principal" => Ok(Self::Principal),
            "address" => Ok(Self::Address),
            other => Err(format!("must be `principal` or `address`, not `{}`", plain(other, 40))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(source: &'static str, name: &'static str) -> EventName {
        EventName { source, name }
    }

    #[test]
    fn what_cloudtrail_records_as_read_only_is_asked_for() {
        for (source, name) in [
            ("sts.amazonaws.com", "AssumeRole"),
            ("sts.amazonaws.com", "AssumeRoleWithSAML"),
            ("sts.amazonaws.com", "AssumeRoleWithWebIdentity"),
            ("sts.amazonaws.com", "GetCallerIdentity"),
            ("bedrock.amazonaws.com", "InvokeModelWithResponseStream"),
            ("iam.amazonaws.com", "SimulatePrincipalPolicy"),
            ("secretsmanager.amazonaws.com", "BatchGetSecretValue"),
            ("cloudtrail.amazonaws.com", "LookupEvents"),
            ("kms.amazonaws.com", "Decrypt"),
            ("s3.amazonaws.com", ANY),
        ] {
            assert!(event(source, name).is_read(), "{source} {name}");
        }
    }

    #[test]
    fn what_changes_something_is_not() {
        for (source, name) in [
            ("iam.amazonaws.com", "CreateAccessKey"),
            ("ses.amazonaws.com", "VerifyEmailIdentity"),
            ("signin.amazonaws.com", "ConsoleLogin"),
            ("sso.amazonaws.com", "Authenticate"),
            ("athena.amazonaws.com", "StartQueryExecution"),
            ("securityhub.amazonaws.com", "BatchUpdateFindings"),
            ("lambda.amazonaws.com", "Invoke"),
        ] {
            assert!(!event(source, name).is_read(), "{source} {name}");
        }
    }

    #[test]
    fn credentials_of_guests_are_data() {
        assert!(event("cognito-identity.amazonaws.com", "GetCredentialsForIdentity").is_data());
        assert!(!event("cognito-identity.amazonaws.com", "SetIdentityPoolRoles").is_data());
    }
}
