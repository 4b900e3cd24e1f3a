//! Disconnecting an Official Account: what is lost, what is left, and how far it is.

use maud::{Markup, html};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::words::crm_inbox;
use musubi::domain::words::leaving::{ERASES_LINKS, KEEPS_LINKS, LEFT, LOST, webhook_after, webhook_before};
use musubi::flow::disconnect_channel::{DisconnectedChannel, Standing};
use musubi::pages::{Look, Page, actions, button, form, lead, section, submit, todo};

use super::{Here, signed_in, signed_in_looking_again};
use crate::visit::SignedIn;

/// Why it was not begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Not every box is ticked.
    NotTicked,
    /// It was not said what becomes of the links.
    NotChosen,
}

impl Mistake {
    fn words(self, language: Language) -> &'static str {
        match self {
            Self::NotTicked => language.pick(
                "すべての項目を確認し、チェックを入れてください。まだ何も変更していません。",
                "Read each line and tick its box. Nothing was changed yet.",
            ),
            Self::NotChosen => language.pick(
                "連携を残すか消去するかを選んでください。まだ何も変更していません。",
                "Choose whether the links are kept or erased. Nothing was changed yet.",
            ),
        }
    }
}

fn title(channel: &Channel, language: Language) -> String {
    match language {
        Language::Japanese => format!("「{}」の接続を解除する", channel.name),
        Language::English => format!("Disconnect “{}”", channel.name),
    }
}

fn path(channel: &Channel) -> String {
    format!("/console/channels/{}/disconnect", channel.id)
}

fn said(mistake: Option<Mistake>, language: Language) -> Markup {
    html! { @if let Some(mistake) = mistake { p class="mistake" role="alert" { (mistake.words(language)) } } }
}

/// An export first, then what is lost, with a box each, the choice, and what is left.
pub fn ask(visit: &SignedIn, channel: &Channel, mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let title = title(channel, language);
    let before = channel.connecting.webhook_before.as_ref().map(|before| before.host());
    let inside = html! {
        h1 { (title) }
        p class="small" { (channel.basic_id) }
        (said(mistake, language))
        (todo(language.pick(
            "先に、人の一覧をCSVまたはJSONで保存しておくことをおすすめします。",
            "Take the people out first, as CSV or JSON.",
        )))
        (actions(button(Look::Plain, language.pick("人の一覧をエクスポートする", "Export the people"),
            &format!("/console/channels/{}/export", channel.id))))
        (form(&path(channel), &visit.form_token(), html! {
            fieldset {
                legend { (language.pick("失われるもの（すべて確認してください）", "Lost (tick each)")) }
                @for (name, words) in LOST {
                    label class="check" { input type="checkbox" name=(name) required; (words.of(language)) }
                }
            }
            fieldset {
                legend { (language.pick("LINEの方とコンタクトの連携（どちらかを選んでください）", "Links between people and contacts (choose one)")) }
                label class="check" { input type="radio" name="links" value="keep" required; (KEEPS_LINKS.of(language)) }
                label class="check" { input type="radio" name="links" value="erase" required; (ERASES_LINKS.of(language)) }
            }
            p { (webhook_before(before.as_deref(), language)) }
            @if channel.crm_inbox.is_some() { p { (crm_inbox::closes(language)) } }
            (actions(html! {
                (submit(Look::Grave, language.pick("接続を解除する", "Disconnect")))
                (button(Look::Plain, language.pick("やめる", "Do not disconnect"), &format!("/console/channels/{}", channel.id)))
            }))
        }))
        (section(language.pick("残るもの", "Left"), &LEFT.map(|words| words.of(language))))
    };
    signed_in(visit, Here::Home, &title, inside)
}

/// One that was disconnected, and whose links are left.
pub fn ask_to_erase(visit: &SignedIn, channel: &Channel, mistake: Option<Mistake>) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」の連携を消去する", channel.name),
        Language::English => format!("Erase the links of “{}”", channel.name),
    };
    let inside = html! {
        h1 { (title) }
        (said(mistake, language))
        (lead(language.pick(
            "この公式アカウントの接続は解除済みで、連携が残っています。",
            "This Official Account is disconnected, and its links were kept.",
        )))
        (form(&path(channel), &visit.form_token(), html! {
            label class="check" { input type="checkbox" name="links" value="erase" required; (ERASES_LINKS.of(language)) }
            (actions(html! {
                (submit(Look::Grave, language.pick("連携を消去する", "Erase the links")))
                (button(Look::Plain, language.pick("やめる", "Do not erase"), "/console"))
            }))
        }))
    };
    signed_in(visit, Here::Home, &title, inside)
}

/// It has begun. `waits`: functions may still take it for connected; the page looks again by itself.
pub fn under_way(visit: &SignedIn, channel: &Channel, waits: bool) -> Page {
    let language = visit.language;
    let title = title(channel, language);
    let people = channel.leaving.as_ref().map_or(0, |leaving| leaving.people);
    let inside = html! {
        h1 { (title) }
        ol id="ticks" class="ticks" aria-live="polite" {
            li class="done" { (language.pick(
                "受信と送信を止めました。ワークフローからも選べません。",
                "Nothing is received or sent any more, and workflows cannot choose it.",
            )) }
            li class=[(!waits).then_some("done")] { @if waits { (language.pick(
                "処理の途中のものが終わるのを待っています（約1分）。",
                "What is under way comes to its end (about a minute).",
            )) } @else { (language.pick("処理の途中のものが終わりました。", "What was under way has ended.")) } }
        }
        @if waits {
            p { (language.pick(
                "この画面は閉じても構いません。続きは、概要の画面から行えます。",
                "You can leave, and go on from the overview.",
            )) }
            (actions(button(Look::Plain, language.pick("もう一度確認する", "Look again"), &path(channel))))
        } @else {
            p { @match (people, language) {
                (0, _) => (language.pick(
                    "残りは、保存している情報とシークレットの削除です。",
                    "What Musubi holds, and the secrets, are left to be deleted.",
                )),
                (people, Language::Japanese) => (format!("{people}人分が終わりました。まだ残りがあります。")),
                (people, Language::English) => (format!("{people} people are done, and some are left.")),
            } }
            (form(&path(channel), &visit.form_token(), actions(submit(
                Look::Grave,
                language.pick("残りを削除して完了する", "Delete the rest, and finish"),
            ))))
        }
    };
    signed_in_looking_again(visit, Here::Home, &title, waits, inside)
}

/// What was done, what is left, and what is to be done at LINE.
pub fn done(visit: &SignedIn, channel: &Channel, done: &DisconnectedChannel) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」の接続を解除しました", channel.name),
        Language::English => format!("“{}” is disconnected", channel.name),
    };
    let links = match (done.keeps_links, language) {
        (true, Language::Japanese) => {
            format!("{}人分の連携を残しました。同じチャネルをもう一度接続すると、続きから使えます。", done.people)
        }
        (true, Language::English) => format!(
            "The links of {} people are kept. If the same channel is connected again, it goes on from there.",
            done.people
        ),
        (false, Language::Japanese) => {
            format!("{}人分の情報を消去しました。コンタクトのLINEのプロパティーは、順に空になります。", done.people)
        }
        (false, Language::English) => format!(
            "{} people are erased. The LINE properties of their contacts are emptied one after the other.",
            done.people
        ),
    };
    let taken = [
        language.pick("設定、経路、ログインの設定", "Settings, routes and login"),
        language.pick("チャネルシークレット、トークン、鍵", "Channel secret, tokens and keys"),
        language.pick("残っていた本文と、送信・書き込みを待っていた内容", "Texts that were left, and what waited"),
    ];
    let inside = html! {
        h1 { (title) }
        (lead(&links))
        (todo(webhook_after(done.webhook, language)))
        @if let Some(words) = crm_inbox::closed(done.inbox, language) { (todo(words)) }
        (section(language.pick("削除したもの", "Taken away"), &taken))
        (section(language.pick("残っているもの", "Left"), &LEFT.map(|words| words.of(language))))
        (actions(button(Look::Plain, language.pick("概要に戻る", "Back to the overview"), "/console")))
    };
    signed_in(visit, Here::Home, &title, inside)
}

/// Official Accounts that were disconnected, where something of them is left.
pub fn left_of_others(left: &[Standing], language: Language) -> Markup {
    html! { @if !left.is_empty() { ul class="cards" { @for standing in left { li { (rest(standing, language)) } } } } }
}

fn rest(standing: &Standing, language: Language) -> Markup {
    let (state, label) = match standing {
        Standing::Leaving(_) | Standing::Connected(_) => (
            language.pick("接続を解除しています。まだ終わっていません。", "It is being disconnected, and not through."),
            language.pick("続きを行う", "Go on"),
        ),
        Standing::LinksLeft(_) => (
            language.pick("接続は解除済みで、連携が残っています。", "It is disconnected, and its links are kept."),
            language.pick("連携を消去する", "Erase the links"),
        ),
    };
    let channel = standing.channel();
    html! {
        h3 { (channel.name) }
        p class="small" { (channel.basic_id) }
        p { (state) }
        p class="links" { a href=(path(channel)) { (label) } }
    }
}
