//! Who did what, and when.

use maud::html;
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::HandSwitch;
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::operator::audit::{Actor, AuditEntry, Deed, SettingsOf};
use musubi::domain::settings::{ACCOUNT, Bilingual, CHANNEL, LOGIN};
use musubi::domain::words::connecting;
use musubi::pages::Page;

use super::{Here, moment, role, signed_in};
use crate::visit::SignedIn;

/// The newest first.
pub fn page(visit: &SignedIn, entries: &[AuditEntry], account: &CrmAccount) -> Page {
    let language = visit.language;
    let title = language.pick("操作の記録", "Activity log");
    let inside = html! {
        h1 { (title) }
        p { (language.pick(
            "新しい順に200件まで表示します。記録は400日間保管します。メッセージの内容は含みません。",
            "The newest 200 lines. They are kept for 400 days, and hold no message.",
        )) }
        @if entries.is_empty() { p { (language.pick("記録はまだありません。", "Nothing yet.")) } }
        ol class="log" {
            @for entry in entries {
                li {
                    time { (moment(entry.at_ms, account)) }
                    span { (by(&entry.by, language)) }
                    span { (deed(&entry.deed, language)) }
                }
            }
        }
    };
    signed_in(visit, Here::Log, title, inside)
}

fn by(actor: &Actor, language: Language) -> &str {
    match actor {
        Actor::CommandLine => language.pick("コマンドライン", "The command line"),
        Actor::Operator { name, .. } => name.expose(),
    }
}

fn deed(deed: &Deed, language: Language) -> String {
    match (deed, language) {
        (Deed::Invited { whom, role: as_what }, Language::Japanese) => {
            format!("「{}」を{}として招待しました", whom.expose(), role(*as_what, language))
        }
        (Deed::Invited { whom, role: as_what }, Language::English) => {
            format!("invited “{}” as {}", whom.expose(), role(*as_what, language).to_lowercase())
        }
        (Deed::SignedIn, _) => language.pick("ログインしました", "signed in").to_owned(),
        (Deed::ChangedRole { whom, role: to }, Language::Japanese) => {
            format!("「{}」の権限を{}に変更しました", whom.expose(), role(*to, language))
        }
        (Deed::ChangedRole { whom, role: to }, Language::English) => {
            format!("made “{}” {}", whom.expose(), role(*to, language).to_lowercase())
        }
        (Deed::CameFromCrm, _) => language.pick("HubSpotからログインしました", "signed in from HubSpot").to_owned(),
        (Deed::ConnectedAccount, _) => language
            .pick("HubSpotの画面から、CRMアカウントを接続しました", "connected the CRM account in HubSpot")
            .to_owned(),
        (Deed::DisconnectedAccount, _) => {
            language.pick("CRMアカウントの接続を解除しました", "disconnected the CRM account").to_owned()
        }
        (Deed::SignedOut, _) => language.pick("ログアウトしました", "signed out").to_owned(),
        (Deed::ChangedSettings { of, names }, Language::Japanese) => {
            format!("{}の設定を変更しました（{}）", settings_of(of, language), labels(of, names, language))
        }
        (Deed::ChangedSettings { of, names }, Language::English) => {
            format!("changed settings of {} ({})", settings_of(of, language), labels(of, names, language))
        }
        (Deed::WroteText { name }, Language::Japanese) => format!("定型文「{name}」を保存しました"),
        (Deed::WroteText { name }, Language::English) => format!("saved the text “{name}”"),
        (Deed::RemovedText { name }, Language::Japanese) => format!("定型文「{name}」を削除しました"),
        (Deed::RemovedText { name }, Language::English) => format!("removed the text “{name}”"),
        (Deed::AddedRoute { id, route }, Language::Japanese) => {
            format!("チャネル {id} の経路「{route}」を登録しました")
        }
        (Deed::AddedRoute { id, route }, Language::English) => format!("added the route “{route}” to channel {id}"),
        (Deed::RemovedRoute { id, route }, Language::Japanese) => {
            format!("チャネル {id} の経路「{route}」を削除しました")
        }
        (Deed::RemovedRoute { id, route }, Language::English) => {
            format!("removed the route “{route}” from channel {id}")
        }
        (Deed::Connected { id }, Language::Japanese) => format!("チャネル {id} を接続しました"),
        (Deed::Connected { id }, Language::English) => format!("connected channel {id}"),
        (Deed::DecidedSend { id, arrived, .. }, Language::Japanese) => {
            let outcome = if *arrived { "届いていた" } else { "届いていない" };
            format!("チャネル {id} の送信を「{outcome}」として登録しました")
        }
        (Deed::DecidedSend { id, arrived, .. }, Language::English) => {
            format!("said that a send of channel {id} {}", if *arrived { "arrived" } else { "did not arrive" })
        }
        (Deed::AnsweredQuestion { id, contact, same }, Language::Japanese) => {
            let answer = if *same { "同じ人" } else { "別の人" };
            format!("チャネル {id} の人とコンタクト {contact} を「{answer}」と回答しました")
        }
        (Deed::AnsweredQuestion { id, contact, same }, Language::English) => {
            let answer = if *same { "is" } else { "is not" };
            format!("said that a person of channel {id} {answer} contact {contact}")
        }
        (Deed::Linked { id, contact }, Language::Japanese) => {
            format!("チャネル {id} の人をコンタクト {contact} と連携しました")
        }
        (Deed::Linked { id, contact }, Language::English) => {
            format!("linked a person of channel {id} to contact {contact}")
        }
        (Deed::Unlinked { id }, Language::Japanese) => format!("チャネル {id} の人の連携を外しました"),
        (Deed::Unlinked { id }, Language::English) => format!("unlinked a person of channel {id}"),
        (Deed::Answered { id }, Language::Japanese) => format!("チャネル {id} の人を返信済みにしました"),
        (Deed::Answered { id }, Language::English) => format!("noted a person of channel {id} as answered"),
        (Deed::WaitsAgain { id }, Language::Japanese) => format!("チャネル {id} の人を未返信に戻しました"),
        (Deed::WaitsAgain { id }, Language::English) => {
            format!("said that there is still something to do about a person of channel {id}")
        }
        (Deed::Assigned { id, to: Some(to) }, Language::Japanese) => {
            format!("チャネル {id} のトークの担当者を「{}」にしました", to.expose())
        }
        (Deed::Assigned { id, to: Some(to) }, Language::English) => {
            format!("gave a talk of channel {id} to “{}”", to.expose())
        }
        (Deed::Assigned { id, to: None }, Language::Japanese) => {
            format!("チャネル {id} のトークの担当者の指定を解除しました")
        }
        (Deed::Assigned { id, to: None }, Language::English) => format!("unassigned a talk of channel {id}"),
        (Deed::Erased { id }, Language::Japanese) => format!("チャネル {id} の人の情報を消去しました"),
        (Deed::Erased { id }, Language::English) => format!("erased a person of channel {id}"),
        (Deed::Exported { id }, Language::Japanese) => {
            format!("チャネル {id} の人の一覧をエクスポートしました")
        }
        (Deed::Exported { id }, Language::English) => format!("exported the people of channel {id}"),
        (Deed::Disconnected { id, keeps_links }, Language::Japanese) => {
            let links = if *keeps_links { "連携は残す" } else { "連携と人の情報は消去" };
            format!("チャネル {id} の接続の解除を始めました（{links}）")
        }
        (Deed::Disconnected { id, keeps_links }, Language::English) => {
            let links = if *keeps_links { "links kept" } else { "links and people erased" };
            format!("began to disconnect channel {id} ({links})")
        }
        (Deed::SentBack { count }, Language::Japanese) => format!("処理できなかったもの {count} 件を再処理しました"),
        (Deed::SentBack { count }, Language::English) => format!("sent {count} back that could not be done"),
        (Deed::SetByHand { id, switch, is_set }, _) => by_hand(id, *switch, *is_set, language),
        (Deed::SetUpLogin { id }, Language::Japanese) => format!("チャネル {id} のLINEログインを設定しました"),
        (Deed::SetUpLogin { id }, Language::English) => format!("set up LINE Login of channel {id}"),
        (Deed::SetInbox { id, is_open: true }, _) => match language {
            Language::Japanese => format!("チャネル {id} をHubSpotの受信トレイに接続しました"),
            Language::English => format!("opened HubSpot's inbox for channel {id}"),
        },
        (Deed::SetInbox { id, is_open: false }, _) => match language {
            Language::Japanese => format!("チャネル {id} のHubSpotの受信トレイへの接続を解除しました"),
            Language::English => format!("closed HubSpot's inbox for channel {id}"),
        },
        (Deed::PassedTrial { id }, Language::Japanese) => format!("チャネル {id} のテスト登録がすべて確認できました"),
        (Deed::PassedTrial { id }, Language::English) => format!("saw all of a test registration of channel {id}"),
        (Deed::BeganTrial { id }, Language::Japanese) => format!("チャネル {id} のテスト登録を始めました"),
        (Deed::BeganTrial { id }, Language::English) => format!("began a test registration of channel {id}"),
        (Deed::Removed { whom }, Language::Japanese) => format!("「{}」を削除しました", whom.expose()),
        (Deed::Removed { whom }, Language::English) => format!("removed “{}”", whom.expose()),
    }
}

fn by_hand(id: &ChannelId, switch: HandSwitch, is_set: bool, language: Language) -> String {
    let name = match switch {
        HandSwitch::UseWebhookAnew => connecting::USE_WEBHOOK.name.of(language),
        HandSwitch::Redelivery => connecting::REDELIVERY.name.of(language),
        HandSwitch::AutoResponse => connecting::AUTO_RESPONSE.name.of(language),
        HandSwitch::Greeting => connecting::GREETING.name.of(language),
        HandSwitch::Groups => connecting::GROUPS.name.of(language),
        HandSwitch::Login => language.pick("LINEログインのチャネル", "the LINE Login channel"),
    };
    match (is_set, language) {
        (true, Language::Japanese) => format!("チャネル {id} の「{name}」を設定済みにしました"),
        (false, Language::Japanese) => format!("チャネル {id} の「{name}」を未完了に戻しました"),
        (true, Language::English) => format!("said that “{name}” of channel {id} is set"),
        (false, Language::English) => format!("said that “{name}” of channel {id} is not set"),
    }
}

fn settings_of(of: &SettingsOf, language: Language) -> String {
    match of {
        SettingsOf::Account => language.pick("CRMアカウント", "the CRM account").to_owned(),
        SettingsOf::Channel { id } => language.pick("チャネル ", "channel ").to_owned() + id.as_str(),
        SettingsOf::Login { id } => language.pick("LINEログイン ", "LINE Login of ").to_owned() + id.as_str(),
    }
}

/// By their labels; one that there is no more, by its name.
fn labels(of: &SettingsOf, names: &[String], language: Language) -> String {
    let label = |name: &str| -> Option<Bilingual> {
        match of {
            SettingsOf::Account => ACCOUNT.find(name)?.label,
            SettingsOf::Channel { .. } => CHANNEL.find(name)?.label,
            SettingsOf::Login { .. } => LOGIN.find(name)?.label,
        }
    };
    let shown: Vec<&str> =
        names.iter().map(|name| label(name).map_or(name.as_str(), |label| label.of(language))).collect();
    shown.join(language.pick("、", ", "))
}
