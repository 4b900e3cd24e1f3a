//! JSON between the marks that chats and documents put around code: a code fence (three backticks or tildes), or a backtick.

use super::field;

/// What a text holds between such marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fenced<'a> {
    /// No JSON.
    No,
    /// JSON, and nothing around the marks.
    Json(&'a str),
    /// JSON, and words around the marks.
    AmongWords,
}

/// Looks for JSON between marks. `written` has no blanks before it.
pub(super) fn look(written: &str) -> Fenced<'_> {
    if let Some(inside) = written.strip_prefix('`').filter(|inside| !inside.starts_with('`')) {
        let inside = inside.trim_end_matches(field::is_blank).strip_suffix('`').unwrap_or_default();
        return if begins_json(inside) { Fenced::Json(inside) } else { Fenced::No };
    }
    ["```", "~~~"]
        .into_iter()
        .map(|mark| between(written, mark))
        .find(|found| *found != Fenced::No)
        .unwrap_or(Fenced::No)
}

/// The JSON of a text that is a fence and nothing else; any other text as it is.
pub(super) fn unwrapped(raw: &str) -> &str {
    match look(raw.trim_start_matches(field::is_blank)) {
        Fenced::Json(inside) => inside,
        Fenced::No | Fenced::AmongWords => raw,
    }
}

fn between<'a>(written: &'a str, mark: &str) -> Fenced<'a> {
    let character = mark.chars().next().unwrap_or_default();
    let opening = written.match_indices(mark).find_map(|(start, _)| {
        let body = written[start..].trim_start_matches(character);
        // A language may stand behind the opening marks.
        let body = body.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        begins_json(body).then_some((&written[..start], body))
    });
    let Some((before, body)) = opening else { return Fenced::No };
    let (inside, after) = body.rsplit_once(mark).unwrap_or((body, ""));
    let is_bare = [before, after].iter().all(|words| words.trim_matches(field::is_blank).is_empty());
    match is_bare {
        true => Fenced::Json(inside.trim_end_matches(character)),
        false => Fenced::AmongWords,
    }
}

fn begins_json(text: &str) -> bool {
    field::begins_json(text.trim_start_matches(field::is_blank))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_found_between_marks_of_every_kind() {
        for written in [
            "```json\n{\"a\":1}\n```",
            "```\n{\"a\":1}\n```  \n",
            "```JSON5 {\"a\":1}```",
            "~~~~\n{\"a\":1}\n~~~~",
            "````\n{\"a\":1}\n````",
            "```{\"a\":1}",
            "`{\"a\":1}`",
        ] {
            let Fenced::Json(inside) = look(written) else { panic!("{written}") };
            assert_eq!(inside.trim(), "{\"a\":1}", "{written}");
        }
        assert_eq!(look("```\n[{\"a\":\"```\"}]\n```"), Fenced::Json("\n[{\"a\":\"```\"}]\n"));
    }

    #[test]
    fn words_around_a_fence_are_seen_and_a_fence_of_words_is_a_text() {
        for written in
            ["Here:\n```json\n{\"a\":1}\n```", "```json\n{\"a\":1}\n```\nDone", "```\na\n```\n```\n{\"a\":1}\n```"]
        {
            assert_eq!(look(written), Fenced::AmongWords, "{written}");
        }
        for written in
            ["```\nhello\n```", "```\n[Sale]\n```", "`{a}` と書く", "`", "```", "~~~ {{line:a}} ~~~", "a ~ b"]
        {
            assert_eq!(look(written), Fenced::No, "{written}");
        }
    }
}
