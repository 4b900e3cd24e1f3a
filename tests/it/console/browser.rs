//! A browser, and invitations for who sits at it.

use local::seed::{CHANNEL_ID, LINKED_USER};
use musubi::aws::RetryPolicy;
use musubi::browser::random_secret;
use musubi::domain::account::CrmAccountKey;
use musubi::domain::ids::{ChannelId, CrmAccountId};
use musubi::domain::operator::audit::Actor;
use musubi::domain::operator::{OperatorName, Role};
use musubi::flow::console::{Console, Invite, invitation_address};
use musubi::ports::table::Commit;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, SET_COOKIE};

use crate::app::{App, account};

pub const COOKIE: &str = "__Host-musubi-console";

/// A browser: it keeps our cookies, and says where a form comes from.
pub struct Browser<'a> {
    pub app: &'a App,
    pub session: Option<String>,
    pub language: &'static str,
    /// What it sends with a form, beside cookies.
    pub origin: Vec<(&'static str, String)>,
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    pub bytes: bytes::Bytes,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a App) -> Self {
        let origin = vec![("sec-fetch-site", "same-origin".to_owned()), ("origin", app.world.url.clone())];
        Self { app, session: None, language: "ja", origin }
    }

    pub async fn get(&mut self, path: &str) -> Page {
        let request = self.app.http.get(format!("{}{path}", self.app.world.url));
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let mut request = self.app.http.post(format!("{}{path}", self.app.world.url)).form(fields);
        for (name, value) in &self.origin {
            request = request.header(*name, value);
        }
        self.send(request).await
    }

    /// Sends a form that carries a file.
    pub async fn post_form(&mut self, path: &str, form: reqwest::multipart::Form) -> Page {
        let mut request = self.app.http.post(format!("{}{path}", self.app.world.url)).multipart(form);
        for (name, value) in &self.origin {
            request = request.header(*name, value);
        }
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let mut request = request.header("accept-language", self.language);
        if let Some(session) = &self.session {
            request = request.header("cookie", format!("{COOKIE}={session}"));
        }
        let answer = request.send().await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            if let Some(value) = cookie.strip_prefix(COOKIE).and_then(|rest| rest.strip_prefix('=')) {
                let value = value.split(';').next().unwrap_or_default().to_owned();
                self.session = (!value.is_empty()).then_some(value);
            }
        }
        let bytes = answer.bytes().await.expect("a body");
        Page { status, headers, html: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    /// Opens an invitation and presses its button.
    pub async fn joins(&mut self, address: &str) -> Page {
        let path = address.strip_prefix(&self.app.world.url).expect("an address of ours");
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "the invitation opens");
        let code = path.split_once("code=").expect("a code").1;
        self.post("/console/join", &[("code", code), ("token", &page.token())]).await
    }

    /// Signed in as this.
    pub async fn signed_in(app: &'a App, name: &str, role: Role) -> Self {
        let mut browser = Self::new(app);
        let joined = browser.joins(&invited(app, name, role, None).await).await;
        assert_eq!((joined.status, joined.location()), (StatusCode::SEE_OTHER, Some("/console")));
        browser
    }
}

impl Page {
    /// The token of its forms.
    pub fn token(&self) -> String {
        let (_, rest) = self.html.split_once("name=\"token\" value=\"").expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    pub fn location(&self) -> Option<&str> {
        self.headers.get("location").and_then(|value| value.to_str().ok())
    }

    pub fn has(&self, text: &str) -> bool {
        self.html.contains(text)
    }

    /// Whether it says these words, quotation marks and all.
    pub fn says(&self, words: &str) -> bool {
        unescaped(&self.html).contains(words)
    }
}

pub fn console(app: &App) -> Console {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    Console { operators: adapters.operators().expect("operators"), clock: adapters.clock() }
}

pub fn name(text: &str) -> OperatorName {
    OperatorName::parse(text).expect("a name")
}

/// The address of a new invitation.
pub async fn invited(app: &App, called: &str, role: Role, only: Option<&str>) -> String {
    invited_to(app, account(), called, role, only).await
}

pub async fn invited_to(app: &App, account: CrmAccountKey, called: &str, role: Role, only: Option<&str>) -> String {
    let channels = only.map(|id| [ChannelId::new(id)].into());
    let invite = Invite { account, name: name(called), role, channels, by: Actor::CommandLine };
    let code = random_secret().expect("randomness");
    console(app).invite(&invite, &code).await.expect("invited");
    invitation_address(&app.world.url, &code)
}

pub async fn names(app: &App) -> Vec<String> {
    let all = console(app).operators.all(&account()).await.expect("operators");
    all.iter().map(|operator| operator.name.expose().to_owned()).collect()
}

impl Page {
    /// What a form of this page would send if nobody touched it, for the fields that it has.
    pub fn fields(&self) -> Vec<(String, String)> {
        let of = |tag: &str, name: &str| {
            let (_, rest) = tag.split_once(&format!("{name}=\""))?;
            Some(unescaped(rest.split('"').next()?))
        };
        let mut fields = Vec::new();
        for tag in self.html.split("<input ").skip(1) {
            let tag = tag.split('>').next().expect("a tag");
            fields.extend(of(tag, "name").zip(of(tag, "value").or(Some(String::new()))));
        }
        for select in self.html.split("<select ").skip(1) {
            let chosen = select.split("</select>").next().expect("its end").split("<option ");
            let chosen = chosen.clone().find(|option| option.contains(" selected")).or(chosen.clone().nth(1));
            fields.extend(of(select, "name").zip(chosen.and_then(|option| of(option, "value"))));
        }
        for area in self.html.split("<textarea ").skip(1) {
            let text = area.split_once('>').expect("its start").1.split("</textarea>").next().expect("its end");
            fields.extend(of(area, "name").map(|name| (name, unescaped(text))));
        }
        fields
    }

    /// The same with these fields typed anew.
    pub fn typed(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut fields = self.fields();
        for (name, text) in typed {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), (*text).to_owned()));
        }
        fields
    }
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

pub fn pairs(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Operators who may everything, and see nothing of the demo's Official Account: one sees another Official Account alone, one
/// is of another CRM account, which names the demo's Official Account as its own.
pub async fn outsiders(app: &App) -> [Browser<'_>; 2] {
    let adapters = app.world.adapters(RetryPolicy::WORKER).expect("adapters");
    let accounts = adapters.accounts().expect("accounts");
    let mut other = accounts.find(&account()).await.expect("a row").expect("an account").value;
    other.key = CrmAccountKey { id: CrmAccountId::new("24000099"), ..account() };
    assert_eq!(accounts.put(&other, 0).await.expect("stored"), Commit::Done);
    let (mut kept_out, mut stranger) = (Browser::new(app), Browser::new(app));
    kept_out.joins(&invited(app, "外部花子", Role::Admin, Some("1657999999")).await).await;
    stranger.joins(&invited_to(app, other.key, "外部太郎", Role::Admin, None).await).await;
    [kept_out, stranger]
}

/// The linked friend writes, and it stands on her contact.
pub async fn asks(app: &App, words: &str) {
    app.world.line.write_text(CHANNEL_ID, LINKED_USER, words).await;
    app.until("the question", |app| app.linked("line_unanswered_message").ends_with(words)).await;
    app.at_rest_but_entries().await;
}
