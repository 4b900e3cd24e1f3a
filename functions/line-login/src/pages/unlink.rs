//! Undoing the link, by the person.

use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::pages::{
    Frame, Look, Mark, Page, account_name, actions, button, card, form, lead, list, quiet_link, spinner, submit, todo,
};

use super::success::talk_address;
use super::{Account, path_of};

/// Says what unlinking means. Its button posts `token`, which proves that it is this page's, to `/line/{channel}/unlink`,
/// which begins one more LINE Login.
pub fn explain(language: Language, account: Account<'_>, token: &str) -> Page {
    let what = match language {
        Language::Japanese => {
            format!("お客さまのLINEアカウントと、「{}」にご登録の情報との連携を解除します。", account.name)
        }
        Language::English => {
            format!("Your LINE account will no longer be linked to what {} knows about you.", account.name)
        }
    };
    let items: &[&str] = match language {
        Language::Japanese => &[
            "LINEの「連動アプリ」からも解除されます。",
            "LINEでは友だちのままです。トークの内容も残ります。",
            "あとからもう一度連携することもできます。",
        ],
        Language::English => &[
            "It is also removed from your authorized apps in LINE.",
            "You stay friends, and your chat stays as it is.",
            "You can link it again later.",
        ],
    };
    let title = language.pick("連携を解除しますか？", "Unlink your LINE account?");
    let why = language.pick(
        "ご本人の操作であることを確かめるため、LINEでもう一度ログインしていただきます。",
        "To make sure that it is you, we ask you to log in with LINE once more.",
    );
    let sure = submit(Look::Grave, language.pick("LINEでログインして解除する", "Confirm with LINE and unlink"));
    Frame::new(language, title).around(card(html! {
        (account_name(account.name))
        h1 { (title) }
        (lead(&what))
        (list(items))
        (todo(why))
        (actions(form(&path_of(account.channel, "unlink"), token, sure)))
        (talk(language.pick("解除せずにトークに戻る", "Keep it and go back to the chat"), account))
    }))
}

/// Goes on to LINE's login, whose address is `login`.
///
/// The answer to the form above is this page and no redirect: browsers differ in whether `form-action 'self'` also forbids a
/// redirect to another host after a form (Chrome does), and LINE's login goes over several hosts.
pub fn going_on(language: Language, login: &str) -> Page {
    let title = language.pick("LINEを開いています", "Opening LINE");
    let otherwise = language
        .pick("画面が切り替わらない場合は、下のボタンを押してください。", "If nothing happens, press the button.");
    Frame::new(language, title).going_on_to(login).around(card(html! {
        (spinner())
        h1 { (title) }
        (lead(otherwise))
        (actions(button(Look::Main, language.pick("LINEへ進む", "Go on to LINE"), login)))
    }))
}

/// It is undone, now or before.
pub fn done(language: Language, account: Account<'_>) -> Page {
    let what = match language {
        Language::Japanese => format!("お客さまのLINEアカウントと「{}」の連携を解除しました。", account.name),
        Language::English => format!("Your LINE account is no longer linked with {}.", account.name),
    };
    let now = language.pick(
        "LINEでは友だちのままです。メッセージを受け取りたくない場合は、LINEでこのアカウントをブロックしてください。",
        "You are still friends. If you want no messages, block the account in LINE.",
    );
    let title = language.pick("連携を解除しました", "Unlinked");
    Frame::new(language, title).around(card(html! {
        (Mark::Done)
        (account_name(account.name))
        h1 { (title) }
        (lead(&what))
        (todo(now))
        (talk(language.pick("トークに戻る", "Back to the chat"), account))
    }))
}

/// The way to the talk, where there is one.
fn talk(label: &str, account: Account<'_>) -> Markup {
    html! {
        @if let Some(address) = talk_address(account) {
            (quiet_link(label, &address))
        }
    }
}
