//! Problems in English. What stands in pointed brackets is put in by the caller.

use crate::line::message::problem::Problem;

pub(super) fn words(problem: &Problem) -> &'static str {
    match problem {
        Problem::NoMessage => "There is no message to send. Fill in at least one field.",
        Problem::Blank => "A message of blanks alone cannot be sent. Write a text, or empty the field.",
        Problem::TooManyMessages { .. } => "At most <limit> messages can be sent at once (now <actual>). Remove some.",
        Problem::RequestTooLarge { .. } => {
            "The messages are too large together (limit <limit> bytes, now <actual>). Shorten them."
        }
        Problem::NotJson { .. } => {
            "It begins with \"{\" and was read as JSON, but there is a mistake near line <limit>, column <actual>. Check \
             quotes, commas and brackets. To send a text that begins with \"{\", put a backslash before it: \"\\{\"."
        }
        Problem::OddCharacter { .. } => {
            "It begins with \"{\" and was read as JSON, but at line <limit>, column <actual> there is <what>, which JSON does not \
             take: <instead>. To send a text that begins with \"{\", put a backslash before it: \"\\{\"."
        }
        Problem::FenceAmongWords => {
            "There are words around a code block (```). To send the JSON, enter the JSON alone. To send all of it as a text, put a \
             backslash before it."
        }
        Problem::ListOfValues => {
            "The value is a list. A list of short texts is sent as one text; any other list cannot be sent. Choose a property that \
             is a text, or write a message."
        }
        Problem::NoAltText => {
            "The Flex message has no text from which to make the alternative text that notifications show. Write it as \
             {\"type\": \"flex\", \"altText\": \"what notifications show\", \"contents\": the JSON you have now}."
        }
        Problem::ListOfMessages => {
            "A list of messages cannot be used. Write one message object in each field. To send it as a text, put a \
             backslash before it."
        }
        Problem::NoType => {
            "The JSON has no \"type\" that is a text. Write a LINE message object. To send a text that begins with \
             \"{\", put a backslash before it: \"\\{\"."
        }
        Problem::TooDeep { .. } => "The JSON is nested too deeply (limit <limit> levels). Simplify it.",
        Problem::WrittenTwice { .. } => "<at> is written twice in the same object. Keep one of them.",
        Problem::TokenMalformed { .. } => {
            "<at> has a token that is not written correctly. Write it as \"{{line:firstname}}\", with the property's \
             internal name (letters, digits and _)."
        }
        Problem::TokenUnknown { .. } => {
            "<at> has the token \"{{line:<what>}}\", but HubSpot does not send that property. Check its internal name. If it is right, \
             write the project again with \"musubi hubspot project --token-properties <what>\" and upload it."
        }
        Problem::TokenEmpty { .. } => {
            "<at> has a token for the contact's <property>, which is empty. Fill it in, or write the words for that case behind a bar: \
             \"{{line:<what>|customer}}\"."
        }
        Problem::TokenOfAnother { .. } => {
            "<at> has HubSpot's token \"<what>\", which was not filled in. Use Musubi's tokens instead, such as \
             \"{{line:firstname}}\". If it is meant as text, set unfilled_tokens=send with \"musubi portal set\"."
        }
        Problem::TokenWithoutPrefix { .. } => {
            "<at> has \"{{<what>}}\", which is no token. Write \"{{line:<what>}}\". If it is meant as text, set unfilled_tokens=send \
             with \"musubi portal set\"."
        }
        Problem::TokenNotAllowed { .. } => "<at> cannot hold a token. Keys and \"type\" take fixed words.",
        Problem::TokenInHost { .. } => {
            "<at> may have a token only after the host name of the address, such as behind \"https://example.com/\". \
             Move it."
        }
        Problem::Missing { .. } => "<at> is missing. Add it.",
        Problem::WrongKind { .. } => "<at> must be <what>.",
        Problem::UnknownType { .. } => "<at> is none of the types that LINE has here. Use one of: <what>.",
        Problem::NotOneOf { .. } => "<at> must be one of: <what>.",
        Problem::ActionNotHere { .. } => "<at> is an action that works in a <what> only. Use another action.",
        Problem::Empty { .. } => {
            "<at> is empty. Write something; where a token left nothing, give it words for that case."
        }
        Problem::TooLong { .. } => "<at> takes at most <limit> characters (now <actual>; <what>). Shorten it.",
        Problem::TooSmall { .. } => "<at> must be <limit> or more.",
        Problem::TooFew { .. } => "<at> needs at least <limit> entries (now <actual>). Add some.",
        Problem::TooMany { .. } => "<at> takes at most <limit> entries (now <actual>). Remove some.",
        Problem::TooLarge { .. } => "<at> is too large as JSON (limit <limit> bytes, now <actual>). Shorten it.",
        Problem::NotAnAddress { .. } => {
            "<at> is no valid address. It must begin with <what>; percent-encode blanks and letters outside ASCII."
        }
        Problem::NotAWord { .. } => "<at> takes letters, digits and _ only, up to its length. Correct it.",
        Problem::NotADate { .. } => "<at> must be a real date or time, written like <what>.",
        Problem::NotTogether { .. } => "<at> and \"<what>\" exclude each other. Remove one.",
        Problem::ReservedWord { .. } => "<at> must not hold the word \"<what>\". Use another name.",
        Problem::ColumnsDiffer { .. } => {
            "<at> differs from the first column. Give all columns the same number of actions, and an image or a title to \
             all of them or none."
        }
        Problem::EmojiMisplaced { .. } => "<at> does not point at a \"$\". Count from 0, in UTF-16 units.",
        Problem::BraceAlone { .. } => {
            "<at> has a brace without its partner. For a brace that is text, write \"{{\" or \"}}\"."
        }
        Problem::PlaceholderUnknown { .. } => {
            "<at> has a placeholder that is not in \"substitution\". Add it, or double the braces if they are text."
        }
    }
}
