//! The CRM account and its Official Accounts, each with its lamp: how it stood at the doctor's last look.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::finding::{About, Gravity};
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::domain::words::quota::month;
use musubi::flow::check_up::LastLook;
use musubi::flow::disconnect_channel::Standing;
use musubi::pages::{Look, Page, actions, button, facts};

use super::disconnect_channel::left_of_others;
use super::{Here, account_name, moment, signed_in};
use crate::visit::SignedIn;

/// A look longer ago than this says nothing of now, in milliseconds: the doctor looks each day.
const LATELY_MS: i64 = 2 * 86_400_000;

/// How something stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lamp {
    InOrder,
    LookHere,
    Broken,
    /// Nobody has looked lately.
    Unknown,
    /// Nothing is known to be wrong, and nobody has seen yet that all of it works.
    NotTried,
}

impl Lamp {
    fn of(last: &LastLook, about: impl Fn(&About) -> bool, now_ms: i64) -> Self {
        if last.at_ms.is_none_or(|at_ms| now_ms - at_ms > LATELY_MS) {
            return Self::Unknown;
        }
        let found = last.found.iter().filter(|(finding, _)| about(&finding.about));
        match found.map(|(finding, _)| finding.complaint.gravity).min() {
            Some(Gravity::Broken) => Self::Broken,
            Some(Gravity::Warning) => Self::LookHere,
            Some(Gravity::Note) | None => Self::InOrder,
        }
    }

    fn words(self, language: Language) -> &'static str {
        match self {
            Self::InOrder => language.pick("正常", "In order"),
            Self::LookHere => language.pick("注意", "Look here"),
            Self::Broken => language.pick("動いていません", "Broken"),
            Self::Unknown => language.pick("未確認", "Not looked at"),
            Self::NotTried => language.pick("テスト登録待ち", "Not tried yet"),
        }
    }

    fn shown(self, language: Language) -> Markup {
        let class = match self {
            Self::InOrder => "lamp good",
            Self::LookHere => "lamp",
            Self::Broken => "lamp broken",
            Self::Unknown | Self::NotTried => "lamp unknown",
        };
        html! { span class=(class) { (self.words(language)) } }
    }
}

/// What is connected, and how it stands; `left`: Official Accounts that were disconnected, where something of them is left.
pub fn page(
    visit: &SignedIn,
    account: &CrmAccount,
    (channels, left): (&[Channel], &[Standing]),
    last: &LastLook,
    now_ms: i64,
) -> Page {
    let language = visit.language;
    let title = account_name(&account.key, language);
    let inside = html! {
        h1 { (title) }
        (status(visit, account, last, now_ms))
        section {
            h2 { (language.pick("LINE公式アカウント", "LINE Official Accounts")) }
            @if channels.is_empty() { (none(visit)) }
            ul class="cards" { @for channel in channels { li { (card(visit, channel, last, now_ms)) } } }
            (left_of_others(left, language))
            @if !channels.is_empty() && may_connect(visit) {
                p class="links" { a href="/console/connect" {
                    (language.pick("別のLINE公式アカウントを接続する", "Connect another Official Account"))
                } }
            }
        }
        section {
            h2 { (language.pick("CRMアカウント", "CRM account")) }
            (facts(&[
                (language.pick("言語", "Language"), account.language.pick("日本語", "English")),
                (language.pick("タイムゾーン", "Time zone"), &account.time_zone),
                (language.pick("ワークフローが結果を待つ", "Workflows wait for the outcome"),
                    if account.capabilities.workflows_wait { language.pick("はい", "Yes") } else { language.pick("いいえ", "No") }),
            ]))
        }
    };
    signed_in(visit, Here::Home, &title, inside)
}

/// Who sees all Official Accounts may connect one that nobody sees yet.
fn may_connect(visit: &SignedIn) -> bool {
    visit.operator.is(Role::Admin) && visit.operator.covers(None)
}

fn none(visit: &SignedIn) -> Markup {
    let language = visit.language;
    html! {
        @if may_connect(visit) {
            div class="card" {
                p { (language.pick(
                    "まだLINE公式アカウントが接続されていません。チャネルIDとチャネルシークレットがあれば、数分で接続できます。",
                    "No Official Account is connected yet. With its channel ID and channel secret it takes a few minutes.",
                )) }
                (actions(button(
                    Look::Main,
                    language.pick("最初のLINE公式アカウントを接続する", "Connect your first Official Account"),
                    "/console/connect",
                )))
            }
        } @else {
            p { (language.pick("表示できるLINE公式アカウントはありません。", "There is no Official Account that you can see.")) }
        }
    }
}

/// The CRM account's own lamp, and what waits: as the doctor saw it.
fn status(visit: &SignedIn, account: &CrmAccount, last: &LastLook, now_ms: i64) -> Markup {
    let language = visit.language;
    let lamp = Lamp::of(last, |about| !matches!(about, About::Channel(_)), now_ms);
    let looked = match (last.at_ms, language) {
        (None, _) => language.pick("まだ確認していません。", "Not looked at yet.").to_owned(),
        (Some(at_ms), Language::Japanese) => format!("{}の確認結果です。", moment(at_ms, account)),
        (Some(at_ms), Language::English) => format!("As of {}.", moment(at_ms, account)),
    };
    let decisions: usize = last.reading.channels.values().map(|reading| reading.decisions).sum();
    let oldest = last.reading.waits_since_ms.zip(last.at_ms);
    let oldest =
        oldest.map_or(language.pick("なし", "None").to_owned(), |(since_ms, at_ms)| age(at_ms - since_ms, language));
    html! {
        section class="status" {
            p { (lamp.shown(language)) " " (looked) " " a href="/console/doctor" { (language.pick("診断を見る", "See the doctor")) } }
            @if last.at_ms.is_some() {
                dl {
                    div {
                        dt { (language.pick("判断を待っているもの", "Waiting for a decision")) }
                        dd { a href="/console/decisions" { (count(decisions, language)) } }
                    }
                    @if let Some(letters) = last.stack.dead_letters {
                        div {
                            dt { (language.pick("処理エラー", "Failed")) }
                            dd { a href="/console/dead-letters" { (count(letters, language)) } }
                        }
                    }
                    div {
                        dt { (language.pick("最も古い書き込み待ち", "Oldest write that waits")) }
                        dd { (oldest) }
                    }
                }
            }
        }
    }
}

fn card(visit: &SignedIn, channel: &Channel, last: &LastLook, now_ms: i64) -> Markup {
    let language = visit.language;
    let login = if channel.login.is_some() {
        language.pick("設定済み", "Set up")
    } else {
        language.pick("未設定", "Not set up")
    };
    let reading = last.reading.channels.get(&channel.id);
    // One that was connected after the last look was not looked at.
    let lamp =
        reading.map_or(Lamp::Unknown, |_| Lamp::of(last, |about| *about == About::Channel(channel.id.clone()), now_ms));
    // Many an Official Account is connected, and part of it does not work: until somebody has seen all of it work, it is not in order.
    let is_tried = channel.connecting.trial_passed_at_ms.is_some();
    let lamp = match lamp {
        Lamp::InOrder | Lamp::Unknown if !is_tried => Lamp::NotTried,
        lamp => lamp,
    };
    html! {
        h3 { (channel.name) " " (lamp.shown(language)) }
        p class="small" { (channel.basic_id) }
        (facts(&[
            (language.pick("チャネルID", "Channel ID"), channel.id.as_str()),
            (language.pick("今月の送信数", "Sent this month"), &month(reading.and_then(|reading| reading.quota), language)),
            (language.pick("LINEログイン", "LINE Login"), login),
            (language.pick("コンタクトの自動作成", "Makes contacts by itself"), yes(channel.settings.create_contacts, language)),
        ]))
        p class="links" {
            a href={ "/console/channels/" (channel.id) "/routes" } { (language.pick("経路とQRコード", "Routes and QR codes")) }
            @if visit.operator.is(Role::Admin) {
                @if !is_tried {
                    a href={ "/console/channels/" (channel.id) "/trial" } { (language.pick("テスト登録をする", "Try it with your phone")) }
                }
                a href={ "/console/channels/" (channel.id) "/setup" } { (language.pick("接続の手順", "Connection steps")) }
                a href={ "/console/channels/" (channel.id) } { (language.pick("設定を変更する", "Change settings")) }
            }
        }
    }
}

fn count(count: usize, language: Language) -> String {
    format!("{count}{}", language.pick("件", ""))
}

/// A time that has gone by, in the largest unit of which it is one.
fn age(ms: i64, language: Language) -> String {
    let minutes = ms / 60_000;
    let (number, japanese, english) = match minutes {
        ..60 => (minutes.max(0), "分", "min"),
        60..2_880 => (minutes / 60, "時間", "h"),
        _ => (minutes / 1_440, "日", "days"),
    };
    match language {
        Language::Japanese => format!("{number}{japanese}"),
        Language::English => format!("{number} {english}"),
    }
}

fn yes(is_so: bool, language: Language) -> &'static str {
    if is_so { language.pick("する", "Yes") } else { language.pick("しない", "No") }
}
