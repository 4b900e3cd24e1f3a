//! Contact properties that tokens in messages may stand for: those that every app asks for, by what the CRM calls them.
//!
//! An account may ask for more: [`CrmAccount::token_properties`](super::account::CrmAccount::token_properties).

use std::collections::BTreeSet;

use super::language::Language;

/// Name, label in Japanese, label in English (HubSpot's default contact properties). The names are what the workflow action's
/// definition asks for; a test holds the two together.
pub const ALWAYS: [(&str, &str, &str); 9] = [
    ("firstname", "名", "First name"),
    ("lastname", "姓", "Last name"),
    ("email", "Eメール", "Email"),
    ("company", "会社名", "Company name"),
    ("phone", "電話番号", "Phone number"),
    ("mobilephone", "携帯電話番号", "Mobile phone number"),
    ("jobtitle", "役職", "Job title"),
    ("city", "市区町村", "City"),
    ("state", "都道府県／地域", "State/Region"),
];

/// Longer, HubSpot takes no name of a property.
const NAME_LENGTH: usize = 100;

/// What the CRM's pages call a property, where it is one of [`ALWAYS`].
pub fn label(name: &str, language: Language) -> Option<&'static str> {
    ALWAYS.iter().find(|(known, ..)| *known == name).map(|(_, japanese, english)| language.pick(japanese, english))
}

/// Whether a text can be a property's internal name: lower-case letters, digits and `_`.
pub fn is_name(text: &str) -> bool {
    let is_word = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_word && (1..=NAME_LENGTH).contains(&text.len())
}

/// Reads names as an operator wrote them: those that every app asks for anyway and empty ones are left out. `None`: one of them
/// is no internal name.
pub fn read<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<BTreeSet<String>> {
    let names = names.into_iter().map(str::trim).filter(|name| !name.is_empty());
    let read = names.map(|name| is_name(name).then(|| name.to_owned())).collect::<Option<BTreeSet<String>>>();
    read.map(beside_always)
}

/// Without those that every app asks for anyway.
pub fn beside_always(mut names: BTreeSet<String>) -> BTreeSet<String> {
    names.retain(|name| ALWAYS.iter().all(|(always, ..)| always != name));
    names
}
