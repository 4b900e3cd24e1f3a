//! What the paths of our crates lead to: through `crate`, `self`, `super`, renames, globs, re-exports and aliases of types.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Source, is_test_file, rust_files};
use super::syntax::{Module, Path, parse};
use super::tokens::{self, Written};

/// One name may stand for another so many times.
const HOPS: u8 = 8;

/// Some of our crates, without their tests.
#[derive(Default)]
pub struct Crates {
    /// Modules by path.
    pub modules: BTreeMap<Path, Module>,
    /// What is written in each file, by the path of its module.
    pub written: BTreeMap<Path, Written>,
    /// Everything that a file names, under every name that it goes by on the way, by the path of its module.
    pub named: BTreeMap<Path, BTreeSet<Path>>,
}

/// The module of a file. The binary of a crate that is a library too is its module `main`.
pub fn module_of(path: &str) -> Path {
    let (folder, inner) = path.split_once("/src/").unwrap_or_else(|| panic!("{path} is in no crate"));
    let (krate, root) = match folder {
        "shared" => ("musubi".to_owned(), "lib"),
        "infra/cli" => ("musubi_cli".to_owned(), "main"),
        folder => (folder.rsplit('/').next().unwrap_or_default().replace('-', "_"), "lib"),
    };
    let inner = inner.trim_end_matches(".rs").split('/').filter(|part| *part != "mod" && *part != root);
    std::iter::once(krate).chain(inner.map(str::to_owned)).collect()
}

/// A path from its text.
pub fn path(text: &str) -> Path {
    text.split("::").map(str::to_owned).collect()
}

impl Crates {
    /// Everything under these folders but tests.
    pub fn under(folders: &[&str]) -> Self {
        Self::of(rust_files(folders).iter().filter(|file| !is_test_file(&file.path)))
    }

    /// These files.
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut crates = Self::default();
        for file in files {
            let module = module_of(&file.path);
            let parsed = parse(&file.path, &module, &file.text);
            crates.modules.extend(parsed.modules);
            crates.written.insert(module.clone(), tokens::read(parsed.tokens, &module));
        }
        let named = crates.written.iter().map(|(module, written)| (module.clone(), crates.names(written)));
        crates.named = named.collect();
        crates
    }

    /// Texts by path, for tests of rules.
    pub fn made_up(files: &[(&str, &str)]) -> Self {
        let source = |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), text: (*text).to_owned() };
        Self::of(&files.iter().map(source).collect::<Vec<_>>())
    }

    /// The files: their modules and paths.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.written.keys().map(|module| (module, self.modules[module].file.as_str()))
    }

    /// What a path that is written in a module stands for in the end.
    pub fn resolve(&self, module: &[String], written: &[String]) -> Path {
        self.follow(module, written, HOPS, &mut BTreeSet::new())
    }

    fn names(&self, written: &Written) -> BTreeSet<Path> {
        let mut named = BTreeSet::new();
        let distinct: BTreeSet<_> = written.paths.iter().collect();
        for (inside, path) in distinct {
            self.follow(inside, path, HOPS, &mut named);
        }
        named
    }

    /// Whether a path, followed to its end, is a module or an item of ours.
    pub fn is_there(&self, found: &[String]) -> bool {
        let item =
            |(name, home): (&String, &[String])| self.modules.get(home).is_some_and(|of| of.items.contains(name));
        self.modules.contains_key(found) || found.split_last().is_some_and(item)
    }

    /// The crates that a file uses, as their names are in Rust, and everything else of other crates that it names.
    pub fn foreign(&self, module: &Path) -> BTreeSet<Path> {
        let inside =
            self.modules.iter().filter(|(path, of)| path.starts_with(module) && of.file == self.modules[module].file);
        let imported = inside
            .flat_map(|(path, of)| of.aliases.values().chain(&of.globs).map(|imported| self.resolve(path, imported)));
        // A name alone is a variable or a word, unless it was imported.
        let named = self.named[module].iter().filter(|path| path.len() > 1).cloned();
        imported.chain(named).filter(|path| path[0] != module[0]).collect()
    }

    /// The module that a path is in, or is.
    pub fn home<'a>(&self, path: &'a [String]) -> Option<&'a [String]> {
        (1..=path.len()).rev().map(|length| &path[..length]).find(|path| self.modules.contains_key(*path))
    }

    fn follow(&self, module: &[String], written: &[String], hops: u8, seen: &mut BTreeSet<Path>) -> Path {
        let Some((first, mut rest)) = written.split_first() else { return module.to_vec() };
        let mut here: Path = match first.as_str() {
            "crate" => module[..module.len().min(1)].to_vec(),
            "self" => module.to_vec(),
            "super" => module[..module.len().saturating_sub(1)].to_vec(),
            // `::name` is a crate, whatever else is called so.
            "" => {
                rest = rest.split_first().map_or(rest, |(_, rest)| rest);
                written.iter().skip(1).take(1).cloned().collect()
            }
            name => self.lookup(module, name, hops, seen).unwrap_or_else(|| vec![name.to_owned()]),
        };
        seen.insert(here.iter().chain(rest).cloned().collect());
        for (at, name) in rest.iter().enumerate() {
            match name.as_str() {
                "super" => _ = here.pop(),
                "self" => {}
                name => {
                    let found = self.lookup(&here, name, hops, seen);
                    here.push(name.to_owned());
                    here = found.unwrap_or(here);
                }
            }
            seen.insert(here.iter().chain(&rest[at + 1..]).cloned().collect());
        }
        here
    }

    /// What a name stands for in a module.
    fn lookup(&self, module: &[String], name: &str, hops: u8, seen: &mut BTreeSet<Path>) -> Option<Path> {
        let found = self.modules.get(module)?;
        let own: Path = module.iter().cloned().chain([name.to_owned()]).collect();
        if self.modules.contains_key(&own) || found.items.contains(name) {
            return Some(own);
        }
        let hops = hops.checked_sub(1)?;
        if let Some(alias) = found.aliases.get(name) {
            return Some(self.follow(module, alias, hops, seen));
        }
        found.globs.iter().find_map(|glob| {
            let from = self.follow(module, glob, hops, &mut BTreeSet::new());
            self.lookup(&from, name, hops, seen)
        })
    }
}

#[test]
fn a_path_is_followed_under_whatever_name() {
    let crates = Crates::made_up(&[
        ("shared/src/lib.rs", ""),
        ("shared/src/store/mod.rs", "mod links; pub use self::links::Links;"),
        ("shared/src/store/links.rs", "pub struct Links;"),
        ("shared/src/flow/mod.rs", "pub use crate::store as kept; use crate::store::*;"),
        ("shared/src/flow/a/b.rs", ""),
        (
            "functions/x/src/lib.rs",
            "use musubi::{flow::{self as f}, store::Links as L}; type M = L; extern crate tokio as t;",
        ),
    ]);
    let resolved = |module: &str, written: &str| crates.resolve(&path(module), &path(written)).join("::");
    for written in ["crate::store::Links", "super::super::kept::links::Links", "super::super::Links"] {
        assert_eq!(resolved("musubi::flow::a::b", written), "musubi::store::links::Links", "{written}");
    }
    for written in ["L", "M", "f::kept::Links", "::musubi::store::Links"] {
        assert_eq!(resolved("x", written), "musubi::store::links::Links", "{written}");
    }
    assert_eq!(resolved("x", "t::sync::Mutex"), "tokio::sync::Mutex");
    assert_eq!(resolved("x", "Vec::new"), "Vec::new");
    assert_eq!(crates.home(&path("musubi::store::links::Links::new")).unwrap(), path("musubi::store::links"));
}
