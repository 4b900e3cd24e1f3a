//! From the SDK's errors to the ports': is another try worth it?

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::ports::PortError;

/// Codes of the 400 family that say "not now".
const NOT_NOW: [&str; 14] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "LimitExceededException",
    "SlowDown",
    "PriorRequestNotComplete",
    "TransactionInProgressException",
    "RequestTimeout",
    "RequestTimeoutException",
];

/// Credentials and permissions are mended from outside while queues wait, so they are worth another
/// try; a request that AWS cannot read is not.
const MENDED_OUTSIDE: [&str; 14] = [
    "AccessDeniedException",
    "AccessDenied",
    "AuthorizationError",
    "ExpiredTokenException",
    "ExpiredToken",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "KMSAccessDeniedException",
    "KMS.AccessDeniedException",
    "KMS.DisabledException",
    "KMS.InvalidStateException",
    "DecryptionFailure",
    "InternalServiceError",
];

/// Reads an error of the SDK. AWS's words are left out of a permanent one, since they may repeat
/// what was sent; its code tells enough.
pub(super) fn port_error<E>(what: &'static str, error: SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no code").to_owned();
            if service.raw().status().as_u16() >= 500 || is_worth_another_try(&code) {
                PortError::transient(what, code)
            } else {
                PortError::permanent(what, code)
            }
        }
        SdkError::ConstructionFailure(_) => PortError::permanent(what, "the request could not be built"),
        SdkError::TimeoutError(_) => PortError::transient(what, "timed out"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            PortError::transient(what, "timed out connecting")
        }
        SdkError::DispatchFailure(_) => PortError::transient(what, "no connection"),
        _ => PortError::transient(what, "no readable answer"),
    }
}

/// Whether an error code says "later", not "never".
pub(super) fn is_worth_another_try(code: &str) -> bool {
    NOT_NOW.contains(&code) || MENDED_OUTSIDE.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_mended_while_queues_wait_but_a_bad_request_stays_bad() {
        assert!(is_worth_another_try("AccessDeniedException"));
        assert!(is_worth_another_try("AuthorizationError"));
        assert!(is_worth_another_try("ProvisionedThroughputExceededException"));
        assert!(!is_worth_another_try("ValidationException"));
        assert!(!is_worth_another_try("InvalidMessageContents"));
    }
}
