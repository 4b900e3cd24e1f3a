//! Settings as forms, drawn by their declarations.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::settings::{ACCOUNT, CHANNEL, LOGIN, Setting, SettingFault, SettingValue, Settings, Shape};
use musubi::domain::words::quota::month;
use musubi::flow::check_up::LastLook;
use musubi::pages::{Look, Page, actions, facts, form, submit};

use super::{Here, account_name, saved, signed_in};
use crate::settings::value;
use crate::visit::SignedIn;

/// What came of a form.
pub enum Outcome {
    /// There was none.
    None,
    /// It was refused, and what was typed is shown again.
    Refused {
        /// Why.
        fault: SettingFault,
        /// The fields.
        typed: Vec<(String, String)>,
    },
}

impl Outcome {
    fn typed(&self) -> &[(String, String)] {
        match self {
            Self::None => &[],
            Self::Refused { typed, .. } => typed,
        }
    }
}

/// The CRM account's.
pub fn account(visit: &SignedIn, account: &CrmAccount, outcome: &Outcome) -> Page {
    let language = visit.language;
    let title = language.pick("CRMアカウントの設定", "Settings of the CRM account");
    let inside = html! {
        h1 { (title) }
        p { (account_name(&account.key, language)) }
        (said(visit, outcome))
        (fields_of(visit, "/console/account", &ACCOUNT, account, outcome))
        section {
            h2 { (language.pick("接続", "Connection")) }
            p class="links" {
                a href="/console/install" { (language.pick("HubSpotに接続し直す", "Connect HubSpot anew")) }
                a href="/console/account/disconnect" { (language.pick("接続を解除する", "Disconnect")) }
            }
        }
    };
    signed_in(visit, Here::Account, title, inside)
}

/// An Official Account's, and those of its LINE Login.
pub fn channel(visit: &SignedIn, channel: &Channel, last: &LastLook, outcome: &Outcome) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」の設定", channel.name),
        Language::English => format!("Settings of “{}”", channel.name),
    };
    let path = format!("/console/channels/{}", channel.id);
    let quota = last.reading.channels.get(&channel.id).and_then(|reading| reading.quota);
    let inside = html! {
        h1 { (title) }
        (facts(&[(language.pick("今月の送信数", "Sent this month"), &month(quota, language))]))
        (said(visit, outcome))
        (fields_of(visit, &path, &CHANNEL, &channel.settings, outcome))
        @if let Some(login) = &channel.login {
            section {
                h2 { (language.pick("LINEログイン", "LINE Login")) }
                (fields_of(visit, &format!("{path}/login"), &LOGIN, login, outcome))
            }
        }
        section {
            h2 { (language.pick("データ", "Data")) }
            p class="links" {
                a href={ (path) "/inbox" } { (language.pick("HubSpotの受信トレイ", "HubSpot's inbox")) }
                a href={ (path) "/webhook" } { (language.pick("Webhookのシークレット", "Secret of the webhook")) }
                a href={ (path) "/export" } { (language.pick("人の一覧をエクスポートする", "Export the people")) }
                a href={ (path) "/disconnect" } { (language.pick("接続を解除する", "Disconnect")) }
            }
        }
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn said(visit: &SignedIn, outcome: &Outcome) -> Markup {
    let language = visit.language;
    html! {
        @match outcome {
            Outcome::Refused { fault, .. } => p class="mistake" role="alert" {
                (fault.words(language)) " " (language.pick("まだ何も変更していません。", "Nothing was changed yet."))
            },
            Outcome::None => (saved(visit, language.pick(
                "保存しました。1分以内に反映されます。",
                "Saved. It takes effect within a minute.",
            ))),
        }
    }
}

fn fields_of<T: Clone>(visit: &SignedIn, path: &str, list: &Settings<T>, of: &T, outcome: &Outcome) -> Markup {
    form(
        path,
        &visit.form_token(),
        html! {
            @for setting in list.all.iter().filter(|setting| !matches!(setting.shape, Shape::Away(_))) {
                (field(setting, of, outcome.typed(), visit.language))
            }
            (actions(submit(Look::Main, visit.language.pick("保存する", "Save"))))
        },
    )
}

/// One setting: its label, what it takes, and what is set, or was typed.
fn field<T>(setting: &Setting<T>, of: &T, typed: &[(String, String)], language: Language) -> Markup {
    let set = setting.value(of).unwrap_or(SettingValue::None);
    let was = if setting.is_secret { String::new() } else { shown(&set) };
    let now = value(typed, setting.name).unwrap_or(&was);
    let (id, about) = (format!("set-{}", setting.name), format!("about-{}", setting.name));
    let label = setting.label.map_or(setting.name, |label| label.of(language));
    html! {
        div class="setting" {
            label for=(id) { (label) }
            @match setting.shape {
                Shape::Flag => (select(&id, setting.name, &about, now, &[
                    ("on", language.pick("オン", "On")), ("off", language.pick("オフ", "Off")),
                ])),
                Shape::Choice(names) => {
                    @let choices: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
                    (select(&id, setting.name, &about, now, &choices))
                },
                Shape::Messages | Shape::Keywords => {
                    textarea id=(id) name=(setting.name) rows="4" aria-describedby=(about) { (now) }
                },
                _ => input id=(id) name=(setting.name) value=(now) autocomplete="off" aria-describedby=(about);,
            }
            input type="hidden" name={ "was." (setting.name) } value=(was);
            ul class="about" id=(about) {
                @for each in setting.forms {
                    li {
                        // A choice of two says by itself how it is written.
                        @if setting.shape != Shape::Flag { code { (each.written) } " " }
                        (each.means.of(language))
                    }
                }
            }
        }
    }
}

fn select(id: &str, name: &str, about: &str, now: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        select id=(id) name=(name) aria-describedby=(about) {
            @for (value, label) in choices { option value=(value) selected[*value == now] { (label) } }
        }
    }
}

/// As it can be typed again. A message that is text alone is shown as text.
fn shown(value: &SettingValue) -> String {
    match value {
        SettingValue::None => String::new(),
        SettingValue::Texts(texts) => texts.join(","),
        SettingValue::Messages(messages) => match messages.as_slice() {
            [] => String::new(),
            _ => value.written(),
        },
        value => value.written(),
    }
}
