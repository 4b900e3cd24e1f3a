//! What may be sent: message fields as marketers write them, turned into LINE message objects or refused in words.
//!
//! A field is plain text or one LINE message object as JSON (`field`). Tokens such as `{{line:firstname}}` are filled
//! in after parsing, inside strings alone (`tokens`), so that nothing a contact typed can add to a message or change
//! it. The result is held against LINE's documented limits (`shapes`, which are data) before anything is queued.
//!
//! Choices made here:
//! - A token whose property is empty becomes the words written for that case (`{{line:firstname|お客さま}}`), or is refused; one
//!   whose property the CRM is not asked for is refused, and so is a token of another system that nobody filled in.
//! - A Flex container is taken for the Flex message around it; JSON in a code fence for the JSON.
//! - A token stands in no key, in no `type`, and in no address before the end of its host.
//! - Properties that LINE does not document pass; documented ones must be as documented, `null` included.
//! - What LINE's documents leave open is left to LINE: a refusal from there is an outcome like any other.

mod address;
mod by_hand;
mod container;
mod explain;
mod fence;
mod field;
mod foreign;
mod json;
pub mod limits;
mod media;
mod odd;
mod path;
mod problem;
mod push;
mod shape;
mod shapes;
mod text;
mod token;
mod tokens;
mod words;

pub use by_hand::{again, as_operators, as_test, sticker, with_buttons};
pub use media::{film, picture, sound};
pub use odd::Instead;
pub use path::JsonPath;
pub use problem::{InvalidMessage, Problem, ValueKind};
pub(super) use push::compose_validate;
pub use push::{compose_push, fits_a_row, is_aggregation_unit};
pub use tokens::Tokens;

use crate::domain::composing::Composing;
use crate::domain::language::Language;
use crate::domain::push::{OutgoingMessage, PushOutcome, SettlementNote};
use crate::domain::settings::SettingFault;
use crate::domain::words::ended;
use json::Json;
use path::Path;

/// The message object itself; of what is below it, the names that LINE documents are spelt.
const ROOT: Path<'static> = Path::Root(shapes::documented_name);

/// Turns one field into a message that may be sent: its exact JSON (compact, keys in their author's order, the same for
/// the same field and properties) and what it says.
///
/// `field` is the field's name, for the error. Counts no other fields: see [`parse_fields`].
pub fn parse(field: &str, raw: &str, tokens: Tokens<'_>) -> Result<OutgoingMessage, InvalidMessage> {
    read(raw, tokens).map_err(|problem| InvalidMessage { field: field.to_owned(), problem })
}

/// Turns all fields of one action into the messages of one request: blank fields are left out, one to five messages
/// remain, and together they are not larger than LINE takes.
///
/// The first problem is told, with the field that has it. `fields` are names and contents, in the order of sending.
pub fn parse_fields(fields: &[(&str, &str)], tokens: Tokens<'_>) -> Result<Vec<OutgoingMessage>, InvalidMessage> {
    let invalid = |field: &str, problem| InvalidMessage { field: field.to_owned(), problem };
    let mut messages = Vec::new();
    let mut last = fields.first().map_or("message_1", |(field, _)| field);
    for (field, raw) in fields {
        match parse(field, raw, tokens) {
            Ok(message) => messages.push(message),
            Err(InvalidMessage { problem: Problem::Blank, .. }) => continue,
            Err(invalid) => return Err(invalid),
        }
        last = field;
        if messages.len() > limits::MESSAGES_PER_REQUEST {
            let actual = messages.len();
            return Err(invalid(field, Problem::TooManyMessages { limit: limits::MESSAGES_PER_REQUEST, actual }));
        }
    }
    if messages.is_empty() {
        return Err(invalid(last, Problem::NoMessage));
    }
    let actual_bytes = push::largest_body_bytes(&messages);
    if actual_bytes > limits::REQUEST_BYTES {
        return Err(invalid(last, Problem::RequestTooLarge { limit_bytes: limits::REQUEST_BYTES, actual_bytes }));
    }
    Ok(messages)
}

/// The same for somebody who looks at them before they are sent: what could not be kept until LINE has it is a mistake, too.
///
/// # Errors
/// The first mistake, in words.
pub fn composed(asked: Composing<'_>) -> Result<Vec<OutgoingMessage>, String> {
    let Composing { fields, property, others_are_text, language } = asked;
    let parsed = parse_fields(fields, Tokens { property, others_are_text });
    let messages = parsed.map_err(|invalid| invalid.in_words(language))?;
    match fits_a_row(&messages, None) {
        true => Ok(messages),
        false => Err(ended(PushOutcome::InvalidMessage, Some(SettlementNote::TooLarge), language)),
    }
}

/// Turns what an operator wrote into the messages of one request: plain text, one LINE message object, or a list of up to five
/// of them. Without tokens: there is no contact. Blank: no messages.
pub fn parse_list(field: &str, raw: &str) -> Result<Vec<OutgoingMessage>, InvalidMessage> {
    let (raw, tokens) = (fence::unwrapped(raw), Tokens::of(&|_| None));
    if !field::is_list_of_objects(raw) {
        return match parse_fields(&[(field, raw)], tokens) {
            Err(InvalidMessage { problem: Problem::NoMessage, .. }) => Ok(Vec::new()),
            messages => messages,
        };
    }
    let items: Vec<&serde_json::value::RawValue> = serde_json::from_str(raw.trim()).map_err(|error| {
        let problem = Problem::NotJson { line: error.line(), column: error.column() };
        InvalidMessage { field: field.to_owned(), problem }
    })?;
    let names: Vec<String> = (1..=items.len()).map(|number| format!("{field} {number}")).collect();
    let fields: Vec<(&str, &str)> = names.iter().zip(&items).map(|(name, item)| (name.as_str(), item.get())).collect();
    parse_fields(&fields, tokens)
}

/// Turns what an operator typed into one text message, as it stands there: nothing in it is JSON, and nothing a token.
///
/// # Errors
/// It is blank, or longer than LINE takes.
pub fn typed(field: &str, words: &str) -> Result<OutgoingMessage, InvalidMessage> {
    with_buttons(field, words, &[])
}

/// Reads a setting that holds messages, such as the greeting: see [`ReadMessages`](crate::domain::settings::ReadMessages).
///
/// # Errors
/// LINE would not take them; in words for the operator.
pub fn read_setting(name: &str, raw: &str) -> Result<Vec<OutgoingMessage>, SettingFault> {
    parse_list(name, raw).map_err(|invalid| SettingFault::Messages {
        japanese: invalid.in_words(Language::Japanese),
        english: invalid.in_words(Language::English),
    })
}

fn read(raw: &str, tokens: Tokens<'_>) -> Result<OutgoingMessage, Problem> {
    let object = match field::read(raw, tokens)? {
        field::Written::Blank => return Err(Problem::Blank),
        field::Written::Text(text) => {
            let text = Json::Text(tokens::fill_text(&text, tokens)?);
            Json::Object(vec![("type".to_owned(), Json::Text("text".to_owned())), ("text".to_owned(), text)])
        }
        field::Written::Object(mut object) => {
            tokens::fill_object(&mut object, tokens)?;
            container::wrapped(object)?
        }
    };
    shape::check_variants(&object, &shapes::MESSAGES, ROOT)?;
    Ok(OutgoingMessage { json: object.render(), said: words::said(&object) })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
