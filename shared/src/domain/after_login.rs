//! Where a person goes after LINE Login.
//!
//! The owner of an Official Account sets one address per channel, and may set another per route. Nothing from a request's
//! query is ever followed: an [`AfterLogin`] is made from settings alone, and it is the only address of a redirect that a
//! handler has, so a handler cannot follow anything else. Settings keep the text, and the text is read again whenever it is
//! used: an origin taken off the list is not gone to any more from then on.

mod fault;
mod line;
mod origin;
#[cfg(test)]
mod payloads;
mod reading;
#[cfg(test)]
mod tests;

pub use fault::AfterLoginFault;
pub use origin::{AllowedOrigins, Origin};

use reading::Reading;

/// An address has at most this many bytes.
pub const MAX_ADDRESS_BYTES: usize = 2_000;

/// An address that a person may be sent to after LINE Login: of an origin on the owner's list, or LINE's own.
///
/// It is never made from a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AfterLogin(String);

impl AfterLogin {
    /// Reads the owner's address with two independent readers (WHATWG and RFC 3986). It must be
    ///
    /// - `https://` of an origin (scheme, host and port) that is exactly on the list; `http://127.0.0.1:PORT` and
    ///   `http://localhost:PORT` only where the list has them,
    /// - or LINE's own: `https://line.me/R/...`, `https://lin.ee/...`, `https://liff.line.me/...`,
    ///   `https://miniapp.line.me/...`, or one of a few `line://` paths such as `line://ti/p/@...`.
    ///
    /// # Errors
    /// What is wrong with it, for the owner. An address on which the two readers differ is wrong.
    pub fn parse(text: &str, allowed: &AllowedOrigins) -> Result<Self, AfterLoginFault> {
        let reading = Reading::of(text)?;
        if line::is_lines_own(&reading) {
            return Ok(Self(text.to_owned()));
        }
        let origin = Origin::of(&reading)?;
        if allowed.contains(&origin) { Ok(Self(text.to_owned())) } else { Err(line::or_not_listed(&reading)) }
    }

    /// The address, for the `Location` of an answer or the link of a page.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
