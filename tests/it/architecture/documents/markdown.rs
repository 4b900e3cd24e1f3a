//! Markdown, as far as our documents use it.

use std::collections::BTreeSet;

use super::super::source::root;

/// A file of the repository.
pub fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The lines of prose, and those of blocks of code: `(prose, code)`.
pub fn parts(markdown: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut prose, mut code) = (Vec::new(), Vec::new());
    let mut in_block = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            code.push(line);
        } else {
            prose.push(line);
        }
    }
    (prose, code)
}

/// What stands between backticks, outside blocks of code.
pub fn quoted(markdown: &str) -> BTreeSet<String> {
    let (prose, _) = parts(markdown);
    prose.iter().flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

/// Levels and words of the headings.
pub fn headings(markdown: &str) -> Vec<(usize, &str)> {
    let heading = |line: &'_ str| line.chars().take_while(|c| *c == '#').count();
    let (prose, _) = parts(markdown);
    prose
        .into_iter()
        .filter(|line| heading(line) > 0)
        .map(|line| (heading(line), line[heading(line)..].trim()))
        .collect()
}

/// The anchor that the forge makes of a heading.
pub fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Where links and pictures lead, as they are written.
pub fn targets(markdown: &str) -> Vec<String> {
    let (prose, _) = parts(markdown);
    let text = prose.join("\n");
    let after = |open: &str, close: char| -> Vec<String> {
        text.split(open)
            .skip(1)
            .filter_map(|rest| rest.split_once(close))
            .map(|(target, _)| target.to_owned())
            .collect()
    };
    [after("](", ')'), after("src=\"", '"'), after("srcset=\"", '"')].concat()
}

#[test]
fn code_headings_and_links_are_told_from_prose() {
    let text =
        "# A `b`\n[c](d.md#e)\n```sh\n# no heading `not this` [no](link)\n```\n| `f` | `g_h` |\n<img src=\"i.png\">";
    assert_eq!(quoted(text).into_iter().collect::<Vec<_>>(), ["b", "f", "g_h"]);
    assert_eq!(headings(text), [(1, "A `b`")]);
    assert_eq!(targets(text), ["d.md#e", "i.png"]);
}

#[test]
fn an_anchor_is_spelled_as_the_forge_spells_it() {
    assert_eq!(anchor("3. Connect the account"), "3-connect-the-account");
    assert_eq!(anchor("`cargo run -p local`"), "cargo-run--p-local");
    assert_eq!(anchor("What is kept, where, and for how long"), "what-is-kept-where-and-for-how-long");
    assert_eq!(anchor("LINEログインと友だち（任意）"), "lineログインと友だち任意");
}
