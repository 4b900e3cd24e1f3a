//! What the console's pages say. Japanese first; every word stands here.

pub mod card;
pub mod connect;
pub mod dead_letters;
pub mod decisions;
pub mod disconnect_account;
pub mod disconnect_channel;
pub mod doctor;
pub mod ended;
pub mod enter;
pub mod export;
pub mod home;
pub mod inbox;
pub mod install;
pub mod join;
pub mod line;
pub mod line_login;
pub mod log;
pub mod people;
pub mod preview;
pub mod routes;
pub mod settings;
pub mod setup;
pub mod talk;
mod talk_file;
pub mod talks;
pub mod team;
pub mod tend;
pub mod texts;
pub mod trial;
pub mod webhook_secret;

use jiff::Timestamp;
use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::operator::{Operator, Role};
use musubi::line::pictures;
use musubi::pages::{Frame, Page};

use crate::assets::{AGAIN_ADDRESS, STYLE_ADDRESS, TALK_ADDRESS};
use crate::visit::SignedIn;

/// A page of somebody who is signed in: who they are, where they can go, and this.
fn signed_in(visit: &SignedIn, here: Here, title: &str, inside: Markup) -> Page {
    framed(visit, here, title, |frame| frame, inside)
}

/// The same with a picture from this address.
fn signed_in_with_picture(visit: &SignedIn, here: Here, title: &str, picture: Option<&str>, inside: Markup) -> Page {
    framed(visit, here, title, |frame| picture.into_iter().fold(frame, Frame::picture), inside)
}

/// The same with pictures that LINE shows.
fn signed_in_with_lines_pictures(visit: &SignedIn, here: Here, title: &str, inside: Markup) -> Page {
    framed(visit, here, title, |frame| frame.pictures(&[pictures::SOURCE]), inside)
}

/// The same, which looks again by itself if something is waited for: by a script of ours, in a file of its own.
fn signed_in_looking_again(visit: &SignedIn, here: Here, title: &str, waits: bool, inside: Markup) -> Page {
    framed(visit, here, title, |frame| if waits { frame.script(AGAIN_ADDRESS) } else { frame }, inside)
}

/// The same of a talk, which brings what is new by itself: by a script of ours, in a file of its own.
fn signed_in_talking(visit: &SignedIn, title: &str, inside: Markup) -> Page {
    // No other place of ours: a browser would look there for an icon, and there is none.
    let sent = format!("{}/console/talks/", visit.ports.public_url.trim_end_matches('/'));
    framed(visit, Here::Talks, title, |frame| frame.script(TALK_ADDRESS).pictures(&[&sent, pictures::SOURCE]), inside)
}

fn framed<'a>(
    visit: &SignedIn,
    here: Here,
    title: &'a str,
    more: impl FnOnce(Frame<'a>) -> Frame<'a>,
    inside: Markup,
) -> Page {
    let language = visit.language;
    let above = html! {
        header class="bar" {
            p class="brand" { (language.pick("結び Musubi", "Musubi 結び")) }
            nav aria-label=(language.pick("メニュー", "Menu")) {
                @for place in Here::ALL.into_iter().filter(|place| place.is_for(&visit.operator)) {
                    a href=(place.address()) aria-current=[(place == here).then_some("page")] { (place.name(language)) }
                }
            }
            div class="me" {
                span { (visit.operator.name.expose()) }
                (other_language(language, &format!("{}?", here.address())))
                form method="post" action="/console/sign-out" {
                    input type="hidden" name="token" value=(visit.form_token());
                    button class="link" { (language.pick("ログアウト", "Sign out")) }
                }
            }
        }
    };
    more(Frame::new(language, title).style(STYLE_ADDRESS).above(above)).around(inside)
}

/// A page of anybody.
fn plain(language: Language, title: &str) -> Frame<'_> {
    Frame::new(language, title).style(STYLE_ADDRESS)
}

/// The link to the same page in the other language. `address` ends where `lang=` may follow.
fn other_language(language: Language, address: &str) -> Markup {
    let (tag, name) = match language {
        Language::Japanese => ("en", "English"),
        Language::English => ("ja", "日本語"),
    };
    html! { a href={ (address) "lang=" (tag) } lang=(tag) hreflang=(tag) { (name) } }
}

/// Where somebody is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    Home,
    Talks,
    People,
    Decisions,
    DeadLetters,
    Doctor,
    Account,
    Team,
    Log,
}

impl Here {
    const ALL: [Self; 9] = [
        Self::Home,
        Self::Talks,
        Self::People,
        Self::Decisions,
        Self::DeadLetters,
        Self::Doctor,
        Self::Account,
        Self::Team,
        Self::Log,
    ];

    fn address(self) -> &'static str {
        match self {
            Self::Home => "/console",
            Self::Talks => "/console/talks",
            Self::People => "/console/people",
            Self::Decisions => "/console/decisions",
            Self::DeadLetters => "/console/dead-letters",
            Self::Doctor => "/console/doctor",
            Self::Account => "/console/account",
            Self::Team => "/console/team",
            Self::Log => "/console/log",
        }
    }

    fn name(self, language: Language) -> &'static str {
        match self {
            Self::Home => language.pick("概要", "Overview"),
            Self::Talks => language.pick("トーク", "Talks"),
            Self::People => language.pick("人を探す", "People"),
            Self::Decisions => language.pick("要確認", "Waiting"),
            Self::DeadLetters => language.pick("処理エラー", "Failed"),
            Self::Doctor => language.pick("診断", "Doctor"),
            Self::Account => language.pick("設定", "Settings"),
            Self::Team => language.pick("メンバー", "Team"),
            Self::Log => language.pick("操作の記録", "Activity log"),
        }
    }

    fn is_for(self, operator: &Operator) -> bool {
        operator.is(self.needs()) && (self != Self::Account || operator.covers(None))
    }

    fn needs(self) -> Role {
        match self {
            Self::Home | Self::Talks | Self::People | Self::Decisions | Self::Doctor => Role::Member,
            Self::DeadLetters | Self::Account | Self::Team | Self::Log => Role::Admin,
        }
    }
}

/// Somebody's face, as LINE shows it; without one the first character of their name.
fn face(picture: Option<&str>, name: &str) -> Markup {
    html! {
        @match picture.and_then(pictures::of_profile) {
            Some(picture) => img class="face" src=(picture) alt="" width="48" height="48" loading="lazy" referrerpolicy="no-referrer";,
            None => span class="face" aria-hidden="true" { (name.chars().next().unwrap_or(' ')) },
        }
    }
}

/// That a form was saved, where they come from one.
fn saved(visit: &SignedIn, words: &str) -> Markup {
    html! { @if visit.just_saved { p class="saved" role="status" { (words) } } }
}

/// That some of it was written by another version of Musubi.
fn unreadable(count: usize, language: Language) -> Markup {
    let words = match language {
        Language::Japanese => format!("ほかに、別のバージョンのMusubiが書いた{count}件を表示できません。"),
        Language::English => format!("Not shown: {count} that another version of Musubi wrote."),
    };
    html! { @if count > 0 { p class="mistake" role="alert" { (words) } } }
}

/// A time, as the CRM account's clock shows it.
fn moment(at_ms: i64, account: &CrmAccount) -> String {
    let time_zone = musubi::domain::timeline::time_zone(&account.time_zone);
    let at = Timestamp::from_millisecond(at_ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(time_zone);
    at.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
}

/// An Official Account, as people know it.
fn channel_name<'a>(channels: &'a [Channel], id: &'a ChannelId) -> &'a str {
    channels.iter().find(|channel| channel.id == *id).map_or(id.as_str(), |channel| channel.name.as_str())
}

/// A role, as people call it.
fn role(role: Role, language: Language) -> &'static str {
    match role {
        Role::Member => language.pick("メンバー", "Member"),
        Role::Admin => language.pick("管理者", "Admin"),
    }
}

/// A CRM account, as people know it.
fn account_name(key: &musubi::domain::account::CrmAccountKey, language: Language) -> String {
    match key.kind {
        musubi::domain::account::CrmKind::HubSpot => {
            language.pick("HubSpotアカウント ", "HubSpot account ").to_owned() + key.id.as_str()
        }
        #[allow(unreachable_patterns)]
        _ => key.to_string(),
    }
}
