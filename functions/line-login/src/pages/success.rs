//! The link is made.

use maud::html;
use musubi::domain::language::Language;
use musubi::pages::{Frame, Look, Mark, Page, account_name, actions, button, card, lead, quiet_link};

use super::{Account, path_of};

/// Shown after a login where the owner has set no address of their own. Says how to undo it, as LINE asks of account links.
pub fn page(language: Language, account: Account<'_>) -> Page {
    let title = language.pick("連携が完了しました", "Your LINE account is linked");
    let linked = match language {
        Language::Japanese => format!("お客さまのLINEアカウントと「{}」を連携しました。", account.name),
        Language::English => format!("Your LINE account is now linked with {}.", account.name),
    };
    Frame::new(language, title).around(card(html! {
        (Mark::Done)
        (account_name(account.name))
        h1 { (title) }
        (lead(&linked))
        @if let Some(address) = talk_address(account) {
            (actions(button(Look::Main, language.pick("トークを開く", "Open the chat"), &address)))
        }
        (quiet_link(language.pick("連携を解除する", "Unlink"), &path_of(account.channel, "unlink")))
    }))
}

/// `https://line.me/R/ti/p/{percent-encoded ID}`, or the same at the stand-in for LINE, opens the account's profile or talk; none if it is no account's ID.
/// <https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/>
pub(super) fn talk_address(account: Account<'_>) -> Option<String> {
    let name = account.basic_id.strip_prefix('@').filter(|name| !name.is_empty())?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    plain.then(|| format!("{}/R/ti/p/%40{name}", account.line_app_url))
}
