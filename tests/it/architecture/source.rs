//! Source files, and their text without comments, literals and tests.

use std::path::{Path, PathBuf};

/// A Rust file of this repository.
pub struct Source {
    /// From the repository's root, with slashes.
    pub path: String,
    /// As it is.
    pub text: String,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository is there")
}

/// Every Rust file under these folders.
pub fn rust_files(folders: &[&str]) -> Vec<Source> {
    let mut files = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut files);
    }
    assert!(!files.is_empty(), "no Rust file under {folders:?}");
    files
}

fn collect(folder: &Path, files: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("a folder of ours").map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            files.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
        }
    }
}

/// Whether the whole file is tests, or only for them.
pub fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.contains("/examples/")
        || name == "testing.rs"
        || name.ends_with("tests.rs")
}

/// The code alone: comments and the insides of literals are blank, lines stay lines.
pub fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_or_comment(&chars, at).unwrap_or(at);
        if end > at {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

/// Where the comment or literal that begins here ends; none begins here: `None`.
fn literal_or_comment(chars: &[char], at: usize) -> Option<usize> {
    let here = |n: usize| chars.get(at + n).copied().unwrap_or('\0');
    let in_word = at > 0 && is_word(chars[at - 1]);
    match (here(0), here(1)) {
        ('/', '/') => Some(chars[at..].iter().position(|&c| c == '\n').map_or(chars.len(), |n| at + n)),
        ('/', '*') => Some(end_of_block_comment(chars, at)),
        ('"', _) => Some(end_of_string(chars, at)),
        ('\'', '\\') => Some(at + 3 + chars[(at + 3).min(chars.len())..].iter().position(|&c| c == '\'')? + 1),
        ('\'', _) if here(2) == '\'' => Some(at + 3),
        ('r', '"' | '#') if !in_word => end_of_raw_string(chars, at),
        ('b' | 'c', 'r') if !in_word => end_of_raw_string(chars, at + 1),
        _ => None,
    }
}

fn end_of_block_comment(chars: &[char], at: usize) -> usize {
    let (mut depth, mut at) = (0_u32, at);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn end_of_string(chars: &[char], at: usize) -> usize {
    let mut at = at + 1;
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// `r#as` is a name, `r#"as"#` is a literal.
fn end_of_raw_string(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|&&c| c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let length = chars[open + 1..].windows(close.len()).position(|window| window == close)?;
    Some(open + 1 + length + close.len())
}

/// Code (as [`code`] gives it) without what `#[cfg(test)]` marks. Lines stay lines.
pub fn without_tests(code: &str) -> String {
    let mut code = code.to_owned();
    while let Some(start) = code.find("#[cfg(test)]") {
        let end = code[start..].find(['{', ';']).map_or(code.len(), |n| end_of_item(&code, start + n));
        let blank: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blank);
    }
    code
}

fn end_of_item(code: &str, open: usize) -> usize {
    let mut depth = 0_u32;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return open + at + 1;
        }
    }
    code.len()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of the code, each with where it begins.
pub fn words(code: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in code.char_indices().chain([(code.len(), ' ')]) {
        match (is_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, &code[from..at]));
                start = None;
            }
            _ => {}
        }
    }
    words
}

#[test]
fn comments_and_literals_are_no_code() {
    let text = "let a = \"tokio::x\"; // tokio::y\nlet r = r#\"tokio::\"z\"#; /* a /* b */ tokio:: */ let c = '\"'; let r#as: &'static str;";
    let code = code(text);
    assert!(!code.contains("tokio") && code.contains("r#as: &'static str"), "{code}");
    assert_eq!(code.lines().count(), 2);
}

#[test]
fn what_is_marked_as_test_is_left_out() {
    let text = "fn a() {}\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\n#[cfg(test)]\nmod more { fn b() { if x {} } }\nfn c() {}";
    let kept = without_tests(&code(text));
    assert!(kept.contains("fn a") && kept.contains("fn c") && !kept.contains("fn b") && !kept.contains("tests"));
}
