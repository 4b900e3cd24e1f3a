//! The scripts of a page and what they may do: one value makes both the elements and the policy, so that they fit each other.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, PreEscaped, Render, html};

/// A number used for one page only. Random bytes come in from outside.
pub struct Nonce(String);

impl Nonce {
    /// Of 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(random))
    }

    /// The text, as attribute and policy have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The scripts of a page, in the order in which they run.
#[must_use]
pub struct Scripts {
    nonce: Nonce,
    sources: Vec<Source>,
    /// Where they may send requests, beside this host.
    connect: Vec<String>,
}

/// Where a script is.
enum Source {
    Elsewhere(String),
    Here(&'static str),
}

impl Scripts {
    /// None yet. Each bears the nonce.
    pub fn new(nonce: Nonce) -> Self {
        Self { nonce, sources: Vec::new(), connect: Vec::new() }
    }

    /// One more, which is loaded from this address. It may load parts of itself from anywhere.
    pub fn from_address(mut self, address: &str) -> Self {
        self.sources.push(Source::Elsewhere(address.to_owned()));
        self
    }

    /// One more, which stands in the page: a constant of ours, not escaped.
    pub fn code(mut self, code: &'static str) -> Self {
        self.sources.push(Source::Here(code));
        self
    }

    /// They may send requests to this origin, such as `https://*.line.me`, too. What is no plain origin is left out: it
    /// would stand in the policy, and could change it.
    pub fn calling(mut self, origin: &str) -> Self {
        self.connect.extend(is_plain_origin(origin).then(|| origin.to_owned()));
        self
    }

    /// Their part of `Content-Security-Policy`.
    pub(super) fn policy(&self) -> String {
        let connect: String = self.connect.iter().map(|origin| format!(" {origin}")).collect();
        // `strict-dynamic`: LINE's SDK may load parts of itself.
        format!("; script-src 'nonce-{}' 'strict-dynamic'; connect-src 'self'{connect}", self.nonce.as_str())
    }
}

impl Render for Scripts {
    fn render(&self) -> Markup {
        let nonce = self.nonce.as_str();
        html! {
            @for source in &self.sources {
                @match source {
                    Source::Elsewhere(address) => script nonce=(nonce) src=(address) {},
                    // A constant of ours: `code` takes no other text.
                    Source::Here(code) => script nonce=(nonce) { (PreEscaped(code)) },
                }
            }
        }
    }
}

pub(super) fn is_plain_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:*".contains(&byte);
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(plain))
}
