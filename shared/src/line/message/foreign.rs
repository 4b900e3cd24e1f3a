//! Tokens that are not ours and that nobody filled in: HubSpot's `{{ contact.firstname }}`, its functions and its `{% … %}`;
//! and ours without their prefix, `{{firstname}}`.
//!
//! HubSpot is expected to fill its own in before we see them. One that is still here would reach the person as it is.

use super::{path::Path, problem::Problem, token};

/// Longer than this, what stands between braces is a text.
const LONGEST_BYTES: usize = 500;

/// What a token that is not ours is called where it is refused: names alone, no values.
#[derive(Debug, PartialEq, Eq)]
enum Foreign<'a> {
    /// Of another system.
    Other(String),
    /// A property that we would have filled in.
    Ours(&'a str),
}

/// True where a text begins with a token that is not ours. `knows` tells the names of properties.
pub(super) fn begins(text: &str, knows: &dyn Fn(&str) -> bool) -> bool {
    at_start(text, knows).is_some()
}

/// Refuses a text with such a token, in words that say what to write.
pub(super) fn refuse(text: &str, knows: &dyn Fn(&str) -> bool, at: Path<'_>) -> Result<(), Problem> {
    let found = text.match_indices('{').find_map(|(start, _)| at_start(&text[start..], knows));
    match found {
        None => Ok(()),
        Some(Foreign::Other(name)) => Err(Problem::TokenOfAnother { at: at.spell(), name }),
        Some(Foreign::Ours(name)) => Err(Problem::TokenWithoutPrefix { at: at.spell(), name: name.to_owned() }),
    }
}

fn at_start<'a>(text: &'a str, knows: &dyn Fn(&str) -> bool) -> Option<Foreign<'a>> {
    if let Some(rest) = text.strip_prefix("{%") {
        let word = within(rest, "%}")?.trim_start_matches('-').split_whitespace().next()?;
        return is_word(word).then(|| Foreign::Other(format!("{{% {word} … %}}")));
    }
    if token::begins_with_token(text) {
        return None;
    }
    let inside = within(text.strip_prefix("{{")?, "}}")?;
    // A filter, or what HubSpot shall show where there is no value.
    let (head, _) = inside.split_once('|').unwrap_or((inside, ""));
    let head = head.trim();
    if let Some((function, arguments)) = head.split_once('(') {
        let is_call = is_word(function) && arguments.ends_with(')');
        return is_call.then(|| Foreign::Other(format!("{{{{ {function}(…) }}}}")));
    }
    if !head.split('.').all(is_word) {
        return None;
    }
    if head.contains('.') {
        return Some(Foreign::Other(format!("{{{{ {head} }}}}")));
    }
    knows(head).then_some(Foreign::Ours(head))
}

fn within<'a>(text: &'a str, end: &str) -> Option<&'a str> {
    text.split_once(end).map(|(inside, _)| inside).filter(|inside| inside.len() <= LONGEST_BYTES)
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Foreign<'_>> {
        at_start(text, &|name| name == "firstname")
    }

    #[test]
    fn hubspots_tokens_are_known_by_their_form_and_called_by_their_names() {
        for (text, name) in [
            ("{{ contact.firstname }}様", "{{ contact.firstname }}"),
            ("{{contact.firstname}}", "{{ contact.firstname }}"),
            ("{{ enrolled_object.hs_object_id|default('secret') }}", "{{ enrolled_object.hs_object_id }}"),
            ("{{ personalization_token('contact.firstname', 'secret') }}", "{{ personalization_token(…) }}"),
            ("{% if contact.firstname == 'secret' %}", "{% if … %}"),
            ("{%- set x = 1 -%}", "{% set … %}"),
        ] {
            assert_eq!(found(text), Some(Foreign::Other(name.to_owned())), "{text}");
        }
    }

    #[test]
    fn a_name_alone_is_a_token_only_where_it_is_a_propertys() {
        assert_eq!(found("{{ firstname }}"), Some(Foreign::Ours("firstname")));
        for text in
            ["{{本日限り}}", "{{sale}}", "{{a b.c}}", "{{1.5}}", "{{.a}}", "{{a.}}", "{{}}", "{{a.b", "{a.b}", "{%}"]
        {
            assert_eq!(found(text), None, "{text}");
        }
        let long = format!("{{{{ a.{} }}}}", "b".repeat(LONGEST_BYTES));
        assert_eq!(found(&long), None);
        assert_eq!(found("{{line:contact.firstname}}"), None, "ours, badly written: told by other words");
    }

    #[test]
    fn it_is_found_wherever_it_stands() {
        let at = crate::line::message::ROOT.key("text").spell();
        let refused = refuse("a {b} {{{contact.x}}}", &|_| false, crate::line::message::ROOT.key("text"));
        assert_eq!(refused, Err(Problem::TokenOfAnother { at, name: "{{ contact.x }}".to_owned() }));
        assert_eq!(refuse("a {{b}} c.d }}", &|_| false, crate::line::message::ROOT), Ok(()));
    }
}
