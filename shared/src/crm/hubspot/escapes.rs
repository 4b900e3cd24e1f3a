//! What version 3 of HubSpot's signature decodes in an address before it is signed.

/// The twelve escapes that version 3 decodes, and nothing else.
const ESCAPES: [(&str, char); 12] = [
    ("3A", ':'),
    ("2F", '/'),
    ("3F", '?'),
    ("40", '@'),
    ("21", '!'),
    ("24", '$'),
    ("27", '\''),
    ("28", '('),
    ("29", ')'),
    ("2A", '*'),
    ("2C", ','),
    ("3B", ';'),
];

/// Decodes them; in lower-case hex too, if so asked.
pub(crate) fn decode(uri: &str, lower_case_too: bool) -> String {
    let mut parts = uri.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or(("", part));
        let same = |escape: &str| escape == digits || (lower_case_too && escape.eq_ignore_ascii_case(digits));
        match ESCAPES.iter().find(|(escape, _)| same(escape)) {
            Some((_, character)) => decoded.extend([*character].into_iter().chain(rest.chars())),
            None => decoded.extend(['%'].into_iter().chain(part.chars())),
        }
    }
    decoded
}
