//! The link is made.

use axum::http::StatusCode;
use musubi::domain::language::Language;

use super::frame::{Card, Mark};
use super::{Account, Page, path_of};

/// Shown after a login where the owner has set no address of their own. Says how to undo it, as LINE asks of account links.
pub fn page(language: Language, account: Account<'_>) -> Page {
    let title = language.pick("連携が完了しました", "Your LINE account is linked");
    let lead = match language {
        Language::Japanese => format!("お客さまのLINEアカウントと「{}」を連携しました。", account.name),
        Language::English => format!("Your LINE account is now linked with {}.", account.name),
    };
    let card = Card::new(language, title).mark(Mark::Done).account(account.name).heading().lead(&lead);
    let card = match talk_address(account) {
        Some(address) => card.button(language.pick("トークを開く", "Open the chat"), &address),
        None => card,
    };
    card.quiet_link(language.pick("連携を解除する", "Unlink"), &path_of(account.channel, "unlink")).page(StatusCode::OK)
}

/// `https://line.me/R/ti/p/{percent-encoded ID}`, or the same at the stand-in for LINE, opens the account's profile or talk; none if it is no account's ID.
/// <https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/>
pub(super) fn talk_address(account: Account<'_>) -> Option<String> {
    let name = account.basic_id.strip_prefix('@').filter(|name| !name.is_empty())?;
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    plain.then(|| format!("{}/R/ti/p/%40{name}", account.line_app_url))
}
