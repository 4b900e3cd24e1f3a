//! An invitation, before it is taken up.

use maud::html;
use musubi::domain::language::Language;
use musubi::domain::operator::session::Invitation;
use musubi::pages::{Look, Page, actions, card, facts, form, lead, small_print, submit};

use super::{account_name, other_language, plain, role};

/// Whose it is, what it lets them do, and the button.
pub fn page(language: Language, invitation: &Invitation, code: &str, token: &str) -> Page {
    let title = language.pick("Musubiのコンソールに招待されています", "You are invited to Musubi's console");
    let account = account_name(&invitation.account, language);
    let inside = card(html! {
        h1 { (title) }
        (lead(language.pick(
            "ボタンを押すと、このブラウザでログインします。招待は1回だけ使えます。",
            "The button signs you in with this browser. The invitation works once.",
        )))
        (facts(&[
            (language.pick("名前", "Name"), invitation.name.expose()),
            (language.pick("アカウント", "For"), &account),
            (language.pick("権限", "Role"), role(invitation.role, language)),
        ]))
        (form("/console/join", token, html! {
            input type="hidden" name="code" value=(code);
            (actions(submit(Look::Main, language.pick("ログインする", "Sign in"))))
        }))
        (small_print(html! {
            (language.pick(
                "お名前に心当たりがない場合は、ボタンを押さずにこの画面を閉じ、招待した方にお知らせください。",
                "If this is not your name, do not press the button: close this page and tell whoever invited you.",
            ))
        }))
        p class="quiet" { (other_language(language, &format!("/console/join?code={code}&"))) }
    });
    plain(language, title).around(inside)
}
