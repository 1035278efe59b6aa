//! What went wrong with a call to AWS, classified in one place.

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
    pub call: &'static str,
    /// AWS's error code; empty where there was no answer.
    pub code: String,
    /// AWS's words, or the connection's.
    pub reason: String,
}

impl Fault {
    /// Classifies an SDK error.
    pub fn of<E>(call: &'static str) -> impl FnOnce(SdkError<E, HttpResponse>) -> Self
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
            Self { kind, call, code, reason }
        }
    }

    /// A fault that was found without a call's answer, for example an answer without a needed part.
    #[must_use]
    pub fn refused(call: &'static str, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Refused, call, code: String::new(), reason: reason.into() }
    }

    /// A conflict that was found without a call's answer.
    #[must_use]
    pub fn conflict(call: &'static str, reason: impl Into<String>) -> Self {
        Self { kind: Kind::Conflict, call, code: String::new(), reason: reason.into() }
    }

    /// Whether the queue should bring the event again.
    #[must_use]
    pub fn worth_retrying(&self) -> bool {
        matches!(self.kind, Kind::Transient | Kind::Conflict)
    }
}

/// Error codes of EC2, IAM, DynamoDB, SSM, SNS and CloudWatch Logs, which name the same thing in
/// different ways.
fn kind_of(code: &str, status: Option<u16>) -> Kind {
    const DENIED: [&str; 9] = [
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthFailure",
        "ExpiredToken",
        "InvalidClientTokenId",
        "KMSAccessDenied",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    ];
    const CONFLICT: [&str; 10] = [
        "ConcurrentModification",
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
    const TRANSIENT: [&str; 12] = [
        "InternalError",
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
    let gone = code == "NoSuchEntity"
        || code.ends_with(".NotFound")
        || code == "ResourceNotFoundException"
        || code == "NotFound";
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
            ("InvalidParameterValue", 400, Kind::Refused),
        ] {
            assert_eq!(kind_of(code, Some(status)), kind, "{code}");
        }
    }
}
