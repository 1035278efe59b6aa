//! What went wrong with a call to AWS, classified in one place.

use std::borrow::Cow;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::display::DisplayErrorContext;
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
        move |error| {
            let status = error.raw_response().map(|response| response.status().as_u16());
            let code = error.code().unwrap_or_default().to_owned();
            let kind = match &error {
                SdkError::ServiceError(_) => kind_of(&code, status),
                SdkError::ResponseError(_) if status.is_some_and(|s| (400..500).contains(&s)) => Kind::Refused,
                SdkError::ConstructionFailure(_) => Kind::Refused,
                _ => Kind::Transient,
            };
            let reason = match error.message() {
                Some(message) if !code.is_empty() => format!("{code}: {message}"),
                _ => DisplayErrorContext(&error).to_string(),
            };
            Self { kind, call: call.into(), code, reason, repeated: false }
        }
    }

    /// Classifies a service's refusal that was read from its answer: the code, the HTTP status and the service's
    /// words.
    #[must_use]
    pub fn answered(call: impl Into<Cow<'static, str>>, code: &str, status: u16, words: &str) -> Self {
        let kind = kind_of(code, Some(status));
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
}

/// Error codes of the services, which name the same thing in different ways.
fn kind_of(code: &str, status: Option<u16>) -> Kind {
    const DENIED: [&str; 13] = [
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthFailure",
        "AllAccessDisabled",
        "AuthorizationErrorException",
        "InvalidAccessKeyId",
        "NotAuthorized",
        "ExpiredToken",
        "InvalidClientTokenId",
        "KMSAccessDenied",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    ];
    const CONFLICT: [&str; 25] = [
        "ConcurrentModification",
        "ConcurrentModificationException",
        "ConflictException",
        "DependencyViolation",
        "IncorrectInstanceState",
        "IncorrectState",
        "InvalidDBClusterStateFault",
        "InvalidDBInstanceState",
        "InvalidDBInstanceStateFault",
        "KMSInvalidStateException",
        "OperationAborted",
        "PreconditionFailed",
        "PreconditionFailedException",
        "ResourceConflictException",
        "ResourceInUseException",
        "UnmodifiableEntity",
        "ConditionalCheckFailedException",
        "DeleteConflict",
        "EntityAlreadyExists",
        "EntityTemporarilyUnmodifiable",
        "InvalidPermission.Duplicate",
        "NetworkAclEntryAlreadyExists",
        "OperationAbortedException",
        "TransactionCanceledException",
        "TransactionConflictException",
    ];
    const TRANSIENT: [&str; 18] = [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalError",
        "PriorRequestNotComplete",
        "RequestThrottledException",
        "RequestTimeout",
        "SlowDown",
        "InternalFailure",
        "InternalServerError",
        "KMSThrottling",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    ];
    // A table that is missing is a fault of the deployment, not a resource that went away; its code is
    // the same, so the ledger treats `Gone` as an error of its own.
    let gone = code.starts_with("NoSuch")
        || code.ends_with(".NotFound")
        || code.ends_with("NotFound")
        || code.ends_with("NotFoundException")
        || code.ends_with("NotFoundFault")
        || code.ends_with("DoesNotExist")
        || code.ends_with("NonExistentQueue");
    if DENIED.contains(&code) {
        Kind::Denied
    } else if CONFLICT.contains(&code) {
        Kind::Conflict
    } else if gone {
        Kind::Gone
    } else if TRANSIENT.contains(&code) || status.is_some_and(|s| s >= 500 || s == 429) {
        Kind::Transient
    } else {
        Kind::Refused
    }
}

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
        ] {
            assert_eq!(kind_of(code, Some(status)), kind, "{code}");
        }
    }
}
