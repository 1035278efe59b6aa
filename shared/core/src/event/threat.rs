//! What GuardDuty found: its findings, as EventBridge delivers them and as GuardDuty exports them.
//!
//! Shape: <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Finding.html>, in the names that begin with a
//! small letter.

use serde_json::{Map, Value};

use super::{Actor, Scope, ScopeError};
use crate::finding::Severity;

/// A finding of GuardDuty. The threat purpose and the detector come from GuardDuty; the names of users, hosts and keys may
/// be an attacker's choice: show them escaped.
#[derive(Debug, Clone, PartialEq)]
pub struct Threat(Value);

impl Threat {
    /// A finding without EventBridge's envelope, where the object is one.
    #[must_use]
    pub fn of(object: &Map<String, Value>) -> Option<Self> {
        let is_guardduty = object.get("service").and_then(|service| service.get("serviceName"));
        let is_guardduty = is_guardduty.and_then(Value::as_str) == Some("guardduty");
        let complete = ["id", "type", "resource"].iter().all(|key| object.contains_key(*key));
        (is_guardduty && complete).then(|| Self(Value::Object(object.clone())))
    }

    /// The whole finding, as JSON.
    #[must_use]
    pub fn json(&self) -> &Value {
        &self.0
    }

    /// A text by its JSON pointer; one that is empty says nothing.
    #[must_use]
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.0.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a flag is set, which AWS writes as a boolean or as a text.
    fn is_set(&self, pointer: &str) -> bool {
        match self.0.pointer(pointer) {
            Some(Value::Bool(set)) => *set,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// Its type, for example `CryptoCurrency:EC2/BitcoinTool.B!DNS`.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.text("/type").unwrap_or("(without a type)")
    }

    /// What the type says is done: `CryptoCurrency` of `CryptoCurrency:EC2/BitcoinTool.B!DNS`.
    #[must_use]
    pub fn purpose(&self) -> &str {
        self.kind().split(':').next().unwrap_or_default()
    }

    /// The type of the resource, for example `Instance` or `AccessKey`.
    #[must_use]
    pub fn resource_type(&self) -> Option<&str> {
        self.text("/resource/resourceType")
    }

    /// How severe, by GuardDuty's own scale: from 9 critical, from 7 high, from 4 medium. One that does not say so is medium.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.0.pointer("/severity").and_then(Value::as_f64) {
            Some(score) if score >= 9.0 => Severity::Critical,
            Some(score) if score >= 7.0 => Severity::High,
            Some(score) if score >= 4.0 => Severity::Medium,
            Some(_) => Severity::Low,
            None => Severity::Medium,
        }
    }

    /// Whether GuardDuty made it to show what a finding looks like (`CreateSampleFindings`): nothing happened.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.is_set("/service/additionalInfo/sample")
    }

    /// Whether somebody, or a filter, put it aside.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.is_set("/service/archived")
    }

    /// When the activity was last seen, RFC 3339.
    #[must_use]
    pub fn seen_at(&self) -> Option<&str> {
        self.text("/service/eventLastSeen").or_else(|| self.text("/updatedAt")).or_else(|| self.text("/createdAt"))
    }

    /// Where it is, and its id: the same however often GuardDuty adds to it.
    ///
    /// # Errors
    /// Names what is missing.
    pub fn scope(&self) -> Result<Scope, ScopeError> {
        let event_id = self.text("/id").map(str::to_owned);
        let missing = |missing| ScopeError { event_id: event_id.clone(), missing };
        let need = |pointer, what| self.text(pointer).map(str::to_owned).ok_or_else(|| missing(what));
        Ok(Scope {
            account: need("/accountId", "account")?,
            region: need("/region", "region")?,
            event_id: event_id.clone().ok_or_else(|| missing("event id"))?,
        })
    }

    /// The address on the other side, where the finding names one.
    fn remote_address(&self) -> Option<&str> {
        let actions = [
            "awsApiCallAction",
            "networkConnectionAction",
            "kubernetesApiCallAction",
            "rdsLoginAttemptAction",
            "portProbeAction/portProbeDetails/0",
        ];
        let versions = ["ipAddressV4", "ipAddressV6"];
        let mut pointers = actions.iter().flat_map(|action| {
            versions.iter().map(move |version| format!("/service/action/{action}/remoteIpDetails/{version}"))
        });
        pointers.find_map(|pointer| self.text(&pointer))
    }

    /// Whose credentials were used, where the finding is about credentials; and from where.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let of_key = |field: &str| self.text(&format!("/resource/accessKeyDetails/{field}"));
        let kind = of_key("userType");
        let account = self.text("/accountId").unwrap_or_default();
        let partition = self.text("/partition").unwrap_or("aws");
        let name = of_key("userName");
        let iam = |rest: String| format!("arn:{partition}:iam::{account}:{rest}");
        let (arn, role_arn) = match (kind, name) {
            (Some("IAMUser"), Some(name)) => (Some(iam(format!("user/{name}"))), None),
            (Some("Root"), _) => (Some(iam("root".to_owned())), None),
            (Some("AssumedRole" | "Role"), Some(name)) => {
                let session = of_key("principalId").and_then(|id| id.split_once(':')).map(|(_, session)| session);
                let session = session.map(|at| format!("arn:{partition}:sts::{account}:assumed-role/{name}/{at}"));
                (session, Some(iam(format!("role/{name}"))))
            }
            _ => (None, None),
        };
        Actor {
            kind: kind.map(str::to_owned),
            arn,
            role_arn,
            name: name.map(str::to_owned),
            access_key_id: of_key("accessKeyId").map(str::to_owned),
            source_ip: self.remote_address().map(str::to_owned),
            user_agent: self.text("/service/action/awsApiCallAction/userAgent").map(str::to_owned),
        }
    }
}
