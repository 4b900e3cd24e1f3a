//! One text, read twice.

use fluent_uri::Uri;
use url::Url;

use super::{AfterLoginFault, MAX_ADDRESS_BYTES};

/// What both readers see.
pub(super) struct Reading {
    /// Lower case.
    pub scheme: String,
    /// Lower case where the scheme is `https` or `http`; not empty.
    pub host: String,
    /// The scheme's own where none is given; none where the scheme has none.
    pub port: Option<u16>,
    /// As the WHATWG reader has it, without dot segments.
    pub path: String,
    /// As it is written.
    pub written_path: String,
    /// Without the `?`.
    pub query: Option<String>,
    /// Whether there is a `#`.
    pub has_fragment: bool,
}

impl Reading {
    /// Reads with `url` (WHATWG) and with `fluent-uri` (RFC 3986), and takes nothing on which they differ.
    pub(super) fn of(text: &str) -> Result<Self, AfterLoginFault> {
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(AfterLoginFault::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') || hides_a_control_character(text) {
            return Err(AfterLoginFault::Characters);
        }
        let rfc = Uri::parse(text).map_err(|_| AfterLoginFault::NoAddress)?;
        let scheme = rfc.scheme().as_str().to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http" | "line") {
            return Err(AfterLoginFault::Scheme);
        }
        let authority = rfc.authority().filter(|authority| !authority.host().is_empty());
        let authority = authority.ok_or(AfterLoginFault::NoHost)?;
        if authority.has_userinfo() {
            return Err(AfterLoginFault::Userinfo);
        }
        let is_web = scheme != "line";
        let host = if is_web { authority.host().to_ascii_lowercase() } else { authority.host().to_owned() };
        if !is_plain_host(&host) {
            return Err(AfterLoginFault::Host);
        }
        let port = written_port(authority.port().map(|port| port.as_str()))?;
        let whatwg = Url::parse(text).map_err(|_| AfterLoginFault::NoAddress)?;
        let (port, default) = (port.or(default_port(&scheme)), default_port(&scheme));
        let same = whatwg.scheme() == scheme
            && whatwg.host_str() == Some(host.as_str())
            && whatwg.port().or(default) == port
            && whatwg.username().is_empty()
            && whatwg.password().is_none()
            && whatwg.query().is_some() == rfc.query().is_some()
            && whatwg.fragment().is_some() == rfc.fragment().is_some();
        if !same {
            return Err(AfterLoginFault::ReadersDiffer);
        }
        Ok(Self {
            host,
            port,
            path: whatwg.path().to_owned(),
            written_path: rfc.path().as_str().to_owned(),
            query: whatwg.query().map(str::to_owned),
            has_fragment: whatwg.fragment().is_some(),
            scheme,
        })
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// A port is written as a number is: `:`, `:0443` and `:99999` are no ports.
fn written_port(text: Option<&str>) -> Result<Option<u16>, AfterLoginFault> {
    let Some(text) = text else { return Ok(None) };
    let port: u16 = text.parse().map_err(|_| AfterLoginFault::Port)?;
    if port > 0 && port.to_string() == text { Ok(Some(port)) } else { Err(AfterLoginFault::Port) }
}

/// Names of letters, digits, hyphens and dots, none of them empty; so neither a dot at the end, nor `[::1]`, nor `%2e`.
fn is_plain_host(host: &str) -> bool {
    host.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// Whether a control character or a backslash comes out when the text is decoded, however often.
fn hides_a_control_character(text: &str) -> bool {
    let mut text = text.to_owned();
    while text.contains("%25") {
        text = text.replace("%25", "%");
    }
    text.split('%').skip(1).any(|part| {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(|byte| byte.is_ascii_control() || byte == b'\\')
    })
}
