//! What people paste where a channel's ID, its secret and its token belong, and what is wrong with it. The words are in
//! [`words::channel_values`](super::words::channel_values).
//!
//! LINE documents none of the lengths; they are those of every known channel: ten digits, and 32 hexadecimal digits. What was
//! pasted is never repeated: it may be the secret in the wrong place.

use thiserror::Error;

use super::ids::LineUserId;

/// A channel ID has so many digits.
pub const ID_DIGITS: usize = 10;
/// A channel secret has so many characters.
pub const SECRET_CHARS: usize = 32;
/// No known channel access token is shorter.
const TOKEN_CHARS: usize = 60;
/// LINE IDs of persons have so many characters at most.
const PERSONAL_ID_CHARS: usize = 20;

/// Which of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The channel ID.
    Id,
    /// The channel secret.
    Secret,
    /// The long-lived channel access token.
    Token,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueFault {
    /// Nothing was entered.
    Missing,
    /// The ID and the secret stand in each other's place.
    Swapped,
    /// The same stands in two places.
    Same,
    /// A channel ID.
    IsId,
    /// A channel secret.
    IsSecret,
    /// A channel access token.
    IsToken,
    /// A user ID: of whoever looks at the console, or of a person.
    IsUserId,
    /// `@...`: an Official Account's basic ID.
    IsBasicId,
    /// What persons call themselves by: a LINE ID, an e-mail address.
    IsPersonal,
    /// Spaces in the middle.
    Spaces,
    /// Brackets or quotes that came along.
    Brackets,
    /// Characters as wide as Japanese ones.
    FullWidth,
    /// Characters that this value never has.
    Characters,
    /// Too many or too few characters: so many.
    Length(usize),
}

/// Why what was entered cannot be connected, as LINE or our own rows say. Nothing was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TryRefusal {
    /// LINE does not take the ID and the secret together.
    #[error("LINE refuses the ID and the secret")]
    Refused,
    /// They open no Messaging API.
    #[error("the channel has no Messaging API")]
    NoMessagingApi,
    /// It is the LINE Login channel of an Official Account of this CRM account.
    #[error("it is a LINE Login channel")]
    IsLogin,
    /// LINE does not take the token.
    #[error("LINE refuses the token")]
    TokenRefused,
    /// The token is another Official Account's.
    #[error("the token is of another Official Account")]
    TokenOfAnother,
    /// It is connected to another CRM account.
    #[error("it is connected to another CRM account")]
    Elsewhere,
    /// It is being disconnected.
    #[error("it is being disconnected")]
    Leaving,
}

/// Why LINE Login cannot be set up with what was entered. Nothing was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum LoginRefusal {
    /// The ID is the Messaging API channel's.
    #[error("it is the Messaging API channel's ID")]
    SameId,
    /// The secret is the Messaging API channel's.
    #[error("it is the Messaging API channel's secret")]
    SameSecret,
    /// They are those of a Messaging API channel.
    #[error("it is a Messaging API channel")]
    IsMessagingApi,
    /// LINE does not take the ID and the secret together.
    #[error("LINE refuses the ID and the secret")]
    Refused,
    /// The Official Account's own secret is not stored.
    #[error("the channel secret is not stored")]
    NoSecrets,
    /// LINE does not make the LIFF app.
    #[error("LINE does not make the LIFF app")]
    Liff,
}

/// The channel ID without what surrounds it.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_id(text: &str) -> Result<&str, ValueFault> {
    let text = bare(text);
    if let Some(kind) = kind(text).filter(|kind| *kind != ValueFault::IsId) {
        return Err(kind);
    }
    strays(text)?;
    if is_personal(text) {
        return Err(ValueFault::IsPersonal);
    }
    match text.len() {
        _ if !text.bytes().all(|byte| byte.is_ascii_digit()) => Err(ValueFault::Characters),
        ID_DIGITS => Ok(text),
        length => Err(ValueFault::Length(length)),
    }
}

/// The channel secret without what surrounds it.
///
/// # Errors
/// Says what is wrong with it.
pub fn channel_secret(text: &str) -> Result<&str, ValueFault> {
    let text = bare(text);
    if let Some(kind) = kind(text).filter(|kind| *kind != ValueFault::IsSecret) {
        return Err(kind);
    }
    strays(text)?;
    match text.chars().count() {
        _ if is_secret(text) => Ok(text),
        SECRET_CHARS => Err(ValueFault::Characters),
        length => Err(ValueFault::Length(length)),
    }
}

/// A long-lived channel access token without what surrounds it.
///
/// # Errors
/// Says what is wrong with it.
pub fn access_token(text: &str) -> Result<&str, ValueFault> {
    let text = bare(text);
    if let Some(kind) = kind(text).filter(|kind| *kind != ValueFault::IsToken) {
        return Err(kind);
    }
    strays(text)?;
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-._~".contains(&byte));
    if text.len() < TOKEN_CHARS || !fits { Err(ValueFault::Characters) } else { Ok(text) }
}

/// The channel ID and the channel secret, each without what surrounds it.
///
/// # Errors
/// Says what is wrong with each.
pub fn pair<'a>(id: &'a str, secret: &'a str) -> Result<(&'a str, &'a str), Vec<(Field, ValueFault)>> {
    let both = |fault| Err(vec![(Field::Id, fault), (Field::Secret, fault)]);
    match (channel_id(id), channel_secret(secret)) {
        (Ok(id), Ok(secret)) => Ok((id, secret)),
        (Err(ValueFault::IsSecret), Err(ValueFault::IsId)) => both(ValueFault::Swapped),
        _ if !bare(id).is_empty() && bare(id) == bare(secret) => both(ValueFault::Same),
        (id, secret) => {
            let faults = [(Field::Id, id.err()), (Field::Secret, secret.err())];
            Err(faults.into_iter().filter_map(|(field, fault)| Some((field, fault?))).collect())
        }
    }
}

/// Without spaces around it, also those that nobody sees.
fn bare(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// What it clearly is, wherever it stands.
fn kind(text: &str) -> Option<ValueFault> {
    match text {
        "" => Some(ValueFault::Missing),
        _ if is_secret(text) => Some(ValueFault::IsSecret),
        _ if text.len() == ID_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) => Some(ValueFault::IsId),
        _ if LineUserId::is_well_formed(text) => Some(ValueFault::IsUserId),
        _ if text.starts_with(['@', '＠']) => Some(ValueFault::IsBasicId),
        _ if text.len() >= TOKEN_CHARS && text.is_ascii() && !text.contains(is_space) => Some(ValueFault::IsToken),
        _ => None,
    }
}

fn is_secret(text: &str) -> bool {
    text.len() == SECRET_CHARS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A LINE ID has small letters, digits and three signs (the help pages of LINE's app); an e-mail address has an `@` inside.
fn is_personal(text: &str) -> bool {
    let is_line_id = text.len() <= PERSONAL_ID_CHARS
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    is_line_id || text.contains('@')
}

/// What came along when copying or typing.
fn strays(text: &str) -> Result<(), ValueFault> {
    if text.contains(is_space) {
        return Err(ValueFault::Spaces);
    }
    if text.contains(['[', ']', '(', ')', '<', '>', '［', '］', '（', '）', '「', '」', '"', '\'', '“', '”'])
    {
        return Err(ValueFault::Brackets);
    }
    if text.contains(|c: char| matches!(c, '\u{ff01}'..='\u{ff5e}')) { Err(ValueFault::FullWidth) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::ValueFault::*;
    use super::*;

    const ID: &str = "1234567890";
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const USER: &str = "U0123456789abcdef0123456789abcdef";

    fn token() -> String {
        "a+/=".repeat(43)
    }

    /// What may stand around a value without being part of it.
    const AROUND: [&str; 6] = ["", " ", "\t\r\n", "\u{3000}", "\u{200b}", "\u{feff} "];

    #[test]
    fn a_value_is_taken_whatever_nobody_sees_around_it() {
        for before in AROUND {
            for after in AROUND {
                let around = |value: &str| format!("{before}{value}{after}");
                assert_eq!(channel_id(&around(ID)), Ok(ID));
                assert_eq!(channel_secret(&around(SECRET)), Ok(SECRET));
                assert_eq!(access_token(&around(&token())), Ok(&*token()));
                assert_eq!(pair(&around(ID), &around(SECRET)), Ok((ID, SECRET)));
            }
        }
    }

    /// Each kind of thing, and what it is called in each of the three places.
    #[test]
    fn each_kind_of_thing_is_called_by_its_name_in_every_place() {
        let (token, wide): (String, fn(&str) -> String) =
            (token(), |text| text.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect());
        let kinds: [(&str, [Option<ValueFault>; 3]); 20] = [
            ("", [Some(Missing); 3]),
            ("\u{3000}", [Some(Missing); 3]),
            (ID, [None, Some(IsId), Some(IsId)]),
            (SECRET, [Some(IsSecret), None, Some(IsSecret)]),
            (&token, [Some(IsToken), Some(IsToken), None]),
            (USER, [Some(IsUserId); 3]),
            ("@musubi-coffee", [Some(IsBasicId); 3]),
            ("＠musubi", [Some(IsBasicId); 3]),
            ("taro.yamada_1", [Some(IsPersonal), Some(Length(13)), Some(Characters)]),
            ("taro@example.com", [Some(IsPersonal), Some(Length(16)), Some(Characters)]),
            ("12345 67890", [Some(Spaces); 3]),
            ("12345\u{200b}67890", [Some(Spaces); 3]),
            ("1234567890]", [Some(Brackets); 3]),
            ("「1234567890」", [Some(Brackets); 3]),
            (&wide(ID), [Some(FullWidth); 3]),
            (&wide(SECRET), [Some(FullWidth); 3]),
            ("165700000O", [Some(Characters), Some(Length(10)), Some(Characters)]),
            ("123456789", [Some(Length(9)), Some(Length(9)), Some(Characters)]),
            (&SECRET[1..], [Some(Characters), Some(Length(31)), Some(Characters)]),
            (&SECRET.to_uppercase(), [Some(Characters), Some(Characters), Some(Characters)]),
        ];
        for (text, expected) in kinds {
            let found = [channel_id(text).err(), channel_secret(text).err(), access_token(text).err()];
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn both_together_say_more_than_each() {
        let both = |fault| Err(vec![(Field::Id, fault), (Field::Secret, fault)]);
        assert_eq!(pair(SECRET, ID), both(Swapped));
        assert_eq!(pair(&format!(" {SECRET}"), &format!("{ID}\n")), both(Swapped));
        for same in [ID, SECRET, USER, "x"] {
            assert_eq!(pair(same, &format!(" {same}")), both(Same), "{same}");
        }
        assert_eq!(pair("", " "), both(Missing));
        assert_eq!(pair(ID, ""), Err(vec![(Field::Secret, Missing)]));
        assert_eq!(pair("1", SECRET), Err(vec![(Field::Id, Length(1))]));
    }
}
