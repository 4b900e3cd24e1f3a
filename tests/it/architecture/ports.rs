//! A function may do what its flows' ports ask for and nothing more: the fields of `Ports` and of the flows in it, read from
//! the source, against `tests/template/ports.json`. The template is held against that table by `tests/template`.

mod asked;

use std::collections::BTreeSet;

use serde_json::Value;

use super::names::Crates;
use super::source::root;
use asked::{ASKED_BY_FIELD, ASKED_BY_NAME, needed};

/// Where source and table differ, each with its reason. A line that is no longer true fails the test too.
const KNOWN: [(&str, &str, &str, &str); 0] = [];

/// What the table grants a function, in the same words.
fn granted(table: &Value) -> BTreeSet<String> {
    let mut granted = BTreeSet::new();
    let actions = |value: &Value| -> Vec<String> { serde_json::from_value(value.clone()).unwrap() };
    for (table, actions_of) in table["tables"].as_object().unwrap() {
        match table.as_str() {
            "channels" => granted.extend(actions(actions_of).iter().map(|action| format!("channels {action}"))),
            // Who holds the reader alone reads by key and writes nothing.
            "links" if actions(actions_of) == ["GetItem"] => _ = granted.insert("links GetItem".to_owned()),
            _ => _ = granted.insert(format!("table {table}")),
        }
    }
    for (queue, actions_of) in table["queues"].as_object().unwrap() {
        if actions(actions_of).iter().any(|action| action == "SendMessage") {
            granted.insert(format!("send {queue}"));
        }
        // Of the queue itself, the event source mapping receives.
        if queue.ends_with("-dead-letters") && actions(actions_of).iter().any(|action| action == "ReceiveMessage") {
            granted.insert(format!("take {queue}"));
        }
        if queue.ends_with("-dead-letters") && actions(actions_of).iter().any(|action| action == "GetQueueAttributes") {
            granted.insert(format!("count {queue}"));
        }
    }
    for (secret, actions_of) in table["secrets"].as_object().unwrap() {
        granted.extend(actions(actions_of).iter().map(|action| format!("secret {secret} {action}")));
    }
    for (topic, actions_of) in table.get("topics").and_then(Value::as_object).into_iter().flatten() {
        granted.extend(actions(actions_of).iter().map(|action| format!("topic {topic} {action}")));
    }
    let asked = || ASKED_BY_NAME.iter().map(|(_, asked)| *asked).chain([ASKED_BY_FIELD.2]);
    let known = |variable: &String| asked().any(|asked| asked == format!("variable {variable}"));
    granted.extend(
        actions(&table["variables"]).iter().filter(|v| known(v)).map(|variable| format!("variable {variable}")),
    );
    granted
}

#[test]
fn the_table_of_ports_grants_what_the_flows_ask_for_and_nothing_more() {
    let table: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("tests/template/ports.json")).unwrap()).unwrap();
    let crates = Crates::under(&["shared/src", "functions"]);
    let mut found = BTreeSet::new();
    for (function, of) in table["functions"].as_object().unwrap() {
        let (needed, granted) = (needed(&crates, &function.replace('-', "_")), granted(of));
        assert!(!needed.is_empty(), "{function}");
        found.extend(needed.difference(&granted).map(|what| (function.clone(), "missing", what.clone())));
        found.extend(granted.difference(&needed).map(|what| (function.clone(), "unused", what.clone())));
    }
    let known =
        KNOWN.iter().map(|(function, how, what, _)| ((*function).to_owned(), *how, (*what).to_owned())).collect();
    assert_eq!(found, known, "left: what differs now; right: what is known to differ");
}

/// What a made-up function asks for, over a small `musubi`.
fn asked(function: &str, flows: &[(&str, &str)]) -> Vec<String> {
    let store = "pub mod channels { pub struct Channels; pub struct Accounts; pub struct Links; pub struct Journal; }\n\
                 pub use channels::*;";
    let beside = [
        ("shared/src/lib.rs", ""),
        ("shared/src/flow/mod.rs", ""),
        ("shared/src/store.rs", store),
        ("shared/src/ports.rs", "pub trait Queue<T> {} pub trait Secrets {}"),
        ("shared/src/batch.rs", "pub fn job() {} pub type JobQueue<T> = std::sync::Arc<crate::aws::SqsQueue<T>>;"),
        ("shared/src/config.rs", "pub fn line_urls() {} pub fn public_url() {}"),
        ("shared/src/domain/job.rs", "pub struct InboxJob;"),
        ("shared/src/domain/push.rs", "pub struct PushJob;"),
        ("functions/x/src/lib.rs", function),
    ];
    needed(&Crates::made_up(&[&beside[..], flows].concat()), "x").into_iter().collect()
}

#[test]
fn a_port_that_nobody_granted_is_found() {
    let send = "use super::end::End; use crate::domain::push::PushJob; use crate::ports::Queue; use crate::store::Channels;\n\
                pub struct Send { pub channels: Channels, pub push: Arc<dyn Queue<PushJob>> } fn f() { self.push.send(x) }";
    let end = "use crate::store::{Accounts, Links}; pub struct End { pub links: Links, accounts: Accounts }\n\
               fn g() { self.accounts.find(x); }";
    let function = "use musubi::batch::{self, JobQueue}; use musubi::domain::push::PushJob; use musubi::flow::send::Send;\n\
                    use musubi::{ports::Secrets, store::Journal};\n\
                    pub struct Ports { pub send: Send, pub push: JobQueue<PushJob>, pub journal: Journal, secrets: Arc<dyn Secrets> }\n\
                    fn f() { batch::job(&ports.push, r); ports.secrets.line(x) }";
    assert_eq!(
        asked(function, &[("shared/src/flow/send.rs", send), ("shared/src/flow/end.rs", end)]),
        ["channels GetItem", "secret line GetSecretValue", "send push", "send push-dead-letters", "table journal"]
    );
}

#[test]
fn a_port_under_another_name_is_found() {
    let ports = |fields: &str, more: &str| format!("pub struct Ports {{ {fields} }} {more}");
    for (function, expected) in [
        (ports("l: L", "use musubi::store::Links as L;"), &["table links"][..]),
        (ports("l: L", "type L = musubi::store::channels::Links;"), &["table links"]),
        (ports("l: Arc<s::Links>", "use musubi::{store as s};"), &["table links"]),
        (ports("c: musubi::store::Channels", "fn f() { self.c.find(x) }"), &["channels GetItem"]),
        (
            ports("c: musubi::store::Channels", "fn f() { let d = &ports.c; let e = Arc::clone(d); e.all(x) }"),
            &["channels Query"],
        ),
        (
            ports("c: musubi::store::Channels", "fn f() { musubi::store::Channels::put(&c) }"),
            &["channels DeleteItem", "channels PutItem"],
        ),
        (ports("", "fn f(s: &dyn musubi::ports::Secrets) { join!(s.line(x)) }"), &["secret line GetSecretValue"]),
        (ports("", "use musubi::config::public_url as p;"), &["variable MUSUBI_PUBLIC_URL"]),
        (
            ports("", "fn f() { let u = musubi::config::line_urls(e); u.access }"),
            &["variable MUSUBI_LINE_ACCESS_URL", "variable MUSUBI_LINE_API_URL"],
        ),
        (
            ports(
                "q: Q",
                "type Q = Arc<dyn musubi::ports::Queue<J>>; use musubi::domain::job::InboxJob as J; fn f() { q.send(x) }",
            ),
            &["send inbox"],
        ),
    ] {
        assert_eq!(asked(&function, &[]), expected, "{function}");
    }
}

#[test]
fn a_flow_that_is_reached_is_found() {
    let called = "use crate::store::Accounts; fn f(accounts: &Accounts) { accounts.all() }";
    for (file, text) in [
        ("shared/src/flow/a.rs", "use super::b::c;"),
        ("shared/src/flow/a.rs", "fn f() { crate::flow::b::c() }"),
        ("shared/src/flow/a.rs", "use crate::flow as w; fn f() { w::b::c() }"),
        ("shared/src/flow/a/inner.rs", "use super::super::b::c as d;"),
    ] {
        let a = ("shared/src/flow/a.rs", "pub struct A {}");
        let (a, more) =
            if file == a.0 { (a.1.to_owned() + text, vec![]) } else { (a.1.to_owned(), vec![(file, text)]) };
        let flows = [vec![("shared/src/flow/a.rs", a.as_str()), ("shared/src/flow/b.rs", called)], more].concat();
        assert_eq!(asked("pub struct Ports { pub a: musubi::flow::a::A }", &flows), ["channels Query"], "{text}");
    }
}

#[test]
fn what_the_table_grants_is_read() {
    let table = serde_json::json!({
        "tables": {"channels": ["GetItem", "Query"]}, "queues": {"push": ["SendMessage"], "crm": ["ReceiveMessage"]},
        "secrets": {}, "variables": ["MUSUBI_PUBLIC_URL", "AWS_ENDPOINT_URL_SQS"]
    });
    let granted = granted(&table);
    let expected = ["channels GetItem", "channels Query", "send push", "variable MUSUBI_PUBLIC_URL"];
    assert_eq!(granted.into_iter().collect::<Vec<_>>(), expected);
}
