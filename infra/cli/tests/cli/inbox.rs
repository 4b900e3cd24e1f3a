//! `portal inbox`.

use musubi::domain::account::CrmKind;
use musubi::domain::ids::{ChannelId, CrmAppId};
use serde_json::json;

use super::portal::{ADD, connect, good};
use super::support::{CHANNEL, CHANNEL_SECRET, PORTAL, Stack};

const KEY: &str = "developer-key-77";

async fn connected() -> Stack {
    let mut stack = Stack::start().await;
    stack.hide(KEY);
    assert_eq!(connect(&stack, &[&ADD[..], &["--inbox"]].concat(), &good()).await.code, 0);
    let portal = PORTAL.to_string();
    let add = ["--json", "channel", "add", "--account", &portal, "--channel-id", CHANNEL, "--yes"];
    assert_eq!(stack.run(&add, &format!("{CHANNEL_SECRET}\n")).await.code, 0);
    stack
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_is_opened_once_however_often_it_is_asked_for_and_the_key_is_kept_nowhere() {
    let stack = connected().await;
    let portal = PORTAL.to_string();
    let open = ["--json", "portal", "inbox", &portal, "--make-channel"];
    for _ in 0..2 {
        let told = stack.run(&open, &format!("77\n{KEY}\n")).await;
        assert_eq!(told.code, 0, "{} {}", told.stdout, told.stderr);
        assert_eq!(told.json()["open"], true);
    }
    let [channel] = stack.hubspot.custom_channels().try_into().expect("one channel");
    let [account] = stack.hubspot.channel_accounts(PORTAL).try_into().expect("one account in it");
    assert_eq!((account.identifier.as_str(), account.authorized), (CHANNEL, true));
    assert!(channel.webhook_url.starts_with(&format!("{}/crm/hubspot/shop/inbox/", stack.public_url)));
    let app = CrmAppId::new("shop");
    let row = stack.adapters.inboxes().unwrap().find(CrmKind::HubSpot, &app).await.unwrap().expect("a row").value;
    assert_eq!((row.channel.as_str(), row.token_hashes.len()), (&*channel.id.to_string(), 2));
    let token = channel.webhook_url.rsplit('/').next().expect("a secret");
    for table in ["channels", "links", "journal"] {
        let rows = stack.aws.dynamodb().rows(table).expect("rows");
        assert!(!rows.iter().any(|row| row.body.contains(token) || row.body.contains(KEY)), "{table}");
    }
    let channels = stack.adapters.channels().unwrap();
    let place = channels.find(&ChannelId::new(CHANNEL)).await.unwrap().expect("a row").crm_inbox.expect("it is open");
    assert_eq!(place.account.as_str(), account.id.to_string());

    for end in ["closed", "not_there"] {
        let told = stack.run(&["--json", "portal", "inbox", &portal, "--off"], "").await;
        assert_eq!(told.json(), json!({"open": false, "channel": CHANNEL, "inbox": end}));
    }
    assert!(!stack.hubspot.channel_accounts(PORTAL)[0].authorized);
    assert!(channels.find(&ChannelId::new(CHANNEL)).await.unwrap().expect("a row").crm_inbox.is_none());
    assert_eq!(stack.run(&["--json", "portal", "inbox", &portal], "").await.code, 0, "the channel is there");
    assert!(stack.hubspot.channel_accounts(PORTAL)[0].authorized);

    let remove = ["--json", "channel", "remove", CHANNEL, "--keep-links", "--yes", "--no-wait"];
    assert_eq!(stack.run(&remove, "").await.code, 1, "it is stopped");
    assert!(!stack.hubspot.channel_accounts(PORTAL)[0].authorized, "at once");
    stack.after_the_minute(CHANNEL).await;
    let gone = stack.run(&remove, "").await;
    assert_eq!(gone.json()["inbox"], "closed", "{} {}", gone.stdout, gone.stderr);
    let gone = stack.run(&["--json", "portal", "remove", &portal, "--yes"], "").await;
    assert_eq!(gone.json()["inbox"], "not_there", "{} {}", gone.stdout, gone.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_a_missing_scope_and_several_inboxes_are_said_in_words() {
    let stack = connected().await;
    let portal = PORTAL.to_string();
    let without = stack.run(&["portal", "inbox", &portal, "--lang", "en"], "").await;
    assert!(without.code == 2 && without.stderr.contains("--make-channel"), "{}", without.stderr);
    let make = ["portal", "inbox", &portal, "--lang", "en", "--make-channel"];
    let wrong = stack.run(&make, "77\nanother key\n").await;
    assert!(wrong.code != 0 && wrong.stderr.contains("Development ▸ Keys"), "{}", wrong.stderr);
    assert!(stack.hubspot.custom_channels().is_empty());
    stack.hubspot.edit_portal(PORTAL, |portal| portal.inboxes.push(("2".to_owned(), "Support".to_owned())));
    let which = stack.run(&make, &format!("77\n{KEY}\n")).await;
    assert!(which.code == 2 && which.stderr.contains("Support"), "{}", which.stderr);
    let second = stack.run(&["--json", "portal", "inbox", &portal, "--inbox", "2"], "").await;
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(stack.hubspot.channel_accounts(PORTAL)[0].inbox_id, "2");

    stack.hubspot.edit_portal(PORTAL, |portal| portal.scopes.retain(|scope| !scope.starts_with("conversations")));
    assert_eq!(connect(&stack, &[&ADD[..], &["--inbox"]].concat(), &good()).await.code, 0, "it is optional");
    let scopes = stack.run(&["portal", "inbox", &portal, "--lang", "en"], "").await;
    assert!(scopes.code != 0 && scopes.stderr.contains("portal add --inbox"), "{}", scopes.stderr);
}
