//! What people paste in place of a channel ID, a channel secret and a token, and what to tell them.
//!
//! LINE documents none of the lengths; they are those of every known channel: ten digits, and 32
//! hexadecimal digits. What was pasted is never repeated: it may be the secret in the wrong place.

use musubi::domain::ids::{ChannelId, LineUserId};
use musubi::ports::secrets::Secret;

use crate::failure::Failure;

const ID_DIGITS: usize = 10;
const SECRET_DIGITS: usize = 32;
/// No known channel access token is shorter.
const TOKEN_CHARS: usize = 60;

/// The channel ID.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_id(text: &str) -> Result<ChannelId, Failure> {
    if is_secret(text.trim()) {
        return Err(Failure::usage(
            "チャネルIDの代わりにチャネルシークレットが指定されています。チャネルIDは［チャネル基本設定］の10桁の数字です。シークレットが履歴に残った場合は、LINE Developersコンソールで再発行してください。",
            "This is a channel secret, not the channel ID. The ID is the number of 10 digits under Basic settings. If the secret is now in your shell's history, reissue it in the LINE Developers Console.",
        ));
    }
    strays(text, "チャネルID", "channel ID")?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::usage(
            "チャネルIDに半角数字以外の文字が含まれています。LINE Developersコンソールの［チャネル基本設定］＞［チャネルID］をコピーしてください。",
            "The channel ID has characters other than digits. Copy it from the LINE Developers Console: Basic settings > Channel ID.",
        ));
    }
    if text.len() != ID_DIGITS {
        let n = text.len();
        return Err(Failure::usage(
            format!("チャネルIDは{ID_DIGITS}桁ですが、{n}桁が指定されています。もう一度コピーしてください。"),
            format!("The channel ID has {ID_DIGITS} digits; this has {n}. Copy it again."),
        ));
    }
    Ok(ChannelId::new(text))
}

/// The channel secret.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_secret(secret: &Secret) -> Result<Secret, Failure> {
    let text = secret.expose();
    let bare = text.trim();
    if bare.len() == ID_DIGITS && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::usage(
            "チャネルシークレットの代わりにチャネルIDが入力されています。LINE Developersコンソールの［チャネル基本設定］＞［チャネルシークレット］をコピーしてください。",
            "This is a channel ID, not the channel secret. Copy the secret from the LINE Developers Console: Basic settings > Channel secret.",
        ));
    }
    if LineUserId::is_well_formed(bare) {
        return Err(Failure::usage(
            "チャネルシークレットの代わりに「あなたのユーザーID」が入力されています。［チャネル基本設定］＞［チャネルシークレット］をコピーしてください。",
            "This is “Your user ID”, not the channel secret. Copy the secret: Basic settings > Channel secret.",
        ));
    }
    if bare.len() >= TOKEN_CHARS {
        return Err(Failure::usage(
            "チャネルシークレットの代わりにチャネルアクセストークンが入力されています。トークンは --long-lived-token を付けたときに別に入力します。",
            "This is a channel access token, not the channel secret. A token is asked for separately, with --long-lived-token.",
        ));
    }
    strays(text, "チャネルシークレット", "channel secret")?;
    if !is_secret(text) {
        let n = text.chars().count();
        return Err(Failure::usage(
            format!(
                "チャネルシークレットは半角英数字（0～9、a～f）{SECRET_DIGITS}文字です（入力は{n}文字）。もう一度コピーしてください。"
            ),
            format!("The channel secret is {SECRET_DIGITS} characters of 0-9 and a-f (this has {n}). Copy it again."),
        ));
    }
    Ok(Secret::new(text))
}

/// A long-lived channel access token.
///
/// # Errors
/// Says what is wrong with it.
pub fn access_token(secret: &Secret) -> Result<Secret, Failure> {
    let text = secret.expose();
    strays(text, "チャネルアクセストークン", "channel access token")?;
    if text.len() < TOKEN_CHARS || !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-._~".contains(&byte))
    {
        return Err(Failure::usage(
            "チャネルアクセストークンの形式が正しくありません。［Messaging API設定］＞［チャネルアクセストークン（長期）］をコピーしてください。",
            "This is no channel access token. Copy it: Messaging API > Channel access token (long-lived).",
        ));
    }
    Ok(Secret::new(text))
}

fn is_secret(text: &str) -> bool {
    text.len() == SECRET_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Spaces and brackets that came along when copying.
fn strays(text: &str, japanese: &str, english: &str) -> Result<(), Failure> {
    if text.chars().any(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}')) {
        return Err(Failure::usage(
            format!("{japanese}に空白が含まれています。前後の空白を除いて、もう一度コピーしてください。"),
            format!("The {english} has spaces in it. Copy it again without them."),
        ));
    }
    if text.contains(['[', ']', '「', '」', '"', '\'']) {
        return Err(Failure::usage(
            format!("{japanese}に「]」などの記号が含まれています。記号を除いて、もう一度コピーしてください。"),
            format!("The {english} has a stray “]” or the like in it. Copy it again without."),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use musubi::domain::language::Language;

    const GOOD: &str = "0123456789abcdef0123456789abcdef";

    fn says(end: Result<impl Sized, Failure>) -> String {
        end.err().map(|failure| failure.words(Language::English)).unwrap_or_default()
    }

    #[test]
    fn what_is_right_is_taken() {
        assert_eq!(channel_id("1234567890").unwrap().as_str(), "1234567890");
        assert_eq!(channel_secret(&Secret::new(GOOD)).unwrap().expose(), GOOD);
        assert!(access_token(&Secret::new("a+/=".repeat(43))).is_ok());
    }

    #[test]
    fn each_mistake_with_an_id_is_told_by_name() {
        assert!(says(channel_id(GOOD)).contains("channel secret, not"));
        assert!(says(channel_id("1234567890 ")).contains("spaces"));
        assert!(says(channel_id("1234567890]")).contains("stray"));
        assert!(says(channel_id("123456789")).contains("this has 9"));
        assert!(says(channel_id("１２３４５６７８９０")).contains("other than digits"));
        assert!(!says(channel_id(GOOD)).contains(GOOD));
    }

    #[test]
    fn each_mistake_with_a_secret_is_told_by_name_and_not_repeated() {
        let says = |text: &str| says(channel_secret(&Secret::new(text)));
        assert!(says("1234567890").contains("channel ID, not"));
        assert!(says("U0123456789abcdef0123456789abcdef").contains("Your user ID"));
        assert!(says(&"x".repeat(172)).contains("access token, not"));
        assert!(says(&format!("{GOOD}\u{3000}")).contains("spaces"));
        assert!(says(&format!("{GOOD}]")).contains("stray"));
        assert!(says(&GOOD[1..]).contains("this has 31"));
        assert!(says(&GOOD.to_uppercase()).contains("0-9 and a-f"));
        assert!(!says(&GOOD[1..]).contains(&GOOD[1..]));
    }
}
