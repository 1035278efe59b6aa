//! What the catalogue says of a detector.

use std::str::FromStr;

use crate::finding::{Confidence, Severity};
use crate::plan::ActionId;
use crate::text::plain;

/// What the catalogue says of a detector.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Kebab-case, named for the bad thing.
    pub id: &'static str,
    /// A few words for people.
    pub title: &'static str,
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
    /// Which of these events, by how they ended.
    pub outcome: Outcome,
    /// Where one event is not enough: how many make a finding.
    pub burst: Option<Burst>,
    /// The IAM permissions that its questions need.
    pub reads: &'static [&'static str],
    /// The actions that it may ask for.
    pub actions: &'static [ActionId],
    /// Markdown: `## What it does`, `## Why is this bad?`, `## False positives`, `## References`.
    pub prose: &'static str,
}

impl Meta {
    /// What most detectors have in common: every event of its own counts, successful calls only, no
    /// question, no action.
    pub const PLAIN: Self = Self {
        id: "",
        title: "",
        domain: Domain::Account,
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        technique: &[],
        events: Events::Calls(&[]),
        outcome: Outcome::Success,
        burst: None,
        reads: &[],
        actions: &[],
        prose: "",
    };
}

/// The text of a page, where pages are wanted (feature `pages`): a function does without.
#[must_use]
pub(in crate::detect) const fn page(text: &'static str) -> &'static str {
    if cfg!(feature = "pages") { text } else { "" }
}

/// The chapters of the catalogue.
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
    /// The account and its organisation.
    Account,
    /// What the log lines of hosts show.
    Hosts,
}

impl Domain {
    /// All chapters, in the catalogue's order.
    pub const ALL: [Self; 7] =
        [Self::Network, Self::Identity, Self::Data, Self::Traces, Self::Compute, Self::Account, Self::Hosts];

    /// As it stands in a rule's `riposte.domain` and in the name of the pack's folders.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Identity => "identity",
            Self::Data => "data",
            Self::Traces => "traces",
            Self::Compute => "compute",
            Self::Account => "account",
            Self::Hosts => "hosts",
        }
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
    /// Log lines.
    Lines,
}

impl Events {
    /// The calls that it names; none where it reads by something else.
    #[must_use]
    pub fn names(self) -> &'static [EventName] {
        match self {
            Self::Calls(names) => names,
            Self::ByRoot | Self::Denied | Self::All | Self::Lines => &[],
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
    /// Whether EventBridge delivers it only to a rule that asks for read-only management events too.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.name == ANY || ["Get", "List", "Describe", "BatchGet"].iter().any(|verb| self.name.starts_with(verb))
    }
}

/// Calls on what a resource holds, by service. CloudTrail records them only where a trail is told to, and
/// they are many.
const DATA_CALLS: [(&str, &[&str]); 4] = [
    (
        "s3.amazonaws.com",
        &[
            "CompleteMultipartUpload",
            "CopyObject",
            "CreateMultipartUpload",
            "DeleteObject",
            "DeleteObjects",
            "GetObject",
            "PutObject",
            "PutObjectAcl",
            "PutObjectLegalHold",
            "PutObjectRetention",
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
            "TransactWriteItems",
            "UpdateItem",
        ],
    ),
    ("ebs.amazonaws.com", &["GetSnapshotBlock", "ListChangedBlocks", "ListSnapshotBlocks", "PutSnapshotBlock"]),
    ("lambda.amazonaws.com", &["Invoke"]),
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
    /// For who made the calls: the role or the user, else the access key, else the address.
    #[default]
    Principal,
    /// For the address that the calls came from, whoever made them.
    Address,
}

impl Per {
    /// As it stands in a rule's `riposte.burst.per`, and in a sentence.
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
