//! What a function's `Ports`, and the flows that it reaches, ask for.

use std::collections::BTreeSet;

use syn::Type;

use super::super::names::{Crates, path};
use super::super::syntax::{Path, segments};

/// What a field's type asks for. A type that is not here is a flow of our own, whose fields say it.
const ASKED_BY_TYPE: [(&str, &[&str]); 28] = [
    // What signs is asked for by itself.
    ("musubi::ports::Endpoints", &[]),
    ("musubi::ports::OutsideFiles", &[]),
    ("musubi::ports::Team", &["topic team Publish"]),
    // The table's actions follow from the methods that are called.
    (CHANNELS, &[]),
    (ACCOUNTS, &[]),
    (INBOXES, &[]),
    ("musubi::store::Links", &["table links"]),
    ("musubi::store::LinkReader", &["links GetItem"]),
    ("musubi::store::Journal", &["table journal"]),
    ("musubi::store::Hearings", &["table journal"]),
    ("musubi::store::TrialReader", &["table journal"]),
    ("musubi::store::Operators", &["table console"]),
    ("musubi::store::Findings", &["table console"]),
    // The kinds of secrets follow from the methods that are called.
    (SECRETS, &[]),
    (DEAD_LETTERS, &[]),
    ("musubi::ports::Clock", &[]),
    ("String", &[]),
    ("musubi::flow::doctor::QueueKind", &[]),
    ("musubi::http_client::HttpClient", &[]),
    // Pushes and profiles are authorised by the channel's secrets.
    ("musubi::ports::Messenger", &["secret line GetSecretValue"]),
    ("musubi::ports::ChatSigns", &["secret line GetSecretValue"]),
    ("musubi::ports::LineContent", &["secret line GetSecretValue"]),
    // It is opened by secrets, which are asked for by themselves.
    ("musubi::ports::LineConsoles", &[]),
    ("musubi::ports::Login", &["secret line GetSecretValue"]),
    // A look at an Official Account, too.
    ("musubi::ports::LineCheckup", &["secret line GetSecretValue"]),
    // An account's token is refreshed with the app's secret, and stored.
    (
        "musubi::ports::Crms",
        &[
            "secret hubspot/app GetSecretValue",
            "secret hubspot/account GetSecretValue",
            "secret hubspot/account PutSecretValue",
        ],
    ),
    (
        "musubi::ports::CrmSetUp",
        &[
            "secret hubspot/app GetSecretValue",
            "secret hubspot/account GetSecretValue",
            "secret hubspot/account PutSecretValue",
        ],
    ),
    (
        "musubi::ports::CrmCheckups",
        &[
            "secret hubspot/app GetSecretValue",
            "secret hubspot/account GetSecretValue",
            "secret hubspot/account PutSecretValue",
        ],
    ),
];

const CHANNELS: &str = "musubi::store::Channels";
const ACCOUNTS: &str = "musubi::store::Accounts";
const INBOXES: &str = "musubi::store::Inboxes";
const SECRETS: &str = "musubi::ports::Secrets";
const DEAD_LETTERS: &str = "musubi::ports::DeadLetters";

/// What a call of a method asks for, wherever a function or its flows make it on a value of the type.
const ASKED_BY_METHOD: [(&str, &str, &str); 45] = [
    (CHANNELS, "find", "channels GetItem"),
    (CHANNELS, "find_versioned", "channels GetItem"),
    (CHANNELS, "is_disconnected", "channels GetItem"),
    (CHANNELS, "former", "channels GetItem"),
    (CHANNELS, "all_with_leaving", "channels Query"),
    (ACCOUNTS, "find", "channels GetItem"),
    (ACCOUNTS, "all", "channels Query"),
    (CHANNELS, "all", "channels Query"),
    (ACCOUNTS, "has_app", "channels Query"),
    (CHANNELS, "put", "channels PutItem"),
    // A new one is a former one no more.
    (CHANNELS, "put", "channels DeleteItem"),
    (ACCOUNTS, "put", "channels PutItem"),
    (INBOXES, "find", "channels GetItem"),
    (INBOXES, "put", "channels PutItem"),
    (CHANNELS, "remove", "channels DeleteItem"),
    (ACCOUNTS, "remove", "channels DeleteItem"),
    (SECRETS, "forget_crm_token", "secret hubspot/account DeleteSecret"),
    (SECRETS, "forget_line", "secret line DeleteSecret"),
    (SECRETS, "line", "secret line GetSecretValue"),
    (SECRETS, "line_anew", "secret line GetSecretValue"),
    (SECRETS, "crm_app", "secret hubspot/app GetSecretValue"),
    (SECRETS, "crm_app_anew", "secret hubspot/app GetSecretValue"),
    (SECRETS, "crm_token", "secret hubspot/account GetSecretValue"),
    // A first one is made, a deleted one brought back.
    (SECRETS, "store_crm_token", "secret hubspot/account PutSecretValue"),
    (SECRETS, "store_crm_token", "secret hubspot/account CreateSecret"),
    (SECRETS, "store_crm_token", "secret hubspot/account RestoreSecret"),
    (SECRETS, "store_line", "secret line PutSecretValue"),
    // The first time it is made; one that was deleted lately is brought back.
    (SECRETS, "store_line", "secret line CreateSecret"),
    (SECRETS, "store_line", "secret line RestoreSecret"),
    // Of each queue.
    (DEAD_LETTERS, "count", "count inbox-dead-letters"),
    (DEAD_LETTERS, "count", "count push-dead-letters"),
    (DEAD_LETTERS, "count", "count crm-dead-letters"),
    (DEAD_LETTERS, "count", "count notices-dead-letters"),
    // Looking at one is receiving it, and each goes back to its queue.
    (DEAD_LETTERS, "list", "take inbox-dead-letters"),
    (DEAD_LETTERS, "list", "take push-dead-letters"),
    (DEAD_LETTERS, "list", "take crm-dead-letters"),
    (DEAD_LETTERS, "list", "take notices-dead-letters"),
    (DEAD_LETTERS, "redrive", "take inbox-dead-letters"),
    (DEAD_LETTERS, "redrive", "take push-dead-letters"),
    (DEAD_LETTERS, "redrive", "take crm-dead-letters"),
    (DEAD_LETTERS, "redrive", "take notices-dead-letters"),
    (DEAD_LETTERS, "redrive", "send inbox"),
    (DEAD_LETTERS, "redrive", "send push"),
    (DEAD_LETTERS, "redrive", "send crm"),
    (DEAD_LETTERS, "redrive", "send notices"),
];

/// What a name of `musubi` asks for, wherever it stands.
pub const ASKED_BY_NAME: [(&str, &str); 15] = [
    ("musubi::line::authenticate", "secret line GetSecretValue"),
    ("musubi::config::public_url", "variable MUSUBI_PUBLIC_URL"),
    ("musubi::config::line_urls", "variable MUSUBI_LINE_API_URL"),
    ("musubi::config::line_app_url", "variable MUSUBI_LINE_APP_URL"),
    ("musubi::config::liff_urls", "variable MUSUBI_LIFF_URL"),
    ("musubi::config::liff_urls", "variable MUSUBI_LIFF_SDK_URL"),
    ("musubi::config::hubspot_api_url", "variable MUSUBI_HUBSPOT_API_URL"),
    ("musubi::config::hubspot_authorize_url", "variable MUSUBI_HUBSPOT_AUTHORIZE_URL"),
    ("musubi::config::hubspot_app", "variable MUSUBI_HUBSPOT_APP"),
    ("musubi::wiring::check_up", "variable MUSUBI_PUBLIC_URL"),
    ("musubi::wiring::check_up", "variable MUSUBI_LINE_API_URL"),
    ("musubi::wiring::check_up", "variable MUSUBI_HUBSPOT_API_URL"),
    ("musubi::wiring::set_up_urls", "variable MUSUBI_HUBSPOT_API_URL"),
    ("musubi::wiring::set_up_urls", "variable MUSUBI_HUBSPOT_AUTHORIZE_URL"),
    ("musubi::config::push_max_concurrency", "variable MUSUBI_PUSH_MAX_CONCURRENCY"),
];
/// A field of what [`ASKED_BY_NAME`] gives that not everybody reads: (name, field, what it asks for).
pub const ASKED_BY_FIELD: (&str, &str, &str) =
    ("musubi::config::line_urls", "access", "variable MUSUBI_LINE_ACCESS_URL");

/// Queues, by port and as the adapter that reads one.
const QUEUE_TYPES: [&str; 3] = ["musubi::ports::Queue", "musubi::batch::JobQueue", "musubi::aws::SqsQueue"];
/// The queue of a job's type, as the table names it.
const QUEUES: [(&str, &str); 4] = [
    ("musubi::domain::notice::Notice", "notices"),
    ("musubi::domain::job::InboxJob", "inbox"),
    ("musubi::domain::push::PushJob", "push"),
    ("musubi::domain::job::WakeUp", "crm"),
];
/// What reads a queue, and dead-letters what cannot be read.
const READERS: [&str; 2] = ["musubi::batch::job", "musubi::batch::each_in_turn"];

/// What a type is once references, pointers and names for it are taken off: its path, and its arguments with the module that
/// they are written in.
fn bare(crates: &Crates, module: &[String], kind: &Type) -> Option<(Path, Path, Vec<Type>)> {
    let written = match kind {
        Type::Reference(inner) => return bare(crates, module, &inner.elem),
        Type::Paren(inner) => return bare(crates, module, &inner.elem),
        Type::TraitObject(object) => object.bounds.iter().find_map(|bound| match bound {
            syn::TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        })?,
        Type::Path(kind) => &kind.path,
        _ => return None,
    };
    let found = crates.resolve(module, &segments(written));
    let arguments: Vec<Type> = match &written.segments.last()?.arguments {
        syn::PathArguments::AngleBracketed(all) => {
            let kinds = all.args.iter().filter_map(|argument| match argument {
                syn::GenericArgument::Type(kind) => Some(kind.clone()),
                _ => None,
            });
            kinds.collect()
        }
        _ => Vec::new(),
    };
    let (name, home) = found.split_last()?;
    match (crates.modules.get(home).and_then(|home| home.types.get(name)), arguments.first()) {
        _ if is_one_of(crates, &QUEUE_TYPES, &found) => Some((found, module.to_vec(), arguments)),
        (Some(inner), _) => bare(crates, home, inner),
        (None, Some(inner)) if matches!(name.as_str(), "Arc" | "Box" | "Rc" | "Option" | "Vec") => {
            bare(crates, module, inner)
        }
        _ => Some((found, module.to_vec(), arguments)),
    }
}

fn is(crates: &Crates, known: &str, found: &[String]) -> bool {
    crates.resolve(&[], &path(known)) == found
}

fn is_one_of(crates: &Crates, known: &[&str], found: &[String]) -> bool {
    known.iter().any(|known| is(crates, known, found))
}

/// What a function reaches and asks for.
struct Asked<'a> {
    crates: &'a Crates,
    files: BTreeSet<Path>,
    needed: BTreeSet<String>,
}

/// A field, a parameter or a variable of a reached file, and its type.
#[derive(Clone)]
struct Held {
    name: String,
    kind: Path,
    /// The first argument of the type.
    of: Option<Path>,
}

/// What a function's `Ports` ask for, by its own source and the flows'.
pub fn needed(crates: &Crates, function: &str) -> BTreeSet<String> {
    let mut asked = Asked { crates, files: BTreeSet::new(), needed: BTreeSet::new() };
    asked.reach(&path(function));
    asked.by_fields(&path(function));
    let held = asked.held();
    asked.by_methods(&held);
    asked.by_names();
    asked.by_queues(&held);
    // Who may change the links may read them.
    if asked.needed.contains("table links") {
        asked.needed.remove("links GetItem");
    }
    asked.needed
}

impl Asked<'_> {
    /// A module's file, the files of its folder, and the flows that they name.
    fn reach(&mut self, module: &[String]) {
        let inside: Vec<&Path> = self.crates.written.keys().filter(|path| path.starts_with(module)).collect();
        for file in inside {
            if !self.files.insert(file.clone()) {
                continue;
            }
            for named in &self.crates.named[file] {
                let flow =
                    self.crates.home(named).filter(|home| home.len() > 2 && home.starts_with(&path("musubi::flow")));
                // Who stands in a flow's folder is no reason to look at the whole of it.
                if let Some(flow) = flow.filter(|flow| !file.starts_with(flow)) {
                    self.reach(flow);
                }
            }
        }
    }

    /// By the fields of `Ports`, and of the flows in it.
    fn by_fields(&mut self, function: &Path) {
        let mut open = vec![(function.clone(), "Ports".to_owned())];
        let mut done = BTreeSet::new();
        while let Some((module, name)) = open.pop() {
            if !done.insert((module.clone(), name.clone())) {
                continue;
            }
            let fields = &self.crates.modules[&module].structs[&name];
            // A pointer to a function is pure: a choice of who reads and answers.
            for (field, kind) in fields.iter().filter(|(_, kind)| !matches!(kind, Type::FnPtr(_))) {
                let (found, ..) = bare(self.crates, &module, kind).unwrap_or_else(|| panic!("`{field}` of `{name}`"));
                let asked = ASKED_BY_TYPE.iter().find(|(known, _)| is(self.crates, known, &found));
                let flow = found.split_last().filter(|(name, home)| {
                    self.crates.modules.get(*home).is_some_and(|home| home.structs.contains_key(*name))
                });
                match (asked, flow) {
                    (Some((_, asked)), _) => self.needed.extend(asked.iter().map(|&asked| asked.to_owned())),
                    _ if is_one_of(self.crates, &QUEUE_TYPES, &found) => {}
                    (None, Some((name, home))) if home.starts_with(&path("musubi::flow")) => {
                        self.reach(home);
                        open.push((home.to_vec(), name.clone()));
                    }
                    _ => panic!("`{field}: {}` is neither a port nor a flow", found.join("::")),
                }
            }
        }
    }

    /// Everything with a type in the reached files.
    fn held(&self) -> Vec<Held> {
        let files: BTreeSet<&str> = self.files.iter().map(|file| self.crates.modules[file].file.as_str()).collect();
        let modules = self.crates.modules.iter().filter(|(_, of)| files.contains(of.file.as_str()));
        let renamed = modules.clone().flat_map(|(_, of)| &of.renamed);
        let typed = modules.flat_map(|(path, of)| of.typed.iter().map(move |(name, kind)| (path, name, kind)));
        let held = typed.filter_map(|(path, name, kind)| {
            let (kind, module, arguments) = bare(self.crates, path, kind)?;
            let of = arguments.first().and_then(|of| Some(bare(self.crates, &module, of)?.0));
            Some(Held { name: name.clone(), kind, of })
        });
        let mut held: Vec<Held> = held.collect();
        for (name, old) in renamed.filter(|(name, old)| name != old) {
            let again: Vec<Held> = held.iter().filter(|held| held.name == *old).cloned().collect();
            held.extend(again.into_iter().map(|held| Held { name: name.clone(), ..held }));
        }
        held
    }

    fn by_methods(&mut self, held: &[Held]) {
        for (known, method, asked) in ASKED_BY_METHOD {
            let known = self.crates.resolve(&[], &path(known));
            let by_path = [known.as_slice(), &[method.to_owned()]].concat();
            let is_holder = |on: &str| held.iter().any(|held| held.name == on && held.kind == known);
            let called = self.files.iter().any(|file| {
                let mut calls = self.crates.written[file].calls.iter().filter(|call| call.method == method);
                calls.any(|call| is_holder(call.on())) || self.crates.named[file].contains(&by_path)
            });
            self.needed.extend(called.then(|| asked.to_owned()));
        }
    }

    fn by_names(&mut self) {
        for file in &self.files {
            let named = &self.crates.named[file];
            let names = |known: &str| named.contains(&self.crates.resolve(&[], &path(known)));
            let by_name = ASKED_BY_NAME.iter().filter(|(known, _)| names(known));
            self.needed.extend(by_name.map(|(_, asked)| (*asked).to_owned()));
            let (known, field, asked) = ASKED_BY_FIELD;
            let reads = names(known) && self.crates.written[file].fields.iter().any(|read| read == field);
            self.needed.extend(reads.then(|| asked.to_owned()));
        }
    }

    fn by_queues(&mut self, held: &[Held]) {
        let queue_of =
            |job: &Path| QUEUES.iter().find(|(known, _)| is(self.crates, known, job)).map(|(_, queue)| *queue);
        for Held { name: field, of, .. } in held.iter().filter(|held| is_one_of(self.crates, &QUEUE_TYPES, &held.kind))
        {
            let Some(queue) = of.as_ref().and_then(queue_of) else { continue };
            let written = || self.files.iter().map(|file| &self.crates.written[file]);
            let calls = |methods: &[&str]| {
                let mut calls = written().flat_map(|written| &written.calls);
                calls.any(|call| call.on() == *field && methods.contains(&call.method.as_str()))
            };
            if calls(&["send", "send_later"]) {
                self.needed.insert(format!("send {queue}"));
            }
            let mut functions = written().flat_map(|written| &written.functions);
            let reads = functions.any(|call| {
                let reader = is_one_of(self.crates, &READERS, &self.crates.resolve(&call.module, &call.path));
                reader && call.arguments.contains(field)
            });
            if calls(&["dead_letter"]) || reads {
                self.needed.insert(format!("send {queue}-dead-letters"));
            }
        }
    }
}

#[test]
fn the_tables_name_what_is_there() {
    let crates = Crates::under(&["shared/src"]);
    let methods = ASKED_BY_METHOD.map(|(known, ..)| known);
    let names = ASKED_BY_NAME.map(|(known, _)| known);
    let (types, queues) = (ASKED_BY_TYPE.map(|(known, _)| known), QUEUES.map(|(known, _)| known));
    let all = [&methods[..], &names, &types, &queues, &QUEUE_TYPES, &READERS].concat();
    for known in all.into_iter().filter(|known| known.starts_with("musubi")) {
        assert!(crates.is_there(&crates.resolve(&[], &path(known))), "{known}");
    }
}
