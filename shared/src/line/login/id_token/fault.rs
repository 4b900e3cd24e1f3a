//! What is wrong with an ID token.

use crate::ports::login::LoginFailure;

/// What is wrong with an ID token. Says nothing of what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::line::login) enum Fault {
    Missing,
    TooLong,
    Shape,
    Encoding,
    Header,
    Algorithm,
    BringsAKey,
    Extension,
    NoKeyId,
    UnknownKey,
    Signature,
    NotUtf8,
    Claims,
    Issuer,
    Audience,
    NoExpiry,
    Expired,
    NoIssueTime,
    NotYetIssued,
    Nonce,
    Subject,
}

impl Fault {
    /// The same in words, for logs.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Missing => "LINE gave none",
            Self::TooLong => "it is too long",
            Self::Shape => "it has not three parts",
            Self::Encoding => "a part is not base64url",
            Self::Header => "its header cannot be read",
            Self::Algorithm => "its algorithm is not the one of this way to log in",
            Self::BringsAKey => "it names a key of its own",
            Self::Extension => "it demands what is not understood",
            Self::NoKeyId => "it names no key",
            Self::UnknownKey => "LINE publishes no such key",
            Self::Signature => "the signature is wrong",
            Self::NotUtf8 => "its claims are not UTF-8",
            Self::Claims => "its claims cannot be read",
            Self::Issuer => "LINE did not issue it",
            Self::Audience => "it is for another channel",
            Self::NoExpiry => "it does not say when it expires",
            Self::Expired => "it has expired",
            Self::NoIssueTime => "it does not say when it was issued",
            Self::NotYetIssued => "it was issued in the future",
            Self::Nonce => "it is of another attempt",
            Self::Subject => "it names nobody on LINE",
        }
    }
}

impl From<Fault> for LoginFailure {
    fn from(fault: Fault) -> Self {
        Self::IdToken(fault.words())
    }
}
