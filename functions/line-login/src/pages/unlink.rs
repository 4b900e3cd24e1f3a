//! Undoing the link, by the person.

use axum::http::StatusCode;
use musubi::domain::language::Language;

use super::frame::{Card, Mark, escape};
use super::success::talk_address;
use super::{Account, Page, path_of};

/// Says what unlinking means. Its button posts `token`, which proves that it is this page's, to `/line/{channel}/unlink`,
/// which begins one more LINE Login.
pub fn explain(language: Language, account: Account<'_>, token: &str) -> Page {
    let lead = match language {
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
    let form = format!(
        "<div class=\"actions\"><form method=\"post\" action=\"{}\">\
         <input type=\"hidden\" name=\"token\" value=\"{}\"><button class=\"button grave\">{}</button></form></div>",
        escape(&path_of(account.channel, "unlink")),
        escape(token),
        language.pick("LINEでログインして解除する", "Confirm with LINE and unlink"),
    );
    let card = Card::new(language, language.pick("連携を解除しますか？", "Unlink your LINE account?"))
        .account(account.name)
        .heading()
        .lead(&lead)
        .list(items)
        .todo(language.pick(
            "ご本人の操作であることを確かめるため、LINEでもう一度ログインしていただきます。",
            "To make sure that it is you, we ask you to log in with LINE once more.",
        ))
        .raw(&form);
    with_talk(card, language.pick("解除せずにトークに戻る", "Keep it and go back to the chat"), account)
        .page(StatusCode::OK)
}

/// Goes on to LINE's login, whose address is `login`.
///
/// The answer to the form above is this page and no redirect: browsers differ in whether `form-action 'self'` also forbids a
/// redirect to another host after a form (Chrome does), and LINE's login goes over several hosts.
pub fn going_on(language: Language, login: &str) -> Page {
    let address = escape(login);
    Card::new(language, language.pick("LINEを開いています", "Opening LINE"))
        .head(&format!("<meta http-equiv=\"refresh\" content=\"0;url={address}\">"))
        .raw("<span class=\"spinner\" aria-hidden=\"true\"></span>")
        .heading()
        .lead(
            language.pick(
                "画面が切り替わらない場合は、下のボタンを押してください。",
                "If nothing happens, press the button.",
            ),
        )
        .button(language.pick("LINEへ進む", "Go on to LINE"), login)
        .page(StatusCode::OK)
}

/// It is undone.
pub fn done(language: Language, account: Account<'_>) -> Page {
    let lead = match language {
        Language::Japanese => format!("お客さまのLINEアカウントと「{}」の連携を解除しました。", account.name),
        Language::English => format!("Your LINE account is no longer linked with {}.", account.name),
    };
    let card = Card::new(language, language.pick("連携を解除しました", "Unlinked"))
        .mark(Mark::Done)
        .account(account.name)
        .heading()
        .lead(&lead)
        .todo(language.pick(
            "LINEでは友だちのままです。メッセージを受け取りたくない場合は、LINEでこのアカウントをブロックしてください。",
            "You are still friends. If you want no messages, block the account in LINE.",
        ));
    with_talk(card, language.pick("トークに戻る", "Back to the chat"), account).page(StatusCode::OK)
}

/// There was nothing to undo.
pub fn was_not_linked(language: Language, account: Account<'_>) -> Page {
    let lead = match language {
        Language::Japanese => format!("ログインしたLINEアカウントは、「{}」と連携されていません。", account.name),
        Language::English => format!("The LINE account you logged in with is not linked with {}.", account.name),
    };
    let card = Card::new(language, language.pick("連携されていません", "Not linked"))
        .mark(Mark::Note)
        .account(account.name)
        .heading()
        .lead(&lead)
        .todo(language.pick(
            "すでに解除されているか、別のLINEアカウントで連携されている可能性があります。何も変更していません。",
            "It may have been unlinked before, or another LINE account is the linked one. Nothing was changed.",
        ));
    with_talk(card, language.pick("トークに戻る", "Back to the chat"), account).page(StatusCode::OK)
}

fn with_talk(card: Card, label: &str, account: Account<'_>) -> Card {
    match talk_address(account) {
        Some(address) => card.quiet_link(label, &address),
        None => card,
    }
}
