//! A LINE Login channel as its console has it, and what a person decides on the consent screen.

use std::fmt;

/// A LINE Login channel.
#[derive(Clone)]
pub struct LoginChannelSpec {
    /// Decimal channel ID, the `client_id`.
    pub id: String,
    /// Channel secret: exchanges codes, signs the ID tokens of web logins.
    pub secret: String,
    /// The LINE provider. People have one user ID per provider.
    pub provider: String,
    /// Registered callback URLs, matched exactly but for an added query.
    pub callback_urls: Vec<String>,
    /// Channel ID of the linked Official Account, of the same provider.
    pub linked_bot: Option<String>,
    /// The e-mail permission was applied for and approved.
    pub email_permission: bool,
    /// False: "developing", nobody but the channel's own staff can log in (the fake has none).
    pub published: bool,
    /// Its LIFF apps.
    pub liff: Vec<LiffSpec>,
}

impl LoginChannelSpec {
    /// A published channel without callback URLs, bot, e-mail permission or LIFF app.
    pub fn demo(id: &str, secret: &str, provider: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: secret.to_owned(),
            provider: provider.to_owned(),
            callback_urls: Vec::new(),
            linked_bot: None,
            email_permission: false,
            published: true,
            liff: Vec::new(),
        }
    }

    /// True if this is a registered callback URL, or one with a query added to it. A fragment is never allowed.
    pub(crate) fn takes_redirect(&self, uri: &str) -> bool {
        let fits = |registered: &String| {
            uri.strip_prefix(registered.as_str()).is_some_and(|rest| {
                let joint = if registered.contains('?') { '&' } else { '?' };
                rest.is_empty() || rest.starts_with(joint)
            })
        };
        !uri.contains('#') && self.callback_urls.iter().any(fits)
    }
}

impl fmt::Debug for LoginChannelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginChannelSpec").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A LIFF app of a LINE Login channel.
#[derive(Clone, Debug)]
pub struct LiffSpec {
    /// Its ID, `{login channel ID}-{8 characters}`.
    pub liff_id: String,
    /// The web page that it opens.
    pub endpoint_url: String,
    /// `openid`, `email`, `profile`, `chat_message.write`. Without `openid` there is no ID token.
    pub scopes: Vec<String>,
    /// `compact`, `tall` or `full`.
    pub view: String,
    /// Its name.
    pub description: Option<String>,
}

impl LiffSpec {
    /// A full-size app with `openid`, `email` and `profile`.
    pub fn new(liff_id: &str, endpoint_url: &str) -> Self {
        Self {
            liff_id: liff_id.to_owned(),
            endpoint_url: endpoint_url.to_owned(),
            scopes: ["openid", "email", "profile"].map(str::to_owned).to_vec(),
            view: "full".to_owned(),
            description: None,
        }
    }
}

/// What a person does on the consent screen. Its `Debug` does not name them.
#[derive(Clone)]
pub struct Consent {
    /// Who logs in.
    pub user_id: String,
    /// Ticks the e-mail address, where that is shown.
    pub email: bool,
    /// Adds the linked account as a friend, where that is offered.
    pub add_friend: bool,
}

impl fmt::Debug for Consent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consent")
            .field("email", &self.email)
            .field("add_friend", &self.add_friend)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_taken_exactly_or_with_a_query_added() {
        let mut spec = LoginChannelSpec::demo("1", "s", "p");
        spec.callback_urls = vec!["https://a.example/cb".to_owned(), "https://b.example/cb?k=1".to_owned()];
        for taken in ["https://a.example/cb", "https://a.example/cb?x=1", "https://b.example/cb?k=1&x=2"] {
            assert!(spec.takes_redirect(taken), "{taken}");
        }
        for foreign in [
            "https://a.example/cb/",
            "https://a.example/cbx",
            "https://a.example/cb#x",
            "https://a.example/cb?x#y",
            "https://b.example/cb",
            "https://b.example/cb?k=12",
            "https://A.example/cb",
            "http://a.example/cb",
            "",
        ] {
            assert!(!spec.takes_redirect(foreign), "{foreign}");
        }
    }
}
