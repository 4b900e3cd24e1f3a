//! The frame around every page: the document, its head, and the one stylesheet.

use std::sync::LazyLock;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::page::Page;
use super::scripts::Scripts;
use crate::domain::language::Language;

/// The one stylesheet; it stands in each page.
pub(super) const STYLE: &str = include_str!("style.css");

/// What `style-src` names: no other style applies, and none of ours needs to be fetched.
pub(super) static STYLE_HASH: LazyLock<String> =
    LazyLock::new(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE.as_bytes()))));

/// A page that waits for what it frames.
#[must_use]
pub struct Frame<'a> {
    language: Language,
    title: &'a str,
    status: StatusCode,
    goes_on_to: Option<&'a str>,
    scripts: Option<Scripts>,
    style: Option<&'static str>,
    above: Option<Markup>,
    pictures: Option<String>,
    script: Option<&'static str>,
}

impl<'a> Frame<'a> {
    /// In this language, with this title, status 200. The title is the window's; the page's own heading is an `h1` inside.
    pub fn new(language: Language, title: &'a str) -> Self {
        Self {
            language,
            title,
            status: StatusCode::OK,
            goes_on_to: None,
            scripts: None,
            style: None,
            above: None,
            pictures: None,
            script: None,
        }
    }

    /// With another status.
    pub fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// The browser goes on to this address by itself. The page still needs a link there: browsers may be told not to.
    pub fn going_on_to(self, address: &'a str) -> Self {
        Self { goes_on_to: Some(address), ..self }
    }

    /// With these scripts at the document's end, and a policy that lets them run.
    pub fn scripts(self, scripts: Scripts) -> Self {
        Self { scripts: Some(scripts), ..self }
    }

    /// With a stylesheet of ours that is loaded from this path, in place of the one that stands in the page.
    pub fn style(self, path: &'static str) -> Self {
        Self { style: Some(path), ..self }
    }

    /// With a script of ours that is loaded from this path and may ask this host.
    pub fn script(self, path: &'static str) -> Self {
        Self { script: Some(path), ..self }
    }

    /// With pictures from where this address is. None from an address that is none of the web.
    pub fn picture(self, address: &str) -> Self {
        let origin = url::Url::parse(address).ok().map(|url| url.origin().ascii_serialization());
        Self { pictures: origin.filter(|origin| super::scripts::is_plain_origin(origin)), ..self }
    }

    /// With pictures from these sources, as a policy names them.
    pub fn pictures(self, sources: &[&str]) -> Self {
        Self { pictures: Some(sources.join(" ")), ..self }
    }

    /// With this above what the page is about.
    pub fn above(self, above: Markup) -> Self {
        Self { above: Some(above), ..self }
    }

    /// The page around this.
    pub fn around(self, inside: Markup) -> Page {
        let document = html! {
            (DOCTYPE)
            html lang=(self.language.pick("ja", "en")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width,initial-scale=1,viewport-fit=cover";
                    meta name="robots" content="noindex";
                    meta name="format-detection" content="telephone=no";
                    title { (self.title) }
                    @if let Some(address) = self.goes_on_to {
                        meta http-equiv="refresh" content={ "0;url=" (address) };
                    }
                    @if let Some(path) = self.script { script src=(path) defer {} }
                    @match self.style {
                        Some(path) => link rel="stylesheet" href=(path);,
                        // A constant of ours.
                        None => style { (PreEscaped(STYLE)) },
                    }
                }
                body {
                    @if let Some(above) = &self.above { (above) }
                    main { (inside) }
                    @if let Some(scripts) = &self.scripts { (scripts) }
                }
            }
        };
        let own = self.script.map_or("", |_| "; script-src 'self'; connect-src 'self'");
        let policy = policy(self.scripts.as_ref(), self.style.is_some(), self.pictures.as_deref(), own);
        Page::new(self.status, document.into_string(), policy)
    }
}

/// The value of `Content-Security-Policy`: what is not named here neither applies, nor runs, nor is fetched.
fn policy(scripts: Option<&Scripts>, loads_style: bool, pictures: Option<&str>, own: &str) -> String {
    let style = if loads_style { "'self'".to_owned() } else { format!("'{}'", *STYLE_HASH) };
    let scripts = scripts.map(Scripts::policy).unwrap_or_default();
    let pictures = pictures.map(|origin| format!("; img-src {origin}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src {style}{scripts}{pictures}{own}; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
}
