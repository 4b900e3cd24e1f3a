//! LINE's consoles and a phone for the Official Account that nobody has connected yet, as pages of forms: what no API can do is
//! done here by clicks.
//!
//! | call | does |
//! | --- | --- |
//! | `GET /demo/line/consoles` | LINE Developers Console and LINE Official Account Manager |
//! | `POST /demo/line/consoles` | turns a switch |
//! | `GET /demo/line/bakery` | the phone of somebody who knows the account |
//! | `POST /demo/line/bakery` | adds, blocks, writes |
//!
//! A form can be sent by any site: one that does not come from a page of this very origin is refused.

use std::sync::Arc;

use axum::extract::{Form, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, extract::DefaultBodyLimit};
use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::pages::{Frame, Page, facts};
use serde::Deserialize;

use super::{Refusal, Spoken, guard};
use crate::fake::line::{ChannelSpec, FakeLine, Friendship};
use crate::seed::{
    FREE_CHANNEL_ID as CHANNEL, FREE_CHANNEL_SECRET, FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET, FREE_USER,
};

const LARGEST_FORM_BYTES: usize = 16 * 1024;
const LONGEST_TEXT: usize = 1_000;

/// What the pages show.
#[derive(Clone)]
pub struct Consoles {
    /// LINE.
    pub line: FakeLine,
    /// What is spoken.
    pub language: Spoken,
}

/// The pages, guarded.
pub fn router(consoles: Consoles) -> Router {
    let pages = Router::new()
        .route("/demo/line/consoles", get(show).post(turn))
        .route("/demo/line/bakery", get(phone).post(act))
        .layer(DefaultBodyLimit::max(LARGEST_FORM_BYTES))
        .with_state(Arc::new(consoles));
    pages.layer(middleware::from_fn(own_forms)).layer(middleware::from_fn(guard::guard))
}

/// A form of another site is not taken, whatever the browser says of it.
pub(super) async fn own_forms(request: Request, next: Next) -> Response {
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let is_ours = request.method() == http::Method::GET || site == Some("same-origin");
    if is_ours { next.run(request).await } else { Refusal::NOT_FROM_HERE.into_response() }
}

/// A switch of LINE's consoles.
#[derive(Clone, Copy)]
enum Turned {
    UseWebhook,
    Redelivery,
    AutoResponse,
    Greeting,
    Chat,
    Groups,
    Verified,
}

impl Turned {
    const DEVELOPERS: [Self; 2] = [Self::UseWebhook, Self::Redelivery];
    const MANAGER: [Self; 5] = [Self::AutoResponse, Self::Greeting, Self::Chat, Self::Groups, Self::Verified];

    fn name(self) -> &'static str {
        match self {
            Self::UseWebhook => "use-webhook",
            Self::Redelivery => "redelivery",
            Self::AutoResponse => "auto-response",
            Self::Greeting => "greeting",
            Self::Chat => "chat",
            Self::Groups => "groups",
            Self::Verified => "verified",
        }
    }

    fn words(self, language: Language) -> &'static str {
        match self {
            Self::UseWebhook => language.pick("Webhookの利用", "Use webhook"),
            Self::Redelivery => language.pick("Webhookの再送", "Webhook redelivery"),
            Self::AutoResponse => language.pick("応答メッセージ", "Auto-response messages"),
            Self::Greeting => language.pick("あいさつメッセージ", "Greeting message"),
            Self::Chat => language.pick("チャット", "Chat"),
            Self::Groups => language.pick("グループへの参加", "Joining groups"),
            Self::Verified => language.pick("認証済アカウント", "Verified account"),
        }
    }

    fn of(self, spec: &mut ChannelSpec) -> &mut bool {
        match self {
            Self::UseWebhook => &mut spec.webhook_active,
            Self::Redelivery => &mut spec.redelivery,
            Self::AutoResponse => &mut spec.unseen.auto_response,
            Self::Greeting => &mut spec.unseen.greeting,
            Self::Chat => &mut spec.chat,
            Self::Groups => &mut spec.unseen.groups,
            Self::Verified => &mut spec.verified,
        }
    }
}

async fn show(State(world): State<Arc<Consoles>>) -> Page {
    let language = world.language.now();
    let mut spec = world.line.channel(CHANNEL).expect("the demo has it");
    let title = language.pick("LINEの管理画面（デモ）", "LINE's consoles (demo)");
    let url = spec.webhook_url.clone().unwrap_or_default();
    Frame::new(language, title).around(html! {
        div class="card" {
            h1 { (title) }
            p { (spec.name) " " (spec.basic_id) }
            h2 { "LINE Developers" }
            h3 { (language.pick("Messaging APIのチャネル：チャネル基本設定", "Messaging API channel: Basic settings")) }
            (values("channel", CHANNEL, FREE_CHANNEL_SECRET, language))
            h3 { (language.pick("Messaging API設定", "Messaging API")) }
            (facts(&[("Webhook URL", &url)]))
            @for turned in Turned::DEVELOPERS { (switch(turned, *turned.of(&mut spec), language)) }
            h3 { (language.pick("LINEログインのチャネル：チャネル基本設定", "LINE Login channel: Basic settings")) }
            (values("login", FREE_LOGIN_CHANNEL_ID, FREE_LOGIN_CHANNEL_SECRET, language))
            h2 { "LINE Official Account Manager" }
            h3 { (language.pick("設定 ＞ 応答設定", "Settings > Response settings")) }
            @for turned in Turned::MANAGER { (switch(turned, *turned.of(&mut spec), language)) }
            p { a href="/demo/line/bakery" { (language.pick("スマートフォンを見る", "See the phone")) } }
            p { a href="/console" { (language.pick("Musubiのコンソールへ", "To Musubi's console")) } }
        }
    })
}

fn values(what: &str, id: &str, secret: &str, language: Language) -> Markup {
    html! {
        dl {
            div { dt { (language.pick("チャネルID", "Channel ID")) } dd id={ (what) "-id" } { (id) } }
            div { dt { (language.pick("チャネルシークレット", "Channel secret")) } dd id={ (what) "-secret" } { (secret) } }
        }
    }
}

fn switch(turned: Turned, is_on: bool, language: Language) -> Markup {
    let now = if is_on { language.pick("オン", "on") } else { language.pick("オフ", "off") };
    html! {
        form method="post" action="/demo/line/consoles" {
            input type="hidden" name="switch" value=(turned.name());
            button class="button plain" id={ "switch-" (turned.name()) } { (turned.words(language)) ": " (now) }
        }
    }
}

#[derive(Deserialize)]
struct Which {
    switch: String,
}

async fn turn(State(world): State<Arc<Consoles>>, Form(Which { switch }): Form<Which>) -> Response {
    let mut all = Turned::DEVELOPERS.into_iter().chain(Turned::MANAGER);
    let Some(turned) = all.find(|turned| turned.name() == switch) else { return Refusal::OUT_OF_RANGE.into_response() };
    world.line.edit_channel(CHANNEL, |spec| {
        let is_on = turned.of(spec);
        *is_on = !*is_on;
    });
    Redirect::to("/demo/line/consoles").into_response()
}

async fn phone(State(world): State<Arc<Consoles>>) -> Page {
    let language = world.language.now();
    let spec = world.line.channel(CHANNEL).expect("the demo has it");
    let friendship = world.line.friendship(CHANNEL, FREE_USER);
    let title = language.pick("スマートフォン（デモ）", "A phone (demo)");
    let button = |act: &str, words: &str| {
        html! {
            form method="post" action="/demo/line/bakery" {
                input type="hidden" name="act" value=(act);
                button class="button" id=(act) { (words) }
            }
        }
    };
    Frame::new(language, title).around(html! {
        div class="card" {
            h1 { (spec.name) }
            p { (spec.basic_id) }
            ul id="talk" {
                @for line in world.line.talk(CHANNEL, FREE_USER) {
                    li {
                        (if line.by_person { language.pick("自分", "You") } else { &*spec.name }) ": "
                        (line.message["text"].as_str().unwrap_or("…"))
                    }
                }
            }
            @match friendship {
                Friendship::None => (button("add", language.pick("追加", "Add"))),
                Friendship::Blocked => (button("add", language.pick("ブロック解除", "Unblock"))),
                Friendship::Friend => {
                    form method="post" action="/demo/line/bakery" {
                        input type="hidden" name="act" value="write";
                        label for="text" { (language.pick("メッセージ", "Message")) }
                        input id="text" name="text" value=(language.pick("こんにちは", "Hello")) autocomplete="off";
                        button class="button" id="write" { (language.pick("送信", "Send")) }
                    }
                    (button("block", language.pick("ブロック", "Block")))
                },
            }
            p { a href={ "/console/channels/" (CHANNEL) "/trial" } { (language.pick("テスト登録の画面に戻る", "Back to the test registration")) } }
        }
    })
}

#[derive(Deserialize)]
struct Act {
    act: String,
    text: Option<String>,
}

async fn act(State(world): State<Arc<Consoles>>, Form(act): Form<Act>) -> Response {
    let line = &world.line;
    let friendship = line.friendship(CHANNEL, FREE_USER);
    match (act.act.as_str(), friendship) {
        ("add", Friendship::None) => _ = line.follow(CHANNEL, FREE_USER).await,
        ("add", Friendship::Blocked) => _ = line.unblock(CHANNEL, FREE_USER).await,
        ("block", Friendship::Friend) => _ = line.block(CHANNEL, FREE_USER).await,
        ("write", Friendship::Friend) => {
            let text = act.text.unwrap_or_default();
            if text.trim().is_empty() || text.chars().count() > LONGEST_TEXT {
                return Refusal::OUT_OF_RANGE.into_response();
            }
            line.write_text(CHANNEL, FREE_USER, &text).await;
        }
        _ => return Refusal::OUT_OF_RANGE.into_response(),
    }
    Redirect::to("/demo/line/bakery").into_response()
}
