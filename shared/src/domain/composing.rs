//! Message fields, as whoever writes a workflow fills them in, on their way to being messages.

use super::language::Language;

/// Message fields that are to become messages.
#[derive(Clone, Copy)]
pub struct Composing<'a> {
    /// Each with its name.
    pub fields: &'a [(&'a str, &'a str)],
    /// What a token stands for, by a property's name: empty where the contact has no value, `None` where the CRM is not asked for it.
    pub property: &'a dyn Fn(&str) -> Option<String>,
    /// Tokens of other systems are text.
    pub others_are_text: bool,
    /// In which a mistake is told.
    pub language: Language,
}
