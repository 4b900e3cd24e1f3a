//! What stands in a page is escaped, by `maud`. What is not is made by us alone, in a place that is counted here.

use super::source::{code, is_test_file, rust_files, without_tests, words};

/// How often a file puts text into a page as it is, and which text that is.
const AS_IT_IS: [(&str, usize, &str); 4] = [
    ("shared/src/pages/frame.rs", 1, "the stylesheet"),
    ("shared/src/pages/scripts.rs", 1, "a script that is a `&'static str`"),
    ("functions/line-login/src/pages/route_qr.rs", 1, "the picture of a QR code: numbers in a path"),
    ("functions/console/src/pages/trial.rs", 1, "the same"),
];

/// `maud` has two ways around its escaping: a wrapper, and a method by which a type writes itself. Imports are neither,
/// unless they give the wrapper another name.
fn times_as_it_is(text: &str) -> usize {
    let code = without_tests(&code(text));
    let statements = code
        .split(';')
        .filter(|statement| !statement.trim_start().starts_with("use ") || statement.contains("PreEscaped as "));
    statements.flat_map(words).filter(|(_, word)| matches!(*word, "PreEscaped" | "render_to")).count()
}

#[test]
fn only_what_we_made_stands_in_a_page_as_it_is() {
    let files = rust_files(&["shared", "functions"]);
    for file in files.iter().filter(|file| !is_test_file(&file.path)) {
        let allowed = AS_IT_IS.iter().find(|(path, ..)| *path == file.path).map_or(0, |(_, times, _)| *times);
        assert_eq!(times_as_it_is(&file.text), allowed, "{}: list here what is not escaped", file.path);
    }
    for (path, ..) in AS_IT_IS {
        assert!(files.iter().any(|file| file.path == path), "{path} is gone; so is its place here");
    }
}

#[test]
fn text_as_it_is_is_found() {
    let wrapped = "use maud::{PreEscaped, html}; html! { (PreEscaped(a)) p { (maud::PreEscaped(b)) } }";
    assert_eq!(times_as_it_is(wrapped), 2);
    assert_eq!(times_as_it_is("use maud::{html, PreEscaped as P}; html! { (P(a)) }"), 1);
    assert_eq!(times_as_it_is("names.map(PreEscaped); fn render_to(&self, to: &mut String) {}"), 2);
    assert_eq!(times_as_it_is("// PreEscaped(a)\nlet x = \"PreEscaped(b)\";"), 0);
    assert_eq!(times_as_it_is("#[cfg(test)]\nmod tests { fn f() { PreEscaped(a); } }"), 0);
}
