//! The fakes of LINE and HubSpot: what is stored lies below, what the vendor allows and refuses above it, what is called on top.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{Crates, path};
use super::syntax::Path;

/// From the bottom up. A file may name what is in a lower layer, and in its own without a circle.
const LAYERS: [&str; 3] = ["state", "rules", "routes"];

/// A fake's module, and its files layer by layer. A `mod.rs` holds nothing but what it lists.
type Fake = (&'static str, [&'static [&'static str]; 3]);

const LINE: Fake = (
    "local::fake::line",
    [
        &["endpoint", "event", "platform", "state", "switches", "login::signing", "login::spec", "login::state"],
        &[
            "reach",
            "refusal",
            "shape",
            "token",
            "webhook",
            "login::authorize",
            "login::consent",
            "login::grants",
            "login::id_token",
            "login::liff_token",
            "login::offers",
        ],
        &[
            "admin",
            "dispatch",
            "people",
            "phone",
            "send",
            "server",
            "setup",
            "login::account_link",
            "login::exchange",
            "login::liff",
            "login::liff_apps",
            "login::masked",
            "login::revoke",
            "login::routes",
            "login::screen",
            "login::screens",
            "login::setup",
            "login::talk",
            "login::user",
            "login::verify",
        ],
    ],
);

const HUBSPOT: Fake = (
    "local::fake::hubspot",
    [
        &[
            "action",
            "definitions",
            "endpoint",
            "execution",
            "inbox_state",
            "object_type",
            "platform",
            "signature",
            "state",
            "store",
            "switches",
        ],
        &["answers", "inputs", "lifecycle", "problem", "values", "webhooks"],
        &[
            "associations",
            "batch",
            "callbacks",
            "consent",
            "dispatch",
            "fetch",
            "files",
            "inbox",
            "inbox_team",
            "misc",
            "oauth",
            "objects",
            "properties",
            "routes",
            "search",
            "server",
            "setup",
            "workflow",
        ],
    ],
);

/// What is wrong with a fake.
fn out_of_order(crates: &Crates, (fake, layers): &Fake) -> Vec<String> {
    let root = path(fake);
    let files: BTreeMap<&Path, &str> = crates.files().filter(|(module, _)| module.starts_with(&root)).collect();
    let layer = |module: &[String]| {
        let name = module[root.len()..].join("::");
        layers.iter().position(|layer| layer.contains(&name.as_str()))
    };
    let mut wrong = Vec::new();
    let mut imports: BTreeMap<&Path, BTreeSet<Path>> = BTreeMap::new();
    for (module, file) in &files {
        let named = crates.named[*module].iter().filter_map(|named| crates.home(named));
        let others: BTreeSet<Path> =
            named.filter(|home| home.starts_with(&root) && home != module).map(<[_]>::to_vec).collect();
        if file.ends_with("/mod.rs") {
            let items = &crates.modules[*module].items;
            wrong.extend(items.iter().map(|item| format!("{file}: `{item}` is in no layer; move it into a file")));
            continue;
        }
        let Some(own) = layer(module) else {
            wrong.push(format!("{file}: has no layer"));
            continue;
        };
        for other in others {
            match layer(&other) {
                Some(above) if above > own => {
                    wrong.push(format!(
                        "{file}: {} name nothing of {}: {}",
                        LAYERS[own],
                        LAYERS[above],
                        other.join("::")
                    ));
                }
                Some(_) => _ = imports.entry(*module).or_default().insert(other),
                // A `mod.rs`: what it re-exports is followed to its file.
                None => {}
            }
        }
    }
    wrong.extend(circle(&imports).map(|circle| format!("{fake}: a circle of {}", circle.join(", "))));
    wrong
}

/// The files that are left when all are taken away that import nothing that is left, or that nothing that is left imports.
fn circle(imports: &BTreeMap<&Path, BTreeSet<Path>>) -> Option<Vec<String>> {
    let mut left: BTreeSet<&Path> = imports.keys().copied().collect();
    loop {
        let stay = |module: &&&Path| {
            let imports_one = imports[**module].iter().any(|other| left.contains(other));
            imports_one && left.iter().any(|other| imports[*other].contains(**module))
        };
        let next: BTreeSet<&Path> = left.iter().filter(stay).copied().collect();
        if next.len() == left.len() {
            let names = next.iter().map(|module| module.join("::")).collect::<Vec<_>>();
            return (!names.is_empty()).then_some(names);
        }
        left = next;
    }
}

#[test]
fn a_fakes_files_know_only_what_is_below_them() {
    let crates = Crates::under(&["infra/local/src"]);
    for fake in [LINE, HUBSPOT] {
        for file in fake.1.concat() {
            assert!(crates.written.contains_key(&path(&format!("{}::{file}", fake.0))), "{file} is gone");
        }
        let wrong = out_of_order(&crates, &fake);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn a_file_of_a_fake_that_looks_up_or_around_is_found() {
    let fake: Fake = ("local::fake::x", [&["state", "kept"], &["limits"], &["send"]]);
    let at = |name: &str| format!("infra/local/src/fake/x/{name}.rs");
    let found = |name: &str, text: &str| {
        let beside = [
            ("mod", "mod state; pub use send::Send;"),
            ("state", "pub struct State;"),
            ("kept", "use super::state::State;"),
            ("limits", "use super::state::State;"),
            ("send", "use super::limits; pub struct Send;"),
        ];
        let files: Vec<(String, &str)> = beside
            .iter()
            .filter(|(other, _)| *other != name)
            .chain([&(name, text)])
            .map(|(name, text)| (at(name), *text))
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        out_of_order(&Crates::made_up(&files), &fake)
    };
    assert_eq!(found("kept", "use super::state as s; fn f() { s::x() }"), Vec::<String>::new());
    for (name, text, expected) in [
        ("state", "use super::limits::x;", "state name nothing of rules"),
        ("limits", "use super::Send as S;", "rules name nothing of routes"),
        ("limits", "fn f() { crate::fake::x::send::go() }", "rules name nothing of routes"),
        ("state", "use super::kept; pub struct State;", "a circle of local::fake::x::kept, local::fake::x::state"),
        ("more", "", "has no layer"),
        ("mod", "pub struct Fake;", "`Fake` is in no layer"),
    ] {
        let wrong = found(name, text);
        assert!(wrong.iter().any(|wrong| wrong.contains(expected)), "{text}: {wrong:?}");
    }
}
