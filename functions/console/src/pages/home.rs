//! The CRM account and its Official Accounts.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::pages::{Look, Page, actions, button, facts};

use super::{Here, account_name, signed_in};
use crate::visit::SignedIn;

/// What is connected.
pub fn page(visit: &SignedIn, account: &CrmAccount, channels: &[Channel]) -> Page {
    let language = visit.language;
    let title = account_name(&account.key, language);
    let inside = html! {
        h1 { (title) }
        section {
            h2 { (language.pick("LINE公式アカウント", "LINE Official Accounts")) }
            @if channels.is_empty() { (none(visit)) }
            ul class="cards" { @for channel in channels { li { (card(visit, channel, language)) } } }
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

fn card(visit: &SignedIn, channel: &Channel, language: Language) -> Markup {
    let login = if channel.login.is_some() {
        language.pick("設定済み", "Set up")
    } else {
        language.pick("未設定", "Not set up")
    };
    html! {
        h3 { (channel.name) }
        p class="small" { (channel.basic_id) }
        (facts(&[
            (language.pick("チャネルID", "Channel ID"), channel.id.as_str()),
            (language.pick("LINEログイン", "LINE Login"), login),
            (language.pick("コンタクトの自動作成", "Makes contacts by itself"), yes(channel.settings.create_contacts, language)),
        ]))
        p class="links" {
            a href={ "/console/channels/" (channel.id) "/routes" } { (language.pick("経路とQRコード", "Routes and QR codes")) }
            @if visit.operator.is(Role::Admin) {
                a href={ "/console/channels/" (channel.id) "/setup" } { (language.pick("接続の手順", "Connection steps")) }
                a href={ "/console/channels/" (channel.id) } { (language.pick("設定を変更する", "Change settings")) }
            }
        }
    }
}

fn yes(is_so: bool, language: Language) -> &'static str {
    if is_so { language.pick("する", "Yes") } else { language.pick("しない", "No") }
}
