//! What stands in a file's tokens, in macros and attributes as well as in the open: paths, calls of methods, fields.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::syntax::{Path, segments};

/// What is written in one module.
#[derive(Default)]
pub struct Written {
    /// Paths as they are written, names alone among them, each with the module that it stands in.
    pub paths: Vec<(Path, Path)>,
    /// Calls of methods.
    pub calls: Vec<Call>,
    /// Fields that are read or set.
    pub fields: Vec<String>,
    /// Calls of functions, and of whatever else has parentheses after a path.
    pub functions: Vec<FunctionCall>,
}

/// A call of a function.
pub struct FunctionCall {
    /// The module that it stands in.
    pub module: Path,
    /// The function as it is written.
    pub path: Path,
    /// The names among its arguments.
    pub arguments: Vec<String>,
}

/// A call of a method.
pub struct Call {
    /// The names before it: `self`, `links` in `self.links.unlink(..)`; empty after anything that is no name.
    pub receiver: Vec<String>,
    /// Its name.
    pub method: String,
}

impl Call {
    /// The name that the method is called on.
    pub fn on(&self) -> &str {
        self.receiver.last().map_or("", String::as_str)
    }
}

/// Reads the tokens of a file whose module is `module`.
pub fn read(tokens: TokenStream, module: &[String]) -> Written {
    let mut written = Written::default();
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    Walk { written: &mut written, module }.walk(&trees);
    written
}

struct Walk<'a> {
    written: &'a mut Written,
    module: &'a [String],
}

fn punct(tree: Option<&TokenTree>, is: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == is)
}

fn group(tree: Option<&TokenTree>, is: Delimiter) -> Option<Vec<TokenTree>> {
    match tree {
        Some(TokenTree::Group(group)) if group.delimiter() == is => Some(group.stream().into_iter().collect()),
        _ => None,
    }
}

fn name(tree: Option<&TokenTree>) -> Option<String> {
    match tree {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string().trim_start_matches("r#").to_owned()),
        _ => None,
    }
}

/// Whether `::` stands here.
fn colons(trees: &[TokenTree], at: usize) -> bool {
    punct(trees.get(at), ':') && punct(trees.get(at + 1), ':')
}

/// Whether what stands here belongs to the value before it: one dot, and not two.
fn is_member(trees: &[TokenTree], at: usize) -> bool {
    let dot = |back: usize| at >= back && punct(trees.get(at - back), '.');
    dot(1) && !dot(2)
}

/// The end of `::<..>` that begins here; none does: `at`.
fn after_turbofish(trees: &[TokenTree], at: usize) -> usize {
    if !(colons(trees, at) && punct(trees.get(at + 2), '<')) {
        return at;
    }
    let mut depth = 0_i32;
    for (n, tree) in trees.iter().enumerate().skip(at + 2) {
        let arrow = punct(trees.get(n - 1), '-') || punct(trees.get(n - 1), '=');
        depth += i32::from(punct(Some(tree), '<')) - i32::from(punct(Some(tree), '>') && !arrow);
        if depth == 0 {
            return n + 1;
        }
    }
    at
}

impl Walk<'_> {
    fn walk(&mut self, trees: &[TokenTree]) {
        let mut at = 0;
        while at < trees.len() {
            at = match &trees[at] {
                TokenTree::Punct(hash) if hash.as_char() == '#' => self.attribute(trees, at),
                TokenTree::Ident(word) if word == "mod" && group(trees.get(at + 2), Delimiter::Brace).is_some() => {
                    self.inner_module(trees, at)
                }
                TokenTree::Ident(_) if is_member(trees, at) => self.member(trees, at),
                TokenTree::Ident(_) => self.path(trees, at),
                TokenTree::Group(group) => {
                    self.walk(&group.stream().into_iter().collect::<Vec<_>>());
                    at + 1
                }
                _ => at + 1,
            };
        }
    }

    /// Attributes may name paths in literals: `#[serde(with = "crate::x")]`. Documentation is no code.
    fn attribute(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let Some(inner) = group(trees.get(at + 1), Delimiter::Bracket) else { return at + 1 };
        if name(inner.first()).is_none_or(|name| name != "doc") {
            self.literals(&inner);
            self.walk(&inner);
        }
        at + 2
    }

    fn literals(&mut self, trees: &[TokenTree]) {
        for tree in trees {
            match tree {
                TokenTree::Group(group) => self.literals(&group.stream().into_iter().collect::<Vec<_>>()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    if let Ok(path) = syn::parse_str::<syn::Path>(text.trim_matches('"')) {
                        self.written.paths.push((self.module.to_vec(), segments(&path)));
                    }
                }
                _ => {}
            }
        }
    }

    fn inner_module(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let inner = group(trees.get(at + 2), Delimiter::Brace).unwrap_or_default();
        let module: Path = self.module.iter().cloned().chain(name(trees.get(at + 1))).collect();
        Walk { written: self.written, module: &module }.walk(&inner);
        at + 3
    }

    fn member(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let Some(method) = name(trees.get(at)) else { return at + 1 };
        let end = after_turbofish(trees, at + 1);
        if group(trees.get(end), Delimiter::Parenthesis).is_some() {
            self.written.calls.push(Call { receiver: receiver(trees, at), method });
        } else {
            self.written.fields.push(method);
        }
        at + 1
    }

    fn path(&mut self, trees: &[TokenTree], at: usize) -> usize {
        let before = |back: usize| at.checked_sub(back).and_then(|at| trees.get(at));
        if punct(before(1), '\'') {
            return at + 1;
        }
        let mut path = Path::new();
        if at >= 2 && colons(trees, at - 2) {
            // `<T as X>::name` is no path of its own.
            if punct(before(3), '>') {
                return at + 1;
            }
            path.push(String::new());
        }
        let mut end = at;
        while let Some(segment) = name(trees.get(end)) {
            path.push(segment);
            end += 1;
            if !colons(trees, end) || !matches!(trees.get(end + 2), Some(TokenTree::Ident(_))) {
                break;
            }
            end += 2;
        }
        if let Some(inner) = colons(trees, end).then(|| group(trees.get(end + 2), Delimiter::Brace)).flatten() {
            self.imported(&path, &inner);
            return end + 3;
        }
        let called = after_turbofish(trees, end);
        if let Some(arguments) = group(trees.get(called), Delimiter::Parenthesis) {
            let arguments = arguments.iter().filter_map(|tree| name(Some(tree))).collect();
            self.written.functions.push(FunctionCall { module: self.module.to_vec(), path: path.clone(), arguments });
        }
        self.written.paths.push((self.module.to_vec(), path));
        end
    }

    /// What stands in the braces of `use before::{..}`, wherever a macro puts it.
    fn imported(&mut self, before: &Path, inner: &[TokenTree]) {
        for tree in inner.split(|tree| punct(Some(tree), ',')).filter(|tree| !tree.is_empty()) {
            let first = self.written.paths.len();
            self.walk(tree);
            // The walk may have found `x as y`: what is after `as` is a new name.
            let new = tree.iter().any(|tree| name(Some(tree)).is_some_and(|word| word == "as"));
            self.written.paths.truncate(if new { first + 1 } else { self.written.paths.len() });
            for (_, path) in &mut self.written.paths[first..] {
                *path = before.iter().chain(path.iter().filter(|word| *word != "self")).cloned().collect();
            }
            if self.written.paths.len() == first {
                self.written.paths.push((self.module.to_vec(), before.clone()));
            }
        }
    }
}

/// The names before the method that stands here, dot by dot.
fn receiver(trees: &[TokenTree], at: usize) -> Vec<String> {
    let (mut names, mut at) = (Vec::new(), at);
    while at >= 2 && is_member(trees, at) {
        let Some(before) = name(trees.get(at - 2)) else { break };
        names.push(before);
        at -= 2;
    }
    names.reverse();
    names
}

#[test]
fn paths_and_calls_are_found_however_they_are_written() {
    let paths = |text: &str| {
        let written = read(text.parse().unwrap(), &[]);
        written.paths.into_iter().map(|(_, path)| path.join("::")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(paths("a::b::<c::D>::new(); ::e::f(1)"), "a::b c::D ::e::f");
    assert_eq!(paths("json!({\"a\": crate::line::X, \"b\": $crate::y::z!()})"), "json crate::line::X crate::y::z");
    assert_eq!(paths("#[serde(with = \"crate::line::hex\")] /// [`crate::aws`]\nx"), "crate::line::hex serde with x");
    assert_eq!(
        paths("use crate::{line as l, aws::{self, b::*}, c};"),
        "use crate::line crate::aws crate::aws::b crate::c"
    );
    assert_eq!(paths("fn f<'a>(x: &'a A) { <B as C>::d() }"), "fn f x A B as C");
    assert_eq!(paths("0..LIMIT"), "LIMIT");
}

#[test]
fn calls_say_on_what() {
    let written = read("join!(self.links.unlink::<A>(x), ports.find(a.b.c)); f(x).y()".parse().unwrap(), &[]);
    let calls: Vec<_> =
        written.calls.iter().map(|call| format!("{} {}", call.receiver.join("."), call.method)).collect();
    assert_eq!(calls, ["self.links unlink", "ports find", " y"]);
    assert_eq!(written.fields, ["links", "b", "c"]);
    assert_eq!(written.functions.len(), 1);
    assert_eq!(written.functions[0].arguments, ["x"]);
}
