//! An address from the CRM, before it is used.

use maud::html;
use musubi::domain::language::Language;
use musubi::domain::operator::Operator;
use musubi::pages::{Look, Page, actions, card, facts, form, lead, small_print, submit};

use super::{account_name, other_language, plain, role};

/// Who would be signed in, and the button.
pub fn page(language: Language, operator: &Operator, code: &str, token: &str) -> Page {
    let title = language.pick("Musubiのコンソールを開きます", "Open Musubi's console");
    let account = account_name(&operator.account, language);
    let inside = card(html! {
        h1 { (title) }
        (lead(language.pick(
            "ボタンを押すと、このブラウザでログインします。",
            "The button signs you in with this browser.",
        )))
        (facts(&[
            (language.pick("名前", "Name"), operator.name.expose()),
            (language.pick("アカウント", "For"), &account),
            (language.pick("権限", "Role"), role(operator.role, language)),
        ]))
        (form("/console/enter", token, html! {
            input type="hidden" name="code" value=(code);
            (actions(submit(Look::Main, language.pick("ログインする", "Sign in"))))
        }))
        (small_print(html! {
            (language.pick(
                "HubSpotの設定画面から開いた覚えがない場合は、ボタンを押さずにこの画面を閉じてください。",
                "If you did not open this from HubSpot's settings yourself, do not press the button: close this page.",
            ))
        }))
        p class="quiet" { (other_language(language, &format!("/console/enter?code={code}&"))) }
    });
    plain(language, title).around(inside)
}
