//! `channel key`: the key of the customer's own site.

use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::json;

use super::support::{CHANNEL, CHANNEL_SECRET, Ran, Stack};

/// A connected channel with its secrets.
async fn connected() -> Stack {
    let stack = Stack::start().await.with_portal().await;
    let channel = stack.channel().await;
    let secrets = LineSecrets::of(Secret::new(CHANNEL_SECRET), None);
    stack.adapters.secrets().unwrap().store_line(&channel.id, &secrets).await.unwrap();
    stack
}

async fn key(stack: &Stack, more: &[&str]) -> Ran {
    stack.run(&[&["--json", "channel", "key", CHANNEL], more].concat(), "").await
}

/// The keys as stored: names and secrets.
async fn stored(stack: &Stack) -> Vec<(String, String)> {
    let secrets = stack.stored_secrets().await;
    assert_eq!(secrets.channel_secrets[0].expose(), CHANNEL_SECRET, "what else is kept there stays");
    secrets.api_keys.into_iter().map(|key| (key.id, key.secret.expose().to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_made_shown_once_made_anew_and_forgotten() {
    let mut stack = connected().await;
    let made = key(&stack, &["site"]).await;
    assert_eq!(made.code, 0, "{} {}", made.stdout, made.stderr);
    let first = made.json()["secret"].as_str().unwrap().to_owned();
    assert!(first.len() >= 32, "it cannot be guessed");
    assert_eq!((&made.json()["key_id"], stored(&stack).await), (&json!("site"), vec![("site".into(), first.clone())]));
    stack.hide(&first);
    for shows in [&["channel", "show", CHANNEL][..], &["--json", "channel", "show", CHANNEL], &["channel", "list"]] {
        assert_eq!(stack.run(shows, "").await.code, 0, "{shows:?}");
    }

    assert_eq!(key(&stack, &["other-site"]).await.code, 0);
    let second = key(&stack, &["site"]).await.json()["secret"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    let kept = stored(&stack).await;
    assert_eq!(kept.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["other-site", "site"]);
    assert_eq!(kept[1].1, second, "the new secret, and the old one no more");

    assert_eq!(key(&stack, &["site", "--forget"]).await.json()["removed"], true);
    assert_eq!(stored(&stack).await.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["other-site"]);
    assert_eq!(key(&stack, &["site", "--forget"]).await.code, 3, "it is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_be_no_keys_name_and_an_eleventh_key_are_refused_and_change_nothing() {
    let stack = connected().await;
    for bad in ["", "a b", "サイト", "a/b", &"x".repeat(65)] {
        assert_eq!(key(&stack, &[bad]).await.code, 2, "{bad}");
    }
    assert_eq!(stored(&stack).await, vec![]);
    let names: Vec<String> = (0..10).map(|number| format!("site-{number}")).collect();
    for name in &names {
        assert_eq!(key(&stack, &[name]).await.code, 0, "{name}");
    }
    let before = stored(&stack).await;
    assert_eq!(key(&stack, &["site-10"]).await.code, 1);
    assert_eq!(stored(&stack).await, before);
    assert_eq!(key(&stack, &["site-9"]).await.code, 0, "one that is there is made anew all the same");
    let nowhere = stack.run(&["--json", "channel", "key", "1657999999", "site"], "").await;
    assert_eq!(nowhere.code, 3, "{} {}", nowhere.stdout, nowhere.stderr);
}
