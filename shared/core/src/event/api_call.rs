//! A CloudTrail record, read tolerantly.
//!
//! The record is kept whole and read through accessors, for two reasons. Real records differ from any
//! schema (numbers stand as strings, `sessionIssuer` is `{}`, whole parts are null), so a struct would
//! refuse some of them; and rules may ask for any field, so nothing may be dropped.
//!
//! What came as a text is kept as one, with the places of its values: most of what is asked is a few of its strings, and
//! a tree is built of that part alone which somebody looks into.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::ScopeError;
use super::skim::{Part, Skim, Skimmed};
use crate::arn::{partition, partition_of};

/// One recorded API call (or console sign-in, or service event).
#[derive(Clone)]
pub struct ApiCall {
    // INVARIANT: an object.
    body: Body,
    envelope_account: Option<String>,
    envelope_region: Option<String>,
}

/// The record.
#[derive(Clone)]
enum Body {
    Tree(Value),
    Text(Box<Text>),
}

/// A record's text, skimmed, and the trees that were built of it.
#[derive(Clone, Default)]
struct Text {
    text: String,
    skim: Skim,
    whole: OnceLock<Value>,
    /// Of each of [`PARTS`].
    parts: [OnceLock<Option<Value>>; PARTS.len()],
}

/// What is looked into, and so built for itself.
const PARTS: [&str; 4] = ["userIdentity", "requestParameters", "responseElements", "resources"];

impl fmt::Debug for ApiCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiCall")
            .field("record", self.record())
            .field("envelope_account", &self.envelope_account)
            .field("envelope_region", &self.envelope_region)
            .finish()
    }
}

impl PartialEq for ApiCall {
    fn eq(&self, other: &Self) -> bool {
        self.record() == other.record()
            && self.envelope_account == other.envelope_account
            && self.envelope_region == other.envelope_region
    }
}

/// Where an event happened, and which one it is. All three are needed before anything may act.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Scope {
    /// The event's id: the same for every delivery of the same event.
    pub event_id: String,
    /// Twelve digits.
    pub account: String,
    /// For example `eu-west-1`.
    pub region: String,
}

/// Who made a call.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Actor {
    /// `userIdentity.type`: `IAMUser`, `AssumedRole`, `Root`, `AWSService`…
    pub kind: Option<String>,
    /// The caller's own ARN; for a role, the session's.
    pub arn: Option<String>,
    /// The ARN of the role behind a session.
    pub role_arn: Option<String>,
    /// The user's or role's name; of a person of IAM Identity Center, the user's id.
    pub name: Option<String>,
    /// The access key that signed the call.
    pub access_key_id: Option<String>,
    /// Where the call came from: an address, or a service's name.
    pub source_ip: Option<String>,
    /// As the caller sent it. The caller chooses it: show it escaped, and decide by nothing in it but the mark of our
    /// own calls, which proves itself.
    pub user_agent: Option<String>,
}

impl Actor {
    /// The ARN that names the principal itself: the role of a session, else the caller's own.
    #[must_use]
    pub fn principal_arn(&self) -> Option<&str> {
        self.role_arn.as_deref().or(self.arn.as_deref())
    }

    /// A short name for people: the ARN, else the name, else the kind.
    #[must_use]
    pub fn label(&self) -> &str {
        self.arn.as_deref().or(self.name.as_deref()).or(self.kind.as_deref()).unwrap_or("(unknown)")
    }
}

impl ApiCall {
    /// Wraps a record. `account` and `region` are the envelope's, used where the record has none.
    #[must_use]
    pub fn new(record: Map<String, Value>, account: Option<String>, region: Option<String>) -> Self {
        Self { body: Body::Tree(Value::Object(record)), envelope_account: account, envelope_region: region }
    }

    /// The same of a text that was skimmed.
    pub(super) fn skimmed(record: Skimmed<'_>, account: Option<String>, region: Option<String>) -> Self {
        let mut text = Box::<Text>::default();
        text.hold(record);
        Self { body: Body::Text(text), envelope_account: account, envelope_region: region }
    }

    /// Becomes what [`ApiCall::skimmed`] makes, in the memory that it has.
    pub(super) fn become_skimmed(&mut self, record: Skimmed<'_>, account: Option<String>, region: Option<String>) {
        match &mut self.body {
            Body::Text(text) => text.hold(record),
            Body::Tree(_) => *self = Self::skimmed(record, None, None),
        }
        (self.envelope_account, self.envelope_region) = (account, region);
    }

    /// The same call with another request in its record.
    #[must_use]
    pub fn with_request(&self, request: Value) -> Self {
        self.altered(|record| {
            record.insert("requestParameters".to_owned(), request);
        })
    }

    /// The same call as if it had not failed: its record without the error. What AWS would have answered is not there.
    #[must_use]
    pub fn carried_out(&self) -> Self {
        self.altered(|record| {
            record.remove("errorCode");
            record.remove("errorMessage");
        })
    }

    fn altered(&self, alter: impl FnOnce(&mut Map<String, Value>)) -> Self {
        let mut record = self.record().as_object().cloned().unwrap_or_default();
        alter(&mut record);
        Self::new(record, self.envelope_account.clone(), self.envelope_region.clone())
    }

    /// The whole record, as it came: an object.
    #[must_use]
    pub fn record(&self) -> &Value {
        match &self.body {
            Body::Tree(record) => record,
            Body::Text(text) => text.whole(),
        }
    }

    /// The value of a key of the record.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Value> {
        match &self.body {
            Body::Tree(record) => record.get(key),
            Body::Text(text) => text.member(key),
        }
    }

    /// The same, as it stands there: nothing is built.
    pub(crate) fn part(&self, key: &str) -> Option<Part<'_>> {
        match &self.body {
            Body::Tree(record) => record.get(key).map(Part::Tree),
            Body::Text(text) => text.skim.of(&text.text).get(key),
        }
    }

    /// The same, where the key's number is known: see [`super::number_of`].
    #[inline]
    pub(crate) fn part_of(&self, key: &str, number: Option<usize>) -> Option<Part<'_>> {
        match (&self.body, number) {
            (Body::Text(text), Some(number)) => text.skim.of(&text.text).numbered(number),
            _ => self.part(key),
        }
    }

    /// Whether some key of the record has a dot.
    pub(crate) fn has_dotted_keys(&self) -> bool {
        match &self.body {
            Body::Tree(Value::Object(record)) => record.keys().any(|key| key.contains('.')),
            Body::Tree(_) => false,
            Body::Text(text) => text.skim.of(&text.text).has_dots(),
        }
    }

    /// `eventID`.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.text("eventID")
    }

    /// `eventName`, for example `AuthorizeSecurityGroupIngress`; empty where the record's is no string.
    #[must_use]
    pub fn event_name(&self) -> &str {
        self.text("eventName").unwrap_or_default()
    }

    /// `eventSource`, for example `ec2.amazonaws.com`.
    #[must_use]
    pub fn event_source(&self) -> Option<&str> {
        self.text("eventSource")
    }

    /// `eventTime`, RFC 3339.
    #[must_use]
    pub fn event_time(&self) -> Option<&str> {
        self.text("eventTime")
    }

    /// `requestID`: the id that AWS gave the call, which our own calls know of themselves too.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.text("requestID")
    }

    /// `userAgent`, as the caller sent it: show it escaped, never act by it.
    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.text("userAgent")
    }

    /// `errorCode`, where it says that something went wrong: some services write a success there too.
    #[must_use]
    pub fn error_code(&self) -> Option<&str> {
        self.text("errorCode").filter(|code| !code.is_empty() && !is_success(code))
    }

    /// Whether the call was refused or failed. Such a call changed nothing.
    #[must_use]
    pub fn failed(&self) -> bool {
        let login = || self.part("responseElements")?.get("ConsoleLogin")?.string();
        let failed_login = || login().is_some_and(|outcome| outcome.eq_ignore_ascii_case("failure"));
        let value = |key: &str| self.part(key).map(Part::value);
        says_failure(value("errorCode").as_deref(), value("errorMessage").as_deref()) || failed_login()
    }

    /// Whether this is no call but what a VPC endpoint saw of one: who called what through it, without parameters.
    /// The call itself is recorded beside it.
    #[must_use]
    pub fn is_network_activity(&self) -> bool {
        is_network_activity(self.text("eventType"), self.text("eventCategory"))
    }

    /// The partition that the event is of, as the record's own ARNs say it, else its region.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        let identity = self.identity();
        let issuer = || identity?.get("sessionContext")?.get("sessionIssuer")?.get("arn");
        let resources = self.member("resources").and_then(Value::as_array).into_iter().flatten();
        let resources = resources.filter_map(|resource| resource.get("ARN").or_else(|| resource.get("arn")));
        // Nobody calls from one partition into another, so the caller's says it as well as the resource's.
        let arns = identity.and_then(|i| i.get("arn")).into_iter().chain(issuer()).chain(resources);
        let named = arns.filter_map(Value::as_str).find_map(partition_of);
        named.unwrap_or_else(|| partition(self.region().unwrap_or_default()))
    }

    /// Whether the call was refused for want of a permission.
    #[must_use]
    pub fn denied(&self) -> bool {
        self.error_code().is_some_and(is_denial)
    }

    /// Whether the root user made the call, itself and not a service for it.
    #[must_use]
    pub fn by_root(&self) -> bool {
        self.identity_is("type", "Root") && !self.has_invoker() && self.text("eventType") != Some("AwsServiceEvent")
    }

    /// The service that was called, as its `eventSource` begins: `ec2`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.event_source().and_then(|source| source.split('.').next()).unwrap_or("aws")
    }

    /// Whether a service made the call, for itself or for somebody.
    #[must_use]
    pub fn by_service(&self) -> bool {
        self.identity_is("type", "AWSService") || self.has_invoker()
    }

    /// The account that owns the resource: the recipient's, else the envelope's, else the caller's.
    #[must_use]
    pub fn account(&self) -> Option<Cow<'_, str>> {
        let caller = || self.part("userIdentity")?.get("accountId").and_then(account_text);
        self.part("recipientAccountId")
            .and_then(account_text)
            .or_else(|| self.envelope_account.as_deref().filter(|a| !a.is_empty()).map(Cow::Borrowed))
            .or_else(caller)
    }

    /// `awsRegion`, else the envelope's.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.text("awsRegion").or(self.envelope_region.as_deref()).filter(|r| !r.is_empty())
    }

    /// The event's id, account and region, which an answer needs.
    ///
    /// # Errors
    /// Names what is missing and the event's id. There is no default region.
    pub fn scope(&self) -> Result<Scope, ScopeError> {
        let missing = |missing| ScopeError { event_id: self.event_id().map(str::to_owned), missing };
        Ok(Scope {
            event_id: self.event_id().filter(|id| !id.is_empty()).ok_or_else(|| missing("event id"))?.to_owned(),
            account: self.account().ok_or_else(|| missing("account"))?.into_owned(),
            region: self.region().ok_or_else(|| missing("region"))?.to_owned(),
        })
    }

    /// `userIdentity`, where it is an object.
    #[must_use]
    pub fn identity(&self) -> Option<&Map<String, Value>> {
        self.member("userIdentity").and_then(Value::as_object)
    }

    /// Whether a field of `userIdentity` is this text.
    fn identity_is(&self, key: &str, wanted: &str) -> bool {
        self.part("userIdentity").and_then(|i| i.get(key)?.string()).is_some_and(|text| text == wanted)
    }

    /// Whether a service made the call for somebody.
    fn has_invoker(&self) -> bool {
        self.part("userIdentity").and_then(|i| i.get("invokedBy")?.string()).is_some()
    }

    /// Who made the call.
    #[must_use]
    pub fn actor(&self) -> Actor {
        let identity = self.part("userIdentity");
        let text = |part: Part<'_>| part.string().filter(|text| !text.is_empty()).map(Cow::into_owned);
        let of = |key: &str| identity?.get(key).and_then(text);
        // IAM users carry an empty `sessionIssuer`, so each part of it may be missing.
        let issuer = identity.and_then(|identity| identity.get("sessionContext")?.get("sessionIssuer"));
        let issuer = |key: &str| issuer?.get(key).and_then(text);
        let person = || identity?.get("onBehalfOf")?.get("userId").and_then(text);
        Actor {
            kind: of("type"),
            arn: of("arn"),
            role_arn: issuer("arn"),
            name: of("userName").or_else(|| issuer("userName")).or_else(person),
            access_key_id: of("accessKeyId"),
            source_ip: self.source_ip().map(str::to_owned),
            user_agent: self.text("userAgent").map(str::to_owned),
        }
    }

    /// A text of `userIdentity`. Nothing is built.
    pub(crate) fn caller(&self, key: &str) -> Option<Cow<'_, str>> {
        self.part("userIdentity")?.get(key)?.string()
    }

    /// `sourceIPAddress`: an address, several with commas between, or a service's name.
    #[must_use]
    pub fn source_ip(&self) -> Option<&str> {
        self.text("sourceIPAddress")
    }

    /// A field of `requestParameters`.
    #[must_use]
    pub fn request(&self, key: &str) -> Option<&Value> {
        // What is missing needs no tree.
        self.request_part(key)?;
        self.member("requestParameters")?.get(key)
    }

    /// The same, as it stands there: nothing is built.
    pub(crate) fn request_part(&self, key: &str) -> Option<Part<'_>> {
        self.part("requestParameters")?.get(key)
    }

    /// A field of `responseElements`.
    #[must_use]
    pub fn response(&self, key: &str) -> Option<&Value> {
        self.member("responseElements")?.get(key)
    }

    /// A string of `requestParameters`.
    #[must_use]
    pub fn request_text(&self, key: &str) -> Option<&str> {
        let part = self.request_part(key)?;
        if part.has_escapes() {
            return self.member("requestParameters")?.get(key)?.as_str();
        }
        part.plain()
    }

    fn text(&self, key: &str) -> Option<&str> {
        let part = self.part(key)?;
        if part.has_escapes() {
            return self.member(key)?.as_str();
        }
        part.plain()
    }
}

impl Text {
    fn hold(&mut self, record: Skimmed<'_>) {
        record.keep(&mut self.text, &mut self.skim);
        self.whole.take();
        for part in &mut self.parts {
            part.take();
        }
    }

    fn whole(&self) -> &Value {
        // INVARIANT: the parser reads what was skimmed.
        self.whole.get_or_init(|| crate::json::parse(&self.text).unwrap_or_default())
    }

    fn member(&self, key: &str) -> Option<&Value> {
        let part = PARTS.iter().position(|part| *part == key).and_then(|number| self.parts.get(number));
        match part {
            Some(part) => part.get_or_init(|| Some(self.skim.of(&self.text).get(key)?.value().into_owned())).as_ref(),
            None => {
                // What is missing needs no tree.
                self.skim.of(&self.text).get(key)?;
                self.whole().get(key)
            }
        }
    }
}

/// The service whose calls are named with the date of their API.
const STAMPED: &str = "lambda.amazonaws.com";

/// The name of a call without the date of the API that some are recorded with: `UpdateFunctionCode20150331v2` is
/// `UpdateFunctionCode`. `None` where the name has none, or the service names its calls without.
#[must_use]
pub fn without_date<'a>(source: Option<&str>, name: &'a str) -> Option<&'a str> {
    if !source.is_some_and(|source| source.eq_ignore_ascii_case(STAMPED)) {
        return None;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let dated = match name.rsplit_once(['v', 'V']) {
        Some((dated, version)) if digits(version) => dated,
        _ => name,
    };
    let (stem, date) = dated.split_at_checked(dated.len().checked_sub(8)?)?;
    (!stem.is_empty() && date.starts_with("20") && digits(date)).then_some(stem)
}

/// Whether an error code says that the call was carried out: some services write an HTTP status or a word there.
#[must_use]
pub fn is_success(code: &str) -> bool {
    let status = code.len() == 3 && code.starts_with('2') && code.bytes().all(|b| b.is_ascii_digit());
    let word = || ["success", "succeeded", "successful", "ok"].iter().any(|word| code.eq_ignore_ascii_case(word));
    status || word()
}

/// Whether `errorCode` and `errorMessage` say that a call failed. A code that says it went well decides; an empty one
/// says as little as none.
#[must_use]
pub fn says_failure(code: Option<&Value>, message: Option<&Value>) -> bool {
    let said = |value: &Value| !value.is_null() && value.as_str() != Some("");
    match code {
        Some(Value::String(code)) if is_success(code) => false,
        Some(Value::Number(status)) if status.as_u64().is_some_and(|s| (200..300).contains(&s)) => false,
        code => code.is_some_and(said) || message.is_some_and(said),
    }
}

/// Whether a record with this `eventType` and `eventCategory` is what a VPC endpoint saw of a call.
#[must_use]
pub fn is_network_activity(event_type: Option<&str>, category: Option<&str>) -> bool {
    category == Some("NetworkActivity") || matches!(event_type, Some("AwsVpceEvent" | "AwsVpceEvents"))
}

/// Whether an error code says that a permission was missing. Services spell it in many ways.
#[must_use]
pub fn is_denial(code: &str) -> bool {
    let last = code.rsplit('.').next().unwrap_or(code);
    let word = last.strip_suffix("Exception").unwrap_or(last);
    matches!(
        word,
        "AccessDenied"
            | "UnauthorizedOperation"
            | "AuthorizationError"
            | "NotAuthorized"
            | "UnauthorizedAccess"
            | "Forbidden"
    )
}

/// An account id: twelve digits, which some producers write as a number and so lose leading zeros.
fn account_text(part: Part<'_>) -> Option<Cow<'_, str>> {
    match part.string() {
        Some(text) => Some(text).filter(|text| !text.is_empty()),
        None => Some(Cow::Owned(format!("{:012}", part.value().as_u64()?))),
    }
}
