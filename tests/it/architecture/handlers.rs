//! Among the dispatcher's files: a handler of effects knows no other handler, and one hand alone changes links.

use super::names::{Crates, path};
use super::syntax::Path;

const DISPATCH: &str = "musubi::flow::dispatch";
const EFFECTS: &str = "musubi::flow::dispatch::effects";
/// What joins the handlers: what is due by its kind, and within a kind by LINE provider.
const JOINTS: [&str; 2] = [EFFECTS, "musubi::flow::dispatch::effects::by_provider"];
const HAND: &str = "musubi::flow::dispatch::links";

/// What changes a link: methods of the port and of the one hand.
const CHANGES: [&str; 4] = ["link", "relink", "unlink", "follow_merge"];
/// What else changes links, for whoever holds the port.
const CHANGING_FLOWS: [&str; 2] = ["musubi::flow::unlink", "musubi::store::links::Links"];

/// The handler that a path under `effects` is in.
fn handler(named: &[String]) -> Option<&String> {
    named.strip_prefix(path(EFFECTS).as_slice())?.first()
}

/// What is wrong: who names a handler besides itself and what joins them.
fn handlers_that_are_named(crates: &Crates) -> Vec<String> {
    let is_handler = |name: &&String| {
        let at = [path(EFFECTS), vec![(*name).clone()]].concat();
        crates.modules.contains_key(&at) && !JOINTS.map(path).contains(&at)
    };
    let mut wrong = Vec::new();
    for (module, file) in crates.files().filter(|(module, _)| !JOINTS.map(path).contains(module)) {
        let named = &crates.named[module];
        let handlers = named.iter().filter_map(|named| handler(named)).filter(is_handler);
        let others = handlers.filter(|name| handler(module) != Some(name));
        wrong.extend(others.map(|name| format!("{file}: may not name the handler `{name}`")));
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// What is wrong: who changes links besides the one hand.
fn other_hands(crates: &Crates) -> Vec<String> {
    let mut wrong = Vec::new();
    for (module, file) in crates.files().filter(|(module, _)| module.starts_with(&path(DISPATCH))) {
        if *module == path(HAND) {
            continue;
        }
        for named in &crates.named[module] {
            let changes = CHANGING_FLOWS.iter().find(|changes| named.starts_with(&path(changes)));
            // The struct `Dispatch` holds the port and lends it to the hand.
            if let Some(changes) =
                changes.filter(|_| *module != path(DISPATCH) || named.starts_with(&path("musubi::flow")))
            {
                wrong.push(format!("{file}: may not name `{changes}`"));
            }
        }
        for call in crates.written[module].calls.iter().filter(|call| CHANGES.contains(&call.method.as_str())) {
            let on_itself = call.receiver == ["self"];
            if !on_itself && !is_on_the_hand(crates, module, &call.receiver) {
                wrong.push(format!("{file}: may not call `{}.{}`", call.receiver.join("."), call.method));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Whether a handler has the hand under this name.
fn is_on_the_hand(crates: &Crates, module: &Path, receiver: &[String]) -> bool {
    let name = match receiver {
        [name] => name,
        [own, name] if own == "self" => name,
        _ => return false,
    };
    let Some(handler) = handler(module) else { return false };
    let folder = [path(EFFECTS), vec![handler.clone()]].concat();
    let hand = path(&format!("{HAND}::AccountLinks"));
    let files = crates.modules.iter().filter(|(path, _)| path.starts_with(&folder));
    files.flat_map(|(at, of)| of.typed.iter().map(move |typed| (at, typed))).any(|(at, (typed, kind))| {
        let syn::Type::Path(kind) = without_references(kind) else { return false };
        typed == name && crates.resolve(at, &super::syntax::segments(&kind.path)) == hand
    })
}

/// A type without the references to it.
pub fn without_references(kind: &syn::Type) -> &syn::Type {
    match kind {
        syn::Type::Reference(inner) => without_references(&inner.elem),
        kind => kind,
    }
}

#[test]
fn a_handler_of_effects_names_no_other_handler() {
    let crates = Crates::under(&["shared/src"]);
    assert!(crates.files().filter(|(module, _)| handler(module).is_some()).count() >= 12);
    let wrong = handlers_that_are_named(&crates);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_file_of_the_dispatcher_changes_links() {
    let crates = Crates::under(&["shared/src"]);
    let hand = &crates.written[&path(HAND)];
    for change in CHANGES {
        assert!(hand.calls.iter().any(|call| call.method == change), "{change}");
    }
    let wrong = other_hands(&crates);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The dispatcher in small, and one more file.
fn with(file: &str, text: &str) -> Crates {
    let at = |name: &str| format!("shared/src/flow/dispatch/{name}");
    let beside = [
        ("shared/src/lib.rs".to_owned(), ""),
        ("shared/src/store/mod.rs".to_owned(), "pub use links::Links;"),
        ("shared/src/store/links.rs".to_owned(), "pub struct Links;"),
        (at("mod.rs"), "use crate::store::Links; pub struct Dispatch { pub links: Links }"),
        (at("links.rs"), "use crate::store::Links; pub struct AccountLinks { port: Links }"),
        (at("effects/mod.rs"), "use self::send::Send; use self::clear::Clear;"),
        (
            at("effects/send/mod.rs"),
            "use crate::flow::dispatch::links::AccountLinks; pub struct Send { hand: AccountLinks }",
        ),
        (at("effects/send/more.rs"), "use super::Send;"),
        (at("effects/clear.rs"), "pub struct Clear;"),
    ];
    let path = at(file);
    let beside = beside.iter().filter(|(other, _)| *other != path).map(|(path, text)| (path.as_str(), *text));
    Crates::made_up(&beside.chain([(path.as_str(), text)]).collect::<Vec<_>>())
}

#[test]
fn a_handler_that_names_another_is_found() {
    for (file, text) in [
        ("effects/clear.rs", "use super::send::Send;"),
        ("effects/clear.rs", "use super::send as s; fn f() { s::more() }"),
        ("effects/clear.rs", "use super::*; fn f(x: Send) {}"),
        ("effects/send/more.rs", "fn f() { x!(crate::flow::dispatch::effects::clear::Clear) }"),
        ("round.rs", "use super::effects::clear;"),
    ] {
        assert_eq!(handlers_that_are_named(&with(file, text)).len(), 1, "{text}");
    }
    let own = with("effects/send/more.rs", "use super::Send; fn f() { super::super::handle() }");
    assert!(handlers_that_are_named(&own).is_empty());
}

#[test]
fn another_hand_on_links_is_found() {
    for (file, text) in [
        ("walk.rs", "fn f(ports: &super::Dispatch) { ports.links.unlink(x) }"),
        (
            "mod.rs",
            "pub struct Dispatch { links: crate::store::Links } impl Dispatch { fn f(&self) { self.links.link(x) } }",
        ),
        ("effects/send/more.rs", "impl X { fn f(&self) { join!(self.ports.links.follow_merge(x)) } }"),
        ("effects/clear.rs", "fn f(hand: u8) { hand.relink(x) }"),
        ("effects/clear.rs", "fn f() { super::super::super::unlink::unlink(x) }"),
        ("turns.rs", "use crate::store::links::Links as L;"),
        ("effects/clear.rs", "type L = crate::store::Links;"),
    ] {
        assert!(!other_hands(&with(file, text)).is_empty(), "{text}");
    }
    let by_hand = with("effects/send/more.rs", "impl Send { fn f(&self) { self.hand.unlink(x); self.link(y) } }");
    assert_eq!(other_hands(&by_hand), Vec::<String>::new());
}
