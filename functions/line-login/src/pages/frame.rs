//! The frame around every page, and its few parts. Every function here escapes what it is given, unless it says otherwise.

use std::borrow::Cow;

use axum::http::StatusCode;
use musubi::domain::language::Language;

use super::page::{Page, STYLE};

/// Text for an element or a quoted attribute.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    html_escape::encode_quoted_attribute(text)
}

/// The picture above a title.
#[derive(Clone, Copy)]
pub(super) enum Mark {
    /// It is done.
    Done,
    /// Its time is over.
    Late,
    /// Nothing is wrong; something is to be known.
    Note,
    /// It did not work.
    Alert,
}

impl Mark {
    fn svg(self) -> String {
        let (ground, colour, path) = match self {
            Self::Done => ("#e3f4ea", "#08713c", "M20 33l8.5 8.5L45 25"),
            Self::Late => ("#eef1ef", "#4d5b54", "M32 16a16 16 0 1 1 0 32a16 16 0 1 1 0-32M32 23v9l6 4"),
            Self::Note => ("#eef1ef", "#4d5b54", "M32 20v.5M32 30v16"),
            Self::Alert => ("#fdf1e0", "#a35a00", "M32 19v17M32 45v.5"),
        };
        format!(
            "<svg class=\"mark\" viewBox=\"0 0 64 64\" aria-hidden=\"true\"><circle cx=\"32\" cy=\"32\" r=\"32\" \
             fill=\"{ground}\"/><path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"4.5\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
        )
    }
}

/// A card that grows part by part.
pub(super) struct Card {
    language: Language,
    title: String,
    head: String,
    body: String,
}

impl Card {
    /// With this title, which is also the page's heading once [`heading`](Self::heading) is called.
    pub(super) fn new(language: Language, title: &str) -> Self {
        Self { language, title: title.to_owned(), head: String::new(), body: String::new() }
    }

    pub(super) fn mark(self, mark: Mark) -> Self {
        self.raw(&mark.svg())
    }

    /// The Official Account's name, small.
    pub(super) fn account(self, name: &str) -> Self {
        let name = escape(name).into_owned();
        self.raw(&format!("<p class=\"account\">{name}</p>"))
    }

    /// The one `h1`.
    pub(super) fn heading(self) -> Self {
        let title = escape(&self.title).into_owned();
        self.raw(&format!("<h1>{title}</h1>"))
    }

    pub(super) fn section(self, title: &str) -> Self {
        self.raw(&format!("<h2>{}</h2>", escape(title)))
    }

    pub(super) fn lead(self, text: &str) -> Self {
        self.raw(&format!("<p class=\"lead\">{}</p>", escape(text)))
    }

    /// What to do now.
    pub(super) fn todo(self, text: &str) -> Self {
        self.raw(&format!("<div class=\"todo\"><p>{}</p></div>", escape(text)))
    }

    pub(super) fn list(self, items: &[&str]) -> Self {
        let items: String = items.iter().map(|item| format!("<li>{}</li>", escape(item))).collect();
        self.raw(&format!("<ul>{items}</ul>"))
    }

    /// A large button that is a link.
    pub(super) fn button(self, label: &str, address: &str) -> Self {
        let link = format!("<a class=\"button\" href=\"{}\">{}</a>", escape(address), escape(label));
        self.raw(&format!("<div class=\"actions\">{link}</div>"))
    }

    /// A small link at the end.
    pub(super) fn quiet_link(self, label: &str, address: &str) -> Self {
        self.raw(&format!("<p class=\"quiet\"><a href=\"{}\">{}</a></p>", escape(address), escape(label)))
    }

    /// HTML of ours, not escaped.
    pub(super) fn raw(mut self, html: &str) -> Self {
        self.body.push_str(html);
        self
    }

    /// HTML of ours for the document's head, not escaped.
    pub(super) fn head(mut self, html: &str) -> Self {
        self.head.push_str(html);
        self
    }

    /// The page.
    pub(super) fn page(self, status: StatusCode) -> Page {
        let (tag, title) = (self.language.pick("ja", "en"), escape(&self.title));
        let html = format!(
            "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1,viewport-fit=cover\">\
             <meta name=\"robots\" content=\"noindex\"><meta name=\"format-detection\" content=\"telephone=no\">\
             <title>{title}</title>{}<style>{STYLE}</style></head>\
             <body><main><div class=\"card\">{}</div></main></body></html>",
            self.head, self.body
        );
        Page::new(status, html)
    }
}
