//! `channel webhook-secret`: what webhooks to another system are signed with.

use musubi::ports::secrets::{LineSecrets, Secret};
use serde_json::json;

use super::support::{CHANNEL, CHANNEL_SECRET, Ran, Stack};

async fn connected() -> Stack {
    let stack = Stack::start().await.with_portal().await;
    let channel = stack.channel().await;
    let secrets = LineSecrets::of(Secret::new(CHANNEL_SECRET), None);
    stack.adapters.secrets().unwrap().store_line(&channel.id, &secrets).await.unwrap();
    stack
}

async fn asked(stack: &Stack, more: &[&str]) -> Ran {
    stack.run(&[&["--json", "channel", "webhook-secret", CHANNEL], more].concat(), "").await
}

async fn stored(stack: &Stack) -> Vec<String> {
    let secrets = stack.stored_secrets().await;
    assert_eq!(secrets.channel_secrets[0].expose(), CHANNEL_SECRET, "what else is kept there stays");
    secrets.webhook_secrets.iter().map(|secret| secret.expose().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_the_one_before_stays_until_it_is_forgotten_and_no_third() {
    let mut stack = connected().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        let ran = asked(&stack, &[]).await;
        assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
        let secret = ran.json()["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("whsec_") && secret.len() == 50, "32 bytes");
        made.insert(0, secret);
        assert_eq!(stored(&stack).await, made[..made.len().min(2)]);
    }
    made.iter().for_each(|secret| stack.hide(secret));
    for shows in [&["channel", "show", CHANNEL][..], &["--json", "channel", "show", CHANNEL], &["channel", "list"]] {
        assert_eq!(stack.run(shows, "").await.code, 0, "{shows:?}");
    }
    for forgotten in [1, 0] {
        let ran = asked(&stack, &["--forget-old"]).await;
        assert_eq!(ran.json()["forgotten"], json!(forgotten));
        assert_eq!(stored(&stack).await, made[..1]);
    }
    let nowhere = stack.run(&["--json", "channel", "webhook-secret", "1657999999"], "").await;
    assert_eq!(nowhere.code, 3, "{} {}", nowhere.stdout, nowhere.stderr);
}
