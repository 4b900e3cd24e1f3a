//! `hubspot project`, and the project against the published shapes. HubSpot itself has not seen it.

use std::collections::BTreeSet;

use local::fake::hubspot::{sign_v2, webhook_headers};
use musubi::crm::hubspot::action;
use musubi::crm::hubspot::oauth::{AUTOMATION_SCOPE, INBOX_SCOPES, REQUIRED_SCOPES, TIMELINE_SCOPE};
use musubi::crm::hubspot::signature;
use musubi::crm::hubspot::webhook;
use musubi::domain::action::Purpose;
use musubi::domain::provider::ProviderNumber;
use musubi::domain::push::PushOutcome;
use musubi::domain::token_property::ALWAYS;
use musubi::ports::crm_caller::Call;
use musubi::ports::secrets::Secret;
use serde_json::{Value, json};

use super::support::{PORTAL, Ran, Stack};

const URL: &str = "https://line.example.com";
const ACTION: &str = "src/app/workflow-actions/send-line-message-hsmeta.json";
/// The talk's cards: each one's file, place and entry point.
const CARDS: [(&str, &str, &str); 2] = [
    ("src/app/cards/talk-tab-hsmeta.json", "crm.record.tab", "/app/cards/TalkTab.tsx"),
    ("src/app/cards/talk-sidebar-hsmeta.json", "crm.record.sidebar", "/app/cards/TalkSidebar.tsx"),
];
const TYPES: [&str; 9] =
    ["string", "number", "bool", "enumeration", "date", "datetime", "phone_number", "json", "object_coordinates"];
const FIELD_TYPES: [&str; 8] = ["text", "textarea", "select", "radio", "checkbox", "booleancheckbox", "number", "date"];

async fn write(stack: &Stack, more: &[&str]) -> Ran {
    let out = stack.dir.join("project");
    let args = ["--json", "hubspot", "project", "--out", out.to_str().unwrap(), "--public-url", URL, "--app", "shop"];
    stack.run(&[&args[..], more].concat(), "").await
}

async fn project() -> (Stack, impl Fn(&str) -> Value) {
    let stack = Stack::start().await;
    assert_eq!(write(&stack, &[]).await.code, 0);
    let dir = stack.dir.join("project");
    let read = move |path: &str| {
        let text = std::fs::read_to_string(dir.join(path)).unwrap();
        assert!(!text.contains("{PUBLIC_URL}") && !text.contains("{APP}") && !text.contains("{PORT}"), "{path}");
        serde_json::from_str(&text).unwrap()
    };
    (stack, read)
}

fn names(fields: &Value) -> Vec<String> {
    let name = |field: &Value| field["typeDefinition"]["name"].as_str().unwrap().to_owned();
    fields.as_array().unwrap().iter().map(name).collect()
}

fn keys(object: &Value) -> BTreeSet<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

fn set(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_project_and_its_app_have_the_published_shape_and_our_scopes() {
    let (_stack, read) = project().await;
    assert_eq!(read("hsproject.json"), json!({"name": "musubi", "srcDir": "src", "platformVersion": "2026.03"}));
    let app = read("src/app/app-hsmeta.json");
    let auth = &app["config"]["auth"];
    assert_eq!((&app["type"], &auth["type"]), (&json!("app"), &json!("oauth")));
    assert_eq!(auth["requiredScopes"], json!(REQUIRED_SCOPES));
    assert_eq!(auth["optionalScopes"], json!(INBOX_SCOPES));
    assert_eq!(auth["conditionallyRequiredScopes"], json!([AUTOMATION_SCOPE]));
    assert_eq!(
        auth["redirectUrls"],
        json!([format!("{URL}/console/install/callback"), "http://localhost:8976/callback"])
    );
    assert_eq!(app["config"]["permittedUrls"]["fetch"], json!([URL]));
    assert_eq!(app["config"]["permittedUrls"]["img"], json!(["https://stickershop.line-scdn.net"]), "stickers");
    let settings = "src/app/settings/settings-hsmeta.json";
    let [tab, sidebar] = CARDS.map(|(path, ..)| path);
    let paths = ["src/app/app-hsmeta.json", ACTION, "src/app/webhooks/webhooks-hsmeta.json", settings, tab, sidebar];
    let uids: BTreeSet<String> = paths.map(|path| read(path)["uid"].as_str().unwrap().to_owned()).into();
    assert!(uids.len() == 6 && uids.iter().all(|uid| (1..=64).contains(&uid.len())));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_page_goes_with_it_and_asks_this_stack_and_what_only_tests_need_does_not() {
    let (stack, read) = project().await;
    let dir = stack.dir.join("project");
    let settings = read("src/app/settings/settings-hsmeta.json");
    assert_eq!(settings["type"], json!("settings"));
    assert_eq!(settings["config"], json!({"entrypoint": "/app/settings/Settings.tsx"}), "nothing else is documented");
    let page = std::fs::read_to_string(dir.join("src/app/settings/Settings.tsx")).unwrap();
    assert!(page.contains(&format!("const MUSUBI = \"{URL}\";")) && !page.contains("{PUBLIC_URL}"));
    assert_eq!(page.matches(URL).count(), 1, "no expression of the page's own was filled in");
    pinned(&read("src/app/settings/package.json"), &read("src/app/settings/package-lock.json"));
    for path in ["node_modules", "build", "tests", "package.json", "tsconfig.json", "src/app/settings/node_modules"] {
        assert!(!dir.join(path).exists(), "{path}");
    }
}

/// Nothing but the versions that were tested is installed.
fn pinned(package: &Value, lock: &Value) {
    assert_eq!((&lock["name"], &lock["packages"][""]["name"]), (&package["name"], &package["name"]));
    for (name, version) in package["dependencies"].as_object().unwrap() {
        assert!(
            version.as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
            "{name} is pinned"
        );
        assert_eq!(lock["packages"][format!("node_modules/{name}")]["version"], *version, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_talks_cards_go_with_it_with_every_file_that_they_need_and_ask_this_stack() {
    let (stack, read) = project().await;
    let cards = stack.dir.join("project/src/app/cards");
    let text = |name: &str| std::fs::read_to_string(cards.join(name)).unwrap();
    for (path, location, entrypoint) in CARDS {
        let card = read(path);
        let config = &card["config"];
        assert_eq!(card["type"], json!("card"));
        assert_eq!((&config["location"], &config["entrypoint"]), (&json!(location), &json!(entrypoint)));
        assert_eq!(config["objectTypes"], json!(["contacts"]));
        for words in ["name", "description"] {
            assert!(!config[words].as_str().unwrap().trim().is_empty(), "{path} {words}");
        }
        assert!(text(entrypoint.rsplit('/').next().unwrap()).contains(&format!("hubspot.extend<\"{location}\">")));
    }
    let api = text("api.ts");
    assert!(api.contains(&format!("const MUSUBI = \"{URL}\";")) && api.matches(URL).count() == 1);
    let mut code = 0;
    for file in std::fs::read_dir(&cards).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "ts" && kind != "tsx") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let source = text(name);
        // No expression of the card's own was filled in.
        assert!(!source.contains("{PUBLIC_URL}") && (name == "api.ts" || !source.contains(URL)), "{name}");
        for import in source.split("from \"./").skip(1) {
            let imported = import.split('"').next().unwrap();
            assert!(cards.join(imported).is_file(), "{name} needs {imported}");
        }
        code += 1;
    }
    assert_eq!(code, 13);
    pinned(&read("src/app/cards/package.json"), &read("src/app/cards/package-lock.json"));
    assert!(!cards.join("node_modules").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn app_events_are_left_out_unless_they_are_asked_for_and_then_the_app_is_as_they_need_it() {
    const EVENT: &str = "src/app/app-events/line-conversation-hsmeta.json";
    let (stack, read) = project().await;
    let dir = stack.dir.join("project");
    assert!(!dir.join(EVENT).exists());
    assert_eq!(read("src/app/app-hsmeta.json")["config"]["distribution"], json!("private"));
    assert_eq!(write(&stack, &["--app-events", "--force"]).await.code, 0);
    let app = read("src/app/app-hsmeta.json");
    assert_eq!(app["config"]["distribution"], json!("marketplace"));
    let scopes: Vec<&str> = REQUIRED_SCOPES.into_iter().chain([TIMELINE_SCOPE]).collect();
    assert_eq!(app["config"]["auth"]["requiredScopes"], json!(scopes));
    let event = read(EVENT);
    let config = &event["config"];
    assert_eq!((&event["type"], &config["objectType"]), (&json!("app-event"), &json!("CONTACT")));
    let names: Vec<&str> =
        config["properties"].as_array().unwrap().iter().map(|each| each["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["title", "text"], "what is sent with each event");
    for (template, name) in [("headerTemplate", "title"), ("detailTemplate", "text")] {
        assert_eq!(config[template], json!(format!("{{{{{name}}}}}")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_action_points_here_and_every_field_has_a_known_type() {
    let (_stack, read) = project().await;
    let action = read(ACTION);
    let config = &action["config"];
    assert_eq!((&action["type"], &config["isPublished"]), (&json!("workflow-action"), &json!(true)));
    assert_eq!(config["actionUrl"], json!(format!("{URL}/crm/hubspot/shop/action")));
    assert_eq!(config["objectTypes"], json!(["CONTACT"]));
    assert_eq!(config["supportedClients"], json!([{"client": "WORKFLOWS"}]));
    for field in config["inputFields"].as_array().unwrap() {
        let values = field["supportedValueTypes"].as_array().unwrap();
        assert!(values.iter().all(|value| ["STATIC_VALUE", "OBJECT_PROPERTY"].contains(&value.as_str().unwrap())));
        assert!(field["isRequired"].is_boolean());
    }
    let [inputs, outputs] = ["inputFields", "outputFields"].map(|fields| config[fields].as_array().unwrap().clone());
    for field in inputs.iter().chain(&outputs) {
        let definition = &field["typeDefinition"];
        assert!(TYPES.contains(&definition["type"].as_str().unwrap()), "{field}");
        assert!(FIELD_TYPES.contains(&definition["fieldType"].as_str().unwrap()), "{field}");
    }
    assert_eq!(inputs[0]["typeDefinition"]["optionsUrl"], json!(format!("{URL}/crm/hubspot/shop/options")));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_has_labels_in_english_and_japanese() {
    let (_stack, read) = project().await;
    let action = read(ACTION);
    let config = &action["config"];
    assert_eq!(keys(&config["labels"]), ["en", "ja"].map(str::to_owned).into());
    let rules = config["executionRules"].as_array().unwrap();
    let rules: Vec<String> = rules.iter().map(|rule| rule["labelName"].as_str().unwrap().to_owned()).collect();
    for language in ["en", "ja"] {
        let labels = &config["labels"][language];
        for text in ["actionName", "actionDescription", "actionCardContent", "appDisplayName"] {
            assert!(!labels[text].as_str().unwrap().trim().is_empty(), "{language} {text}");
        }
        let inputs = set(&names(&config["inputFields"]));
        assert_eq!(keys(&labels["inputFieldLabels"]), inputs);
        assert_eq!(keys(&labels["inputFieldDescriptions"]), inputs);
        assert_eq!(keys(&labels["outputFieldLabels"]), set(&names(&config["outputFields"])));
        assert_eq!(keys(&labels["executionRules"]), set(&rules));
    }
    let is_japanese = |text: &Value| text.as_str().unwrap().chars().any(|c| ('\u{3040}'..='\u{9fff}').contains(&c));
    assert!(is_japanese(&config["labels"]["ja"]["actionName"]) && !is_japanese(&config["labels"]["en"]["actionName"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hubspot_sends_for_these_fields_is_what_we_read() {
    let (_stack, read) = project().await;
    let inputs = names(&read(ACTION)["config"]["inputFields"]);
    let values: serde_json::Map<String, Value> =
        inputs.iter().map(|name| (name.clone(), json!(format!("value of {name}")))).collect();
    let body = json!({"callbackId": "ap-1", "origin": {"portalId": 1}, "inputFields": values}).to_string();
    let secret = "a secret";
    let uri = format!("{URL}/crm/hubspot/shop/action");
    let mut headers = http::HeaderMap::new();
    headers.insert("x-hubspot-signature", sign_v2(secret, "POST", &uri, body.as_bytes()).parse().unwrap());
    headers.insert("x-hubspot-signature-version", "v2".parse().unwrap());
    let request = Call {
        method: "POST",
        raw_path: "/crm/hubspot/shop/action",
        raw_query: None,
        headers: &headers,
        body: body.as_bytes(),
    };
    let verified = signature::verify(&request, URL, &[Secret::new(secret)], 0).unwrap();
    let read = action::parse(&verified).unwrap();
    let of = |name: &str| Some(format!("value of {name}"));
    assert_eq!(read.channel, of("channel"));
    assert_eq!(read.line_user_id.as_ref().map(|user| user.expose().to_owned()), of("line_user_id"));
    assert_eq!((read.not_after, read.tag), (of("not_after"), of("tag")));
    let messages: BTreeSet<&str> = read.messages.iter().map(|(name, _)| *name).collect();
    let mut ours: BTreeSet<String> = messages.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(read.purpose, Purpose::Marketing, "what is not known");
    ours.extend(["channel", "line_user_id", "not_after", "tag", "purpose"].map(str::to_owned));
    assert_eq!((messages.len(), ours), (5, set(&inputs)));
}

#[tokio::test(flavor = "multi_thread")]
async fn outcomes_are_those_that_we_answer_with() {
    let (_stack, read) = project().await;
    let action = read(ACTION);
    let config = &action["config"];
    assert_eq!(names(&config["outputFields"]), ["outcome", "reason", "line_request_id", "sent_at"]);
    let options = config["outputFields"][0]["typeDefinition"]["options"].as_array().unwrap();
    let told: BTreeSet<&str> = options.iter().map(|option| option["value"].as_str().unwrap()).collect();
    let ours: BTreeSet<&str> = PushOutcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
    assert_eq!(told, ours);
    for rule in config["executionRules"].as_array().unwrap() {
        assert!(ours.contains(rule["conditions"]["outcome"].as_str().unwrap()), "{rule}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_webhook_that_we_read_is_subscribed_to_and_points_here() {
    let (_stack, read) = project().await;
    let webhooks = read("src/app/webhooks/webhooks-hsmeta.json");
    let config = &webhooks["config"];
    assert_eq!(config["settings"]["targetUrl"], json!(format!("{URL}/crm/hubspot/shop/webhook")));
    assert!(config["settings"]["maxConcurrentRequests"].as_i64().unwrap() > 5);
    let (mut kinds, mut properties) = (BTreeSet::new(), BTreeSet::new());
    for list in config["subscriptions"].as_object().unwrap().values() {
        for subscription in list.as_array().unwrap() {
            assert_eq!(subscription["active"], json!(true), "{subscription}");
            let kind = subscription["subscriptionType"].as_str().unwrap().to_owned();
            let event = json!([{
                "portalId": 1, "objectId": 2, "subscriptionType": kind, "objectTypeId": "0-1",
                "propertyName": subscription["propertyName"],
            }]);
            assert_eq!(looked_at(&event), 1, "{kind} is subscribed to and not read");
            kinds.insert(kind);
            properties.extend(subscription["propertyName"].as_str().map(str::to_owned));
        }
    }
    let wanted =
        ["object.deletion", "object.merge", "object.propertyChange", "object.restore", "contact.privacyDeletion"];
    assert_eq!(kinds, wanted.map(str::to_owned).into());
    let of_each = |plain: &str| ProviderNumber::ALL.map(|provider| provider.field(plain).unwrap().to_owned());
    assert_eq!(properties, ["line_answered_at", "line_user_id"].into_iter().flat_map(of_each).collect());
}

/// How many contacts we look at when HubSpot posts this.
fn looked_at(events: &Value) -> usize {
    let (body, at_ms, secret) = (events.to_string(), 1_769_081_993_375, "a secret");
    let headers = webhook_headers(secret, &format!("{URL}/crm/hubspot/shop/webhook"), body.as_bytes(), at_ms);
    let request = Call {
        method: "POST",
        raw_path: "/crm/hubspot/shop/webhook",
        raw_query: None,
        headers: &headers,
        body: body.as_bytes(),
    };
    let verified = signature::verify_webhook(&request, URL, &[Secret::new(secret)], at_ms).unwrap();
    webhook::parse(&verified).unwrap().values().map(Vec::len).sum()
}

fn asked_for(action: &Value) -> Vec<String> {
    serde_json::from_value(action["config"]["objectRequestOptions"]["properties"].clone()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_action_asks_for_the_properties_that_tokens_always_stand_for() {
    let (_stack, read) = project().await;
    assert_eq!(asked_for(&read(ACTION)), ALWAYS.map(|(name, ..)| name));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_token_properties_are_written_into_the_action_and_the_settings_of_the_apps_accounts() {
    let (stack, read) = project().await;
    let stack = stack.with_portal().await;
    let project = |app: &'static str, more: &'static [&'static str]| {
        let out = stack.dir.join("project");
        let mut args =
            ["--json", "hubspot", "project", "--public-url", URL, "--app", app, "--out"].map(str::to_owned).to_vec();
        args.push(out.to_str().unwrap().to_owned());
        args.extend(more.iter().map(|each| (*each).to_owned()));
        args
    };
    let run = async |args: Vec<String>| stack.run(&args.iter().map(String::as_str).collect::<Vec<_>>(), "").await;
    let told = run(project("musubi", &["--force", "--token-properties", "shoe_size, firstname"])).await.json();
    assert_eq!((&told["token_properties"], &told["stored_in"]), (&json!(["shoe_size"]), &json!([PORTAL.to_string()])));
    let stored = async || stack.account().await.unwrap().token_properties.into_iter().collect::<Vec<_>>();
    assert_eq!(stored().await, ["shoe_size"]);
    assert_eq!(asked_for(&read(ACTION))[9..], ["shoe_size"]);

    let told = run(project("musubi", &["--token-properties=rank"])).await.json();
    assert_eq!(told["token_properties"], json!(["rank", "shoe_size"]), "what was asked for stays");
    assert_eq!(
        (stored().await, &asked_for(&read(ACTION))[9..]),
        (vec!["rank".into(), "shoe_size".into()], &["rank".to_owned(), "shoe_size".to_owned()][..])
    );
    assert_eq!(run(project("musubi", &[])).await.code, 0, "without the option it is the same project");
    assert_eq!(asked_for(&read(ACTION))[9..], ["rank", "shoe_size"]);

    let other = run(project("other", &["--force", "--token-properties=colour"])).await.json();
    assert_eq!(other["stored_in"], json!([]), "another app's accounts ask for nothing more");
    assert_eq!(stored().await, ["rank", "shoe_size"]);
    for bad in ["Shoe Size", "shoe-size", "{{line:a}}"] {
        assert_eq!(
            stack
                .run(&["hubspot", "project", "--out", "/nowhere", "--public-url", URL, "--token-properties", bad], "")
                .await
                .code,
            2
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_twice_is_the_same_and_somebodys_changes_are_kept() {
    let (stack, _read) = project().await;
    assert_eq!(write(&stack, &[]).await.code, 0);
    let file = stack.dir.join("project/hsproject.json");
    std::fs::write(&file, "{}").unwrap();
    assert_eq!(write(&stack, &[]).await.code, 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "{}");
    assert_eq!(write(&stack, &["--force"]).await.code, 0);
    assert_ne!(std::fs::read_to_string(&file).unwrap(), "{}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_public_url_comes_from_the_stacks_outputs_and_must_be_https() {
    let stack = Stack::start().await;
    let outputs = stack.dir.join("outputs.json");
    std::fs::write(&outputs, r#"[{"OutputKey":"PublicUrl","OutputValue":"https://api.example/prod/"}]"#).unwrap();
    let (outputs, out) = (outputs.to_str().unwrap(), stack.dir.join("p"));
    let out = out.to_str().unwrap();
    let ran = stack.run(&["--json", "--outputs", outputs, "hubspot", "project", "--out", out], "").await;
    assert_eq!(ran.json()["action_url"], json!("https://api.example/prod/crm/hubspot/musubi/action"));
    for bad in ["http://line.example.com", "https://a.example/?x=1", "line.example.com", "https://a.example/\"x"] {
        let args = ["hubspot", "project", "--out", out, "--public-url", bad];
        assert_eq!(stack.run(&args, "").await.code, 2, "{bad}");
    }
    assert_eq!(stack.run(&["--outputs", "/nowhere", "portal", "list"], "").await.code, 2);
}
