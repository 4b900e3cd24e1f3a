//! The CRM account and its Official Accounts.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::operator::Role;
use musubi::pages::{Page, facts};

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
            @if channels.is_empty() { p { (none(language)) } }
            ul class="cards" { @for channel in channels { li { (card(visit, channel, language)) } } }
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

fn none(language: Language) -> &'static str {
    language.pick("表示できるLINE公式アカウントはありません。", "There is no Official Account that you can see.")
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
                a href={ "/console/channels/" (channel.id) } { (language.pick("設定を変更する", "Change settings")) }
            }
        }
    }
}

fn yes(is_so: bool, language: Language) -> &'static str {
    if is_so { language.pick("する", "Yes") } else { language.pick("しない", "No") }
}
