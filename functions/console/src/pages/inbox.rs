//! HubSpot's own inbox, for an Official Account.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::crm_inbox::InboxEnd;
use musubi::domain::language::Language;
use musubi::domain::words::crm_inbox;
use musubi::flow::configure::InboxStaysShut;
use musubi::flow::console::inbox::InboxStanding;
use musubi::pages::{Look, Page, actions, form, submit};
use musubi::ports::crm::CrmFailure;
use musubi::ports::crm_set_up::{InboxFound, InboxRefusal};

use super::{Here, saved, signed_in};
use crate::visit::SignedIn;

/// What is there, and the ways on. `closed`: what became of it just now.
pub fn page(
    visit: &SignedIn,
    channel: &Channel,
    standing: &InboxStanding,
    why: Option<&InboxStaysShut>,
    closed: Option<InboxEnd>,
) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」とHubSpotの受信トレイ", channel.name),
        Language::English => format!("“{}” in HubSpot's inbox", channel.name),
    };
    let path = format!("/console/channels/{}", channel.id);
    let inside = html! {
        h1 { (title) }
        (saved(visit, language.pick("変更しました。1分以内に反映されます。", "Changed; it takes effect within a minute.")))
        @if let Some(words) = closed.and_then(|end| crm_inbox::closed(end, language)) {
            p class="mistake" role="alert" { (words) }
        }
        @if let Some(why) = why { p class="mistake" role="alert" { (in_words(why, language)) } }
        p { (language.pick(
            "お客さまのメッセージをHubSpotの受信トレイにも表示し、そこから返信できるようにします。Sales HubまたはService HubのProfessional以上が必要です。",
            "What people write stands in HubSpot's inbox, too, and is answered there. It takes Sales or Service Professional.",
        )) }
        @if channel.crm_inbox.is_some() {
            p { (language.pick("接続しています。", "It is open.")) }
            (form(&format!("{path}/inbox"), &visit.form_token(), html! {
                input type="hidden" name="act" value="close";
                (actions(submit(Look::Main, language.pick("受信トレイへの接続を解除する", "Close the inbox"))))
            }))
            p { (language.pick(
                "解除しても、これまでのメッセージは受信トレイに残ります。以後の会話はメモになります。",
                "What was said stays in the inbox then, and conversations are notes again.",
            )) }
        } @else {
            @match &standing.inboxes {
                Ok(inboxes) => (open(visit, &path, standing.has_channel, inboxes)),
                Err(CrmFailure::Disconnected) => p {
                    (language.pick(
                        "HubSpotで受信トレイの利用がまだ許可されていません。",
                        "HubSpot has not granted its inbox yet.",
                    ))
                    " "
                    a href="/console/install/begin?inbox=1" { (language.pick("HubSpotに接続し直す", "Connect HubSpot anew")) }
                },
                Err(_) => p class="mistake" { (silent(language)) },
            }
        }
        p class="links" { a href=(path) { (language.pick("設定に戻る", "Back to the settings")) } }
    };
    signed_in(visit, Here::Home, &title, inside)
}

fn open(visit: &SignedIn, path: &str, has_channel: bool, inboxes: &[InboxFound]) -> Markup {
    let language = visit.language;
    form(
        &format!("{path}/inbox"),
        &visit.form_token(),
        html! {
            input type="hidden" name="act" value="open";
            div class="setting" {
                label for="inbox" { (language.pick("受信トレイ", "Inbox")) }
                select id="inbox" name="inbox" { @for inbox in inboxes { option value=(inbox.id) { (inbox.name) } } }
            }
            @if !has_channel {
                p { (language.pick(
                    "最初に1回だけ、HubSpotにLINEのチャネルを作成します。HubSpotの［開発］▸［キー］にある開発者APIキーを貼り付けてください。このときだけ使い、どこにも保存しません。",
                    "The LINE channel is made in HubSpot first, once. Paste the developer API key from Development ▸ Keys in HubSpot: it is used now and kept nowhere.",
                )) }
                div class="setting" {
                    label for="app_number" { (language.pick("HubSpotのアプリID（数字）", "HubSpot's app ID (a number)")) }
                    input id="app_number" name="app_number" required inputmode="numeric" pattern="[0-9]+" autocomplete="off";
                }
                div class="setting" {
                    label for="developer_key" { (language.pick("開発者APIキー", "Developer API key")) }
                    input id="developer_key" name="developer_key" type="password" required autocomplete="off";
                }
            }
            (actions(submit(Look::Main, language.pick("受信トレイに接続する", "Open the inbox"))))
        },
    )
}

fn in_words(why: &InboxStaysShut, language: Language) -> String {
    let words = match why {
        InboxStaysShut::NoChannel => language.pick(
            "HubSpotにLINEのチャネルがまだありません。アプリIDと開発者APIキーを入力してください。",
            "There is no LINE channel in HubSpot yet. Enter the app ID and the developer API key.",
        ),
        InboxStaysShut::Channel(InboxRefusal::Key) => language.pick(
            "HubSpotがアプリIDと開発者APIキーを受け付けませんでした。HubSpotの［開発］▸［キー］で確認してください。",
            "HubSpot refuses this app ID and developer API key. See Development ▸ Keys in HubSpot.",
        ),
        InboxStaysShut::Channel(InboxRefusal::Refused { code }) => {
            return match language {
                Language::Japanese => format!("HubSpotがチャネルの作成を受け付けませんでした（{code}）。"),
                Language::English => format!("HubSpot does not make the channel ({code})."),
            };
        }
        InboxStaysShut::NoSuchInbox => language.pick("この受信トレイはありません。", "There is no such inbox."),
        InboxStaysShut::Crm(CrmFailure::Disconnected) => language.pick(
            "HubSpotで受信トレイの利用が許可されていません。接続し直してください。",
            "HubSpot has not granted its inbox. Connect it anew.",
        ),
        InboxStaysShut::Channel(InboxRefusal::NoAnswer) | InboxStaysShut::Crm(_) | InboxStaysShut::Change(_) => {
            silent(language)
        }
    };
    words.to_owned()
}

fn silent(language: Language) -> &'static str {
    language.pick(
        "HubSpotが応答しませんでした。もう一度お試しください。二重に作られることはありません。",
        "HubSpot did not answer. Try again; nothing is made twice.",
    )
}
