//! Disconnecting the CRM account: what is lost, and what stays.

use maud::{Markup, html};
use musubi::domain::account::CrmAccountKey;
use musubi::domain::language::Language;
use musubi::domain::words::crm_inbox;
use musubi::domain::words::disconnecting::{LEFT, TAKEN};
use musubi::flow::console::disconnect_account::{AppEnd, Disconnected};
use musubi::pages::{Look, Page, actions, button, card, form, lead, section, submit, todo};

use super::{Here, account_name, plain, signed_in};
use crate::visit::SignedIn;

/// Why it was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Not every box is ticked.
    NotTicked,
    /// Official Accounts are connected.
    Channels,
    /// The operator does not see all of them.
    SeesLess,
    /// The CRM does not answer.
    NoAnswer,
}

impl Mistake {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::NotTicked => language.pick(
                "すべての項目を確認し、チェックを入れてください。まだ何も変更していません。",
                "Read each line and tick its box. Nothing was changed yet.",
            ),
            Self::Channels => language.pick(
                "先にLINE公式アカウントの接続を解除してください。何も変更していません。",
                "Disconnect the Official Accounts first. Nothing was changed.",
            ),
            Self::SeesLess => language.pick(
                "すべてのLINE公式アカウントを見られる管理者だけが、接続を解除できます。何も変更していません。",
                "Only an admin who sees all Official Accounts can disconnect the account. Nothing was changed.",
            ),
            Self::NoAnswer => language.pick(
                "HubSpotが応答しないため、何も変更していません。少し待ってからもう一度お試しになるか、アプリをHubSpotに残してください。",
                "HubSpot does not answer, so nothing was changed. Try again in a while, or leave the app in HubSpot.",
            ),
        }
    }
}

/// What is lost, with a box each, and what stays.
pub fn ask(visit: &SignedIn, channels: usize, mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let title = language.pick("CRMアカウントの接続を解除する", "Disconnect the CRM account");
    let inside = html! {
        h1 { (title) }
        p { (account_name(&visit.operator.account, language)) }
        @if let Some(mistake) = mistake { p class="mistake" role="alert" { (mistake.words(language)) } }
        @if channels > 0 { (first_the_channels(channels, language)) } @else { (boxes(visit, mistake)) }
    };
    signed_in(visit, Here::Account, title, inside)
}

/// Each has losses of its own, which are decided one by one.
fn first_the_channels(count: usize, language: Language) -> Markup {
    let words = match language {
        Language::Japanese => format!(
            "LINE公式アカウントが{count}件接続されています。失われるものはそれぞれ異なるため、先に1件ずつ、それぞれの設定の画面から接続を解除してください。"
        ),
        Language::English => format!(
            "Official Accounts are connected: {count}. Each has losses of its own, so each is disconnected first, one by one, from its settings."
        ),
    };
    html! {
        (todo(&words))
        (actions(button(Look::Plain, language.pick("概要に戻る", "Back to the overview"), "/console")))
    }
}

fn boxes(visit: &SignedIn, mistake: Option<Mistake>) -> Markup {
    let language = visit.language;
    let left = LEFT.map(|words| words.of(language));
    html! {
        (form("/console/account/disconnect", &visit.form_token(), html! {
            fieldset {
                legend { (language.pick("削除するもの（すべて確認してください）", "Taken away (tick each)")) }
                @for (name, words) in TAKEN {
                    label class="check" { input type="checkbox" name=(name) required; (words.of(language)) }
                }
            }
            @if mistake == Some(Mistake::NoAnswer) {
                label class="check" { input type="checkbox" name="keep_app"; (language.pick(
                    "アプリをHubSpotに残す（あとでHubSpotの管理者がアンインストールします）",
                    "Leave the app in HubSpot (an admin there uninstalls it later)",
                )) }
            }
            (actions(html! {
                (submit(Look::Grave, language.pick("接続を解除する", "Disconnect")))
                (button(Look::Plain, language.pick("やめる", "Do not disconnect"), "/console/account"))
            }))
        }))
        (section(language.pick("残るもの", "Left"), &left))
    }
}

/// What was lost, and what stays. Nobody is signed in any more.
pub fn done(language: Language, key: &CrmAccountKey, done: Disconnected) -> Page {
    let title = language.pick("接続を解除しました", "Disconnected");
    let app = match done.app {
        AppEnd::Uninstalled => language.pick("アプリをHubSpotからアンインストールしました。", "The app is uninstalled in HubSpot."),
        AppEnd::NotThere => language.pick(
            "アプリはHubSpotですでにアンインストールされているか、非公開アプリです。",
            "The app was not there any more, or it is a private app.",
        ),
        AppEnd::Refused | AppEnd::Kept => language.pick(
            "アプリはHubSpotに残っています。HubSpotの［設定］＞［連携］＞［接続されたアプリ］でアンインストールしてください。",
            "The app is still in HubSpot: uninstall it there, in Settings > Integrations > Connected Apps.",
        ),
    };
    let (taken, left) = (TAKEN.map(|(_, words)| words.of(language)), LEFT.map(|words| words.of(language)));
    let inside = card(html! {
        h1 { (title) }
        p { (account_name(key, language)) }
        (lead(app))
        @if let Some(words) = crm_inbox::closed(done.inbox, language) { (todo(words)) }
        (section(language.pick("削除したもの", "Taken away"), &taken[1..]))
        (section(language.pick("残っているもの", "Left"), &left))
        (actions(button(Look::Plain, language.pick("もう一度接続する", "Connect again"), "/console/install")))
    });
    plain(language, title).around(inside)
}
