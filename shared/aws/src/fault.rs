//! What went wrong with a call to AWS, classified in one place.

use std::borrow::Cow;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use riposte_core::text::plain;
use thiserror::Error;

/// What can be done about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Throttled, timed out, or the service's own error: try again later.
    Transient,
    /// Not allowed. Trying again does not help; a person must.
    Denied,
    /// The thing no longer exists.
    Gone,
    /// Somebody else changed it at the same time, or it exists already.
    Conflict,
    /// The request is refused as it stands.
    Refused,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Transient => "transient",
            Self::Denied => "denied",
            Self::Gone => "gone",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
        })
    }
}

/// A failed call to AWS.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{call}: {kind}: {}", plain(reason, 600))]
pub struct Fault {
    /// What can be done about it.
    pub kind: Kind,
    /// The call, for example `ec2:RevokeSecurityGroupIngress`.
    pub call: Cow<'static, str>,
    /// AWS's error code; empty where there was no answer.
    pub code: String,
    /// AWS's words, or the connection's.
    pub reason: String,
    /// Whether the call was sent more than once, as far as it is known: then an earlier attempt may have been
    /// carried out, and this be the answer to a later one.
    pub repeated: bool,
}

impl Fault {
    /// Classifies an SDK error.
    pub fn of<E>(call: impl Into<Cow<'static, str>>) -> impl FnOnce(SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let call = call.into();
        move |error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let code = error.code().unwrap_or_default().to_owned();
            let kind = match &error {
                SdkError::ServiceError(_) => kind_of(&code, error.message(), status),
                SdkError::ResponseError(_) if status.is_some_and(|s| (400..500).contains(&s)) => Kind::Refused,
                SdkError::ConstructionFailure(_) => Kind::Refused,
                _ => Kind::Transient,
            };
            let reason = match error.message() {
                Some(message) if !code.is_empty() => format!("{code}: {message}"),
                _ => in_short(&error),
            };
            Self { kind, call, code, reason, repeated: false }
        }
    }

    /// Classifies a service's refusal that was read from its answer: the code, the HTTP status and the service's
    /// words.
    #[must_use]
    pub fn answered(call: impl Into<Cow<'static, str>>, code: &str, status: u16, words: &str) -> Self {
        let kind = kind_of(code, Some(words), Some(status));
        Self { kind, call: call.into(), code: code.to_owned(), reason: format!("{code}: {words}"), repeated: false }
    }

    /// A fault that was found without a call's answer, for example an answer without a needed part.
    #[must_use]
    pub fn refused(call: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Refused, call: call.into(), code: String::new(), reason: reason.into(), repeated: false }
    }

    /// A conflict that was found without a call's answer.
    #[must_use]
    pub fn conflict(call: impl Into<Cow<'static, str>>, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Conflict, call: call.into(), code: String::new(), reason: reason.into(), repeated: false }
    }

    /// Whether the queue should bring the event again.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        matches!(self.kind, Kind::Transient | Kind::Conflict)
    }

    /// Whether the caller's credentials have run out: a person signs in again. Where no call was sent, the credentials'
    /// own provider says so in words.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.code.starts_with("ExpiredToken")
            || self.code == "RequestExpired"
            || (self.code.is_empty() && self.reason.to_lowercase().contains("expired"))
    }
}

/// What an error says, and what each of its causes adds: for people, without the structure of the SDK's types.
pub(crate) fn in_short(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let said = error.to_string();
        // Some repeat what causes them.
        if !parts.iter().any(|part| part.contains(&said)) {
            parts.push(said);
        }
        next = error.source();
    }
    parts.join(": ")
}

/// Sorts AWS's error codes. Services name the same thing in different ways, but mostly with the same words, so that a
/// code that is not known by itself is known by its ending.
fn kind_of(code: &str, message: Option<&str>, status: Option<u16>) -> Kind {
    // Services end a code's name in one of these, or in nothing.
    let bare = ["Exception", "Fault", "Error"].iter().fold(code, |code, end| code.strip_suffix(end).unwrap_or(code));
    let is = |list: &[&str]| list.contains(&code) || list.contains(&bare);
    let ends = |list: &[&str]| list.iter().any(|end| bare.ends_with(end));
    if is(&DENIED) || bare.starts_with("AccessDenied") || ends(&["AccessDenied", "NotAuthorized"]) {
        Kind::Denied
    } else if is(&TRANSIENT) || bare.contains("Throttl") || ends(&["Busy"]) {
        Kind::Transient
    } else if is(&CONFLICT)
        || ends(&["AlreadyExists", "Conflict", "InUse", ".Duplicate"])
        || bare.starts_with("InvalidDB")
    {
        Kind::Conflict
    } else if bare.starts_with("NoSuch")
        // Systems Manager's way of saying that there is no such document.
        || bare == "InvalidDocument"
        || ends(&["NotFound", "DoesNotExist", "Nonexistent", "NonExistentQueue", "NonexistentItem"])
        // Auto Scaling and CloudFormation have one code for all that is wrong with a request.
        || (bare == "Validation" && message.is_some_and(|message| message.trim_end_matches('.').ends_with("does not exist")))
    {
        // A table that is missing is a fault of the deployment, not a resource that went away; its code is the same,
        // so the ledger treats `Gone` as an error of its own.
        Kind::Gone
    } else {
        match status {
            Some(401 | 403) => Kind::Denied,
            Some(429 | 500..) => Kind::Transient,
            _ => Kind::Refused,
        }
    }
}

const DENIED: [&str; 23] = [
    "AllAccessDisabled",
    "AuthFailure",
    "AuthorizationError",
    "ExpiredToken",
    "Forbidden",
    "IncompleteSignature",
    "InsufficientPrivileges",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignature",
    "KMSAccessDenied",
    "MissingAuthenticationToken",
    "NotSignedUp",
    "OptInRequired",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "SubscriptionRequired",
    "TokenRefreshRequired",
    "Unauthorized",
    "UnauthorizedAccess",
    "UnauthorizedOperation",
    "UnauthorizedRequest",
    "UnrecognizedClient",
];

const CONFLICT: [&str; 23] = [
    "ConcurrentModification",
    "ConditionalCheckFailed",
    "DeleteConflict",
    "DependencyViolation",
    "EntityTemporarilyUnmodifiable",
    "IncorrectInstanceState",
    "IncorrectState",
    "InvalidClusterState",
    "InvalidIfMatchVersion",
    "InvalidPermission.Duplicate",
    "InvalidState",
    "KMSInvalidState",
    "NetworkAclEntryAlreadyExists",
    "OperationAborted",
    "PrefixListVersionMismatch",
    "OptimisticLock",
    "PreconditionFailed",
    "ResourceNotReady",
    "StaleRequest",
    "TransactionCanceled",
    "TransactionConflict",
    "UnmodifiableEntity",
    "WAFOptimisticLock",
];

const TRANSIENT: [&str; 23] = [
    "BandwidthLimitExceeded",
    "DependencyTimeout",
    "InternalError",
    "InternalFailure",
    "InternalServer",
    "InternalServerError",
    "InternalService",
    "InternalServiceError",
    "Internal",
    "KMSInternal",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceeded",
    "RequestLimitExceeded",
    "RequestTimeout",
    "Server",
    "ServerInternal",
    "ServiceFailure",
    "ServiceUnavailable",
    "SlowDown",
    "TooManyRequests",
    "TransactionInProgress",
    "Unavailable",
    "ServiceException",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_all_services_are_classified() {
        for (code, status, kind) in [
            ("UnauthorizedOperation", 403, Kind::Denied),
            ("AccessDenied", 403, Kind::Denied),
            ("InvalidGroup.NotFound", 400, Kind::Gone),
            ("NoSuchEntity", 404, Kind::Gone),
            ("RequestLimitExceeded", 503, Kind::Transient),
            ("ThrottlingException", 400, Kind::Transient),
            ("SomethingNew", 500, Kind::Transient),
            ("ConditionalCheckFailedException", 400, Kind::Conflict),
            ("NoSuchBucket", 404, Kind::Gone),
            ("NoSuchPublicAccessBlockConfiguration", 404, Kind::Gone),
            ("TrailNotFoundException", 400, Kind::Gone),
            ("InvalidSnapshot.NotFound", 400, Kind::Gone),
            ("DBSnapshotNotFound", 404, Kind::Gone),
            ("DBClusterSnapshotNotFoundFault", 404, Kind::Gone),
            ("RepositoryPolicyNotFoundException", 400, Kind::Gone),
            ("AWS.SimpleQueueService.NonExistentQueue", 400, Kind::Gone),
            ("KMSInvalidStateException", 400, Kind::Conflict),
            ("ResourceConflictException", 409, Kind::Conflict),
            ("IncorrectInstanceState", 400, Kind::Conflict),
            ("SlowDown", 503, Kind::Transient),
            ("InvalidParameterValue", 400, Kind::Refused),
            ("ForbiddenException", 403, Kind::Denied),
            ("InvalidAccessException", 401, Kind::Denied),
            ("KMS.AccessDeniedException", 400, Kind::Denied),
            ("ExpiredTokenException", 400, Kind::Denied),
            ("NoSuchBucket", 404, Kind::Gone),
            ("NoSuchPublicAccessBlockConfiguration", 404, Kind::Gone),
            ("ServerSideEncryptionConfigurationNotFoundError", 404, Kind::Gone),
            ("DBInstanceNotFound", 404, Kind::Gone),
            ("DBClusterNotFoundFault", 404, Kind::Gone),
            ("TrailNotFoundException", 400, Kind::Gone),
            ("QueueDoesNotExist", 400, Kind::Gone),
            ("AWS.SimpleQueueService.NonExistentQueue", 400, Kind::Gone),
            ("WAFNonexistentItemException", 400, Kind::Gone),
            ("ClusterNotFoundException", 400, Kind::Gone),
            ("InvalidInstanceID.NotFound", 400, Kind::Gone),
            ("LoadBalancerNotFound", 400, Kind::Gone),
            ("ResourceConflictException", 409, Kind::Conflict),
            ("ResourceInUseException", 400, Kind::Conflict),
            ("BucketAlreadyExists", 409, Kind::Conflict),
            ("OperationAborted", 409, Kind::Conflict),
            ("InvalidDBInstanceState", 400, Kind::Conflict),
            ("PreconditionFailed", 412, Kind::Conflict),
            ("ParameterAlreadyExists", 400, Kind::Conflict),
            ("SlowDown", 503, Kind::Transient),
            ("ThrottledException", 400, Kind::Transient),
            ("EC2ThrottledException", 503, Kind::Transient),
            ("TooManyRequestsException", 429, Kind::Transient),
            ("PriorRequestNotComplete", 400, Kind::Transient),
            ("RequestTimeout", 400, Kind::Transient),
            ("LimitExceededException", 400, Kind::Refused),
            ("ValidationError", 400, Kind::Refused),
            ("MalformedPolicyDocument", 400, Kind::Refused),
        ] {
            assert_eq!(kind_of(code, None, Some(status)), kind, "{code}");
        }
    }

    #[test]
    fn a_code_for_all_that_is_wrong_is_told_apart_by_its_words() {
        let gone = Some("Stack with id web does not exist");
        assert_eq!(kind_of("ValidationError", gone, Some(400)), Kind::Gone);
        assert_eq!(kind_of("ValidationError", Some("1 validation error detected"), Some(400)), Kind::Refused);
    }
}
