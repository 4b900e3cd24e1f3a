//! The login page to photograph for LINE's e-mail permission.
//!
//! LINE lets a LINE Login channel read e-mail addresses only after an application with a screenshot. The picture must show
//! that the address is acquired and what for
//! (<https://developers.line.biz/en/docs/line-login/integrate-line-login/#applying-for-email-permission>).

use maud::{Markup, html};
use musubi::domain::language::Language;
use musubi::pages::{Frame, Page, account_name, actions, card, facts, lead, small_print};

use super::{Account, Login};

/// What the owner has set for this page.
pub struct SampleLogin<'a> {
    /// The Official Account.
    pub account: Account<'a>,
    /// Who asks for the data.
    pub company: &'a str,
    /// `https://...`; anything else is not linked.
    pub privacy_policy: &'a str,
    /// What the e-mail address is used for, in the owner's words; none: what Musubi itself does with it.
    pub email_purpose: Option<&'a str>,
}

/// The page. Its button starts the login, so that it also serves as a real one.
pub fn page(language: Language, sample: &SampleLogin<'_>) -> Page {
    let (name, company) = (sample.account.name, sample.company);
    let what = match language {
        Language::Japanese => {
            format!(
                "「{name}」とLINEアカウントを連携します。ログインすると、{company}は次の情報をLINEから取得し、それぞれの目的に利用します。"
            )
        }
        Language::English => {
            format!(
                "When you log in to link your LINE account with {name}, {company} receives the following from LINE and uses it for these purposes."
            )
        }
    };
    let login = Login { channel: sample.account.channel, route: None };
    let title = language.pick("LINEアカウントの連携", "Link your LINE account");
    Frame::new(language, title).around(card(html! {
        (account_name(name))
        h1 { (title) }
        (lead(&what))
        (data(language, sample.email_purpose))
        (actions(line_button(language, &login.path())))
        (small_print(policy(language, sample)))
    }))
}

/// What is acquired, and what for.
fn data(language: Language, email_purpose: Option<&str>) -> Markup {
    let purpose = email_purpose.unwrap_or(language.pick(
        "ご登録済みのお客さま情報との照合と、お問い合わせなどに関するご連絡のために利用します。",
        "To find what you have already registered with us, and to contact you about your requests.",
    ));
    facts(&[
        (language.pick("メールアドレス", "E-mail address"), purpose),
        (
            language.pick("表示名（名前）", "Display name"),
            language.pick(
                "トークや担当者の画面で、お客さまのお名前を表示するために利用します。",
                "To know your name when we talk with you.",
            ),
        ),
        (
            language.pick("プロフィール画像", "Profile picture"),
            language.pick(
                "担当者の画面で、お客さまを見分けるために利用します。",
                "To tell you from others when we talk with you.",
            ),
        ),
    ])
}

/// Colours and words of LINE's guidelines (<https://developers.line.biz/en/docs/line-login/login-button/>). The bubble is a
/// plain one: LINE's own artwork is downloaded from there by whoever agrees to its terms.
fn line_button(language: Language, address: &str) -> Markup {
    html! {
        a class="line" href=(address) {
            span class="bubble" {
                svg viewBox="0 0 30 30" aria-hidden="true" { path fill="#fff" d=(BUBBLE) {} }
            }
            span class="label" { (language.pick("LINEでログイン", "Log in with LINE")) }
        }
    }
}

const BUBBLE: &str = "M15 4C8 4 2.5 8.5 2.5 14.1c0 5 4.5 9.1 10.5 9.9.6.1.8.5.7 1.1l-.3 1.8c-.1.6.3.8.9.5 \
                      3.8-2 13.2-6.9 13.2-13.3C27.5 8.5 22 4 15 4z";

/// How what is acquired is handled.
fn policy(language: Language, sample: &SampleLogin<'_>) -> Markup {
    let words = language.pick("プライバシーポリシー", "privacy policy");
    let policy = html! {
        @if sample.privacy_policy.starts_with("https://") {
            a href=(sample.privacy_policy) rel="noreferrer" { (words) }
        } @else {
            (words)
        }
    };
    match language {
        Language::Japanese => html! {
            "取得した情報は、" (sample.company) "の" (policy) "に従って取り扱います。"
            "メールアドレスを提供するかどうかは、LINEの同意画面でお選びいただけます。"
        },
        Language::English => html! {
            "What we receive is handled under the " (policy) " of " (sample.company) ". "
            "On LINE's consent screen you choose whether to share your e-mail address."
        },
    }
}
