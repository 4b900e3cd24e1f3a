//! One Rust file, read by `syn`: its tokens without tests, and what it defines and imports, module by module.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::visit::{self, Visit};
use syn::{Expr, Type, UseTree};

/// A path, segment by segment. A whole one begins with its crate.
pub type Path = Vec<String>;

/// What a module defines and imports. What stands in a function's body counts as if it stood beside the function.
#[derive(Default)]
pub struct Module {
    /// Its file, from the repository's root.
    pub file: String,
    /// Names of its items.
    pub items: BTreeSet<String>,
    /// Names by which it calls something: of `use .. as`, `extern crate .. as` and `type .. = ..`.
    pub aliases: BTreeMap<String, Path>,
    /// Modules whose names are all its own: `use ..::*`.
    pub globs: Vec<Path>,
    /// Types that are more than another name, as `type Q = Arc<dyn Queue<T>>`.
    pub types: BTreeMap<String, Type>,
    /// The fields of its structs.
    pub structs: BTreeMap<String, Vec<(String, Type)>>,
    /// Names with a type: fields, parameters, and variables. Of a variable that says none and is no struct put together there,
    /// the type is `_`.
    pub typed: Vec<(String, Type)>,
    /// Variables that hold what something else is called by: (`c`, `channels`) of `let c = &self.channels`.
    pub renamed: Vec<(String, String)>,
}

/// A file.
pub struct Parsed {
    /// Its tokens, without tests.
    pub tokens: TokenStream,
    /// Its modules by path: its own and those in braces.
    pub modules: BTreeMap<Path, Module>,
}

/// Reads the text of the file whose module is `module`.
///
/// # Panics
/// If it is no Rust.
pub fn parse(path: &str, module: &[String], text: &str) -> Parsed {
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| panic!("{path}: {error}"));
    let tokens = without_tests(tokens);
    let file: syn::File = syn::parse2(tokens.clone()).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut reader = Reader { path, at: module.to_vec(), modules: BTreeMap::new() };
    reader.here();
    reader.visit_file(&file);
    Parsed { tokens, modules: reader.modules }
}

/// What is left without the items that `#[cfg(test)]` marks.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut left: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while at < left.len() {
        let item = at + 2 * left[at..].chunks(2).take_while(|pair| is_attribute(pair)).count();
        if left[at..item].iter().any(is_cfg_test) {
            let rest: TokenStream = left.drain(item..).collect();
            left.truncate(at);
            left.extend(after_item(rest));
            continue;
        }
        kept.extend(left[at..item].iter().cloned());
        if let Some(tree) = left.get(item) {
            kept.push(match tree {
                TokenTree::Group(group) => Group::new(group.delimiter(), without_tests(group.stream())).into(),
                tree => tree.clone(),
            });
        }
        at = item + 1;
    }
    kept.into_iter().collect()
}

fn is_attribute(pair: &[TokenTree]) -> bool {
    matches!(pair, [TokenTree::Punct(punct), TokenTree::Group(group)]
        if punct.as_char() == '#' && group.delimiter() == Delimiter::Bracket)
}

fn is_cfg_test(tree: &TokenTree) -> bool {
    matches!(tree, TokenTree::Group(group) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// What follows the item that begins here; where none does, everything.
fn after_item(tokens: TokenStream) -> TokenStream {
    let skip = |input: ParseStream| {
        input.parse::<syn::Item>()?;
        input.parse::<TokenStream>()
    };
    skip.parse2(tokens.clone()).unwrap_or(tokens)
}

struct Reader<'a> {
    path: &'a str,
    at: Path,
    modules: BTreeMap<Path, Module>,
}

impl Reader<'_> {
    fn here(&mut self) -> &mut Module {
        let file = || Module { file: self.path.to_owned(), ..Module::default() };
        self.modules.entry(self.at.clone()).or_insert_with(file)
    }

    fn import(&mut self, tree: &UseTree, mut path: Path) {
        match tree {
            UseTree::Path(inner) => {
                path.push(inner.ident.to_string());
                self.import(&inner.tree, path);
            }
            UseTree::Name(name) => {
                let alias = name.ident.to_string();
                match path.last() {
                    Some(last) if alias == "self" => _ = self.here().aliases.insert(last.clone(), path),
                    _ => {
                        path.push(alias.clone());
                        self.here().aliases.insert(alias, path);
                    }
                }
            }
            UseTree::Rename(rename) => {
                if rename.ident != "self" || path.is_empty() {
                    path.push(rename.ident.to_string());
                }
                self.here().aliases.insert(rename.rename.to_string(), path);
            }
            UseTree::Glob(_) => self.here().globs.push(path),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.import(tree, path.clone())),
        }
    }
}

/// The path of a type that is a path and nothing more.
fn plain(kind: &Type) -> Option<Path> {
    let Type::Path(kind) = kind else { return None };
    let bare = kind.qself.is_none() && kind.path.segments.iter().all(|segment| segment.arguments.is_none());
    bare.then(|| segments(&kind.path))
}

/// The segments of a path; of one that begins with `::`, the first is empty.
pub fn segments(path: &syn::Path) -> Path {
    let root = path.leading_colon.map(|_| String::new());
    root.into_iter().chain(path.segments.iter().map(|segment| segment.ident.to_string())).collect()
}

/// The name of the field or variable that an expression lends, shares or hands on.
fn lent(value: &Expr) -> Option<String> {
    match value {
        Expr::Reference(inner) => lent(&inner.expr),
        Expr::Unary(inner) => lent(&inner.expr),
        Expr::Paren(inner) => lent(&inner.expr),
        Expr::MethodCall(call) if call.method == "clone" || call.method == "as_ref" => lent(&call.receiver),
        Expr::Call(call) => lent(call.args.first()?),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.to_string()),
            syn::Member::Unnamed(_) => None,
        },
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item::{Const, Enum, Fn, Static, Struct, Trait, TraitAlias, Union};
        let name = match item {
            Const(item) => Some(&item.ident),
            Enum(item) => Some(&item.ident),
            Fn(item) => Some(&item.sig.ident),
            Static(item) => Some(&item.ident),
            Struct(item) => Some(&item.ident),
            Trait(item) => Some(&item.ident),
            TraitAlias(item) => Some(&item.ident),
            Union(item) => Some(&item.ident),
            _ => None,
        };
        if let Some(name) = name {
            self.here().items.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if item.content.is_some() {
            self.at.push(item.ident.to_string());
            self.here();
            visit::visit_item_mod(self, item);
            self.at.pop();
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let root = item.leading_colon.map(|_| String::new());
        self.import(&item.tree, root.into_iter().collect());
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        let name = item.rename.as_ref().map_or(&item.ident, |(_, alias)| alias);
        self.here().aliases.insert(name.to_string(), vec![String::new(), item.ident.to_string()]);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        let name = item.ident.to_string();
        match plain(&item.ty) {
            Some(path) => _ = self.here().aliases.insert(name, path),
            None => {
                self.here().items.insert(name.clone());
                self.here().types.insert(name, (*item.ty).clone());
            }
        }
        visit::visit_item_type(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let named = |field: &syn::Field| Some((field.ident.as_ref()?.to_string(), field.ty.clone()));
        let fields: Vec<_> = item.fields.iter().filter_map(named).collect();
        self.here().typed.extend(fields.iter().cloned());
        self.here().structs.insert(item.ident.to_string(), fields);
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        if let (syn::Pat::Ident(name), Some(value)) = (&local.pat, &local.init)
            && let Some(lent) = lent(&value.expr)
        {
            self.here().renamed.push((name.ident.to_string(), lent));
        }
        if let syn::Pat::Ident(name) = &local.pat {
            let kind = match local.init.as_ref().map(|value| &*value.expr) {
                Some(Expr::Struct(made)) => {
                    Type::Path(syn::TypePath { attrs: Vec::new(), qself: made.qself.clone(), path: made.path.clone() })
                }
                _ => Type::Infer(syn::TypeInfer { attrs: Vec::new(), underscore_token: Default::default() }),
            };
            self.here().typed.push((name.ident.to_string(), kind));
        }
        visit::visit_local(self, local);
    }

    fn visit_pat_type(&mut self, typed: &'ast syn::PatType) {
        if let syn::Pat::Ident(name) = &*typed.pat {
            self.here().typed.push((name.ident.to_string(), (*typed.ty).clone()));
        }
        visit::visit_pat_type(self, typed);
    }
}

#[test]
fn what_is_marked_as_test_is_not_read() {
    let text = "fn a() {}\n/// Doc.\n#[cfg(test)]\n#[path = \"x.rs\"]\nmod tests;\n#[cfg(test)]\nuse b::{c, d};\n\
                impl X { #[cfg(test)] fn e(&self) { f() } fn g() {} }\n#[cfg(test)]\nmod more { fn h() { if x {} } }\nfn i() {}";
    let kept = parse("x.rs", &["x".to_owned()], text);
    let words = kept.tokens.to_string().replace(' ', "");
    assert_eq!(words, "fna(){}implX{fng(){}}fni(){}");
    let items: Vec<_> = kept.modules[&vec!["x".to_owned()]].items.iter().cloned().collect();
    assert_eq!(items, ["a", "i"]);
}
