//! How a token is spelt: `{{line:firstname}}`, and `{{line:firstname|お客さま}}` with the words for a contact without one.
//!
//! The bar may be full-width, as a Japanese keyboard writes it. Blanks around name and words are not part of them.

/// The longest name of a property that a token may carry.
const NAME_LENGTH: usize = 100;

/// A token that is written as it should be.
pub(super) struct Token<'a> {
    /// The property.
    pub(super) name: &'a str,
    /// What stands in its place where the contact has no value; may be nothing.
    pub(super) otherwise: Option<&'a str>,
}

/// The first token of a text and what stands around it.
pub(super) struct Found<'a> {
    pub(super) before: &'a str,
    /// `None`: it is badly written.
    pub(super) token: Option<Token<'a>>,
    pub(super) after: &'a str,
}

/// True where a text begins with a token of ours, well written or not.
pub(super) fn begins_with_token(text: &str) -> bool {
    text.strip_prefix("{{").is_some_and(|rest| rest.trim_start_matches(' ').starts_with("line:"))
}

/// The first token of a text.
pub(super) fn find(text: &str) -> Option<Found<'_>> {
    let start = text.match_indices('{').map(|(at, _)| at).find(|at| begins_with_token(&text[*at..]))?;
    let name_start = start + text[start..].find("line:").expect("a token has its prefix") + "line:".len();
    let named = text[name_start..].split_once("}}");
    let (token, after) = named.map_or((None, ""), |(inside, after)| (read(inside), after));
    Some(Found { before: &text[..start], token, after })
}

fn read(inside: &str) -> Option<Token<'_>> {
    let (name, otherwise) = match inside.split_once(['|', '｜']) {
        Some((name, otherwise)) => (name, Some(otherwise.trim_matches([' ', '\u{3000}']))),
        None => (inside, None),
    };
    let name = name.trim_matches(' ');
    let is_sound = is_name(name) && !otherwise.is_some_and(|words| words.contains("{{"));
    is_sound.then_some(Token { name, otherwise })
}

/// A property's internal name: letters, digits and `_`.
fn is_name(name: &str) -> bool {
    let is_word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_word && (1..=NAME_LENGTH).contains(&name.len())
}
