//! `portal`.

use musubi::domain::account::{CrmAccountKey, CrmKind, TimelineSurface, UnfilledTokens};
use musubi::domain::ids::{CrmAccountId, CrmAppId};
use musubi::ports::secrets::CrmToken;
use serde_json::json;

use super::support::{CLIENT_SECRET, PORTAL, Ran, Stack, browser};

pub const ADD: [&str; 6] = ["--json", "portal", "add", "--port", "0", "--app-id=shop"];

/// A person opens the address, agrees, and is sent back.
pub async fn connect(stack: &Stack, args: &[&str], input: &str) -> Ran {
    let (started, address) = stack.until_address(args, input).await;
    let agreed = browser().get(address).send().await.unwrap();
    assert_eq!(agreed.status(), 302);
    let back = agreed.headers()["location"].to_str().unwrap().to_owned();
    let page = browser().get(back).send().await.unwrap();
    assert_eq!((page.status().as_u16(), page.headers()["cache-control"].to_str().unwrap()), (200, "no-store"));
    stack.end(started).await
}

pub fn good() -> String {
    format!("client-77\n{CLIENT_SECRET}\n")
}

fn key() -> CrmAccountKey {
    CrmAccountKey { kind: CrmKind::HubSpot, id: CrmAccountId::new(PORTAL.to_string()) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_connected_by_oauth_and_a_second_run_changes_nothing() {
    let stack = Stack::start().await;
    let first = connect(&stack, &ADD, &good()).await;
    assert_eq!(first.code, 0, "{}", first.stdout);
    let told = first.json();
    assert_eq!((&told["portal_id"], &told["new"]), (&json!(PORTAL.to_string()), &json!(true)));
    assert_eq!((&told["workflows_wait"], &told["unique_keys"]), (&json!(true), &json!(true)));
    assert_eq!(told["properties_created"].as_array().unwrap().len(), 14);
    let account = stack.account().await.unwrap();
    assert_eq!((account.app.as_str(), account.time_zone.as_str()), ("shop", "Asia/Tokyo"));
    let secrets = stack.adapters.secrets().unwrap();
    assert!(matches!(secrets.crm_token(&key()).await.unwrap(), Some(CrmToken::OAuth { .. })));

    let again = connect(&stack, &ADD, &good()).await.json();
    assert_eq!((&again["new"], &again["properties_created"]), (&json!(false), &json!([])));
    assert_eq!(stack.account().await.unwrap(), account);
    let app = secrets.crm_app(CrmKind::HubSpot, &CrmAppId::new("shop")).await.unwrap().unwrap();
    assert_eq!((app.client_id.as_str(), app.client_secrets.len()), ("client-77", 1));

    let shown = stack.run(&["portal", "show", &PORTAL.to_string(), "--lang", "ja"], "").await;
    assert!(shown.code == 0 && shown.stdout.contains("タイムゾーン") && shown.stdout.contains("Asia/Tokyo"));
    let listed = stack.run(&["--json", "portal", "list"], "").await.json();
    assert_eq!(listed["portals"][0]["app"], "shop");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_asks_for_the_properties_of_its_app_and_its_tokens_can_be_set() {
    let stack = Stack::start().await;
    let more = ["--token-properties", "shoe_size,firstname"];
    let told = connect(&stack, &[&ADD[..], &more].concat(), &good()).await;
    assert_eq!(told.code, 0, "{}", told.stdout);
    let properties = async || stack.account().await.unwrap().token_properties.into_iter().collect::<Vec<_>>();
    assert_eq!(properties().await, ["shoe_size"]);
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    assert_eq!(properties().await, ["shoe_size"], "connecting anew takes nothing away");

    let portal = PORTAL.to_string();
    let set = async |text: &str| stack.run(&["--json", "portal", "set", &portal, text], "").await;
    assert_eq!(set("token_properties=rank, colour").await.json()["token_properties"], json!(["colour", "rank"]));
    assert_eq!(set("token_properties=").await.json()["token_properties"], json!([]));
    assert_eq!(set("unfilled_tokens=send").await.json()["unfilled_tokens"], "send");
    assert_eq!(stack.account().await.unwrap().unfilled_tokens, UnfilledTokens::Send);
    assert_eq!(set("unfilled_tokens=refuse").await.json()["unfilled_tokens"], "refuse");
    let consent = "consent=ok:yes";
    assert_eq!(set(consent).await.code, 2, "nobody asks for the property");
    assert_eq!(set("token_properties=ok").await.code, 0);
    assert_eq!(set(consent).await.json()["consent"], "ok:yes");
    let shown = stack.run(&["portal", "show", &portal, "--lang", "ja"], "").await;
    assert!(shown.stdout.contains("同意") && shown.stdout.contains("ok:yes"), "{}", shown.stdout);
    for bad in ["unfilled_tokens=maybe", "token_properties=Shoe Size", "consent=ok", "token_properties=none"] {
        assert_eq!(set(bad).await.code, 2, "{bad}");
    }
    assert_eq!(set("consent=none").await.json()["consent"], json!(null));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_may_be_named_by_introspection_alone() {
    let stack = Stack::start().await;
    stack.hubspot.switch(|switches| switches.token_answer_names_portal = false);
    let told = connect(&stack, &ADD, &good()).await.json();
    assert_eq!((&told["portal_id"], &told["workflows_wait"]), (&json!(PORTAL.to_string()), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_automation_workflows_do_not_wait_and_it_is_said() {
    let stack = Stack::start().await;
    stack.hubspot.edit_portal(PORTAL, |portal| portal.scopes.retain(|scope| scope != "automation"));
    let told = connect(&stack, &[&ADD[..], &["--no-automation"]].concat(), &good()).await.json();
    assert_eq!(told["workflows_wait"], json!(false));
    assert!(told["todo"][0].as_str().unwrap().contains("automation"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_the_callback_changes_nothing_and_a_refusal_ends_it() {
    let stack = Stack::start().await;
    let (started, address) = stack.until_address(&ADD, &good()).await;
    let query: std::collections::HashMap<_, _> =
        url::Url::parse(&address).unwrap().query_pairs().into_owned().collect();
    let back = query["redirect_uri"].clone();
    assert!(back.starts_with("http://localhost:") && back.ends_with("/callback"), "{back}");
    let get = |query: String| browser().get(format!("{back}?{query}")).send();
    assert_eq!(get("code=forged&state=guessed".to_owned()).await.unwrap().status(), 400);
    assert_eq!(get("code=forged".to_owned()).await.unwrap().status(), 400);
    let declined = get(format!("error=access_denied&state={}", query["state"])).await.unwrap();
    assert_eq!(declined.status(), 200);
    let ran = stack.end(started).await;
    assert_eq!((ran.code, &ran.json()["error"]["code"]), (1, &json!("failed")));
    assert_eq!(stack.account().await, None);
    assert!(stack.adapters.secrets().unwrap().crm_token(&key()).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_back_in_time() {
    let stack = Stack::start().await;
    let ran = stack.run(&[&ADD[..], &["--wait", "1"]].concat(), &good()).await;
    assert_eq!(ran.code, 1);
    assert!(ran.json()["error"]["message"].as_str().unwrap().contains("in time"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_told_and_never_replaces_a_good_one() {
    let mut stack = Stack::start().await;
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    stack.hide("another-secret-of-somebody");
    let ran = connect(&stack, &ADD, "client-77\nanother-secret-of-somebody\n").await;
    assert_eq!(ran.code, 1);
    assert!(ran.json()["error"]["message"].as_str().unwrap().contains("client secret"));
    let app =
        stack.adapters.secrets().unwrap().crm_app(CrmKind::HubSpot, &CrmAppId::new("shop")).await.unwrap().unwrap();
    assert_eq!(app.client_secrets[0].expose(), CLIENT_SECRET);
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_rotation_both_client_secrets_are_good_until_the_old_is_forgotten() {
    let mut stack = Stack::start().await;
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    stack.hubspot.edit_app(|app| app.client_secret = "rotated-secret-9a".to_owned());
    stack.hide("rotated-secret-9a");
    let rotated = "client-77\nrotated-secret-9a\n";
    let told = connect(&stack, &ADD, rotated).await.json();
    assert!(told["todo"][0].as_str().unwrap().contains("--forget-old-secret"), "{told}");
    let secrets = || async {
        let adapters = musubi::aws::AwsAdapters::over(
            musubi::aws::Aws::from_environment(stack.aws.environment(), musubi::aws::RetryPolicy::WORKER).unwrap(),
            stack.aws.environment().clone(),
            stack.adapters.clock(),
        );
        let app = adapters.secrets().unwrap().crm_app(CrmKind::HubSpot, &CrmAppId::new("shop")).await.unwrap().unwrap();
        app.client_secrets.iter().map(|secret| secret.expose().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(secrets().await, ["rotated-secret-9a", CLIENT_SECRET]);
    assert_eq!(connect(&stack, &[&ADD[..], &["--forget-old-secret"]].concat(), rotated).await.code, 0);
    assert_eq!(secrets().await, ["rotated-secret-9a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_token_connects_too_and_a_bad_one_stores_nothing() {
    let mut stack = Stack::start().await;
    let args = ["--json", "portal", "add", "--private-token"];
    let bad = stack.run(&args, "pat-na1-nobody\n\n").await;
    assert_eq!((bad.code, stack.account().await), (1, None));
    let token = stack.hubspot.private_token(PORTAL);
    stack.hide(&token);
    let told = stack.run(&args, &format!("{token}\n")).await.json();
    assert_eq!((&told["connected"], &told["workflows_wait"]), (&json!(true), &json!(true)), "{told}");
    assert!(told["todo"][0].as_str().unwrap().contains("client secret"), "{told}");
    let again = stack.run(&args, &format!("{token}\n{CLIENT_SECRET}\n")).await.json();
    assert_eq!(again["new"], json!(false));
    let secrets = stack.adapters.secrets().unwrap();
    assert!(matches!(secrets.crm_token(&key()).await.unwrap(), Some(CrmToken::Private { .. })));
    assert!(secrets.crm_app(CrmKind::HubSpot, &CrmAppId::new("musubi")).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_of_the_wrong_kind_is_told_and_the_account_is_not_yet_there() {
    let mut stack = Stack::start().await;
    let token = stack.hubspot.private_token(PORTAL);
    stack.hide(&token);
    let plain = json!({"name": "line_user_id", "label": "x", "groupName": "contactinformation", "type": "string",
        "fieldType": "text"});
    let url = format!("{}/crm/properties/2026-03/contacts", stack.hubspot_url);
    assert_eq!(browser().post(url).bearer_auth(&token).json(&plain).send().await.unwrap().status(), 201);
    let ran = stack.run(&["--json", "portal", "add", "--private-token"], &format!("{token}\n")).await;
    assert_eq!((ran.code, &ran.json()["connected"]), (1, &json!(false)));
    assert!(ran.json()["problems"][0].as_str().unwrap().contains("line_user_id"));
    assert_eq!(stack.account().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn empty_answers_odd_names_and_unknown_portals_have_their_exit_codes() {
    let stack = Stack::start().await;
    assert_eq!(stack.run(&ADD, "").await.code, 2);
    assert_eq!(stack.run(&["portal", "add", "--app", "a/b"], &good()).await.code, 2);
    assert_eq!(stack.run(&["portal", "add", "--wait", "0"], "").await.code, 2);
    assert_eq!(stack.run(&["portal", "show", "1"], "").await.code, 3);
    let help = stack.run(&["--help"], "").await;
    assert!(help.code == 0 && help.stdout.contains("3 not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_with_app_events_asks_for_their_scope_and_the_surface_outlives_a_new_connection() {
    let stack = Stack::start().await;
    stack.hubspot.edit_app(|app| app.required_scopes = vec!["oauth".to_owned(), "timeline".to_owned()]);
    let args = [&ADD[..], &["--app-events"]].concat();
    assert_eq!(connect(&stack, &args, &good()).await.code, 0);
    assert_eq!(stack.account().await.unwrap().surface, TimelineSurface::Notes);
    let portal = PORTAL.to_string();
    let set = |value: &'static str| ["--json".to_owned(), "portal".into(), "set".into(), portal.clone(), value.into()];
    for wrong in ["surface=app_events:", "surface=app_events:a b", "surface=events", "surface", "other=1"] {
        let args = set(wrong);
        assert_eq!(stack.run(&args.each_ref().map(String::as_str), "").await.code, 2, "{wrong}");
    }
    let args_set = set("surface=app_events:ae77_line_conversation");
    let told = stack.run(&args_set.each_ref().map(String::as_str), "").await.json();
    assert_eq!(told["surface"], json!("app_events:ae77_line_conversation"));
    let events = TimelineSurface::AppEvents { event_type: "ae77_line_conversation".to_owned() };
    assert_eq!(stack.account().await.unwrap().surface, events);
    assert_eq!(connect(&stack, &args, &good()).await.code, 0);
    assert_eq!(stack.account().await.unwrap().surface, events);
    let args_set = set("surface=notes");
    assert_eq!(stack.run(&args_set.each_ref().map(String::as_str), "").await.code, 0);
    assert_eq!(stack.account().await.unwrap().surface, TimelineSurface::Notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_stored_once_hubspot_takes_it_and_no_account_is_connected_by_it() {
    let mut stack = Stack::start().await;
    let args = ["--json", "hubspot", "app"];
    stack.hide("another-secret-of-somebody");
    let wrong = stack.run(&args, "client-77\nanother-secret-of-somebody\n").await;
    assert!(wrong.code == 1 && wrong.json()["error"]["message"].as_str().unwrap().contains("client secret"));
    let app = CrmAppId::new("musubi");
    assert!(stack.adapters.secrets().unwrap().crm_app_anew(CrmKind::HubSpot, &app).await.unwrap().is_none());
    for _ in 0..2 {
        let told = stack.run(&args, &good()).await.json();
        assert_eq!(told["good_secrets"], json!(1));
        assert!(told["install"].as_str().unwrap().ends_with("/console/install"));
    }
    let shown = stack.run(&["hubspot", "app", "--lang", "ja"], &good()).await;
    assert!(shown.code == 0 && shown.stdout.contains("コンソールから"), "{}", shown.stdout);
    assert_eq!(stack.run(&args, "").await.code, 2);
    assert_eq!(stack.account().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_portal_is_removed_after_its_channels_and_only_when_it_is_meant() {
    let stack = Stack::start().await;
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    let channel = stack.channel().await;
    let portal = PORTAL.to_string();
    let remove = ["--json", "portal", "remove", &portal, "--yes"];
    let refused = stack.run(&remove, "").await;
    assert!(refused.code == 1 && refused.json()["error"]["message"].as_str().unwrap().contains(channel.id.as_str()));
    let leave = ["channel", "remove", channel.id.as_str(), "--keep-links", "--yes", "--no-wait"];
    assert_eq!(stack.run(&leave, "").await.code, 1);
    assert_eq!(stack.run(&remove, "").await.code, 1, "it is not through");
    stack.after_the_minute(channel.id.as_str()).await;
    assert_eq!(stack.run(&leave, "").await.code, 0);

    let asked = stack.run(&["portal", "remove", &portal], "n\n").await;
    assert!(asked.code == 1 && asked.stderr.contains("uninstalled in HubSpot") && asked.stderr.contains("Left:"));
    assert!(stack.account().await.is_some() && stack.hubspot.is_installed(PORTAL));
    let told = stack.run(&remove, "").await.json();
    assert_eq!((&told["removed"], &told["app"]), (&json!(true), &json!("uninstalled")));
    assert!(stack.account().await.is_none() && !stack.hubspot.is_installed(PORTAL));
    assert!(stack.adapters.secrets().unwrap().crm_token(&key()).await.unwrap().is_none());
    let again = stack.run(&remove, "").await;
    assert_eq!((again.code, &again.json()["removed"]), (0, &json!(false)));
    let shown = stack.run(&["portal", "remove", &portal, "--lang", "ja"], "").await;
    assert!(shown.code == 0 && shown.stdout.contains("接続されていません"), "{}", shown.stdout);

    // Connected again, and uninstalled by somebody in HubSpot: the dead token stops nothing.
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    stack.hubspot.uninstall(PORTAL);
    assert_eq!(stack.run(&remove, "").await.json()["app"], json!("not_there"));
    assert_eq!(connect(&stack, &ADD, &good()).await.code, 0);
    let kept = stack.run(&[&remove[..], &["--keep-app"]].concat(), "").await.json();
    assert_eq!(kept["app"], json!("kept"));
    assert!(stack.hubspot.is_installed(PORTAL) && stack.account().await.is_none());
}
