//! What could not be worked on: why, and how it is tried again.

use maud::{Markup, html};
use musubi::domain::account::CrmAccount;
use musubi::domain::channel::Channel;
use musubi::domain::language::Language;
use musubi::domain::queue_kind::QueueKind;
use musubi::flow::console::dead_letters::{Found, Seen};
use musubi::pages::{Look, Page, actions, form, submit};

use super::{Here, account_name, moment, saved, signed_in};
use crate::visit::SignedIn;

/// All that the operator may see, the oldest first. `was_none`: there was nothing to be sent back.
pub fn page(visit: &SignedIn, account: &CrmAccount, channels: &[Channel], seen: &Seen, was_none: bool) -> Page {
    let language = visit.language;
    let title = language.pick("処理できなかったもの", "What could not be done");
    let inside = html! {
        h1 { (title) }
        @if was_none {
            p class="mistake" role="alert" { (language.pick(
                "再処理するものは見つかりませんでした。ほかの人が表示中の場合は、1分後にもう一度試してください。",
                "There was nothing to try again. If somebody else is looking at it, try again in a minute.",
            )) }
        } @else {
            (saved(visit, language.pick(
                "再処理を始めました。原因が残っている場合は、もう一度ここに表示されます。",
                "It is being tried again. It comes back here if the cause is still there.",
            )))
        }
        p { (language.pick(
            "何度試しても処理が終わらなかったものです。原因を取り除いてから再処理してください。すでに済んでいることが二重に行われることはありません。14日で消えます。内容は表示しません。",
            "These could not be done however often they were tried. Mend the cause, then try them again: what was done before is not done twice. They are gone after 14 days. What they say is not shown.",
        )) }
        @for queue in &seen.silent {
            p class="mistake" role="alert" {
                (queue_name(*queue, language)) (language.pick("を確認できませんでした。", " could not be looked at."))
            }
        }
        @if seen.letters.is_empty() {
            p { (language.pick(
                "表示できるものはありません。ほかの人が表示している間は、1分ほど見えなくなります。",
                "There is nothing to be seen. While somebody else looks, it is hidden for up to a minute.",
            )) }
        } @else {
            ul class="rows" { @for found in &seen.letters { (row(visit, account, channels, found)) } }
            section {
                h2 { (language.pick("まとめて再処理する", "Try them all again")) }
                (form("/console/dead-letters", &visit.form_token(), html! {
                    (actions(submit(Look::Plain, language.pick("すべて再処理する（200件まで）", "Try all again (up to 200)"))))
                }))
            }
        }
    };
    signed_in(visit, Here::DeadLetters, title, inside)
}

fn row(visit: &SignedIn, account: &CrmAccount, channels: &[Channel], found: &Found) -> Markup {
    let (language, letter) = (visit.language, &found.letter);
    let about = letter.group.as_deref().map_or_else(String::new, |group| {
        let channel = channels.iter().find(|channel| channel.id.as_str() == group);
        channel.map_or_else(|| account_name(&account.key, language), |channel| channel.name.clone())
    });
    let since = moment(letter.since_ms, account);
    let back = language.pick("再処理する", "Try again");
    html! {
        li {
            div {
                strong { (queue_name(found.queue, language)) }
                p class="small" { (about) " · " (since) }
                p { (letter.reason.as_deref().unwrap_or(language.pick(
                    "20回試しても処理が終わりませんでした。",
                    "It was not done after 20 tries.",
                ))) }
            }
            div class="choices" {
                (form("/console/dead-letters", &visit.form_token(), html! {
                    input type="hidden" name="id" value=(letter.id);
                    button class="button plain" aria-label={ (back) ": " (queue_name(found.queue, language)) ", " (since) } { (back) }
                }))
            }
        }
    }
}

fn queue_name(queue: QueueKind, language: Language) -> &'static str {
    match queue {
        QueueKind::Inbox => language.pick("LINEからの受信", "From LINE"),
        QueueKind::Push => language.pick("LINEへの送信", "To LINE"),
        QueueKind::Crm => language.pick("CRMへの書き込み", "To the CRM"),
        QueueKind::Notices => language.pick("ほかのシステムへの通知", "To other systems"),
    }
}
