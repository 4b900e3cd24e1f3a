//! Both languages say the same: the same headings, tables, commands and names; and Japanese has one spelling for one word.

use super::markdown::{headings, parts, quoted, read};
use super::{READMES, guides};

/// Every document that exists in both languages: English, Japanese.
fn pairs() -> Vec<(String, String)> {
    let guides = guides();
    let english = guides.iter().filter(|path| !path.ends_with(".ja.md"));
    let pair = |path: &String| (path.clone(), path.replace(".md", ".ja.md"));
    let readmes = READMES.map(str::to_owned);
    english.map(pair).chain([(readmes[0].clone(), readmes[1].clone())]).collect()
}

/// A document's shape: the level of each heading, the rows of its tables, and its items.
fn shape(markdown: &str) -> (Vec<usize>, usize, usize) {
    let (prose, _) = parts(markdown);
    let is_row = |line: &&&str| line.starts_with('|');
    let is_item = |line: &&&str| {
        let line = line.trim_start();
        line.starts_with("- ") || line.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(". ")
    };
    let levels = headings(markdown).iter().map(|(level, _)| *level).collect();
    (levels, prose.iter().filter(is_row).count(), prose.iter().filter(is_item).count())
}

/// The commands of a document, without comments and without what is in quotes.
fn commands(markdown: &str) -> Vec<String> {
    let (_, code) = parts(markdown);
    let known = |line: &&str| {
        ["cargo ", "tests/run", "sam ", "musubi ", "python3 ", "cd ", "export "].iter().any(|it| line.starts_with(it))
    };
    let bare = |line: &str| {
        let line = line.split(" #").next().unwrap_or_default();
        line.split('\'').step_by(2).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    code.into_iter().filter(known).map(bare).collect()
}

#[test]
fn both_languages_have_the_same_shape_and_the_same_commands() {
    for (english, japanese) in pairs() {
        let (here, there) = (read(&english), read(&japanese));
        assert_eq!(shape(&here), shape(&there), "headings, rows or items of {english} and {japanese}");
        assert_eq!(commands(&here), commands(&there), "commands of {english} and {japanese}");
    }
}

#[test]
fn both_languages_name_the_same_settings_properties_and_commands() {
    for (english, japanese) in pairs() {
        let (here, there) = (quoted(&read(&english)), quoted(&read(&japanese)));
        // Words that are ours in both languages: not a single sign, no spaces, no placeholders of one language alone.
        let ours = |word: &&String| word.is_ascii() && word.len() > 1 && !word.contains([' ', '<', '|']);
        let only: Vec<&String> = here.symmetric_difference(&there).filter(ours).collect();
        assert!(only.is_empty(), "{english} and {japanese}: only one of them names {only:?}");
    }
}

#[test]
fn japanese_has_one_spelling_for_one_word() {
    let wrong = ["ブラウザー", "CRMにすべきこと", "手で行う通しテスト", "プロパティ「", "プロパティが", "プロパティを"];
    let counters = ["つ", "件", "通", "回", "台", "桁", "個", "分"];
    let numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    for (_, japanese) in pairs() {
        let text = read(&japanese);
        for word in wrong {
            assert!(!text.contains(word), "{japanese}: {word}");
        }
        for word in
            numerals.iter().flat_map(|numeral| counters.iter().map(move |counter| format!("{numeral}{counter}")))
        {
            // 十分 is a word of its own.
            assert!(word == "十分" || !text.contains(&word), "{japanese}: {word} wants an arabic numeral");
        }
    }
}

#[test]
fn what_differs_is_noticed() {
    let one = "# A\n- b\n| c |\n```sh\nmusubi x 'y' # z\n```";
    assert_eq!(shape(one), (vec![1], 1, 1));
    assert_eq!(commands(one), ["musubi x"]);
    assert_ne!(shape(one), shape("# A\n## B\n- b\n| c |"));
}
