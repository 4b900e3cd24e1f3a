//! A function may do what its flows' ports ask for and nothing more: the fields of `Ports` and of the flows in it, read from
//! the source, against `tests/template/ports.json`. The template is held against that table by `tests/template`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::source::{code, root, rust_files, without_tests};

/// Where source and table differ, each with its reason. A line that is no longer true fails the test too.
const KNOWN: [(&str, &str, &str, &str); 0] = [];

/// What a field's type asks for. `None`: a flow of our own, whose fields say it.
fn asked_by_type(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        // The table's actions follow from the methods that are called.
        "Channels" | "Accounts" => &[],
        "Links" => &["table links"],
        "LinkReader" => &["links GetItem"],
        "Journal" => &["table journal"],
        // The kinds of secrets and the use of queues follow from the methods that are called.
        "Arc<dynSecrets>" | "Arc<dynClock>" | "String" | "reqwest::Client" => &[],
        // Pure: a choice of who reads and answers.
        kind if kind.starts_with("fn(") => &[],
        kind if kind.contains("Queue<") => &[],
        // Pushes and profiles are authorised by the channel's secrets.
        "Arc<dynMessenger>" | "Arc<dynLogin>" => &["secret line GetSecretValue"],
        // An account's token is refreshed with the app's secret, and stored.
        "Arc<dynCrms>" => &[
            "secret hubspot/app GetSecretValue",
            "secret hubspot/account GetSecretValue",
            "secret hubspot/account PutSecretValue",
        ],
        _ => return None,
    })
}

/// What a call asks for, wherever a function or its flows make it.
const ASKED_BY_CALL: [(&str, &str); 23] = [
    ("channels.find(", "channels GetItem"),
    ("channels.find_versioned(", "channels GetItem"),
    ("accounts.find(", "channels GetItem"),
    ("accounts.all(", "channels Query"),
    ("channels.all(", "channels Query"),
    ("accounts.has_app(", "channels Query"),
    ("channels.put(", "channels PutItem"),
    ("accounts.put(", "channels PutItem"),
    ("channels.remove(", "channels DeleteItem"),
    ("secrets.line(", "secret line GetSecretValue"),
    ("line::authenticate(", "secret line GetSecretValue"),
    ("secrets.crm_app(", "secret hubspot/app GetSecretValue"),
    ("secrets.crm_token(", "secret hubspot/account GetSecretValue"),
    ("secrets.store_crm_token(", "secret hubspot/account PutSecretValue"),
    ("secrets.store_line(", "secret line PutSecretValue"),
    ("config::public_url(", "variable MUSUBI_PUBLIC_URL"),
    ("config::line_urls(", "variable MUSUBI_LINE_API_URL"),
    ("line_urls.access", "variable MUSUBI_LINE_ACCESS_URL"),
    ("config::line_app_url(", "variable MUSUBI_LINE_APP_URL"),
    ("config::liff_urls(", "variable MUSUBI_LIFF_URL"),
    ("config::liff_urls(", "variable MUSUBI_LIFF_SDK_URL"),
    ("config::hubspot_api_url(", "variable MUSUBI_HUBSPOT_API_URL"),
    ("config::push_max_concurrency(", "variable MUSUBI_PUSH_MAX_CONCURRENCY"),
];

/// The queue of a job's type, as the table names it.
const QUEUES: [(&str, &str); 3] = [("InboxJob", "inbox"), ("PushJob", "push"), ("WakeUp", "crm")];

/// Code by path, without blanks, comments, literals and tests.
type Squashed = Vec<(String, String)>;

fn squashed(folder: &str) -> Squashed {
    let squash = |text: &str| without_tests(&code(text)).split_whitespace().collect::<Vec<_>>().join("");
    rust_files(&[folder]).into_iter().map(|file| (file.path, squash(&file.text))).collect()
}

/// The fields of a struct as (name, type), blanks left out: `pubstructName{pubfield:Type,..}`.
fn fields(code: &str, name: &str) -> Option<Vec<(String, String)>> {
    let open = code.find(&format!("pubstruct{name}{{"))? + format!("pubstruct{name}{{").len();
    let body = &code[open..open + code[open..].find('}')?];
    let (mut depth, mut from, mut fields) = (0_i32, 0, Vec::new());
    for (at, c) in body.char_indices().chain([(body.len(), ',')]) {
        match c {
            '<' | '(' => depth += 1,
            '>' if body[..at].ends_with('-') => {}
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                if let Some((name, kind)) = body[from..at].trim_start_matches("pub").split_once(':') {
                    fields.push((name.to_owned(), kind.to_owned()));
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    Some(fields)
}

/// What a function's `Ports` ask for, by its own source and the flows'.
fn needed(own: &Squashed, flows: &Squashed) -> BTreeSet<String> {
    let mut needed = BTreeSet::new();
    let mut reached: Vec<String> = own.iter().map(|(_, code)| code.clone()).collect();
    let mut open = vec![own.iter().find_map(|(_, code)| fields(code, "Ports")).expect("every function has Ports")];
    let mut queues = BTreeSet::new();
    while let Some(fields_of) = open.pop() {
        for (field, kind) in fields_of {
            if let Some((_, queue)) = QUEUES.iter().find(|(job, _)| kind.contains(&format!("Queue<{job}>"))) {
                queues.insert((field.clone(), *queue));
            }
            match asked_by_type(&kind) {
                Some(asked) => needed.extend(asked.iter().map(|&asked| asked.to_owned())),
                None => {
                    let flow = flows.iter().find_map(|(path, code)| Some((path, fields(code, &kind)?)));
                    let (path, inner) =
                        flow.unwrap_or_else(|| panic!("`{field}: {kind}` is neither a port nor a flow"));
                    reach(path, flows, &mut reached);
                    open.push(inner);
                }
            }
        }
    }
    let calls = |what: &str| reached.iter().any(|code| code.contains(what));
    needed.extend(ASKED_BY_CALL.iter().filter(|(call, _)| calls(call)).map(|(_, asked)| (*asked).to_owned()));
    for (field, queue) in queues {
        if calls(&format!("{field}.send(")) || calls(&format!("{field}.send_later(")) {
            needed.insert(format!("send {queue}"));
        }
        // What cannot be read is dead-lettered by `batch`.
        let reads = [format!("batch::job(&ports.{field},"), format!("AT_ONCE,&ports.{field},")];
        if calls(&format!("{field}.dead_letter(")) || reads.iter().any(|read| calls(read)) {
            needed.insert(format!("send {queue}-dead-letters"));
        }
    }
    needed
}

/// A flow's file, the files of its folder, and the flows that it names.
fn reach(path: &str, flows: &Squashed, files: &mut Vec<String>) {
    let folder = path.strip_suffix("mod.rs");
    for (other, code) in flows.iter().filter(|(other, _)| other == path || folder.is_some_and(|f| other.starts_with(f)))
    {
        if files.contains(code) {
            continue;
        }
        files.push(code.clone());
        for (named, _) in flows.iter().filter(|(named, _)| named != other && !named.ends_with("/mod.rs")) {
            let stem = named.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
            if code.contains(&format!("super::{stem}::")) {
                reach(named, flows, files);
            }
        }
    }
}

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
    }
    for (secret, actions_of) in table["secrets"].as_object().unwrap() {
        granted.extend(actions(actions_of).iter().map(|action| format!("secret {secret} {action}")));
    }
    let known = |variable: &String| ASKED_BY_CALL.iter().any(|(_, asked)| *asked == format!("variable {variable}"));
    granted.extend(
        actions(&table["variables"]).iter().filter(|v| known(v)).map(|variable| format!("variable {variable}")),
    );
    granted
}

#[test]
fn the_table_of_ports_grants_what_the_flows_ask_for_and_nothing_more() {
    let table: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("tests/template/ports.json")).unwrap()).unwrap();
    let flows = squashed("shared/src/flow");
    let mut found = BTreeSet::new();
    for (function, of) in table["functions"].as_object().unwrap() {
        let own = squashed(&format!("functions/{function}/src"));
        let (needed, granted) = (needed(&own, &flows), granted(of));
        assert!(!needed.is_empty(), "{function}");
        found.extend(needed.difference(&granted).map(|what| (function.clone(), "missing", what.clone())));
        found.extend(granted.difference(&needed).map(|what| (function.clone(), "unused", what.clone())));
    }
    let known =
        KNOWN.iter().map(|(function, how, what, _)| ((*function).to_owned(), *how, (*what).to_owned())).collect();
    assert_eq!(found, known, "left: what differs now; right: what is known to differ");
}

#[test]
fn a_port_that_nobody_granted_is_found() {
    let flows = vec![
        ("shared/src/flow/send.rs".to_owned(), "usesuper::end::End;pubstructSend{pubchannels:Channels,pubpush:Arc<dynQueue<PushJob>>,}fnf(){self.push.send(x)}".to_owned()),
        ("shared/src/flow/end.rs".to_owned(), "pubstructEnd{publinks:Links}fng(){self.accounts.find(x);}".to_owned()),
    ];
    let own = vec![("functions/x/src/lib.rs".to_owned(), "pubstructPorts{pubsend:Send,pubpush:JobQueue<PushJob>,pubjournal:Journal,}fnf(){batch::job(&ports.push,r);ports.secrets.line(x)}".to_owned())];
    let asked: Vec<String> = needed(&own, &flows).into_iter().collect();
    assert_eq!(
        asked,
        ["channels GetItem", "secret line GetSecretValue", "send push", "send push-dead-letters", "table journal"]
    );
    let table = serde_json::json!({
        "tables": {"channels": ["GetItem", "Query"]}, "queues": {"push": ["SendMessage"], "crm": ["ReceiveMessage"]},
        "secrets": {}, "variables": ["MUSUBI_PUBLIC_URL", "AWS_ENDPOINT_URL_SQS"]
    });
    let granted = granted(&table);
    let expected = ["channels GetItem", "channels Query", "send push", "variable MUSUBI_PUBLIC_URL"];
    assert_eq!(granted.into_iter().collect::<Vec<_>>(), expected);
}
