//! What people paste in place of a channel ID, a channel secret and a token, and what to tell them.

use musubi::domain::channel_values::{self, Field, ValueFault};
use musubi::domain::ids::ChannelId;
use musubi::domain::language::Language;
use musubi::domain::words;
use musubi::ports::secrets::Secret;

use crate::failure::Failure;

/// The channel ID.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_id(text: &str) -> Result<ChannelId, Failure> {
    let id = channel_values::channel_id(text).map_err(|fault| wrong(Field::Id, fault))?;
    Ok(ChannelId::new(id))
}

/// The channel secret.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_secret(secret: &Secret) -> Result<Secret, Failure> {
    let text = channel_values::channel_secret(secret.expose()).map_err(|fault| wrong(Field::Secret, fault))?;
    Ok(Secret::new(text))
}

/// A long-lived channel access token.
///
/// # Errors
/// Says what is wrong with it.
pub fn access_token(secret: &Secret) -> Result<Secret, Failure> {
    let text = channel_values::access_token(secret.expose()).map_err(|fault| wrong(Field::Token, fault))?;
    Ok(Secret::new(text))
}

fn wrong(field: Field, fault: ValueFault) -> Failure {
    let [japanese, english] = [Language::Japanese, Language::English].map(|language| {
        let more = match (field, fault) {
            (Field::Id, ValueFault::IsSecret) => language.pick(
                "シークレットが履歴に残った場合は、LINE Developersコンソールで再発行してください。",
                " If the secret is now in your shell's history, reissue it in the LINE Developers Console.",
            ),
            (Field::Secret, ValueFault::IsToken) => language.pick(
                "トークンは --long-lived-token を付けたときに別に入力します。",
                " A token is asked for separately, with --long-lived-token.",
            ),
            _ => "",
        };
        words::channel_values::of(field, fault, language) + more
    });
    Failure::usage(japanese, english)
}
