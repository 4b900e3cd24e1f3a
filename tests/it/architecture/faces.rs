//! A face of Musubi asks, calls a verb of `flow` and says the result. It writes nothing itself: to no table, secret or queue,
//! not to LINE, and to no CRM. So nothing of what an operator does is written twice when a second face does it, too.

use std::collections::BTreeSet;

use syn::visit::Visit;

use super::handlers::without_references;
use super::names::{Crates, path};
use super::reads::READS_OF_THE_JOURNAL;
use super::source::{is_test_file, rust_files};
use super::syntax::{Path, segments};

/// The faces.
const FACES: [&str; 2] = ["infra/cli/src", "functions/console/src"];

/// Who writes, and with which methods; the other methods only read, or are pure. A face may have one in its hand, to give it to
/// a verb.
const WRITES: [(&str, &[&str], &[&str]); 19] = [
    ("musubi::ports::Endpoints", &["tell"], &[]),
    ("musubi::ports::Team", &["tell"], &[]),
    (
        "musubi::ports::Secrets",
        &["store_crm_token", "store_line", "store_crm_app", "forget_crm_token", "forget_line"],
        &["line", "line_anew", "crm_app", "crm_app_anew", "crm_token"],
    ),
    ("musubi::ports::Table", &["commit"], &["get", "range"]),
    ("musubi::ports::ChatSigns", &["mark_as_read", "show_writing"], &[]),
    ("musubi::ports::Queue", &["send", "send_later", "dead_letter"], &[]),
    ("musubi::ports::DeadLetters", &["redrive"], &["list", "count"]),
    (
        "musubi::ports::CrmSetUp",
        &[
            "exchange_code",
            "make_ready",
            "uninstall",
            "make_inbox_channel",
            "enter_inbox",
            "leave_inbox",
            "leave_inbox_wholly",
        ],
        &["authorize_url", "check_client", "by_private_token", "inboxes"],
    ),
    ("musubi::ports::ChannelConsole", &["set_webhook"], &[]),
    ("musubi::ports::LoginConsole", &["make_liff"], &[]),
    (
        "musubi::line::LineMessenger",
        &["set_webhook_endpoint"],
        // LINE's test of a webhook changes nothing.
        &["new", "bot_info", "webhook_endpoint", "test_webhook", "quota", "message_faults"],
    ),
    (
        "musubi::store::Channels",
        &["put", "remove"],
        &["new", "remembering", "find", "find_versioned", "is_disconnected", "former", "all", "all_with_leaving"],
    ),
    ("musubi::store::Inboxes", &["put"], &["new", "remembering", "find"]),
    ("musubi::store::Accounts", &["put", "remove"], &["new", "remembering", "find", "has_app", "all"]),
    (
        "musubi::store::Operators",
        &["commit"],
        &[
            "new",
            "find",
            "all",
            "invitation",
            "hand_over",
            "person",
            "persons",
            "session",
            "receipt",
            "is_install_used",
            "texts",
            "audit",
        ],
    ),
    (
        "musubi::store::Findings",
        &["commit", "begin_look"],
        &["new", "standing", "looked_at_ms", "reading", "stack_reading"],
    ),
    ("musubi::store::Hearings", &["note_signs"], &["new"]),
    ("musubi::store::Links", &["link", "relink", "follow_merge", "unlink"], &["new", "reader"]),
    // Held by those who write.
    (
        "musubi::store::Journal",
        &["commit", "note_event", "note_refusal", "note_sent", "lock_conversation"],
        READS_OF_THE_JOURNAL,
    ),
];

/// What a face does not even name: what is asked of the world through it is the functions' and the verbs'. Methods of traits
/// cannot be called on anything but `dyn` without the trait's name.
const UNNAMED: [&str; 14] = [
    "musubi::ports::Table",
    "musubi::ports::table",
    "musubi::ports::Queue",
    "musubi::ports::Messenger",
    "musubi::ports::Login",
    "musubi::ports::Crm",
    "musubi::ports::Crms",
    "musubi::ports::CrmFiles",
    "musubi::store::journal::write",
    "musubi::crm::CrmClients",
    "musubi::crm::hubspot::setup",
    "musubi::crm::hubspot::oauth::OAuth",
    "musubi::crm::hubspot::Api",
    "musubi::crm::hubspot::HubSpotSetUp",
];

/// Ports through which nothing is written.
const HARMLESS: [&str; 9] = [
    "Clock",
    "CrmCaller",
    "CrmCheckup",
    "CrmCheckups",
    "FriendList",
    "LineCheckup",
    "LineConsoles",
    "LineContent",
    "OutsideFiles",
];

/// Calls by the name of a writing method on something else: (file, receiver, method, what it is).
const SOMETHING_ELSE: [(&str, &str, &str, &str); 2] = [
    ("infra/cli/src/portal/callback.rs", "stop", "send", "a channel inside the process"),
    ("infra/cli/src/portal/callback.rs", "sender", "send", "a channel inside the process"),
];

/// A verb that is to change nothing.
const DOCTOR: &str = "shared/src/flow/doctor";

/// What is wrong with the faces.
fn written_by_faces(crates: &Crates) -> Vec<String> {
    written_by(crates, &FACES)
}

/// What is wrong with files that are to write nothing themselves.
fn written_by(crates: &Crates, folders: &[&str]) -> Vec<String> {
    let methods: BTreeSet<&str> = WRITES.iter().flat_map(|(_, writes, _)| writes.iter().copied()).collect();
    let whole = |known: &str| [path(known), crates.resolve(&[], &path(known))];
    let mut wrong = Vec::new();
    for (module, file) in crates.files().filter(|(_, file)| folders.iter().any(|folder| file.starts_with(folder))) {
        let named = &crates.named[module];
        let names = |known: &[String]| named.iter().any(|named| named.starts_with(known));
        let unnamed = UNNAMED.iter().filter(|unnamed| whole(unnamed).iter().any(|known| names(known)));
        wrong.extend(unnamed.map(|unnamed| format!("{file}: may not name `{unnamed}`")));
        for (known, writes, _) in WRITES {
            let by_path = |method: &str| {
                whole(known).into_iter().any(|known| named.contains(&[known, vec![method.to_owned()]].concat()))
            };
            let called = writes.iter().filter(|method| by_path(method));
            wrong.extend(called.map(|method| format!("{file}: may not call `{known}::{method}`")));
        }
        for call in crates.written[module].calls.iter().filter(|call| methods.contains(call.method.as_str())) {
            let receiver = call.receiver.join(".");
            let is_else = SOMETHING_ELSE
                .iter()
                .any(|(of, on, method, _)| (*of, *on, *method) == (file, &*receiver, &*call.method));
            if !is_else && !is_verb(crates, file, call.on()) {
                wrong.push(format!("{file}: may not call `{receiver}.{}`", call.method));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

/// Whether a file calls verbs of `flow` by this name, and nothing else.
fn is_verb(crates: &Crates, file: &str, name: &str) -> bool {
    let modules = crates.modules.iter().filter(|(_, of)| of.file == file);
    let typed = modules.flat_map(|(at, of)| of.typed.iter().map(move |(name, kind)| (at, name, kind)));
    let kinds: Vec<Path> = typed
        .filter(|(_, typed, _)| *typed == name)
        .map(|(at, _, kind)| match without_references(kind) {
            syn::Type::Path(kind) => crates.resolve(at, &segments(&kind.path)),
            _ => Path::new(),
        })
        .collect();
    !kinds.is_empty() && kinds.iter().all(|kind| kind.starts_with(&path("musubi::flow")))
}

/// The methods of a trait, and the public ones of a struct.
struct Methods<'a> {
    of: &'a str,
    found: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Methods<'_> {
    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let methods = item.items.iter().filter_map(|item| match item {
            syn::TraitItem::Fn(method) => Some(method.sig.ident.to_string()),
            _ => None,
        });
        if item.ident == self.of {
            self.found.extend(methods);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let syn::Type::Path(kind) = &*item.self_ty else { return };
        let is_own = item.trait_.is_none() && kind.path.segments.last().is_some_and(|last| last.ident == self.of);
        let methods = item.items.iter().filter_map(|item| match item {
            syn::ImplItem::Fn(method) if matches!(method.vis, syn::Visibility::Public(_)) => Some(&method.sig.ident),
            _ => None,
        });
        if is_own {
            self.found.extend(methods.map(ToString::to_string));
        }
    }
}

/// The files that ship of a module of `musubi`, read.
fn parsed(module: &str) -> Vec<syn::File> {
    let files = rust_files(&[&format!("shared/src/{module}")]);
    let files = files.into_iter().filter(|file| !is_test_file(&file.path));
    files.map(|file| syn::parse_file(&file.text).unwrap_or_else(|error| panic!("{}: {error}", file.path))).collect()
}

#[test]
fn a_face_writes_nothing_itself() {
    let crates = Crates::under(&["shared/src", "infra/cli/src"]);
    let wrong = written_by_faces(&crates);
    assert!(wrong.is_empty(), "make it a verb in shared/src/flow:\n{}", wrong.join("\n"));
    for (file, on, method, _) in SOMETHING_ELSE {
        let mut calls =
            crates.files().filter(|(_, of)| *of == file).flat_map(|(module, _)| &crates.written[module].calls);
        let is_there = calls.any(|call| call.receiver.join(".") == on && call.method == method);
        assert!(is_there, "{file} calls no `{on}.{method}` any more; so its place here is gone");
    }
}

#[test]
fn a_doctor_changes_nothing() {
    let crates = Crates::under(&["shared/src"]);
    let looks = crates.files().filter(|(_, file)| file.starts_with(DOCTOR)).count();
    assert!(looks >= 8, "{looks} files");
    let wrong = written_by(&crates, &[DOCTOR]);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // It asks no verb to do it either.
    for (module, file) in crates.files().filter(|(_, file)| file.starts_with(DOCTOR)) {
        let is_verb =
            |named: &&Path| named.starts_with(&path("musubi::flow")) && named.get(2).is_some_and(|it| it != "doctor");
        let verbs: Vec<_> = crates.named[module].iter().filter(is_verb).collect();
        assert!(verbs.is_empty(), "{file}: {verbs:?}");
    }
}

#[test]
fn every_method_of_whoever_writes_is_known_to_write_or_not_to() {
    let crates = Crates::under(&["shared/src"]);
    for (known, writes, reads) in WRITES {
        let whole = path(known);
        let mut methods = Methods { of: &whole[2], found: BTreeSet::new() };
        parsed(&whole[1]).iter().for_each(|file| methods.visit_file(file));
        let said: BTreeSet<String> = writes.iter().chain(reads).map(|method| (*method).to_owned()).collect();
        assert_eq!(methods.found, said, "left: the methods of `{known}`; right: what is said of them here");
    }
    for unnamed in UNNAMED {
        assert!(crates.is_there(&crates.resolve(&[], &path(unnamed))), "{unnamed}");
    }
}

#[test]
fn every_port_is_known_to_write_or_not_to() {
    let last = |known: &&str| path(known).pop().unwrap_or_default();
    let known = WRITES.iter().map(|(known, ..)| last(known)).chain(UNNAMED.iter().map(last));
    let known: BTreeSet<String> = known.chain(HARMLESS.map(str::to_owned)).collect();
    for file in parsed("ports") {
        for item in file.items {
            if let syn::Item::Trait(item) = item {
                assert!(known.contains(&item.ident.to_string()), "`{}` has no place here", item.ident);
            }
        }
    }
}

/// What is wrong with one made-up file of the command line, beside a small `musubi`.
fn found(text: &str) -> Vec<String> {
    let ports = "pub mod queue; pub mod table; pub use queue::Queue; pub use table::Table; pub trait Secrets {}";
    written_by_faces(&Crates::made_up(&[
        ("shared/src/lib.rs", ""),
        ("shared/src/ports/mod.rs", ports),
        ("shared/src/ports/queue.rs", "pub trait Queue<T> {}"),
        ("shared/src/ports/table.rs", "pub trait Table {}"),
        ("shared/src/store/mod.rs", "mod channels; pub mod journal; pub use channels::Channels;"),
        ("shared/src/store/channels.rs", "pub struct Channels;"),
        ("shared/src/store/journal/mod.rs", "pub mod write;"),
        ("shared/src/store/journal/write.rs", "pub fn friends_import() {}"),
        ("shared/src/flow/mod.rs", "pub struct ChangeRoutes; pub use crate::store::Channels as Kept;"),
        ("shared/src/crm/mod.rs", "pub mod hubspot; pub fn set_up() {}"),
        ("shared/src/crm/hubspot/mod.rs", "pub mod oauth; pub mod setup;"),
        ("shared/src/crm/hubspot/setup.rs", "pub fn prepare_properties() {}"),
        ("shared/src/crm/hubspot/oauth.rs", "pub struct OAuth; pub const TIMELINE_SCOPE: u8 = 1;"),
        ("infra/cli/src/main.rs", "mod x;"),
        ("infra/cli/src/x.rs", text),
    ]))
}

#[test]
fn a_face_that_writes_is_found() {
    for (text, what) in [
        ("fn f() { secrets.store_crm_token(&key, &token).await?; }", "call `secrets.store_crm_token`"),
        ("fn f() { workspace.adapters.secrets()?.store_line(&id, &new).await }", "call `.store_line`"),
        ("fn f() { join!(a.secrets.forget_line(&id)) }", "call `a.secrets.forget_line`"),
        (
            "fn f() { musubi::ports::Secrets::store_crm_app(&*s, k, a, n) }",
            "call `musubi::ports::Secrets::store_crm_app`",
        ),
        (
            "use musubi::ports::Secrets as S; fn f() { <dyn S>::x(); S::store_line(&*s) }",
            "call `musubi::ports::Secrets::store_line`",
        ),
        ("fn f() { journal.commit(vec![x]).await }", "call `journal.commit`"),
        ("fn f() { journal.table().commit(vec![x]).await }", "call `.commit`"),
        ("use musubi::store::journal::write;", "name `musubi::store::journal::write`"),
        ("fn f() { musubi::store::journal::write::friends_import() }", "name `musubi::store::journal::write`"),
        ("use musubi::ports::Queue as Q;", "name `musubi::ports::Queue`"),
        ("use musubi::ports::queue::Queue;", "name `musubi::ports::Queue`"),
        ("fn f() { outbox.wake_ups.send(&job).await }", "call `outbox.wake_ups.send`"),
        ("fn f() { open(queue)?.redrive(Which::ALL).await }", "call `.redrive`"),
        ("fn f() { workspace.channels()?.remove(&id).await }", "call `.remove`"),
        ("fn f(routes: &musubi::flow::Kept) { routes.remove(&id) }", "call `routes.remove`"),
        ("use musubi::store::Channels; fn f() { Channels::put(&c, &x, 0) }", "call `musubi::store::Channels::put`"),
        ("fn f() { let routes = ChangeRoutes { a }; routes.remove(&id) }", "call `routes.remove`"),
        (
            "use musubi::flow::ChangeRoutes; fn f() { let routes = ChangeRoutes { a }; let routes = w.channels()?; routes.remove(&id) }",
            "call `routes.remove`",
        ),
        ("fn f() { line.set_webhook_endpoint(&id, &url).await }", "call `line.set_webhook_endpoint`"),
        ("fn f() { console.make_liff(&app).await }", "call `console.make_liff`"),
        ("use musubi::crm::hubspot::setup as s;", "name `musubi::crm::hubspot::setup`"),
        ("use musubi::crm::hubspot::oauth::{OAuth, TIMELINE_SCOPE};", "name `musubi::crm::hubspot::oauth::OAuth`"),
        ("fn f() { set_up.exchange_code(&client, uri, &code).await }", "call `set_up.exchange_code`"),
        ("fn f() { links.unlink(&link).await }", "call `links.unlink`"),
    ] {
        assert_eq!(found(text), [format!("infra/cli/src/x.rs: may not {what}")], "{text}");
    }
}

#[test]
fn a_face_that_calls_verbs_and_reads_is_left_alone() {
    for text in [
        "use musubi::flow::ChangeRoutes; fn f() { let routes = ChangeRoutes { channels }; routes.remove(&id, &name).await }",
        "fn f(routes: &musubi::flow::ChangeRoutes) { routes.remove(&id) }",
        "use musubi::ports::Secrets; fn f(s: std::sync::Arc<dyn Secrets>) { s.line_anew(&id).await }",
        "use musubi::crm::hubspot::oauth::TIMELINE_SCOPE; fn f() { musubi::crm::set_up(kind) }",
        "fn f() { workspace.channels()?.find(&id).await; lines.push(1) }",
        "#[cfg(test)]\nmod tests { fn f() { secrets.store_line(&id, &new) } }",
    ] {
        assert_eq!(found(text), Vec::<String>::new(), "{text}");
    }
}
