//! The test registration: a QR code, and four ticks that come by themselves.

use maud::{Markup, PreEscaped, html};
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::trial::Ticks;
use musubi::pages::{Look, Page, actions, button, form, submit};
use musubi::qr::Qr;

use super::{Here, signed_in_looking_again};
use crate::visit::SignedIn;

/// How far it is.
#[derive(Clone, Copy)]
pub enum Stage {
    /// Nobody has begun it.
    NotBegun,
    /// It is open, or all was seen.
    Running(Ticks),
    /// Its hour is over.
    Over(Ticks),
}

/// The page. It looks again by itself until all is seen; without a script there is a link.
pub fn page(visit: &SignedIn, channel: &Channel, stage: Stage, line_app_url: &str) -> Page {
    let language = visit.language;
    let title = match language {
        Language::Japanese => format!("「{}」のテスト登録", channel.name),
        Language::English => format!("Test registration of “{}”", channel.name),
    };
    let waits = matches!(stage, Stage::Running(ticks) if !ticks.all());
    let inside = html! {
        h1 { (title) }
        @match stage {
            Stage::NotBegun => (begin(visit, channel, Look::Main, language.pick("テストを始める", "Begin the test"))),
            Stage::Running(ticks) => {
                @if !ticks.added { (how(channel, line_app_url, language)) }
                (ticked(ticks, language))
                @if ticks.all() { (after(channel, language)) }
                @else {
                    p class="links" {
                        a href={ "/console/channels/" (channel.id) "/trial" } { (language.pick("もう一度確認する", "Look again")) }
                    }
                    (help(language))
                    (begin(visit, channel, Look::Plain, language.pick("最初からやり直す", "Begin anew")))
                }
            }
            Stage::Over(ticks) => {
                p { (language.pick("テストの受付時間（1時間）が終わりました。", "The hour of the test is over.")) }
                (ticked(ticks, language))
                (begin(visit, channel, Look::Main, language.pick("もう一度テストを始める", "Begin another test")))
            }
        }
    };
    signed_in_looking_again(visit, Here::Home, &title, waits, inside)
}

fn begin(visit: &SignedIn, channel: &Channel, look: Look, label: &str) -> Markup {
    html! {
        @if matches!(look, Look::Main) {
            p { (visit.language.pick(
                "始めてから1時間以内に、最初に友だち追加した方をテストの相手とみなします。その方の最初のメッセージには、受信したことを1回だけ自動で返信します（無料の応答メッセージです）。",
                "Whoever adds the account first within the hour that begins now is taken for the tester. Their first message is answered once, to say that it arrived, by a reply, which is free of charge.",
            )) }
        }
        (form(&format!("/console/channels/{}/trial", channel.id), &visit.form_token(), actions(submit(look, label))))
    }
}

fn how(channel: &Channel, line_app_url: &str, language: Language) -> Markup {
    let link = format!("{line_app_url}/R/ti/p/{}", channel.basic_id);
    html! {
        ol {
            li { (language.pick("スマートフォンでこのQRコードを読み取り、友だち追加します。", "Scan this QR code with your phone and add the account.")) }
            li { (language.pick("トークで何かメッセージを送ります。", "Write something in the chat.")) }
        }
        // Drawn by us: of the address it holds nothing but black and white.
        @if let Ok(qr) = Qr::of(&link) { div class="qr" { (PreEscaped(qr.svg())) } }
        p { a href=(link) { (language.pick("この端末のLINEで開く", "Open in LINE on this device")) } }
        p class="small" { (language.pick(
            "すでに友だちの場合は、いったんブロックし、ブロックを解除してください。",
            "If you are a friend already, block the account and unblock it.",
        )) }
    }
}

fn ticked(ticks: Ticks, language: Language) -> Markup {
    let rows = [
        (ticks.added, language.pick("友だち追加された", "Added as a friend")),
        (ticks.arrived, language.pick("メッセージがここに届いた", "The message arrived here")),
        (
            ticks.answered,
            language.pick(
                "返信がスマートフォンに届いた（LINEが受け付けた）",
                "The answer went to the phone (LINE has taken it)",
            ),
        ),
        (
            ticks.on_contact,
            language.pick(
                "HubSpotのコンタクトに表示された（HubSpotが受け付けた）",
                "Seen on the contact (HubSpot has taken it)",
            ),
        ),
    ];
    html! {
        ul class="ticks" id="ticks" aria-live="polite" {
            @for (is_seen, what) in rows {
                li class=[is_seen.then_some("done")] {
                    span class="state" { (if is_seen { language.pick("確認済み", "Seen") } else { language.pick("待っています", "Waiting") }) }
                    " " (what)
                }
            }
        }
    }
}

fn after(channel: &Channel, language: Language) -> Markup {
    html! {
        p class="saved" role="status" { (language.pick(
            "すべて確認できました。接続は完了です。",
            "All of it works. The account is connected.",
        )) }
        (actions(button(
            Look::Main,
            language.pick("接続の手順に戻る", "Back to the steps"),
            &format!("/console/channels/{}/setup", channel.id),
        )))
    }
}

fn help(language: Language) -> Markup {
    html! {
        details {
            summary { (language.pick("うまくいかないとき", "If it does not work")) }
            ul {
                li { (language.pick(
                    "友だち追加が確認できないとき：［Webhookの利用］がオンか確認し、いったんブロックしてから、ブロックを解除してください。設定の反映には1分ほどかかることがあります。",
                    "Not added: see that “Use webhook” is on, then block the account and unblock it. What was changed may take a minute to take effect.",
                )) }
                li { (language.pick(
                    "返信が届かないとき：もう一度メッセージを送ってください。LINEが受け付けるまで、メッセージごとに返信を試みます。",
                    "No answer on the phone: write once more. Each message is answered until LINE has taken an answer.",
                )) }
                li { (language.pick(
                    "コンタクトに表示されないとき：［コンタクトの自動作成］がオンか、設定の画面で確認してください。",
                    "Not on the contact: see in the settings that contacts are made by themselves.",
                )) }
            }
        }
    }
}
